"""One line of a schedule as read, and what can be wrong with it: a fault in a cell, or a code that stands twice.

How a row becomes a line, and lines become tables, is in `transforms.lines`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sources.extraction import ExtractedRow
from transforms.duties import Cell
from transforms.seasons import Season

CORRECT = "Compare the cell with the document. If the document itself is wrong, add a correction."

SUFFIX = (
    "Compare the rows with the document. If it gives rates by suffix, the suffix is part of the code: name its column "
    "`line_code_end` in place of `stat_suffix`."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a schedule as read, with what its cells say.

    Attributes:
        place: the row it begins on.
        code: digits of the line.
        suffix: statistical suffix, where the schedule has a column for it.
        base: the base duty, where the schedule has one.
        category: staging category as printed, where the schedule has one.
        printed: the cells of the dated columns, in their order.
        days: the days from which `printed` hold, where the line has its own; the columns say them otherwise.
        season: the part of the year for which it holds, where the schedule has such lines.
        stated: the rows on which the cells of the dated columns stand, where they may stand above the line.
    """

    place: ExtractedRow
    code: str
    suffix: str | None
    base: Cell | None
    category: str | None
    printed: tuple[Cell, ...]
    days: tuple[date, ...] = ()
    season: Season | None = None
    stated: tuple[ExtractedRow, ...] = ()

    @property
    def terms(self) -> tuple[object, ...]:
        """What the line gives, whatever its code, by the text of its cells: equal terms have equal rates."""
        return self.base and self.base.text, self.category, self.season, self.days, *(c.text for c in self.printed)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell of a row, by the column of the extraction."""

    column: str
    value: str
    expected: str
    reason: str
    remedy: str = CORRECT


def without_duplicates(
    lines: list[Line], column: str, known: Collection[str]
) -> tuple[list[Line], list[tuple[ExtractedRow, Fault]]]:
    """Lines of distinct codes; of equal lines the first stays, of lines that contradict each other none.

    A code may stand once for each season of the year; that a code in `known` stands twice is no fault.
    """
    groups: dict[tuple[str, str | None], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.code, line.suffix), []).append(line)
    kept: list[Line] = []
    faults = []
    for group in groups.values():
        first, *others = group
        if first.season is not None and len({line.season for line in group} - {None}) == len(group):
            kept += group
            continue
        contradict = any(line.terms != first.terms for line in others)
        if not contradict:
            kept.append(first)
            if first.code in known:
                continue
        for line in group if contradict else others:
            others_at = ", ".join(other.place.locator for other in group if other is not line)
            printed = line.place.cells.get(column) or line.code
            reason = (
                f"The code stands also at {others_at}, with other terms; none of them is used."
                if contradict
                else f"The code stands also at {first.place.locator}, with the same terms; that row is used."
            )
            faults.append((line.place, Fault(column, printed, "a code that stands once in the schedule", reason)))
    return kept, faults


def without_parts(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Lines, and the statistical parts of lines that say nothing of their own.

    Of rows that differ only in their statistical suffix the first stands for the line; a duty is the line's.
    """
    first: dict[tuple[object, ...], Line] = {}
    parts = [line for line in lines if first.setdefault((line.code, line.terms), line) is not line]
    return list(first.values()), parts


def by_suffix(lines: tuple[Line, ...], column: str) -> list[tuple[ExtractedRow, Fault]]:
    """A fault for every line whose terms depend on the statistical suffix, for tables that know lines by code alone."""
    groups: dict[tuple[str, Season | None], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.code, line.season), []).append(line)
    reason = "The statistical parts of the line have rates of their own; none of them is used."
    return [
        (line.place, Fault(column, line.place.cells.get(column) or line.code, "one rate for a line", reason, SUFFIX))
        for group in groups.values()
        for line in group
        if len(group) > 1
    ]


def rejected_row(document_id: str, place: ExtractedRow, fault: Fault) -> dict[str, Any]:
    """The row of table `rejected_row` that says what is wrong at a place of a document."""
    return {
        "document_id": document_id,
        "locator": place.locator,
        "page": place.page,
        "row_no": place.row_no,
        "column_name": fault.column,
        "value": fault.value,
        "expected": fault.expected,
        "reason": fault.reason,
        "remedy": fault.remedy,
    }
