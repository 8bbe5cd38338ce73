"""Columns and rows of a table that no rules part, from the alignment of its text: geometry only, no files.

The header's words say how many columns there are and roughly where; the white between the texts of all rows says where
one ends. Rows are parted by rules, by wider spacing, or by the first column. What that leaves open is said, never
settled in silence: columns that cannot be told are an error, rows that cannot be told are marked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from sources.readers.grid import Rule
from sources.readers.pdf_text import Line, Piece

WORDS_APART, STRETCHES_APART = 0.15, 0.5
"""Gaps, in heights of the letters, from which there are two words, and two stretches of text."""

MOST_HEADER_LINES = 5
_NARROWEST = 1.0
"""Points of white from which it can part two columns."""

_WIDER = 1.2
"""How much wider than within a row the spacing is between rows, where it tells them apart."""

_SPACE = 2.0
"""Points: the least white between two words."""

_OVERRUNS = 0.05
"""Share of lines whose text may run over the white between two columns; each is found again as text over a rule."""

Extent = tuple[float, float]


class Header(NamedTuple):
    """A printed header: its lines, from `first` up to `end`, and where each column's words stand."""

    first: int
    end: int
    extents: tuple[Extent, ...]


class Group(NamedTuple):
    """The lines of one row, from `first` up to `end`; `sure` says whether the row could be told."""

    first: int
    end: int
    sure: bool


class ColumnsUnsureError(Exception):
    """It cannot be told from the alignment where the column of this number (from 0) ends."""

    def __init__(self, column: int, why: str) -> None:
        super().__init__(why)
        self.column = column


def stretches(line: Line) -> list[Piece]:
    """The line's words put together to stretches of text, between which a column could end."""
    apart = STRETCHES_APART * (line.bbox[3] - line.bbox[1])
    found: list[Piece] = []
    for word in line.pieces:
        if found and word.x0 - found[-1].x1 <= apart:
            found[-1] = found[-1]._replace(x1=word.x1, text=f"{found[-1].text} {word.text}")
        else:
            found.append(word)
    return found


def find_header(lines: Sequence[Line], names: Sequence[str], start: int = 0) -> Header | None:
    """The first lines at or after `start` that print the names, in one line or in several, white space apart."""
    wanted = [_squeeze(name) for name in names]
    letters = sum(map(len, wanted))
    for first in range(start, len(lines)):
        for end in range(first + 1, min(first + MOST_HEADER_LINES, len(lines)) + 1):
            size = sum(len(_squeeze(line.text)) for line in lines[first:end])
            if size > letters:
                break
            extents = _extents(lines[first:end], wanted)
            if extents is not None:
                return Header(first, end, extents)
    return None


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _extents(lines: Sequence[Line], wanted: Sequence[str]) -> tuple[Extent, ...] | None:
    """Where each name stands, if these lines print the names and nothing else."""
    if len(lines) == 1:
        return _in_sequence(lines[0], wanted)
    for lowest in range(len(lines)):  # a name over several columns belongs to each of those under it
        columns = overlapping(piece for line in lines[lowest:] for piece in stretches(line))
        if len(columns) != len(wanted):
            continue
        texts = [
            "".join(piece.text for line in lines for piece in stretches(line) if piece.x0 < right and piece.x1 > left)
            for left, right in columns
        ]
        if [_squeeze(text) for text in texts] == list(wanted):
            return tuple(columns)
    return None


def _in_sequence(line: Line, wanted: Sequence[str]) -> tuple[Extent, ...] | None:
    """Where each name stands in a line whose words, one after the other, are the names."""
    words = [(word.x0, word.x1, _squeeze(word.text)) for word in line.pieces]
    extents, at = [], 0
    for name in wanted:
        first, text = at, ""
        while at < len(words) and text != name and name.startswith(text + words[at][2]):
            text += words[at][2]
            at += 1
        if text != name or first == at:
            return None
        extents.append((words[first][0], words[at - 1][1]))
    return tuple(extents) if at == len(words) else None


def overlapping(pieces: Iterable[Piece]) -> list[Extent]:
    """The stretches of the page's width that any piece covers."""
    covered: list[Extent] = []
    for piece in sorted(pieces):
        if covered and piece.x0 <= covered[-1][1]:
            covered[-1] = (covered[-1][0], max(covered[-1][1], piece.x1))
        else:
            covered.append((piece.x0, piece.x1))
    return covered


def spans(line: Line, extents: Sequence[Extent]) -> bool:
    """Whether a line runs through under the header, as prose and the headings of sections do."""
    parts = stretches(line)
    between = [(one[1], other[0]) for one, other in pairwise(extents)]
    over = [piece for piece in parts if any(piece.x0 < left and right < piece.x1 for left, right in between)]
    return bool(over) and (len(parts) == 1 or over[0] == parts[0])


def find_edges(extents: Sequence[Extent], body: Sequence[Line]) -> tuple[float, ...]:
    """The edges of the columns, one more than there are columns.

    Args:
        extents: where the header's words stand, column by column.
        body: the lines under the header that do not run through.

    Raises:
        ColumnsUnsureError: no white, or more than one stretch of it, between two columns.
    """
    pieces = [(n, piece) for n, line in enumerate(body) for piece in stretches(line)]
    leftmost = min([extents[0][0], *(piece.x0 for _, piece in pieces)])
    rightmost = max([extents[-1][1], *(piece.x1 for _, piece in pieces)])
    edges = [leftmost - 2]
    next_names = [*(x0 for x0, _ in extents[2:]), rightmost + 1]
    for column, ((_, left), (right, _)) in enumerate(pairwise(extents)):
        zones = _white(left, right, [piece for _, piece in pieces], len(body))
        if not zones:
            raise ColumnsUnsureError(column, "the texts of the column and of the next one leave no white between them")
        while len(zones) > 1:
            blob = (zones[0][1], zones[1][0])
            zones.pop(1 if _belongs_right(column, blob, (edges[-1], next_names[column]), pieces) else 0)
        edges.append((zones[0][0] + zones[0][1]) / 2)
    return (*edges, rightmost + 2)


def _white(left: float, right: float, pieces: Sequence[Piece], lines: int) -> list[Extent]:
    """The zones between two names that no text covers, or else those that the fewest lines run over, if few do."""
    inside = [piece for piece in pieces if piece.x0 < right and piece.x1 > left]
    points = sorted({left, right, *(x for piece in inside for x in (piece.x0, piece.x1) if left < x < right)})
    zones: list[tuple[int, float, float]] = []
    for x0, x1 in pairwise(points):
        over = sum(piece.x0 < x1 and piece.x1 > x0 for piece in inside)
        if zones and zones[-1][0] == over:
            zones[-1] = (over, zones[-1][1], x1)
        else:
            zones.append((over, x0, x1))
    wide = [zone for zone in zones if zone[2] - zone[1] >= _NARROWEST]
    least = min((over for over, _, _ in wide), default=None)
    if least is None or least > _OVERRUNS * lines:
        return []
    return [(x0, x1) for over, x0, x1 in wide if over == least]


def _belongs_right(
    column: int, blob: Extent, within: Extent, pieces: Sequence[tuple[int, Piece]]
) -> bool:  # fmt: skip
    """Whether text between two names, under neither, is the right one's: so it is where only the left one has other.

    Args:
        column: number of the left one.
        blob: where the text stands.
        within: where the left column begins, and where the name after the right one does.
        pieces: all stretches of text, each with the number of its line.

    Raises:
        ColumnsUnsureError: both have text beside it, or neither.
    """
    lines = {n for n, piece in pieces if piece.x0 < blob[1] and piece.x1 > blob[0]}
    left = any(n in lines and within[0] <= piece.x0 and piece.x1 <= blob[0] for n, piece in pieces)
    right = any(n in lines and blob[1] <= piece.x0 < within[1] for n, piece in pieces)
    if left == right:
        raise ColumnsUnsureError(column, "text stands between the names of the column and of the next one")
    return left


def runs_over(line: Line, edges: Sequence[float]) -> bool:
    """Whether any stretch of the line runs over the edge between two columns."""
    return any(piece.x0 < edge < piece.x1 for piece in stretches(line) for edge in edges[1:-1])


def filled(line: Line, edges: Sequence[float]) -> list[int]:
    """The columns in which the line's stretches begin, left to right."""
    return [min(max(bisect_right(edges, piece.x0) - 1, 0), len(edges) - 2) for piece in stretches(line)]


def rows_between_rules(lines: Sequence[Line], edges: Sequence[float], rules: Sequence[Rule]) -> list[Group]:
    """Rows where a level rule stands between each and the next; unsure where two lines of one fill every column."""
    parted = [n for n in range(1, len(lines)) if rule_between(lines[n - 1], lines[n], edges, rules) is not None]
    full = [len(set(filled(line, edges))) == len(edges) - 1 for line in lines]
    return [Group(first, end, sum(full[first:end]) < 2) for first, end in _parted(len(lines), parted)]


def rule_between(above: Line, below: Line, edges: Sequence[float], rules: Sequence[Rule]) -> float | None:
    """Where a rule over most of the table's width parts two lines, if one does."""
    head, foot = (above.bbox[1] + above.bbox[3]) / 2, (below.bbox[1] + below.bbox[3]) / 2
    width = edges[-1] - edges[0]
    for y in sorted({y for y, _, _ in rules if head < y < foot}):
        if sum(min(x1, edges[-1]) - max(x0, edges[0]) for at, x0, x1 in rules if at == y) > width / 2:
            return y
    return None


def rows_by_spacing(
    lines: Sequence[Line],
    edges: Sequence[float],
    rules: Sequence[Rule],
    whole: Sequence[bool],
    limit: float | None,
) -> list[Group]:
    """Rows without rules: by the spacing where that tells, else by the first column.

    Args:
        lines: the table's lines without its header.
        edges: of the columns.
        rules: level rules, which always part rows.
        whole: for each line whether it runs through, which makes it a row of its own.
        limit: from foot to foot, what is more than the spacing within a row (`spacing_limit`), or None.
    """
    always = {
        n
        for n in range(1, len(lines))
        if whole[n] or whole[n - 1] or rule_between(lines[n - 1], lines[n], edges, rules) is not None
    }
    keyed = [0 in filled(line, edges) for line in lines]
    if limit is not None:
        wide = {n for n in range(1, len(lines)) if _pitch(lines, n) > limit}
        groups = _parted(len(lines), sorted(always | wide))
        doubtful = [sum(keyed[first:end]) > 1 for first, end in groups]
        several = sum(end - first > 1 for first, end in groups)
        if sum(doubtful) * 2 <= several:
            return [Group(*group, not doubt) for group, doubt in zip(groups, doubtful, strict=True)]
    return _by_first_column(lines, edges, keyed, always)


def spacing_limit(tables: Sequence[Sequence[Line]]) -> float | None:
    """Points from foot to foot of two lines beyond which they are of two rows, or None where all are spaced alike."""
    steps = sorted({_pitch(lines, n) for lines in tables for n in range(1, len(lines))})
    ratio, limit = max(((b / max(a, 0.1), (a + b) / 2) for a, b in pairwise(steps)), default=(1.0, 0.0))
    return limit if ratio >= _WIDER else None


def _pitch(lines: Sequence[Line], n: int) -> float:
    return lines[n].bbox[3] - lines[n - 1].bbox[3]


def _by_first_column(
    lines: Sequence[Line], edges: Sequence[float], keyed: Sequence[bool], always: set[int]
) -> list[Group]:
    """A line with text in the first column begins a row; one without it continues a row only where it may be wrapped.

    A line can be wrapped where in every column that it fills its first word had no room on the line above.
    """
    ends: dict[int, float] = {}
    for line in lines:
        for column, piece in zip(filled(line, edges), stretches(line), strict=True):
            ends[column] = max(ends.get(column, 0.0), piece.x1)
    starts = [
        n
        for n in range(1, len(lines))
        if n in always or keyed[n] or not _may_be_wrapped(lines[n - 1], lines[n], edges, ends)
    ]
    told = [key or n in always for n, key in enumerate(keyed)]
    return [Group(first, end, all(told[first:end])) for first, end in _parted(len(lines), starts)]


def _may_be_wrapped(above: Line, line: Line, edges: Sequence[float], ends: dict[int, float]) -> bool:
    """Whether in every column that the line fills the first word had no room on the line above."""
    before = {column: piece.x1 for column, piece in zip(filled(above, edges), stretches(above), strict=True)}
    begins = {word.x0: word.x1 - word.x0 for word in line.pieces}
    return all(
        column in before and before[column] + _SPACE + begins[piece.x0] > ends[column]
        for column, piece in zip(filled(line, edges), stretches(line), strict=True)
    )


def _parted(count: int, starts: Sequence[int]) -> list[tuple[int, int]]:
    return list(pairwise([0, *starts, count])) if count else []
