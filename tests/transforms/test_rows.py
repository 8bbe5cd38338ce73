"""Rows of a tree: a blank cell is that of the nearest row above, and never that of a neighbour."""

from __future__ import annotations

import pytest

from sources.errors import FtaError
from sources.extraction import ExtractedRow, Role
from transforms.rows import whole_rows


def row(n: int, depth: str, rate: str, role: Role = "line") -> ExtractedRow:
    return ExtractedRow(f"row {n}", 1, n, "", role, {"depth": depth, "rate": rate})


def rates(*rows: ExtractedRow) -> list[tuple[str, str]]:
    found = whole_rows(rows, "depth", ["rate"])
    return [(whole.cells["rate"], whole.stated.get("rate", whole.row).locator) for whole in found]


def test_a_line_takes_the_rate_of_the_nearest_branch() -> None:
    assert rates(
        row(1, "0", "20%", "heading"),
        row(2, "1", "15%", "heading"),
        row(3, "2", ""),
        row(4, "2", "3%"),
        row(5, "1", ""),
    ) == [("15%", "row 2"), ("3%", "row 4"), ("20%", "row 1")]


def test_a_line_takes_nothing_from_a_branch_that_has_ended() -> None:
    assert rates(row(1, "1", "20%", "heading"), row(2, "2", ""), row(3, "1", "")) == [("20%", "row 1"), ("", "row 3")]


def test_a_continuation_belongs_to_the_row_that_states_the_rate() -> None:
    assert rates(row(1, "0", "20%", "heading"), row(2, "", "or 5 JPY/kg", "continuation"), row(3, "1", "")) == [
        ("20%\nor 5 JPY/kg", "row 1")
    ]


def test_a_row_without_a_depth_is_refused_with_its_place() -> None:
    with pytest.raises(FtaError, match="row 1"):
        rates(row(1, "", "20%"))
