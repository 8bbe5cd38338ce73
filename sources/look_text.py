"""A look into texts and archives of texts: cells set apart by a character, numbered lists, flattened tables, prose.

What a line is can only be guessed from how many lines are like it; a guess that fits few lines is not offered.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sources.door import FileKind
from sources.errors import FtaError
from sources.look import Seen
from sources.look_tree import look_at_nodes
from sources.readers import delimited, text_lines
from sources.readers.members import open_members
from sources.readers.prose import default_headings, find_articles, text_paragraphs
from sources.reading import Finding, PageAccount

ENOUGH = 8
"""Lines that must be alike before they are called a list."""

_FIRST_LINES = 12
_SEPARATORS = (",", "\t", ";", "|")
_CODE = r"\d{4}(?:\.\d{2}){1,3}|\d{6,10}"
_PAGE = r"\d{1,4}"
_CODES = re.compile(rf"(?<!\S)(?:{_CODE}|\d{{2}}\.\d{{2}})(?!\S)")


@dataclass(frozen=True)
class _Shape:
    """A way in which a line may be a row."""

    pattern: str
    columns: tuple[str, ...]

    def count(self, lines: Sequence[str]) -> int:
        """How many lines begin like this."""
        compiled = re.compile(self.pattern)
        return sum(compiled.match(line) is not None for line in lines)


_SHAPES = (
    _Shape(rf"(\d{{1,4}})[.)]?\s+({_CODE})\b\s*(.*)", ("No.", "HS Code", "Description")),
    _Shape(rf"({_CODE})\b\s+(.*)", ("HS Code", "Description")),
)


def look_at_text(path: Path, kind: FileKind, seen: Seen) -> None:
    """A text of its own."""
    data = path.read_bytes()
    encoding = _encoding(data)
    text = data.decode(encoding)
    lines = text.splitlines()
    seen.text += [line.strip()[:200] for line in lines if line.strip()][:_FIRST_LINES]
    options = {} if encoding == "utf-8" else {"encoding": encoding}
    separator = _separator(text)
    if separator is not None:
        options |= {} if separator == "," else {"separator": separator}
        _read(path, seen, "the text", delimited.read, [], options)
        return
    _look_for_lists(path, lines, seen, "the text", options)


def look_at_archive(path: Path, kind: FileKind, seen: Seen) -> None:
    """An archive: the members whose names are alike but for their number, the most numerous of them."""
    shapes = Counter(re.sub(r"\d+", "0", name) for name in kind.members if not name.endswith("/"))
    if not shapes:
        seen.reason = "The archive is empty."
        return
    shape, count = shapes.most_common(1)[0]
    wanted = re.escape(shape).replace("0", r"(?P<page>\d+)", 1).replace("0", r"\d+")
    place = f"{count} members like {next(n for n in kind.members if re.sub(r'[0-9]+', '0', n) == shape)!r}"
    options: dict[str, Any] = {"members": wanted}
    try:
        members = open_members(path, re.compile(wanted)).members
    except FtaError as error:
        seen.refused(place, error)
        return
    if shape.lower().endswith(".json"):
        look_at_nodes(path, _all_nodes([json.loads(each.data) for each in members[:20]]), seen, place, options)
        return
    encoding = _encoding(b"".join(each.data for each in members))
    lines = [line for each in members for line in each.data.decode(encoding).splitlines()]
    seen.text += [line.strip()[:200] for line in lines if line.strip()][:_FIRST_LINES]
    options |= {} if encoding == "utf-8" else {"encoding": encoding}
    _look_for_lists(path, lines, seen, place, options)


def _all_nodes(trees: list[Any]) -> Any:
    """The nodes of several members as one list where each is a list, else the first member."""
    return [node for tree in trees for node in tree] if all(isinstance(tree, list) for tree in trees) else trees[0]


def _encoding(data: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _separator(text: str) -> str | None:
    """The character that sets cells apart, where every one of the first rows has as many cells as the header."""
    for separator in _SEPARATORS:
        rows = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=separator)
        first = [row for row, _ in zip(rows, range(200), strict=False) if row]
        if len(text) > 200_000:
            first = first[:-1]
        header = first[0] if first else []
        unique = len(set(header)) == len(header) > 1 and all(name.strip() for name in header)
        if unique and len(first) > 2 and all(len(row) == len(header) for row in first):
            return separator
    return None


def _look_for_lists(path: Path, lines: list[str], seen: Seen, place: str, options: dict[str, Any]) -> None:
    filled = [line for line in lines if line.strip()]
    tabbed = [line for line in filled if line.count("\t") >= 2]
    if len(tabbed) >= ENOUGH and len(tabbed) * 3 >= len(filled):
        width = Counter(line.count("\t") + 1 for line in tabbed).most_common(1)[0][0]
        columns = [f"Field {number}" for number in range(1, width + 1)]
        tabs = {**options, "separator": "\t", "row_start": rf"\t*(?:{_CODE}|\d{{2}}\.\d{{2}})\t|\t", "header": False}
        _read(path, seen, place, text_lines.read, columns, tabs, trusted=False)
        return
    shape, count = max(((each, each.count(filled)) for each in _SHAPES), key=lambda found: found[1])
    codes = len(_CODES.findall(" ".join(filled)))
    if count >= ENOUGH and count * 4 >= codes:
        lists = {**options, "pattern": shape.pattern, "header": False, "page": _PAGE}
        _read(path, seen, place, text_lines.read, list(shape.columns), lists, trusted=False)
        return
    seen.accounts.append(PageAccount(1, 0, 0, "text"))
    _, articles, said = find_articles(text_paragraphs("\n".join(lines)), default_headings())
    seen.articles += articles
    seen.findings += [each for each in said if articles]
    if codes >= 2 and len(filled) <= 60:
        seen.reason = (
            f"It is a table flattened to running text ({codes} codes on {len(filled)} lines): which value stands under "
            "which heading can only be counted. The reader `flat_text` takes a row if it has exactly as many values as "
            "there are headings, and refuses the document otherwise."
        )
        seen.findings.append(Finding("flattened_table", "warning", seen.reason, remedy="Get the document itself."))
    else:
        seen.reason = (
            f"It is prose: {len(filled):,} lines, and too few of them alike to be rows. No rows are read from it; it "
            "is held for reference."
        )


def _read(
    path: Path, seen: Seen, place: str, read: Any, columns: list[str], options: dict[str, Any], *, trusted: bool = True
) -> None:
    try:
        seen.take(place, read(path, columns=columns, options=options), options, trusted=trusted)
    except FtaError as error:
        seen.refused(place, error)
