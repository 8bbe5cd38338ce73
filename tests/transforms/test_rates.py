"""Rates: computed and printed, dated, and keyed as the tables say."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.errors import FtaError
from sources.specs import DutySpec, PrintedSpec, StagingSpec
from tests.transforms.schedules import PRINTED_COLUMNS, STAGING, extraction, printed_schedule, schedule
from transforms.duties import parse_duty
from transforms.lines import read_lines
from transforms.rates import Rates, preference_rates, printed_steps
from transforms.source_rows import source_row_id
from warehouse.keys import stable_key
from warehouse.rows import build


def computed(*rows: tuple[str, ...], duty: DutySpec | None = None) -> Rates:
    given_schedule = schedule(duty)
    return preference_rates(given_schedule, "aa", read_lines(extraction(*rows), given_schedule, STAGING), STAGING)


def printed(*rows: tuple[str, ...], until: date | None = None) -> Rates:
    given_schedule = printed_schedule(until)
    lines = read_lines(extraction(*rows, columns=PRINTED_COLUMNS), given_schedule, None)
    return preference_rates(given_schedule, "aa", lines, None)


def shown(rates: Rates) -> list[tuple[Any, ...]]:
    rows = rates.table.select(["line_code", "valid_from", "valid_to", "rate_pct", "state"]).to_pylist()
    return [tuple(row.values()) for row in rows]


def test_a_category_becomes_dated_rates() -> None:
    assert shown(computed(("0101.30.90", "7%", "5"))) == [
        ("01013090", "2022-12-01", "2023-01-01", Decimal("5.6"), "ok"),
        ("01013090", "2023-01-01", "2024-01-01", Decimal("4.2"), "ok"),
        ("01013090", "2024-01-01", "2025-01-01", Decimal("2.8"), "ok"),
        ("01013090", "2025-01-01", "2026-01-01", Decimal("1.4"), "ok"),
        ("01013090", "2026-01-01", None, Decimal(0), "free"),
    ]


def test_every_column_is_filled_and_the_keys_are_those_of_the_table() -> None:
    rates = computed(("6109.10.00", "35%", "15"), ("0101.30.90", "7%", "5"), ("0101.21.00", "0%", "0"))
    rows = rates.table.to_pylist()
    without_key = [{name: value for name, value in row.items() if name != "row_key"} for row in rows]
    assert rates.table.equals(build("preference_rate", without_key))
    first = rows[0]
    assert (first["schedule_id"], first["regime_id"], first["importer"], first["exporter"]) == (
        "aa-bb", "aa", "KH", "KR",
    )  # fmt: skip
    assert (first["derivation"], first["rate_max_pct"], first["row_no"]) == ("computed", None, 1)
    assert first["source_row_id"] == source_row_id("annex", "page 1, row 3")
    assert first["row_key"] == f"{stable_key('preference_rate', ['aa-bb'])[:8]}-01012100-1-20221201"


def test_every_duty_that_a_rate_names_is_given() -> None:
    rates = computed(("0101.30.90", "28% or 2,052won/kg, whichever is greater", "5"))
    assert rates.table["duty_id"].to_pylist()[-1] == stable_key("duty", ["Free"])
    assert set(rates.table["duty_id"].to_pylist()) == set(rates.duties)
    assert rates.table["rate_pct"].to_pylist() == [None, None, None, None, Decimal(0)]


def test_a_word_of_the_schedule_has_no_duty_and_no_rate() -> None:
    rates = computed(("0101.30.90", "EL", "EX"), duty=DutySpec(words={"EL": "excluded"}))
    assert shown(rates) == [("01013090", "2022-12-01", None, None, "excluded")]
    assert rates.table["duty_id"].to_pylist() == [None]


def test_printed_rates_are_kept_with_equal_neighbours_as_one_period() -> None:
    rates = printed(("6109.10.00", "0.14", "0.07", "0.07", "0.0"))
    assert shown(rates) == [
        ("61091000", "2022-01-01", "2023-12-31", Decimal(7), "ok"),
        ("61091000", "2023-12-31", None, Decimal(0), "free"),
    ]
    assert rates.table["derivation"].to_pylist() == ["printed", "printed"]


def test_an_unbound_line_says_so_and_has_no_rate() -> None:
    assert shown(printed(("1006.30.90", "0.65", "U", "U", "U"))) == [("10063090", "2022-01-01", None, None, "unbound")]


def test_the_last_printed_rate_ends_where_the_source_stops_being_authority() -> None:
    assert shown(printed(("6109.10.00", "0", "0", "0", "0"), until=date(2024, 6, 1))) == [
        ("61091000", "2022-01-01", "2024-06-01", Decimal(0), "free")
    ]


def test_a_rate_stated_but_not_applied_is_no_rate() -> None:
    spec = DutySpec(brackets="not_applicable")
    (step,) = printed_steps((parse_duty("(10.9%)", spec),), PrintedSpec(columns={"wto": date(2026, 4, 1)}))
    assert (step.state, step.rate_pct) == ("not_applicable", None)
    assert step.duty is not None


def test_a_schedule_without_lines_has_an_empty_table() -> None:
    assert computed().table.equals(build("preference_rate", []))


def test_rates_that_cannot_be_computed_are_refused() -> None:
    given_schedule = schedule()
    lines = read_lines(extraction(("0101.30.90", "7%", "5")), given_schedule, STAGING)
    with pytest.raises(FtaError, match="category '5' is not known"):
        preference_rates(given_schedule, "aa", lines, StagingSpec(year_one=date(2022, 12, 1), categories={}))


CODES = st.integers(10_000_000, 10_000_040).map(str)
BASES, CATEGORIES = st.sampled_from(["0%", "7%", "12.5%"]), st.sampled_from(["0", "5", "EX"])
ROWS = st.lists(st.tuples(CODES, BASES, CATEGORIES), max_size=30, unique_by=lambda row: row[0])


@given(ROWS)
def test_the_periods_of_every_line_cover_all_days_without_overlap(rows: list[tuple[str, ...]]) -> None:
    table = computed(*rows).table.to_pylist()
    ends: dict[str, str | None] = {}
    for row in table:
        assert row["valid_from"] == ends.get(row["line_code"], "2022-12-01")
        assert row["valid_to"] is None or row["valid_from"] < row["valid_to"]
        ends[row["line_code"]] = row["valid_to"]
    assert set(ends) == {row[0] for row in rows}
    assert set(ends.values()) <= {None}
    assert len({row["row_key"] for row in table}) == len(table)


@pytest.mark.documents
def test_every_cell_of_the_held_workbooks_is_read(documents: Path) -> None:
    calamine = pytest.importorskip("python_calamine")
    for name, code_at, years, lines in (
        ("annex-1-schedule-of-australia.xlsx", 0, 20, 6184),
        ("annex-1-schedule-of-china-for-asean.xls", 0, 21, 8277),
    ):
        book = calamine.CalamineWorkbook.from_path(documents / "rcep" / name)
        columns = ("line_code", "base", *(f"y{n}" for n in range(1, years + 1)))
        rows = [
            (row[code_at], *(str(cell) for cell in row[code_at + 2 : code_at + 3 + years]))
            for row in book.get_sheet_by_index(0).to_python()
            if len(str(row[code_at])) == 10 and str(row[code_at])[4] == "."
        ]
        spec = schedule(
            DutySpec(bare_number="fraction", currency={"$": "AUD"}, words={"U": "unbound"}),
            columns={"line_code": "line_code", "base_duty": "base"},
            printed=PrintedSpec(columns={f"y{n}": date(2021 + n, 1, 1) for n in range(1, years + 1)}),
        )
        read = read_lines(extraction(*rows, columns=columns), spec, None, digits=8)
        assert (len(read.lines), read.rejected) == (lines, [])
        states = Counter(preference_rates(spec, "aa", read, None).table["state"].to_pylist())
        assert states["unparsed"] == 0
