"""Finds HS 2022 subheadings by the everyday words of `product_word`, in English and Khmer.

The words are the project's own and unofficial; where one of them is exactly what was typed, its codes come before
anything that the nomenclature's words give. The search as a whole is in `publish.search`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Literal

from publish.products import EDITION

SIGNS = 3
"""Signs of Khmer that the trigram index looks at together."""
_SIGN = re.compile("[\u17b6-\u17d3]")
"""A sign that belongs to the letter before it."""
_LONGEST = 60
"""Signs of what is typed that are looked at; no term is as long."""


def install(connection: sqlite3.Connection) -> None:
    """Fill `product_search` (English, stemmed) and `product_search_km` (Khmer, by trigrams), one row a word.

    Each has the subheadings of its word in `hs6`, parted by spaces, the most usual first; a heading stands for all its
    subheadings. Built from `product_word` and `hs_node` alone.
    """
    connection.executescript("""
        CREATE VIRTUAL TABLE product_search USING fts5(
            term, hs6 UNINDEXED, tokenize = 'porter unicode61 remove_diacritics 2', prefix = '4');
        CREATE VIRTUAL TABLE product_search_km USING fts5(term, hs6 UNINDEXED, tokenize = 'trigram');
    """)
    rows = connection.execute(
        "SELECT w.term_en, w.term_km, n.code FROM product_word AS w JOIN hs_node AS n ON n.edition = ? AND n.level = 6"
        " AND n.code >= w.code AND n.code < w.code || ':' ORDER BY w.term_en, w.term_km, w.row_no, n.code",
        (EDITION,),
    )
    codes: dict[tuple[str, str], list[str]] = {}
    for term_en, term_km, code in rows:
        codes.setdefault((term_en, term_km), []).append(code)
    connection.executemany(
        "INSERT INTO product_search (term, hs6) VALUES (?, ?)", [(en, " ".join(hs6)) for (en, _), hs6 in codes.items()]
    )
    connection.executemany(
        "INSERT INTO product_search_km (term, hs6) VALUES (?, ?)",
        [(km, " ".join(hs6)) for (_, km), hs6 in codes.items()],
    )
    for table in ("product_search", "product_search_km"):
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")


def words_of(text: str) -> list[str]:
    """The words of a text as the index has them: letters and digits, the rest parts them."""
    return [word for word in re.split(r"[\W_]+", text.casefold()) if word]


def named(connection: sqlite3.Connection, words: list[str]) -> list[str]:
    """The subheadings of the terms that are these words and no others, singular or plural."""
    rows = connection.execute(
        "SELECT term, hs6 FROM product_search WHERE product_search MATCH ? ORDER BY rowid",
        (f'term : ^ "{" ".join(words)}"',),
    )
    return _codes(hs6 for term, hs6 in rows if len(words_of(term)) == len(words))


def containing(connection: sqlite3.Connection, query: str) -> list[str]:
    """The subheadings of the terms that an FTS5 expression matches, best first."""
    rows = connection.execute(
        "SELECT hs6 FROM product_search WHERE product_search MATCH ? ORDER BY rank, rowid", (query,)
    )
    return _codes(hs6 for (hs6,) in rows)


def khmer(connection: sqlite3.Connection, parts: list[str], how: Literal["named", "containing"]) -> list[str]:
    """The subheadings of the Khmer terms that are these parts, or that have them all, the shortest first."""
    if how == "named":
        sql, values = "replace(term, ' ', '') = ?", ["".join(parts)]
    else:
        sql, values = " AND ".join("instr(term, ?) > 0" for _ in parts), parts
    rows = connection.execute(f"SELECT hs6 FROM product_search_km WHERE {sql} ORDER BY length(term), rowid", values)
    return _codes(hs6 for (hs6,) in rows)


def near_khmer(connection: sqlite3.Connection, parts: list[str]) -> list[str]:
    """The subheadings of the Khmer terms that are nearest to these parts, for what is misspelt or too long for a term.

    First the terms that stand within the text, those with which it begins before the others, since a Khmer name begins
    with what a thing is; then those that share at least half of its trigrams.
    """
    text = "".join(parts)[:_LONGEST]
    rows = connection.execute("SELECT term, hs6 FROM product_search_km WHERE instr(?, term) > 0", (text,)).fetchall()
    within = [(not text.startswith(term), -len(term), term, hs6) for term, hs6 in rows if _stands_in(term, text)]
    return _codes([*(hs6 for *_, hs6 in sorted(within)), *_sharing(connection, text)])


def _stands_in(term: str, text: str) -> bool:
    """Whether a term ends in a text where a syllable ends; short ones are only taken at its beginning."""
    end = text.index(term) + len(term)
    whole = end == len(text) or not _SIGN.match(text[end])
    return whole and (len(term) >= SIGNS or text.startswith(term))


def _sharing(connection: sqlite3.Connection, text: str) -> list[str]:
    trigrams = dict.fromkeys(text[i : i + SIGNS] for i in range(len(text) - SIGNS + 1))
    if not trigrams:
        return []
    query = " OR ".join(f'"{signs}"' for signs in trigrams)
    sql = "SELECT term, hs6 FROM product_search_km WHERE product_search_km MATCH ? ORDER BY rank, rowid LIMIT 20"
    half = len(trigrams) / 2
    return [hs6 for term, hs6 in connection.execute(sql, (query,)) if sum(s in term for s in trigrams) >= half]


def _codes(found: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(_parted(found)))


def _parted(found: Iterable[str]) -> Iterator[str]:
    for hs6 in found:
        yield from hs6.split()
