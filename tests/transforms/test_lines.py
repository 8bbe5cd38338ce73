"""Lines: what a schedule's rows become, and for each thing that can be wrong a row that says so."""

from __future__ import annotations

from datetime import date

import pytest

from sources.errors import FtaError
from sources.specs import DutySpec, RegimeSpec
from tests.transforms.schedules import (
    PRINTED_COLUMNS,
    STAGING,
    category,
    extraction,
    printed_schedule,
    schedule,
)
from transforms.lines import Lines, duty_rows, read_lines, schedule_staging
from transforms.source_rows import source_row_id
from warehouse.keys import stable_key
from warehouse.rows import build


def read(*rows: tuple[str, ...], duty: DutySpec | None = None) -> Lines:
    return read_lines(
        extraction(*rows), schedule(duty), STAGING, digits=8, subheadings={"010121", "010129", "610910", "271012"}
    )


def fault(lines: Lines) -> dict[str, object]:
    (row,) = lines.rejected
    return row


def test_a_row_becomes_a_line_a_concession_and_a_duty() -> None:
    lines = read(("0101.21.00", "7%", "5"))
    source = source_row_id("annex", "page 1, row 1")
    duty = stable_key("duty", ["7%"])
    assert lines.rejected == []
    assert lines.tariff_lines == [
        {
            "nomenclature_id": "aa-2019",
            "line_code": "01012100",
            "stat_suffix": None,
            "hs_edition": "HS 2017",
            "hs6": "010121",
            "condition_text": None,
            "source_row_id": source,
        }
    ]
    assert lines.concessions == [
        {
            "schedule_id": "aa-bb",
            "line_code": "01012100",
            "row_no": 1,
            "base_duty_id": duty,
            "category": "5",
            "state": "ok",
            "source_row_id": source,
        }
    ]
    assert list(lines.duties) == [duty]


def test_every_row_fits_its_table() -> None:
    lines = read(("0101.21.00", "0%", "0"), ("0101.29.00", "28% or 5won/kg, whichever is greater", "15"), ("x", "", ""))
    for table, rows in (
        ("tariff_line", lines.tariff_lines),
        ("concession", lines.concessions),
        ("duty", duty_rows(lines.duties.values())),
        ("rejected_row", lines.rejected),
    ):
        assert build(table, rows).num_rows == len(rows) > 0
    assert [row["state"] for row in lines.concessions] == ["free", "ok"]


def test_a_continuation_is_joined_to_its_line_also_over_a_page() -> None:
    rows = [
        ("0101.21.00", "453.4% or\n2,131won/kg,\nwhichever is", "EX"),
        ("", "greater", ""),
        ("6109.10.00", "0%", "0"),
    ]
    lines = read_lines(extraction(*rows, per_page=1), schedule(), STAGING)
    assert lines.rejected == []
    assert [duty.text for duty in lines.duties.values()] == [
        "453.4% or 2,131 KRW/kg, whichever is greater",
        "Free",
    ]


def test_a_continuation_of_a_heading_changes_no_line() -> None:
    lines = read(("0101.21.00", "7%", "5"), ("# Chapter 2", "", ""), ("", "8%", ""))
    assert [duty.text for duty in lines.duties.values()] == ["7%"]


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        (("0101.21", "7%", "5"), "line_code", "0101.21", "not a tariff line"),
        (("0101.2l.00", "7%", "5"), "line_code", "0101.2l.00", "not a tariff line"),
        (("0101.99.00", "7%", "5"), "line_code", "0101.99.00", "010199 is not in HS 2017"),
        (("0101.21.00", "7%", "A"), "category", "A", "staging category is not known"),
        (("0101.21.00", "seven", "5"), "base_rate", "seven", "duty is not understood"),
        (("0101.21.00", "", "5"), "base_rate", "", "blank"),
        (("0101.21.00", "5% + 2 USD/kg", "5"), "category", "5", "USD has to be staged"),
    ],
)
def test_a_bad_row_is_rejected_with_place_value_expectation_and_remedy_and_the_rest_goes_on(
    row: tuple[str, ...], column: str, value: str, reason: str
) -> None:
    lines = read(("6109.10.00", "7%", "5"), row)
    found = fault(lines)
    assert (found["document_id"], found["locator"], found["page"], found["row_no"]) == ("annex", "page 1, row 2", 1, 2)
    assert (found["column_name"], found["value"]) == (column, value)
    assert reason in str(found["reason"])
    assert found["expected"]
    assert found["remedy"]
    assert [line.code for line in lines.lines] == ["61091000"]


def test_every_fault_of_a_row_is_told() -> None:
    assert [row["column_name"] for row in read(("x", "seven", "A")).rejected] == ["line_code", "base_rate", "category"]


def test_of_two_equal_rows_the_first_is_used_and_the_second_rejected() -> None:
    lines = read(("0101.21.00", "7%", "5"), ("0101.21.00", "7%", "5"))
    assert len(lines.lines) == 1
    assert fault(lines)["locator"] == "page 1, row 2"
    assert "page 1, row 1" in str(fault(lines)["reason"])


def test_of_two_rows_that_contradict_each_other_none_is_used() -> None:
    lines = read(("0101.21.00", "7%", "5"), ("0101.21.00", "8%", "5"))
    assert lines.lines == ()
    assert [row["locator"] for row in lines.rejected] == ["page 1, row 1", "page 1, row 2"]


def test_a_duty_in_words_can_be_kept_as_unparsed() -> None:
    lines = read(("0101.21.00", "as decreed", "5"), duty=DutySpec(unread="keep"))
    assert lines.rejected == []
    assert lines.concessions[0]["state"] == "unparsed"
    assert duty_rows(lines.duties.values())[0]["kind"] == "text_only"


def test_a_blank_is_never_kept_without_a_meaning() -> None:
    assert read(("0101.21.00", "", "5"), duty=DutySpec(unread="keep")).lines == ()


def test_lines_that_differ_only_in_their_suffix_are_lines_of_their_own() -> None:
    columns = ("line_code", "suffix", "base_rate", "category")
    named = {"line_code": "line_code", "stat_suffix": "suffix", "base_duty": "base_rate", "category": "category"}
    rows = [("0101.21.00", "10A", "7%", "5"), ("0101.21.00", "20B", "8%", "5")]
    lines = read_lines(extraction(*rows, columns=columns), schedule(columns=named), STAGING)
    assert [row["stat_suffix"] for row in lines.tariff_lines] == ["10A", "20B"]
    assert [(row["line_code"], row["row_no"]) for row in lines.concessions] == [("01012100", 1), ("01012100", 2)]


def test_statistical_parts_with_the_terms_of_their_line_have_one_concession() -> None:
    columns = ("line_code", "suffix", "base_rate", "category")
    named = {"line_code": "line_code", "stat_suffix": "suffix", "base_duty": "base_rate", "category": "category"}
    rows = [("0101.21.00", "10A", "7%", "5"), ("0101.21.00", "20B", "7%", "5"), ("0101.29.00", "", "7%", "5")]
    lines = read_lines(extraction(*rows, columns=columns), schedule(columns=named), STAGING)
    assert lines.rejected == []
    assert [(row["line_code"], row["row_no"]) for row in lines.concessions] == [("01012100", 1), ("01012900", 1)]
    parts = [(row["line_code"], row["stat_suffix"], row["source_row_id"]) for row in lines.tariff_lines]
    assert parts == [
        ("01012100", "10A", source_row_id("annex", "page 1, row 1")),
        ("01012900", None, source_row_id("annex", "page 1, row 3")),
        ("01012100", "20B", source_row_id("annex", "page 1, row 2")),
    ]


def test_printed_cells_are_read_and_the_last_one_is_the_state() -> None:
    rows = [("6109.10.00", "0.14", "0.07", "0.07", "0"), ("0101.21.00", "0.65", "U", "U", "U")]
    lines = read_lines(extraction(*rows, columns=PRINTED_COLUMNS), printed_schedule(), None)
    assert [row["state"] for row in lines.concessions] == ["unbound", "free"]
    assert sorted(duty.text for duty in lines.duties.values()) == ["14%", "65%", "7%", "Free"]


def test_an_unreadable_printed_cell_names_its_column() -> None:
    rows = [("6109.10.00", "0.14", "0.07", "soon", "0")]
    assert (
        fault(read_lines(extraction(*rows, columns=PRINTED_COLUMNS), printed_schedule(), None))["column_name"] == "y2"
    )


def test_a_schedule_that_names_a_missing_column_is_refused() -> None:
    with pytest.raises(FtaError, match="base_rate, category, line_code"):
        read_lines(extraction(("0101.21.00",), columns=("line_code",)), schedule(), STAGING)


def test_a_schedule_without_any_dates_is_refused() -> None:
    with pytest.raises(FtaError, match="neither prints dated rates"):
        read_lines(extraction(("0101.21.00", "7%", "5")), schedule(), None)


def test_the_schedules_own_categories_are_added_to_those_of_the_regime() -> None:
    regime = RegimeSpec.model_validate(
        {
            "id": "aa", "kind": "fta", "short_name": "AA", "name_en": "AA", "status": "in_force", "evidence": "D",
            "in_force_from": date(2022, 12, 1), "parties": [], "staging": STAGING,
        }
    )  # fmt: skip
    staging = schedule_staging(regime, schedule(staging={"HSL": category(10, hold=10, cut="0.5")}))
    assert staging is not None
    assert list(staging.categories) == ["0", "5", "15", "EX", "HSL"]
    assert staging.year_one == STAGING.year_one
