"""The tables of a PDF's pages, each row with its boxes, and the lines of text outside them.

This is the way in for documents that hold many different tables, for `sources inspect`, and for the readers built on
it (`pdf_table`, `pdf_prose`). Long documents are read by several processes, a range of pages at a time, and come back
in page order, so that memory does not grow with the number of pages.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sources.progress import counted
from sources.readers.grid import Box, Grid, Rule, find_grids
from sources.readers.pdf_page import Chars, Ints, PageMarks, open_pdf
from sources.readers.pdf_text import Line, compose, place

SHARES, LARGEST_CHUNK = 4, 64
"""Each process gets the pages in about so many shares, none larger than so many pages, so that memory stays flat."""

WORTH_A_POOL = 72
"""Pages from which starting processes costs less than it saves."""

TOUCHING = 0.5
"""Points between characters up to which they are of one word, or of one text with its printed spaces."""


class TableRow(NamedTuple):
    """One row as ruled.

    Attributes:
        bbox: x0, top, x1, bottom in points from the page's top left.
        cells: text by column; None where a cell that begins further left or above covers the place.
        boxes: box of each cell, None as above.
    """

    bbox: Box
    cells: tuple[str | None, ...]
    boxes: tuple[Box | None, ...]


class Note(NamedTuple):
    """Something about one row of a table: `text_over_rule`, `ragged_row` or `raised`, and the text concerned."""

    row: int
    code: str
    value: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of one page.

    Attributes:
        page: number from 1; `bbox` as in a row.
        xs: x of the columns' edges, one more than there are columns.
        rows: every row, the printed header among them (it is `rows[0]` where there is one).
        notes: what a person should look at, by row index.
        drawn: what parts the cells: `rules`, `shading` (filled boxes without lines), `alignment` (see `pdf_aligned`).
    """

    page: int
    bbox: Box
    xs: tuple[float, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[Note, ...]
    drawn: str

    @property
    def header(self) -> tuple[str, ...]:
        """The first row, which is the header in tables that print one."""
        return tuple(cell or "" for cell in self.rows[0].cells)


@dataclass(frozen=True, slots=True)
class PageRead:
    """One page as read.

    Attributes:
        engine: `pdfium` or `pdfplumber`.
        objects: how many things are drawn on the page.
        chars: how many printed characters, `unmapped` of them without a Unicode value.
        tables: from top to bottom.
        outside: the lines of text that stand in no table, from top to bottom.
    """

    page: int
    engine: str
    width: float
    height: float
    objects: int
    chars: int
    unmapped: int
    tables: tuple[Table, ...]
    outside: tuple[Line, ...]


def tables(path: Path, pages: Iterable[int] | None = None) -> Iterator[Table]:
    """Every table of the document (or of the pages asked for), in page order.

    Raises:
        FtaError: as `read_pages`.
    """
    for page in read_pages(path, pages):
        yield from page.tables


def read_pages(path: Path, pages: Iterable[int] | None = None, *, workers: int | None = None) -> Iterator[PageRead]:
    """Every page of the document (or those asked for, from 1), in order.

    Args:
        path: the PDF.
        pages: page numbers; all when None.
        workers: processes; by default one a core for long documents, none besides this one for short ones, nor where
            this one gives way to others.

    Raises:
        FtaError: `document_unreadable`, `document_encrypted`.
    """
    with open_pdf(path) as document:
        wanted = range(1, document.pages + 1) if pages is None else sorted(set(pages))
        if workers is None:
            spreads = len(wanted) >= WORTH_A_POOL and os.nice(0) <= 0
            workers = len(os.sched_getaffinity(0)) if spreads else 1
        if workers <= 1:
            yield from counted((page_tables(document.marks(page)) for page in wanted), len(wanted))
            return
    yield from counted(_read_in_pool(path, list(wanted), workers), len(wanted))


def _read_in_pool(path: Path, pages: Sequence[int], workers: int) -> Iterator[PageRead]:
    size = min(LARGEST_CHUNK, -(-len(pages) // (SHARES * workers)))
    chunks = iter([pages[start : start + size] for start in range(0, len(pages), size)])
    # A process with threads must not fork: a lock another thread holds would stay held in the child.
    method = "fork" if threading.active_count() == 1 else "spawn"
    with ProcessPoolExecutor(workers, multiprocessing.get_context(method)) as pool:
        read = partial(_read_chunk, path)
        waiting: deque[Future[list[PageRead]]] = deque(
            pool.submit(read, chunk) for chunk in islice(chunks, 2 * workers)
        )
        try:
            while waiting:
                done = waiting.popleft().result()
                waiting.extend(pool.submit(read, chunk) for chunk in islice(chunks, 1))
                yield from done
        finally:
            pool.shutdown(cancel_futures=True)


def _read_chunk(path: Path, pages: Sequence[int]) -> list[PageRead]:
    with open_pdf(path) as document:
        return [page_tables(document.marks(page)) for page in pages]


def page_tables(marks: PageMarks) -> PageRead:
    """The tables of one page and the text around them."""
    return lay_out(marks, *_grids(marks))


def lay_out(marks: PageMarks, grids: Sequence[Grid], drawn: str) -> PageRead:
    """The page's text laid into the cells of the grids; `drawn` says what the grids were made from."""
    chars = marks.chars
    cell, starts = place(chars, grids)
    cells = sum(len(grid.cells) for grid in grids)
    over: dict[int, str] = {}
    if cells:
        cell, over = _keep_whole(chars, cell)
    composed = compose(chars, cell, cells)
    outside = np.where(cell < 0, 0, -1)
    around = compose(chars, outside, 1, with_lines=True).lines
    found = []
    for grid, start in zip(grids, starts, strict=True):
        numbers = range(start, start + len(grid.cells))
        texts = composed.texts[start : start + len(grid.cells)]
        notes = {n - start: over[n] for n in over if n in numbers}
        raised = {n - start for n in composed.raised if n in numbers}
        found.append(_table(marks.page, grid, texts, notes, raised, drawn))
    return PageRead(
        marks.page, marks.engine, marks.width, marks.height, marks.objects, int((~chars.blank).sum()), marks.unmapped,
        tuple(found), around,
    )  # fmt: skip


def _grids(marks: PageMarks) -> tuple[list[Grid], str]:
    """Tables by their rules; where a page has no rules, by its filled boxes."""
    grids = find_grids(marks.horizontal, marks.vertical)
    if grids or not marks.shading:
        return grids, "rules"
    level: list[Rule] = [(y, x0, x1) for x0, top, x1, bottom in marks.shading for y in (top, bottom)]
    upright: list[Rule] = [(x, top, bottom) for x0, top, x1, bottom in marks.shading for x in (x0, x1)]
    return [grid for grid in find_grids(level, upright) if len(grid.xs) > 2], "shading"  # one column is a backdrop


def _keep_whole(chars: Chars, cell: Ints) -> tuple[Ints, dict[int, str]]:
    """Text that runs over a rule stays whole, in the cell where it begins.

    Returns:
        The cell of each character, and for each cell out of which text runs, `text_over_rule` where the text runs
        over other text, `ragged_row` where it may be another cell's value.
    """
    follows = np.zeros(len(chars), bool)
    follows[1:] = (np.abs(np.diff(chars.top)) < 1) & (np.abs(chars.x0[1:] - chars.x1[:-1]) <= TOUCHING)
    crosses = np.zeros(len(chars), bool)
    crosses[1:] = follows[1:] & (cell[1:] != cell[:-1]) & (cell[1:] >= 0) & (cell[:-1] >= 0)
    if not crosses.any():
        return cell, {}
    run = np.cumsum(~follows)
    whole = cell.copy()
    notes: dict[int, str] = {}
    for number in np.unique(run[crosses]):
        members = np.flatnonzero(run == number)
        home = int(cell[members[0]])
        entered = set(cell[members[~chars.blank[members]]].tolist()) - {home, -1}
        if home < 0 or not entered:
            continue
        whole[members] = home
        emptied = any(not ((whole == other) & ~chars.blank).any() for other in entered)
        notes[home] = "ragged_row" if emptied or notes.get(home) == "ragged_row" else "text_over_rule"
    return whole, notes


def _table(page: int, grid: Grid, texts: Sequence[str], over: dict[int, str], raised: set[int], drawn: str) -> Table:
    width = len(grid.xs) - 1
    cells: dict[int, list[str | None]] = {}
    boxes: dict[int, list[Box | None]] = {}
    notes: list[tuple[int, str, str]] = []
    for number, ((row, column, _, _), box) in enumerate(zip(grid.spans, grid.cells, strict=True)):
        cells.setdefault(row, [None] * width)[column] = texts[number]
        boxes.setdefault(row, [None] * width)[column] = box
        if number in over:
            notes.append((row, over[number], texts[number]))
        if number in raised:
            notes.append((row, "raised", texts[number]))
    order = {row: n for n, row in enumerate(sorted(cells))}
    rows = tuple(
        TableRow(
            (round(grid.xs[0], 1), round(grid.ys[row], 1), round(grid.xs[-1], 1), round(grid.ys[row + 1], 1)),
            tuple(cells[row]),
            tuple(boxes[row]),
        )
        for row in order
    )
    x0, top, x1, bottom = (round(side, 1) for side in grid.bbox)
    placed = tuple(Note(order[row], code, value) for row, code, value in notes)
    return Table(page, (x0, top, x1, bottom), grid.xs, rows, placed, drawn)


__all__ = ["Line", "Note", "PageRead", "Table", "TableRow", "open_pdf", "page_tables", "read_pages", "tables"]
