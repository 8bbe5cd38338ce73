"""MFN rates: which printed rate applies, by the tariff's own precedence, and where in the tree it stands."""

from __future__ import annotations

import json
import random
import re
import zipfile
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.corrections import apply_corrections
from sources.errors import FtaError
from sources.extraction import ExtractedRow, Extraction, read_csv
from sources.registry import load_registry
from sources.specs import DocumentSpec, DutySpec, TariffSpec
from transforms.duties import CANONICAL, Duty, parse_duty
from transforms.lines import read_lines
from transforms.mfn import Mfn, lower_of, mfn_rates
from transforms.rates import preference_rates
from transforms.source_rows import source_row_id

COLUMNS = ("depth", "code", "end", "season", "general", "temporary", "wto")
TARIFF = TariffSpec(
    id="t",
    importer="JP",
    nomenclature="n",
    hs_edition="HS 2022",
    document="d",
    columns={"line_code": "code", "line_code_end": "end"},
    applied=("temporary", "general"),
    or_lower="wto",
    bound="wto",
    duty=DutySpec(words={"": "not_applicable"}, brackets="not_applicable", currency={"円": "JPY"}, unread="keep"),
    inherit="depth",
    season="season",
)
DOCUMENT = DocumentSpec(
    id="d", kind="national_tariff", title="-", publisher="-", licence="-",
    known_from=date(2026, 7, 9), known_until=date(2027, 4, 1),
)  # fmt: skip


def duty(text: str) -> Duty:
    found = parse_duty(text, CANONICAL).duty
    assert found is not None
    return found


def read(*rows: tuple[str, ...], document: DocumentSpec = DOCUMENT) -> Mfn:
    """Rows of depth, code, end of the code, season and three rates; one without an end of its code is a heading."""
    made = tuple(
        ExtractedRow(f"row {n}", 1, n, "", "line" if cells[2] else "heading", dict(zip(COLUMNS, cells, strict=True)))
        for n, cells in enumerate(rows, start=1)
    )
    return mfn_rates(TARIFF, document, Extraction("d", "0" * 64, "x 1", None, None, COLUMNS, made), digits=9)


def applied(mfn: Mfn, kind: str = "applied") -> list[tuple[Any, ...]]:
    names = ("line_code", "valid_from", "valid_to", "state", "rate_pct")
    return [tuple(row[name] for name in names) for row in mfn.table.to_pylist() if row["kind"] == kind]


def with_suffixes(*rates: str) -> Mfn:
    """A line of three statistical parts with these rates, and a line without parts."""
    tariff = TARIFF.model_copy(
        update={"columns": {"line_code": "code", "stat_suffix": "end"}, "season": None, "inherit": None}
    )
    rows = [*(("010121", f"{n}", rate) for n, rate in enumerate(rates)), ("010129", "", "5%")]
    made = tuple(
        ExtractedRow(f"row {n}", 1, n, "", "line", dict(zip(COLUMNS, ("1", code, end, "", rate, "", ""), strict=True)))
        for n, (code, end, rate) in enumerate(rows, start=1)
    )
    return mfn_rates(tariff, DOCUMENT, Extraction("d", "0" * 64, "x 1", None, None, COLUMNS, made), digits=6)


def test_statistical_parts_with_one_rate_are_one_line_with_one_rate() -> None:
    mfn = with_suffixes("10%", "10%", "10%")
    assert [(row[0], row[-1]) for row in applied(mfn)] == [("010121", 10), ("010129", 5)]
    assert [row["stat_suffix"] for row in mfn.lines.tariff_lines if row["line_code"] == "010121"] == ["0", "1", "2"]
    assert mfn.lines.rejected == []


def test_a_rate_that_depends_on_the_statistical_part_is_refused_with_a_remedy() -> None:
    mfn = with_suffixes("10%", "10%", "12%")
    assert [row[0] for row in applied(mfn)] == ["010129"]
    assert {row["locator"] for row in mfn.lines.rejected} == {"row 1", "row 3"}
    assert all("`line_code_end`" in row["remedy"] for row in mfn.lines.rejected)


@pytest.mark.parametrize(
    ("general", "temporary", "wto", "state", "rate"),
    [
        ("10%", "", "", "ok", 10),
        ("10%", "7%", "", "ok", 7),
        ("10%", "", "6%", "ok", 6),
        ("10%", "4.2%", "6%", "ok", Decimal("4.2")),
        ("無税", "", "(無税)", "free", 0),
        ("(10%)", "5%", "(8%)", "ok", 5),
        ("10%", "", "(3%)", "ok", 10),
        ("", "", "", "not_held", None),
        ("words that nobody reads", "", "3%", "unparsed", None),
    ],
)
def test_the_temporary_rate_counts_before_the_general_and_the_wto_rate_where_it_is_lower(
    general: str, temporary: str, wto: str, state: str, rate: Decimal | int | None
) -> None:
    found = applied(read(("0", "0101.21", "100", "", general, temporary, wto)))
    assert found == [("010121100", "2026-07-09", "2027-04-01", state, rate)]


def test_a_line_has_each_rate_of_the_nearest_branch_that_states_it_and_leads_back_to_that_row() -> None:
    mfn = read(
        ("0", "0101.21", "", "", "20%", "", "12%"),
        ("1", "0101.21", "", "", "15%", "", ""),
        ("2", "0101.21", "100", "", "", "", ""),
        ("1", "0101.21", "200", "", "", "", ""),
        ("0", "0101.29", "000", "", "5%", "", ""),
    )
    assert [row[-1] for row in applied(mfn)] == [12, 12, 5]
    sources = {(row["line_code"], row["kind"]): row["source_row_id"] for row in mfn.table.to_pylist()}
    assert sources["010121100", "applied"] == sources["010121100", "bound"] == source_row_id("d", "row 1")
    assert sources["010129000", "applied"] == source_row_id("d", "row 5")


def test_a_line_of_two_seasons_has_two_rates_that_do_not_overlap() -> None:
    mfn = read(
        ("0", "0803.10", "100", "4/1/9/30", "20%", "", ""),
        ("0", "0803.10", "100", "10/1/3/31", "25%", "", ""),
    )
    assert applied(mfn) == [
        ("080310100", "2026-07-09", "2026-10-01", "ok", 20),
        ("080310100", "2026-10-01", "2027-04-01", "ok", 25),
    ]
    (line,) = mfn.lines.tariff_lines
    assert line["condition_text"] == "Rates by season: 1 April to 30 September; 1 October to 31 March."
    assert not mfn.lines.rejected


def test_a_line_that_stands_twice_without_a_season_is_rejected() -> None:
    mfn = read(("0", "0803.10", "100", "", "20%", "", ""), ("0", "0803.10", "100", "", "25%", "", ""))
    assert len(mfn.lines.rejected) == 2
    assert not applied(mfn)


def test_a_bound_rate_is_kept_whether_it_applies_or_not() -> None:
    assert applied(read(("0", "0101.21", "100", "", "3%", "", "(10.9%)")), "bound") == [
        ("010121100", "2026-07-09", "2027-04-01", "ok", Decimal("10.9"))
    ]


def test_a_tariff_that_does_not_say_since_when_it_holds_is_refused() -> None:
    undated = DOCUMENT.model_copy(update={"known_from": None})
    with pytest.raises(FtaError, match="snapshot"):
        read(("0", "0101.21", "100", "", "3%", "", ""), document=undated)


@pytest.mark.parametrize(
    ("one", "other", "lower"),
    [
        ("10%", "15 JPY/kg", "10% or 15 JPY/kg, whichever is lower"),
        ("20 JPY/kg", "15 JPY/kg", "15 JPY/kg"),
        ("Free", "15 JPY/kg", "Free"),
        ("5% or 4% + 2 JPY/kg, whichever is greater", "3% or 2% + 1 JPY/kg, whichever is greater",
         "3% or 2% + 1 JPY/kg, whichever is greater"),
        ("10%", "5% or 2 JPY/kg, whichever is greater",
         "10%; or, where lower, 5% or 2 JPY/kg, whichever is greater"),
    ],
)  # fmt: skip
def test_of_two_duties_the_lower_counts_and_where_none_is_always_lower_it_says_so(
    one: str, other: str, lower: str
) -> None:
    assert lower_of(duty(one), duty(other)).text == lower


@given(st.decimals(0, 999, places=2), st.decimals(0, 999, places=2))
def test_of_two_percentages_the_smaller_counts_in_either_order(one: Decimal, other: Decimal) -> None:
    found = [lower_of(duty(f"{a}%"), duty(f"{b}%")).rate_pct for a, b in ((one, other), (other, one))]
    assert found == [min(one, other)] * 2


# --- the tariff held --------------------------------------------------------------------------------------------------

REGISTRY = load_registry()


@cache
def held(tariff_id: str) -> tuple[Mfn, Extraction]:
    tariff = REGISTRY.tariffs[tariff_id]
    document = REGISTRY.document(tariff.document)
    folder = REGISTRY.folders[f"document:{document.id}"]
    read = read_csv(folder / "extractions" / f"{document.id}.csv", document)
    extraction = apply_corrections(read, REGISTRY.corrections_of(document.id))
    digits = REGISTRY.nomenclatures[tariff.nomenclature].digits
    return mfn_rates(tariff, document, extraction, digits=digits), extraction


def test_every_declarable_line_of_the_tariff_of_japan_has_one_applied_rate_a_day() -> None:
    mfn, extraction = held("jp-tariff")
    rated = [row for row in extraction.rows if any(row.cells[name] for name in ("general", "temporary", "wto"))]
    assert [row.role for row in extraction.rows].count("line") == 9654
    assert len(mfn.lines.tariff_lines) == 9646 == REGISTRY.tariffs["jp-tariff"].lines
    assert len(rated) > 9000
    assert not mfn.lines.rejected
    rows = applied(mfn)
    assert len({row[:2] for row in rows}) == len(rows) == 9655  # one season falls twice into the days known
    assert not [row for row in rows if row[3] == "not_held"]


def test_bananas_to_japan_pay_more_in_winter() -> None:
    mfn, _ = held("jp-tariff")
    assert [row[1:] for row in applied(mfn) if row[0] == "080310100"] == [
        ("2026-07-09", "2026-10-01", "ok", 20),
        ("2026-10-01", "2027-04-01", "ok", 25),
    ]


@pytest.mark.documents
def test_nodes_drawn_at_random_say_what_plain_json_says(documents: Path) -> None:
    _, extraction = held("jp-tariff")
    file = str(REGISTRY.document("jp-tariff-2026-07-09").file)
    keys = {
        "general": "基本", "temporary": "暫定", "wto": "WTO協定", "gsp": "特恵", "ldc": "特別特恵",
        "asean": "EPA_アセアン", "rcep_asean_au_nz": "EPA_RCEP_アセアン豪州NZ",
    }  # fmt: skip
    with zipfile.ZipFile(documents / file) as archive:
        trees = {name: json.loads(archive.read(name)) for name in archive.namelist() if "_tariff_data" in name}
    lines = [row for row in extraction.rows if row.role == "line"]
    for row in random.Random(4).sample(lines, 200):
        found = re.fullmatch(r"member '(.+)', item /(.+)", row.locator)
        assert found
        node: Any = trees[found[1]]
        for step in found[2].split("/"):
            node = node[int(step) if step.isdigit() else step]
        assert (node["stat_code"], node["hs_code"]) == (row.cells["code"], row.cells["code_end"])
        assert {name: node["rate"][key] for name, key in keys.items()} == {name: row.cells[name] for name in keys}


@pytest.mark.documents
def test_the_tariff_of_japan_has_the_rated_nodes_that_were_counted_by_hand(documents: Path) -> None:
    with zipfile.ZipFile(documents / str(REGISTRY.document("jp-tariff-2026-07-09").file)) as archive:
        waiting = [n for m in archive.namelist() if "_tariff_data" in m for n in json.loads(archive.read(m))]
    rated = []
    while waiting:
        node = waiting.pop()
        waiting += node["children"]
        if any(node["rate"].values()):
            rated.append((node["stat_code"], node["hs_code"]))
    assert (len(rated), len(set(rated))) == (11066, 10638)


@pytest.mark.documents
def test_items_drawn_at_random_say_what_the_lines_of_the_working_tariff_say(documents: Path) -> None:
    mfn, extraction = held("nz-tariff")
    assert len(mfn.lines.tariff_lines) == 8282 == REGISTRY.tariffs["nz-tariff"].lines
    assert not mfn.lines.rejected
    with zipfile.ZipFile(documents / str(REGISTRY.document("nz-tariff-2022-01-01").file)) as archive:
        texts = {
            name: archive.read(name).decode("cp1252").split("\r\n")
            for name in archive.namelist()
            if re.fullmatch(r"Tariff\d\d\.txt", name)
        }
    shape = re.compile(r"(?: ?\t|(?=[\d.]+\t[^\t]*\t))(\d{4}\.\d\d\.\d\d) *(?:\t|$)")
    printed = {
        (name, number): found[1]
        for name, lines in texts.items()
        for number, line in enumerate(lines, start=1)
        if name != "Tariff98.txt" and (found := shape.match(line))
    }
    lines = {row.locator: row.cells for row in extraction.rows if row.role == "line"}
    assert {locator: cells["item"] for locator, cells in lines.items()} == {
        **{f"member {name!r}, line {number}": item for (name, number), item in printed.items()},
        "member 'Tariff16.txt', line 352, part 2": "1605.53.10",  # a line end was lost: two items stand on one line
    }
    rates = {row["line_code"]: row["rate_pct"] for row in mfn.table.to_pylist()}
    unread = 0
    for name, number in random.Random(5).sample(sorted(printed), 200):
        ends = next((n for n in range(number, len(texts[name])) if shape.match(texts[name][n])), len(texts[name]))
        fields = [[cell.strip() for cell in line.split("\t")] for line in texts[name][number - 1 : ends]]
        stated = next(
            (row[-2] for row in fields if row[-2:] in (["Free", "Free"], ["5", "Free"], ["10", "Free"])), None
        )
        rate = rates[printed[name, number].replace(".", "")]
        unread += rate is None
        assert None in (stated, rate) or rate == (0 if stated == "Free" else Decimal(stated))
    assert unread <= 8  # goods under excise, and rates stated in words


def test_knitted_fabric_to_new_zealand_pays_the_agreement_s_own_rate_and_its_step() -> None:
    schedule = REGISTRY.schedules["rcep-nz"]
    document = REGISTRY.document(schedule.document)
    extraction = read_csv(REGISTRY.folders[f"document:{document.id}"] / "extractions" / f"{document.id}.csv", document)
    lines = read_lines(apply_corrections(extraction, REGISTRY.corrections_of(document.id)), schedule, None, digits=8)
    assert len(lines.lines) == schedule.lines == 8282
    table = preference_rates(schedule, "rcep", lines, None).table.to_pylist()
    stepped = [(row["valid_from"], row["rate_pct"]) for row in table if row["line_code"] == "94044000"]
    assert stepped == [("2022-01-01", 5)]
    states = {row["state"] for row in table}
    assert states == {"free", "ok", "not_applicable", "unparsed"}
    assert not [row for row in table if row["state"] == "unparsed" and row["rate_pct"] is not None]
