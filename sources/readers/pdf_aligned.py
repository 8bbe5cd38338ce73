"""Tables of a PDF that no rules part into columns: found by their header, laid into cells by their text's alignment.

A table may have level rules between its rows, or none at all. The columns are told from all pages that share a header
together, so the document is gone through twice: once for its lines, once to lay the text of each page into the cells.
How columns and rows are told is in `aligned`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np

from sources.errors import Exit, FtaError
from sources.progress import counted
from sources.readers.aligned import (
    WORDS_APART,
    ColumnsUnsureError,
    Extent,
    Group,
    filled,
    find_edges,
    find_header,
    rows_between_rules,
    rows_by_spacing,
    rule_between,
    runs_over,
    spacing_limit,
    spans,
    stretches,
)
from sources.readers.grid import Box, Grid, Rule, merge_rules
from sources.readers.pdf_page import PageMarks, open_pdf
from sources.readers.pdf_tables import Note, PageRead, Table, TableRow, lay_out
from sources.readers.pdf_text import Line, compose

HORIZONTAL, NONE = "horizontal", "none"

_FAR = 2.5
"""White between lines, in heights of the letters, beyond which a table does not go on."""

_PROSE = 2
"""Lines that run through one after the other are prose; fewer are the heading of a section."""

_ANOTHER = 2
"""Rows under a table's end that are another table; one alone is the foot of a page."""


@dataclass(frozen=True)
class _Part:
    """The lines of one table on one page, those of its header apart, which a continued table does not have."""

    page: int
    header: tuple[Line, ...]
    lines: tuple[Line, ...]
    rules: tuple[Rule, ...]


@dataclass
class _Run:
    """The tables that continue one header, over as many pages as they go on."""

    extents: tuple[Extent, ...]
    parts: list[_Part] = field(default_factory=list)
    goes_on: bool = True

    def edges(self, path: Path, names: Sequence[str]) -> tuple[float, ...]:
        """The columns' edges.

        Raises:
            FtaError: `columns_unsure`.
        """
        body = [line for part in self.parts for line in part.lines if not spans(line, self.extents)]
        every = [line.bbox for part in self.parts for line in part.lines]
        try:
            edges = find_edges(self.extents, body)
        except ColumnsUnsureError as unsure:
            page = self.parts[0].page
            raise FtaError(
                "columns_unsure",
                f"It cannot be told where the column {names[unsure.column]!r} ends and "
                f"{names[unsure.column + 1]!r} begins: {unsure}.",
                where={"file": path.name, "page": page},
                remedy=f"Look at page {page} with `ftadata sources inspect --page {page}`; ask the publisher for a "
                "workbook, or for the table with rules.",
                exit_code=Exit.DOCUMENT,
            ) from unsure
        left = min([edges[0], *(box[0] - 2 for box in every)])
        return (left, *edges[1:-1], max([edges[-1], *(box[2] + 2 for box in every)]))


@dataclass
class _Found:
    """What the first going through found: for each page its parts with their columns' edges."""

    names: Sequence[str]
    rules: str
    limit: float | None
    parts: dict[int, list[tuple[_Part, tuple[float, ...]]]] = field(default_factory=dict)


def read_aligned(path: Path, pages: Sequence[int], names: Sequence[str], rules: str) -> Iterator[PageRead]:
    """Every page asked for, with the tables whose header prints the names.

    Args:
        path: the PDF.
        pages: page numbers from 1, rising.
        names: the header's cells, white space folded; none may be empty.
        rules: `horizontal` where level rules part the rows, `none` where spacing or the first column does.

    Yields:
        Pages as `pdf_tables.read_pages` gives them. The first row of a table with a header is `names`, however many
        lines they are printed in; the notes `row_unsure`, `rows_together` and `ragged_row` say what could not be told.

    Raises:
        FtaError: `columns_unsure`, `wrong_option`, `document_unreadable`, `document_encrypted`.
    """
    if not names or not all(names):
        raise FtaError(
            "wrong_option",
            "A table without upright rules is found by the words of its header, and a column here has none.",
            remedy="Give every column of the description its header as printed.",
            exit_code=Exit.WRONG_USE,
        )
    with open_pdf(path) as document:
        runs: list[_Run] = []
        for page in counted(pages, len(pages)):
            _find_parts(document.marks(page), names, runs)
        found = _Found(names, rules, spacing_limit([part.lines for run in runs for part in run.parts]))
        for run in runs:
            edges = run.edges(path, names)
            for part in run.parts:
                found.parts.setdefault(part.page, []).append((part, edges))
        for page in counted(pages, len(pages)):
            yield _page(document.marks(page), found)


def text_lines(marks: PageMarks) -> tuple[Line, ...]:
    """The upright lines of a page, their pieces single words."""
    upright = np.where(marks.chars.turn == 0, 0, -1)
    return compose(marks.chars, upright, 1, with_lines=True, apart=WORDS_APART).lines


def _find_parts(marks: PageMarks, names: Sequence[str], runs: list[_Run]) -> None:
    """The parts of tables on a page: each under its header, and before the first header what goes on from before."""
    lines, rules = text_lines(marks), tuple(merge_rules(marks.horizontal))
    header = find_header(lines, names)
    if runs and runs[-1].goes_on:
        first, end = _continued(lines[: header.first if header else None], runs[-1].extents)
        if first < end:
            runs[-1].parts.append(_Part(marks.page, (), lines[first:end], rules))
            runs[-1].goes_on = _rows_in(lines[end:], runs[-1].extents) < _ANOTHER
    while header:
        below = find_header(lines, names, header.end)
        limit = below.first if below else len(lines)
        end = follow(lines, header.end - 1, limit, header.extents)
        if not runs or not _same_place(runs[-1].extents, header.extents):
            runs.append(_Run(header.extents))
        runs[-1].parts.append(_Part(marks.page, lines[header.first : header.end], lines[header.end : end], rules))
        runs[-1].goes_on = below is None and _rows_in(lines[end:], header.extents) < _ANOTHER
        header = below


def _same_place(one: Sequence[Extent], other: Sequence[Extent]) -> bool:
    return all(abs(a - b) < 1 for here, there in zip(one, other, strict=True) for a, b in zip(here, there, strict=True))


def follow(lines: Sequence[Line], start: int, limit: int, extents: Sequence[Extent]) -> int:
    """The first line after `start` that is no longer of its table: far below the one above, or prose."""
    through = 0
    for n in range(start, limit):
        if n > start and _is_far(lines[n - 1], lines[n], lines):
            return n - through
        through = through + 1 if spans(lines[n], extents) else 0
        if through == _PROSE:
            return n - through + 1
    return limit - through


def _is_far(above: Line, below: Line, lines: Sequence[Line]) -> bool:
    """Whether the white between two lines is more than a table has, by the height of the page's letters."""
    return below.bbox[1] - above.bbox[3] > _FAR * median(line.bbox[3] - line.bbox[1] for line in lines)


def _continued(lines: Sequence[Line], extents: Sequence[Extent]) -> tuple[int, int]:
    """The stretch of a page's lines that has the most rows under the columns of an earlier header."""
    best, first = (0, 0, 0), 0
    while first < len(lines):
        end = max(first + 1, follow(lines, first, len(lines), extents))
        best = max(best, (_rows_in(lines[first:end], extents), -first, end))
        first = end
    rows, start, end = best
    return (-start, end) if rows else (0, 0)


def _rows_in(lines: Sequence[Line], extents: Sequence[Extent]) -> int:
    """How many lines have text under more than one of the columns."""
    return sum(len(stretches(line)) > 1 and not spans(line, extents) for line in lines)


def _page(marks: PageMarks, found: _Found) -> PageRead:
    laid = [(part, edges, _rows(part, edges, found)) for part, edges in found.parts.get(marks.page, [])]
    read = lay_out(marks, [_grid(*each) for each in laid], "alignment")
    unsure = "rows_together" if found.rules == HORIZONTAL else "row_unsure"
    tables = [_finished(table, *each, found.names, unsure) for table, each in zip(read.tables, laid, strict=True)]
    return replace(read, tables=tuple(tables))


def _rows(part: _Part, edges: tuple[float, ...], found: _Found) -> list[Group]:
    if found.rules == HORIZONTAL:
        return rows_between_rules(part.lines, edges, part.rules)
    return rows_by_spacing(part.lines, edges, part.rules, [_is_whole(line, edges) for line in part.lines], found.limit)


def _is_whole(line: Line, edges: Sequence[float]) -> bool:
    """Whether the line is one stretch of text over several columns."""
    return len(stretches(line)) == 1 and runs_over(line, edges)


def _grid(part: _Part, edges: tuple[float, ...], rows: Sequence[Group]) -> Grid:
    """The cells: the header is one row, whatever its lines; a line that runs through is one cell."""
    bands: list[tuple[Line, ...]] = [part.header] if part.header else []
    bands += [part.lines[row.first : row.end] for row in rows]
    ys = [bands[0][0].bbox[1] - 1]
    for above, below in pairwise(bands):
        rule = rule_between(above[-1], below[0], edges, part.rules)
        ys.append((above[-1].bbox[3] + below[0].bbox[1]) / 2 if rule is None else rule)
    ys.append(max(line.bbox[3] for line in bands[-1]) + 1)
    cells: list[Box] = []
    places: list[tuple[int, int, int, int]] = []
    for number, band in enumerate(bands):
        through = len(band) == 1 and _is_whole(band[0], edges) and band != part.header
        last = sum(edge < band[0].bbox[2] for edge in edges[1:-1]) if through else 0
        first = filled(band[0], edges)[0] if through else 0
        for column in range(len(edges) - 1):
            if through and first < column <= last:
                continue
            right = last + 1 if through and column == first else column + 1
            cells.append((edges[column], ys[number], edges[right], ys[number + 1]))
            places.append((number, column, number + 1, right))
    return Grid(edges, tuple(ys), tuple(cells), tuple(places))


def _finished(
    table: Table, part: _Part, edges: Sequence[float], rows: Sequence[Group], names: Sequence[str], unsure: str
) -> Table:
    """The table with its header's cells as they were found, and with notes on what could not be told."""
    begin = 1 if part.header else 0
    notes = [note for note in table.notes if note.row >= begin]
    for number, row in enumerate(rows, begin):
        shown = " | ".join(cell or "" for cell in table.rows[number].cells)
        if not row.sure:
            notes.append(Note(number, unsure, shown))
        lines = part.lines[row.first : row.end]
        over = any(runs_over(line, edges) and not (_is_whole(line, edges) and len(lines) == 1) for line in lines)
        if over and not any(note.row == number and note.code in ("ragged_row", "text_over_rule") for note in notes):
            notes.append(Note(number, "ragged_row", shown))
    head = table.rows[0]
    found = (TableRow(head.bbox, tuple(names), head.boxes), *table.rows[1:]) if begin else table.rows
    return replace(table, rows=found, notes=tuple(notes))
