"""A guess at the headers of tables that no upright rules part into columns, for files nobody has described yet.

A header is only guessed where the lines under it stand in its columns, one after the other, and one column holds
codes, rates or numbers: prose, lists of numbered paragraphs and tables of contents are none. `pdf_aligned` then reads
what was guessed, or refuses it; nothing of a guess enters a release before a person has taken it over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from sources.readers.aligned import (
    MOST_HEADER_LINES,
    ColumnsUnsureError,
    Header,
    filled,
    find_edges,
    find_header,
    overlapping,
    rows_between_rules,
    rule_between,
    runs_over,
    spans,
    stretches,
)
from sources.readers.grid import Rule
from sources.readers.pdf_aligned import HORIZONTAL, NONE, follow
from sources.readers.pdf_header import fold
from sources.readers.pdf_text import Line

_VALUE = re.compile(r"\(?[-+]?\d[\d.,:/]*\s?%?\)?[*¹²³]?|(?i:free|ex|el|nil|exempt)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_SERIAL = re.compile(r"\(?\d{1,3}[.):]?\)?")
_TELLING = re.compile(r"\d{6,10}|\d{4}(?:\.\d{2,4})+|\d[\d.,]*\s?%|(?i:free)")
"""What stands in a table of two columns that is no list of numbered paragraphs: a code, a rate in percent."""

_LONGEST_NAME = 60
_FEWEST_ROWS = 3
_CLOSE = 1.2
"""White between two lines of a header at most, in heights of the lower one."""

_BETWEEN = 2
"""Lines between a header and the first line with a value: a heading, or the first lines of a description."""


class Guess(NamedTuple):
    """A header as guessed: its names, and whether level rules part the rows (`horizontal`) or nothing (`none`)."""

    names: tuple[str, ...]
    rules: str


def may_hold_columns(lines: Sequence[Line]) -> bool:
    """Whether enough lines of a page are parted into pieces with values among them for a guess to be worth its time."""
    rows = 0
    for line in lines:
        telling = _VALUE if len(line.pieces) > 2 else _TELLING
        rows += len(line.pieces) > 1 and any(telling.fullmatch(piece.text) for piece in line.pieces)
    return rows >= _FEWEST_ROWS


def guess_headers(lines: Sequence[Line], rules: Sequence[Rule]) -> Iterator[Guess]:
    """The headers of a page's tables, from top to bottom.

    Args:
        lines: the page's upright lines, their pieces single words (`pdf_aligned.text_lines`).
        rules: its level rules.
    """
    end = 0
    for n, line in enumerate(lines):
        if n < end or not _has_value(line):
            continue
        found = max(_below(lines, rules, end, n), key=lambda each: each[0], default=None)
        if found is not None:
            (_, end, guess) = found
            yield guess
        else:
            end = n + 1 + sum(1 for _ in _values_on_end(lines[n + 1 :]))


def _values_on_end(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines from the first on that have values: what has no header above the first of them has none here."""
    for line in lines:
        if not _has_value(line):
            return
        yield line


def _below(
    lines: Sequence[Line], rules: Sequence[Rule], start: int, n: int
) -> Iterator[tuple[tuple[int, int], int, Guess]]:
    """Headers that line `n` may stand under, each with how good it is and with the line where its table ends."""
    for foot in range(n, max(start, n - _BETWEEN - 1), -1):
        for head in range(foot - 1, max(start, foot - MOST_HEADER_LINES) - 1, -1):
            if _has_value(lines[head]) or (head < foot - 1 and not _is_close(lines[head], lines[head + 1], rules)):
                break
            for names in _names(lines[head:foot]):
                found = find_header(lines[:foot], names, head)
                if found is None or found.first != head:
                    continue
                table = _table(lines, rules, found, names)
                if table is not None:
                    end, kind = table
                    yield (len(names), foot - head), end, Guess(names, kind)


def _is_value(text: str) -> bool:
    return _VALUE.fullmatch(text) is not None and not _YEAR.fullmatch(text)


def _has_value(line: Line) -> bool:
    parts = stretches(line)
    return len(parts) > 1 and any(_is_value(part.text) for part in parts)


def _is_close(above: Line, below: Line, rules: Sequence[Rule]) -> bool:
    """Whether two lines may be of one header: neither a rule over their width parts them nor much white."""
    if below.bbox[1] - above.bbox[3] > _CLOSE * (below.bbox[3] - below.bbox[1]):
        return False
    sides = (min(above.bbox[0], below.bbox[0]), max(above.bbox[2], below.bbox[2]))
    return rule_between(above, below, sides, rules) is None


def _names(lines: Sequence[Line]) -> Iterator[tuple[str, ...]]:
    """The names that lines print, if they are a header: a name over several columns counts for each of them."""
    for lowest in range(len(lines)):
        columns = overlapping(piece for line in lines[lowest:] for piece in stretches(line))
        names = tuple(
            fold(
                " ".join(
                    piece.text for line in lines for piece in stretches(line) if piece.x0 < right and piece.x1 > left
                )
            )
            for left, right in columns
        )
        if len(names) > 1 and _could_head(names):
            yield names


def _could_head(names: Sequence[str]) -> bool:
    words = [name for name in names if any(map(str.isalpha, name))]
    values = [name for name in names if _is_value(name)]
    return not values and len(words) * 2 >= len(names) and len(words) > 1 and max(map(len, names)) <= _LONGEST_NAME


def _table(
    lines: Sequence[Line], rules: Sequence[Rule], header: Header, names: Sequence[str]
) -> tuple[int, str] | None:
    """Where the table under a header ends, and what parts its rows; None where no table stands in its columns."""
    end = follow(lines, header.end - 1, len(lines), header.extents)
    body = [line for line in lines[header.end : end] if not spans(line, header.extents)]
    if len(body) < _FEWEST_ROWS:
        return None
    try:
        edges = find_edges(header.extents, body)
    except ColumnsUnsureError:
        return None
    places = [filled(line, edges) for line in body]
    rows = sum(len(set(place)) > 1 for place in places)
    over = sum(runs_over(line, edges) for line in body)
    if rows < _FEWEST_ROWS or rows * 2 < len(body) or over * 10 > len(body):
        return None
    cells: list[list[str]] = [[] for _ in names]
    for line, place in zip(body, places, strict=True):
        for column, piece in zip(place, stretches(line), strict=True):
            cells[column].append(piece.text)
    if not all(cells) or not _has_values(cells):
        return None
    groups = rows_between_rules(lines[header.end : end], edges, rules)
    ruled = len(groups) >= _FEWEST_ROWS and all(group.sure for group in groups)
    return end, HORIZONTAL if ruled else NONE


def _has_values(cells: Sequence[Sequence[str]]) -> bool:
    """Whether a column is one of codes, rates or numbers that do more than count the rows."""
    telling = _TELLING if len(cells) == 2 else _VALUE
    for texts in cells:
        values = [text for text in texts if telling.fullmatch(text) and not _YEAR.fullmatch(text)]
        counts = all(map(_SERIAL.fullmatch, values)) and _rises(values)
        if len(values) >= _FEWEST_ROWS and len(values) * 10 >= 7 * len(texts) and not counts:
            return True
    return False


def _rises(values: Sequence[str]) -> bool:
    numbers = [int(re.sub(r"\D", "", value)) for value in values]
    return all(one < other for one, other in pairwise(numbers))
