"""From ruled lines to the cells of tables, whatever drew the lines: geometry only, no text and no files.

The rules are those of pdfplumber's default table finder (lines nearer than three points are one line, touching lines
are joined, the smallest rectangle at each crossing is a cell, cells that share a corner are one table), so that its
answer can referee ours. Coordinates are points from the page's top left.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

TOLERANCE = 3.0

Box = tuple[float, float, float, float]
"""x0, top, x1, bottom."""

Rule = tuple[float, float, float]
"""A straight line: its position across (y of a horizontal one, x of a vertical one), where it starts, where it ends."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One table as cells on a lattice.

    Attributes:
        xs: left edges of cells and the table's right edge, rising.
        ys: top edges of cells and the table's bottom edge, rising.
        cells: the box of each cell.
        spans: for each cell its first row and column and the row and column after its last.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[Box, ...]
    spans: tuple[tuple[int, int, int, int], ...]

    @property
    def bbox(self) -> Box:
        """Box of the whole table."""
        return (self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])


def find_grids(horizontal: Iterable[Rule], vertical: Iterable[Rule]) -> list[Grid]:
    """Tables that the rules of a page draw, from top to bottom and left to right; a lone box is no table."""
    rows, columns = merge_rules(horizontal), merge_rules(vertical)
    if missing := _missing_ends(rows, columns):
        rows = merge_rules([*rows, *missing])
    if (plain := _plain_lattice(rows, columns)) is not None:
        return [plain]
    cells = _cells(rows, columns)
    tables = [group for group in _group(cells) if len(group) > 1]
    tables.sort(key=lambda group: min((cell[1], cell[0]) for cell in group))
    return [_lattice(group) for group in tables]


def _cluster(values: Iterable[float]) -> dict[float, float]:
    """Each value to the mean of those within the tolerance of it, weighted by how often they occur."""
    ordered = sorted(values)
    means: dict[float, float] = {}
    start = 0
    for end in range(1, len(ordered) + 1):
        if end == len(ordered) or ordered[end] > ordered[end - 1] + TOLERANCE:
            group = ordered[start:end]
            mean = round(sum(group) / len(group), 3)
            means.update(dict.fromkeys(group, mean))
            start = end
    return means


def merge_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Near rules brought into line and touching ones joined; stubs shorter than the tolerance are no rules."""
    rules = list(rules)
    snapped = _cluster(rule[0] for rule in rules)
    merged: list[Rule] = []
    for position, start, end in sorted((snapped[at], start, end) for at, start, end in rules):
        if merged and merged[-1][0] == position and start <= merged[-1][2] + TOLERANCE:
            merged[-1] = (position, merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((position, start, end))
    return [rule for rule in merged if rule[2] - rule[1] >= TOLERANCE]


def _missing_ends(rows: Sequence[Rule], columns: Sequence[Rule]) -> list[Rule]:
    """The line that a row cut by the page's end lacks: columns' rules that stop together where no line is drawn."""
    missing = []
    for end in (1, 2):
        together: dict[int, list[Rule]] = defaultdict(list)
        for column in columns:
            together[round(column[end])].append(column)
        for stopping in together.values():
            y, left, right = stopping[0][end], stopping[0][0], stopping[-1][0]
            closed = any(abs(row[0] - y) <= TOLERANCE and row[1] < right and row[2] > left for row in rows)
            crossed = any(
                row[1] - TOLERANCE <= left and right <= row[2] + TOLERANCE and top <= row[0] <= bottom
                for row in rows
                for _, top, bottom in (stopping[0],)
            )
            if len(stopping) > 1 and not closed and crossed:
                missing.append((y, left, right))
    return missing


def _crosses(row: Rule, column: Rule) -> bool:
    (y, left, right), (x, top, bottom) = row, column
    return top - TOLERANCE <= y <= bottom + TOLERANCE and left - TOLERANCE <= x <= right + TOLERANCE


def _plain_lattice(rows: Sequence[Rule], columns: Sequence[Rule]) -> Grid | None:
    """The one table of a page on which every rule runs through, which is what most pages of a schedule are."""
    xs, ys = tuple(column[0] for column in columns), tuple(row[0] for row in rows)
    if len(xs) < 2 or len(ys) < 2 or (len(xs) - 1) * (len(ys) - 1) < 2:
        return None
    if len(set(xs)) < len(xs) or len(set(ys)) < len(ys):
        return None
    corners = (max(rows, key=lambda row: row[1]), min(rows, key=lambda row: row[2]), rows[0], rows[-1])
    sides = (max(columns, key=lambda col: col[1]), min(columns, key=lambda col: col[2]), columns[0], columns[-1])
    if not all(_crosses(row, column) for row in corners for column in sides):
        return None
    cells = tuple((x0, top, x1, bottom) for top, bottom in pairwise(ys) for x0, x1 in pairwise(xs))
    spans = tuple((row, column, row + 1, column + 1) for row in range(len(ys) - 1) for column in range(len(xs) - 1))
    return Grid(xs, ys, cells, spans)


def _cells(rows: Sequence[Rule], columns: Sequence[Rule]) -> list[Box]:
    """The smallest rectangle that the rules close to the right of and below each crossing."""
    crossings: dict[tuple[float, float], tuple[int, int]] = {}
    down: dict[int, list[float]] = defaultdict(list)
    across: dict[int, list[float]] = defaultdict(list)
    for v, (x, top, bottom) in enumerate(columns):
        for h, (y, left, right) in enumerate(rows):
            if (x, y) not in crossings and _crosses((y, left, right), (x, top, bottom)):
                crossings[x, y] = (v, h)
                down[v].append(y)
                across[h].append(x)
    for ends in (*down.values(), *across.values()):
        ends.sort()
    return [
        cell
        for (x, y), (v, h) in sorted(crossings.items())
        if (cell := _smallest_cell(x, y, down[v], across[h], crossings)) is not None
    ]


def _smallest_cell(
    x: float,
    y: float,
    down: Sequence[float],
    across: Sequence[float],
    crossings: dict[tuple[float, float], tuple[int, int]],
) -> Box | None:
    """The smallest closed rectangle whose top left corner is at (x, y)."""
    for bottom in down[bisect_right(down, y) :]:
        for right in across[bisect_right(across, x) :]:
            corner = crossings.get((right, bottom))
            if corner is None:
                continue
            if corner[0] == crossings[right, y][0] and corner[1] == crossings[x, bottom][1]:
                return (x, y, right, bottom)
    return None


def _group(cells: Sequence[Box]) -> list[list[Box]]:
    """Cells that share a corner, directly or through others, in one group."""
    leader = list(range(len(cells)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    first_at: dict[tuple[float, float], int] = {}
    for index, (x0, top, x1, bottom) in enumerate(cells):
        for corner in ((x0, top), (x0, bottom), (x1, top), (x1, bottom)):
            other = first_at.setdefault(corner, index)
            if leader[other] != leader[index]:
                leader[find(index)] = find(other)
    groups: dict[int, list[Box]] = defaultdict(list)
    for index, cell in enumerate(cells):
        groups[find(index)].append(cell)
    return list(groups.values())


def _lattice(cells: Sequence[Box]) -> Grid:
    """Cells with their places counted in rows and columns."""
    ordered = sorted(cells, key=lambda cell: (cell[1], cell[0]))
    xs = sorted({x for cell in cells for x in (cell[0], cell[2])})
    ys = sorted({y for cell in cells for y in (cell[1], cell[3])})
    column, row = {x: n for n, x in enumerate(xs)}, {y: n for n, y in enumerate(ys)}
    spans = tuple((row[top], column[x0], row[bottom], column[x1]) for x0, top, x1, bottom in ordered)
    return Grid(tuple(xs), tuple(ys), tuple(ordered), spans)
