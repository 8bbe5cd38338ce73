"""Lists of goods: who stands on them, what their modality bounds, and that neither becomes a rate."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sources.specs import BoundSpec, CategorySpec
from tests.transforms.accepted import REGISTRY, extraction_of, lines_of
from transforms.lines import schedule_staging
from transforms.rates import preference_rates
from transforms.schedules import staging_category_rows
from transforms.staging import bounded

LISTS = {
    "acfta-kh-sl": 350, "acfta-kh-hsl": 150,
    "akfta-kh-sl": 265, "akfta-kh-hsl-a": 5, "akfta-kh-hsl-b": 159, "akfta-kh-hsl-e": 40,
    "akfta-kr-sl": 481, "akfta-kr-hsl-a": 6, "akfta-kr-hsl-b": 224, "akfta-kr-hsl-c": 36, "akfta-kr-hsl-d": 13,
    "akfta-kr-hsl-e": 98,
}  # fmt: skip
NO_SUCH_CODE = {"acfta-kh-sl": "400910", "acfta-kh-hsl": "400920", "akfta-kh-sl": "560631"}
"""Items whose code is in no HS 2002; they are read, and are no lines until somebody decides."""


def codes_of(schedule_id: str, role: str) -> list[str]:
    """The codes of the rows of a list that play a role."""
    rows = [row.cells for row in extraction_of(schedule_id).rows if row.role == role]
    return ["".join(cells[name] for name in cells if name.startswith("code")).replace(".", "") for cells in rows]


@pytest.mark.parametrize(("schedule_id", "items"), LISTS.items())
def test_every_item_of_a_list_is_on_it_or_waits_for_a_decision(schedule_id: str, items: int) -> None:
    read = lines_of(schedule_id)
    waiting = [code for code in [NO_SUCH_CODE.get(schedule_id)] if code]
    assert set(waiting) <= set(codes_of(schedule_id, "heading"))
    assert not read.rejected
    assert [line.code for line in read.lines] == sorted(codes_of(schedule_id, "line"))
    assert len(read.lines) == REGISTRY.schedules[schedule_id].lines == items - len(waiting)
    assert {row["category"] for row in read.concessions} == {REGISTRY.schedules[schedule_id].category}


@pytest.mark.parametrize("schedule_id", [s for s in LISTS if "-kh-" in s])
def test_the_items_of_a_list_are_numbered_without_a_gap(schedule_id: str) -> None:
    rows = [row.cells for row in extraction_of(schedule_id).rows]
    numbers = ["".join(cells[name] for name in cells if name.startswith("number")) for cells in rows]
    assert [int(number) for number in numbers if number.isdigit()] == list(range(1, LISTS[schedule_id] + 1))


@pytest.mark.parametrize("schedule_id", LISTS)
def test_no_line_of_a_list_has_a_rate(schedule_id: str) -> None:
    schedule = REGISTRY.schedules[schedule_id]
    regime = REGISTRY.regime_of(schedule)
    table = preference_rates(schedule, regime.id, lines_of(schedule_id), schedule_staging(regime, schedule)).table
    assert set(table["rate_pct"].to_pylist()) == {None}
    assert set(table["duty_id"].to_pylist()) == {None}
    assert set(table["derivation"].to_pylist()) == {"modality"}
    for state, most in zip(table["state"].to_pylist(), table["rate_max_pct"].to_pylist(), strict=True):
        assert (state == "ceiling") == (most is not None)
        assert state in ("ceiling", "excluded", "not_held")


def test_a_sensitive_line_of_cambodia_is_bound_at_20_from_2020_and_at_5_from_2024() -> None:
    schedule = REGISTRY.schedules["akfta-kh-sl"]
    table = preference_rates(schedule, "akfta", lines_of("akfta-kh-sl"), None).table.to_pylist()
    buttons = [row for row in table if row["line_code"] == "960630"]
    assert [(row["valid_from"], row["valid_to"], row["state"], row["rate_max_pct"]) for row in buttons] == [
        ("2008-11-01", "2020-01-01", "not_held", None),
        ("2020-01-01", "2024-01-01", "ceiling", 20),
        ("2024-01-01", None, "ceiling", 5),
    ]


def test_bounds_follow_one_another_without_a_gap() -> None:
    category = CategorySpec(
        text_en="-",
        source="-",
        bounds=(
            BoundSpec(valid_from=date(2008, 1, 1), state="not_held"),
            BoundSpec(valid_from=date(2020, 1, 1), max_pct=Decimal(20)),
        ),
    )
    steps = bounded(category)
    assert [(s.valid_from, s.valid_to, s.state, s.rate_max) for s in steps] == [
        (date(2008, 1, 1), date(2020, 1, 1), "not_held", None),
        (date(2020, 1, 1), None, "ceiling", 20),
    ]


def test_a_list_tells_its_modality_where_categories_are_told() -> None:
    (row,) = staging_category_rows(REGISTRY.schedules["akfta-kh-sl"], None)
    assert row["category"] == "SL"
    assert '"max_pct": "20"' in row["rule"]
    assert "paragraph 3(iii)" in row["rule"]


@pytest.mark.documents
@pytest.mark.parametrize("schedule_id", [s for s in LISTS if s.startswith("akfta-")])
def test_an_independent_reader_finds_the_same_codes(schedule_id: str, documents: Path) -> None:
    pdfplumber = pytest.importorskip("pdfplumber")
    document = REGISTRY.document(REGISTRY.schedules[schedule_id].document)
    assert document.reader is not None
    first, last = document.reader.options["pages"]
    shape = r"(?m)\b\d{4}\.\d{2}\b(?![.\d])" if "-kh-" in schedule_id else r"\b(?:\d{10}|\d{4}(?:\.\d{2}){3})\b"
    with pdfplumber.open(documents / str(document.file), pages=list(range(first, last + 1))) as pdf:
        words = [word["text"] for page in pdf.pages for word in page.extract_words()]
    found = {re.sub(r"\D", "", code) for word in words for code in re.findall(shape, word)}
    listed = {line.code for line in lines_of(schedule_id).lines} | {NO_SUCH_CODE.get(schedule_id, "")} - {""}
    assert listed <= found
    prose = found - listed
    assert len(prose) <= 5, sorted(prose)  # codes that a description names
