"""Schedules that print a rate for every year: totals, figures a trader would look up, and an independent reader.

What is read here comes through the project's own path, from the accepted extraction to dated rates; the documents
themselves are opened by openpyxl and xlrd, which the project does not use.
"""

from __future__ import annotations

import random
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.transforms.accepted import REGISTRY, extraction_of, lines_of
from transforms.lines import schedule_staging
from transforms.rates import preference_rates

ROWS_CHECKED = 200


@cache
def rates_of(schedule_id: str) -> dict[str, list[tuple[str, str | None, str, Decimal | None]]]:
    """By line: first day, end, state and rate of every period."""
    schedule = REGISTRY.schedules[schedule_id]
    regime = REGISTRY.regime_of(schedule)
    table = preference_rates(schedule, regime.id, lines_of(schedule_id), schedule_staging(regime, schedule)).table
    found: dict[str, list[tuple[str, str | None, str, Decimal | None]]] = {}
    for row in table.to_pylist():
        rate = None if row["rate_pct"] is None else row["rate_pct"].normalize()
        found.setdefault(row["line_code"], []).append((row["valid_from"], row["valid_to"], row["state"], rate))
    return found


@pytest.mark.parametrize(("schedule_id", "lines"), [("rcep-au", 6184), ("rcep-cn-asean", 8277)])
def test_every_line_that_a_printed_schedule_has_is_used(schedule_id: str, lines: int) -> None:
    read = lines_of(schedule_id)
    assert len(read.lines) == lines == REGISTRY.schedules[schedule_id].lines
    assert not read.rejected
    roles = [row.role for row in extraction_of(schedule_id).rows]
    assert roles.count("line") == lines
    assert set(roles) == {"line", "heading"}


def test_t_shirts_to_china_fall_from_14_per_cent_to_zero_in_year_ten() -> None:
    (concession,) = [row for row in lines_of("rcep-cn-asean").concessions if row["line_code"] == "61091000"]
    assert lines_of("rcep-cn-asean").duties[concession["base_duty_id"]].rate_pct == 14
    periods = rates_of("rcep-cn-asean")["61091000"]
    assert [rate for *_, rate in periods] == [Decimal(n) / 10 for n in (126, 112, 98, 84, 70, 56, 42, 28, 14, 0)]
    assert (periods[0][0], periods[-1]) == ("2022-01-01", ("2031-01-01", None, "free", Decimal(0)))


def test_rice_to_china_is_unbound_and_never_a_number() -> None:
    rice = [code for code in rates_of("rcep-cn-asean") if code.startswith("100630")]
    assert rice
    for code in rice:
        assert rates_of("rcep-cn-asean")[code] == [("2022-01-01", None, "unbound", None)]
    assert {row["state"] for row in lines_of("rcep-cn-asean").concessions if row["line_code"] in rice} == {"unbound"}


def test_a_duty_of_two_parts_stays_a_duty_of_two_parts() -> None:
    cars = [duty for duty in lines_of("rcep-au").duties.values() if duty.kind == "compound"]
    assert {duty.text for duty in cars} >= {"5% + 12,000 AUD/item", "1% + 2,400 AUD/item"}
    juice = [duty for duty in lines_of("rcep-au").duties.values() if duty.kind == "mixed_min"]
    assert {str(part.basis) for duty in juice for part in duty.components if not part.is_percent} == {"TSS"}


# --- an independent reader ------------------------------------------------------------------------------------------


def openpyxl_rows(path: Path) -> dict[int, list[Any]]:
    openpyxl = pytest.importorskip("openpyxl")
    sheet = openpyxl.load_workbook(path, data_only=True, read_only=True).worksheets[0]
    rows = sheet.iter_rows(min_col=2, max_col=24, values_only=True)
    return {number: list(row) for number, row in enumerate(rows, start=1)}


def xlrd_rows(path: Path) -> dict[int, list[Any]]:
    xlrd = pytest.importorskip("xlrd")
    sheet = xlrd.open_workbook(str(path)).sheet_by_index(0)
    return {number + 1: sheet.row_values(number) for number in range(sheet.nrows)}


def as_printed(cell: Any) -> str | Decimal:
    """A cell as a word, or as a fraction at the precision a workbook shows."""
    if isinstance(cell, int | float):
        return Decimal(format(cell, ".15g")).normalize()
    text = str(cell or "").strip()
    return Decimal(format(Decimal(text), ".15g")).normalize() if text.replace(".", "", 1).isdigit() else text


@pytest.mark.documents
@pytest.mark.parametrize(
    ("schedule_id", "reader"), [("rcep-au", openpyxl_rows), ("rcep-cn-asean", xlrd_rows)], ids=["openpyxl", "xlrd"]
)
def test_rows_drawn_at_random_say_what_an_independent_reader_finds(
    schedule_id: str, reader: Any, documents: Path
) -> None:
    file = REGISTRY.document(REGISTRY.schedules[schedule_id].document).file
    found = reader(documents / str(file))
    lines = [row for row in extraction_of(schedule_id).rows if row.role == "line"]
    for row in random.Random(schedule_id).sample(lines, ROWS_CHECKED):
        code, _, *cells = found[row.row_no]
        assert code == row.cells["line_code"], row.locator
        printed = [text for name, text in row.cells.items() if name != "line_code"]
        assert [as_printed(cell) for cell in cells[: len(printed)]] == [as_printed(text) for text in printed], (
            row.locator
        )
