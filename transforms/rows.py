"""From the rows of an extraction to whole lines: continuations joined, and cells that stand higher in a tree.

What the cells mean is in `transforms.lines`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from sources.errors import FtaError
from sources.extraction import ExtractedRow

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class WholeRow:
    """A line with all its cells.

    Attributes:
        row: the row it begins on.
        cells: its cells, those of its continuations joined to them by line breaks.
        stated: the row that each cell taken from higher up stands on, by column.
    """

    row: ExtractedRow
    cells: Cells
    stated: dict[str, ExtractedRow]


def joined(rows: Iterable[ExtractedRow]) -> Iterator[tuple[ExtractedRow, Cells]]:
    """Every line with its cells, its continuations (also over a page's end) joined to them by line breaks."""
    return ((row, cells) for row, cells in _with_continuations(rows) if row.role == "line")


def whole_rows(
    rows: Iterable[ExtractedRow], inherit: str | None = None, columns: Collection[str] = ()
) -> Iterator[WholeRow]:
    """Every line, whole.

    Args:
        rows: of an extraction, in its order.
        inherit: column with the depth of each row; with it a blank cell of `columns` is that of the nearest row above
            in the tree (headings and lines alike) that fills it.
        columns: the columns that are inherited.

    Raises:
        FtaError: a row has no depth.
    """
    if inherit is None:
        yield from (WholeRow(row, cells, {}) for row, cells in joined(rows))
        return
    above: list[tuple[int, ExtractedRow, Cells]] = []
    for row, cells in _with_continuations(rows):
        depth = _depth(row, cells, inherit)
        while above and above[-1][0] >= depth:
            above.pop()
        if row.role == "line":
            yield _inherited(row, cells, above, columns)
        above.append((depth, row, cells))


def _with_continuations(rows: Iterable[ExtractedRow]) -> Iterator[tuple[ExtractedRow, Cells]]:
    whole: ExtractedRow | None = None
    cells: Cells = {}
    for row in rows:
        if row.role == "continuation":
            for name, text in row.cells.items():
                if text:
                    cells[name] = f"{cells[name]}\n{text}" if cells.get(name) else text
            continue
        if whole is not None:
            yield whole, cells
        whole, cells = row, dict(row.cells)
    if whole is not None:
        yield whole, cells


def _inherited(
    row: ExtractedRow, own: Cells, above: list[tuple[int, ExtractedRow, Cells]], columns: Collection[str]
) -> WholeRow:
    cells, stated = dict(own), dict[str, ExtractedRow]()
    for name in columns:
        if cells.get(name):
            continue
        for _, higher, higher_cells in reversed(above):
            if text := higher_cells.get(name):
                cells[name], stated[name] = text, higher
                break
    return WholeRow(row, cells, stated)


def _depth(row: ExtractedRow, cells: Cells, column: str) -> int:
    text = cells.get(column, "")
    if not (text.isascii() and text.isdigit()):
        raise FtaError(
            "row_without_depth",
            f"The row has {text!r} where its depth in the tree should stand.",
            where={"locator": row.locator, "column": column},
            remedy="Name under `inherit` the column that gives each row's depth as a whole number.",
        )
    return int(text)
