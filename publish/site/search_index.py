"""What the search in the browser reads: codes, words in both languages, everyday names, and codes of older editions.

Two files: a core with chapters, headings, everyday words and older codes, by which suggestions begin at once, and the
subheadings, which follow. Their names change with their content. How they are searched is in `assets/find.js`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from publish.evidence import Row
from publish.products import EDITION
from publish.site.facts import Facts

Node = list[Any]
"""A code, its words in English and, where there are any, in Khmer."""


def write_search_index(directory: Path, facts: Facts) -> dict[str, str]:
    """Write the index into `assets/`; the names of its two files, `core` and `more`."""
    return {
        name: _write(directory, name, content) for name, content in (("core", _core(facts)), ("more", _more(facts)))
    }


def _write(directory: Path, name: str, content: object) -> str:
    made = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    file = f"search-{name}.{sha256(made).hexdigest()[:12]}.json"
    (directory / file).write_bytes(made)
    return file


def _core(facts: Facts) -> dict[str, Any]:
    return {
        "chapters": [_node(row) for row in facts.nodes.values() if row["level"] == 2],
        "headings": [_node(row) for row in facts.nodes.values() if row["level"] == 4],
        "words": _words(facts), "older": _older(facts),
    }  # fmt: skip


def _more(facts: Facts) -> list[Node]:
    return [_node(row) for row in facts.nodes.values() if row["level"] == 6]


def _node(row: Row) -> Node:
    return [row["code"], row["name_en"] or "", *([row["name_km"]] if row["name_km"] else [])]


def _words(facts: Facts) -> list[list[str]]:
    """Everyday names of goods: English, Khmer, and the codes they may fall under."""
    codes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in facts.held("product_word", "term_en, term_km, row_no"):
        codes[row["term_en"], row["term_km"]].append(row["code"])
    return [[english, khmer, " ".join(found)] for (english, khmer), found in codes.items()]


def _older(facts: Facts) -> dict[str, str]:
    """Subheadings of older editions that are no code today, with what they became."""
    became: dict[str, set[str]] = defaultdict(set)
    for code, editions in facts.former.items():
        for edition, old in editions.items():
            for former in old:
                if edition != EDITION and former not in facts.nodes:
                    became[former].add(code)
    return {old: " ".join(sorted(codes)) for old, codes in sorted(became.items())}
