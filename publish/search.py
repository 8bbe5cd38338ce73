"""Finds HS 2022 subheadings by code or by words, in English and Khmer.

What is typed is data, never query syntax: hyphens, quotes and operators are harmless. A code is searched by its first
digits; words must all occur, each from its beginning when it has four letters or more; a word that nothing has or
begins with is taken for the nearest word that occurs, and the answer says so. Everyday words (`publish.everyday`) come
first.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import Any, Literal

from publish import everyday
from publish.products import EDITION, digits_of, resolve_product, subheadings
from sources.errors import FtaError

Row = dict[str, Any]

PREFIX_FROM = 4
_MAX_WORDS = 12
_KHMER = re.compile(r"[\u1780-\u17ff]")
_KHMER_BREAKS = re.compile(r"[\s\u0000\u17d4\"']+")

# Scores are rounded, so that near ties stand in the order of their codes and a heading's subheadings together.
_BY_WORDS = """
SELECT printf('%06d', rowid), round(-bm25(hs_search, 10.0, 4.0, 8.0, 6.0), 1) AS score FROM hs_search
WHERE hs_search MATCH ? ORDER BY score DESC, rowid LIMIT ?
"""
_BY_KHMER = """
SELECT printf('%06d', rowid), round(-bm25(hs_search_km), 1) AS score FROM hs_search_km
WHERE hs_search_km MATCH ? ORDER BY score DESC, rowid LIMIT ?
"""


def search(
    connection: sqlite3.Connection, text: str, lang: Literal["en", "km"] = "en", limit: int = 25
) -> dict[str, Any]:
    """Search HS 2022 subheadings.

    Args:
        connection: a release (`open_release`).
        text: a code of two digits or more (dots and spaces allowed) or words.
        lang: language of the words; words in Khmer script are always searched in Khmer.
        limit: how many results at most.

    Returns:
        `{query, lang, note, results: [{hs6, path_en, path_km, score}]}`, best first. `score` orders the results of one
        search, the first has 1, and means nothing between searches; a code found by its digits has 1.
    """
    note: str | None = None
    code = digits_of(text)
    results = _by_code(connection, code, limit) if len(code) >= 2 else []
    if not results:
        finder = _by_khmer if _KHMER.search(text) else _by_words
        found, note = finder(connection, text, limit)
        results = _nodes(connection, found)
    return {"query": text, "lang": lang, "note": note, "results": results}


def _by_code(connection: sqlite3.Connection, code: str, limit: int) -> list[Row]:
    found = subheadings(connection, code)
    if len(code) > 6:
        try:
            found = resolve_product(connection, code).hs6
        except FtaError:  # a search that finds nothing is an answer, not an error
            return []
    return [{**node, "score": 1.0} for node in _nodes(connection, found[:limit])]


def _nodes(connection: sqlite3.Connection, codes: Sequence[str]) -> list[Row]:
    """The paths of subheadings, scored by their place."""
    sql = "SELECT path_en, path_km FROM hs_node WHERE edition = ? AND code = ?"
    found = [(hs6, connection.execute(sql, (EDITION, hs6)).fetchone()) for hs6 in codes]
    return [
        {"hs6": hs6, "path_en": path_en, "path_km": path_km, "score": round(1 / place, 3)}
        for place, (hs6, (path_en, path_km)) in enumerate(found, start=1)
    ]


def _by_words(connection: sqlite3.Connection, text: str, limit: int) -> tuple[list[str], str | None]:
    """Subheadings with all words; failing that with the misspelt ones mended; failing that with any of them."""
    words = everyday.words_of(text)[:_MAX_WORDS]
    if not words:
        return [], "Type a code of two digits or more, or a word."
    if found := _match(connection, words, "AND", limit):
        return found, None
    if any(ends := [_unfinished(connection, word) for word in words]):
        whole = [[word, *end] for word, end in zip(words, ends, strict=True)]
        if found := _match(connection, words, "AND", limit, whole):
            return found, None
    mended = [word if _occurs(connection, word) else _nearest(connection, word) for word in words]
    kept = [word for word in mended if word]
    if kept and kept != words and (found := _match(connection, kept, "AND", limit)):
        return found, f"Nothing has all of these words; searched for {' '.join(kept)}."
    if len(kept) > 1 and (found := _match(connection, kept, "OR", limit)):
        return found, f"Nothing has all of these words; these have some of {' '.join(kept)}."
    return [], "Nothing found: try another word, or the first four digits of a code."


def _term(word: str) -> str:
    """A word as an FTS5 expression; whole words count for more than words that only begin so."""
    return f'("{word}" OR "{word}" *)' if len(word) >= PREFIX_FROM else f'"{word}"'


def _match(
    connection: sqlite3.Connection,
    words: list[str],
    joint: Literal["AND", "OR"],
    limit: int,
    forms: list[list[str]] | None = None,
) -> list[str]:
    """The subheadings of everyday words, then those of the nomenclature's words; the most exact first.

    `forms` has for each word everything that it may stand for, where that is more than the word itself.
    """
    query = f" {joint} ".join(f"({' OR '.join(map(_term, any_of))})" for any_of in forms or [[word] for word in words])
    return _merged(
        everyday.named(connection, words),
        everyday.containing(connection, query),
        [hs6 for hs6, _ in connection.execute(_BY_WORDS, (query, limit))],
        limit,
    )


def _merged(named: list[str], containing: list[str], worded: list[str], limit: int) -> list[str]:
    """Each subheading once; terms that only contain what was typed leave half the places to the nomenclature."""
    return list(dict.fromkeys([*named, *containing[: limit // 2], *worded]))[:limit]


def _unfinished(connection: sqlite3.Connection, word: str) -> list[str]:
    """The words that begin with a word of which no stem does: one that is still being typed (`clothin`)."""
    if len(word) < PREFIX_FROM or _occurs(connection, word):
        return []
    sql = "SELECT word FROM hs_word WHERE word >= ? AND word < ? ORDER BY letters, word LIMIT ?"
    return [found for (found,) in connection.execute(sql, (word, word + "\U0010ffff", _MAX_WORDS))]


def _occurs(connection: sqlite3.Connection, word: str) -> bool:
    return any(
        connection.execute(f"SELECT 1 FROM {index} WHERE {index} MATCH ? LIMIT 1", (_term(word),)).fetchone()
        for index in ("hs_search", "product_search")
    )


def _nearest(connection: sqlite3.Connection, word: str) -> str | None:
    """The word of the nomenclature that a misspelt one is most like, or None where none is like it.

    The first letter is taken to be right. Words of five letters or less may differ by one slip, longer ones by two.
    """
    slips = 1 if len(word) <= 5 else 2
    if len(word) < PREFIX_FROM:
        return None
    sql = "SELECT word FROM hs_word WHERE word >= ? AND word < ? AND letters BETWEEN ? AND ? ORDER BY word"
    first, letters = word[0], set(word)
    rows = connection.execute(sql, (first, first + "\U0010ffff", len(word) - slips, len(word) + slips + 1))
    near = [
        (distance, found)
        for (found,) in rows
        if len(letters.difference(found)) <= slips
        and len(set(found).difference(letters, "s")) <= slips
        and (distance := min(_distance(word, form, slips) for form in {found, found.removesuffix("s")})) <= slips
    ]
    return min(near)[1] if near else None


def _distance(one: str, other: str, most: int) -> int:
    """Letters to add, drop, change or swap with a neighbour to make one word the other; counting stops above `most`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def _by_khmer(connection: sqlite3.Connection, text: str, limit: int) -> tuple[list[str], str | None]:
    """Subheadings of the Khmer terms, then of the paths, with every part of the text; failing that, of terms like it.

    Parts under three signs are too short for the index of paths. A zero-width space parts nothing: it is where a line
    may break, and is typed by some and not by others.
    """
    parts = [part for part in _KHMER_BREAKS.split(text.replace("\u200b", "")) if part][:_MAX_WORDS]
    long = [part for part in parts if len(part) >= everyday.SIGNS]
    query = " AND ".join(f'"{part}"' for part in long)
    found = _merged(
        everyday.khmer(connection, parts, "named"),
        everyday.khmer(connection, parts, "containing") if parts else [],
        [hs6 for hs6, _ in connection.execute(_BY_KHMER, (query, limit))] if long else [],
        limit,
    )
    if found or not parts:
        return found, None
    near = everyday.near_khmer(connection, parts)[:limit]
    return near, "Nothing has exactly this; these are the nearest words." if near else None
