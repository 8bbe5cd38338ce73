"""The guide to adding a schedule is followed to the letter, on a workbook made for it, and the rates come out right."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sources.extraction import Extraction, extract, read_csv, reader_of, write_csv
from sources.readers import load_reader
from sources.registry import ROOT, Registry, load_registry
from transforms.correlations import Concordance, correlations, load_review
from transforms.hs_editions import transpose_mfn, transpose_preference
from transforms.lines import read_lines
from transforms.mfn import Mfn, mfn_rates
from transforms.rates import preference_rates
from transforms.regimes import coverage_rows
from transforms.schedules import schedule_row
from warehouse.rows import build

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "add-a-schedule.md"
DOCUMENT = "vn-tariff-2018"
SHEET: tuple[tuple[Any, ...], ...] = (
    ("Import tariff of 2018",),
    (),
    ("HS Code", "Description", "MFN", "ATIGA", "ACFTA", "AKFTA"),
    ("0101", "Live horses, asses, mules and hinnies"),
    ("0101.21.00", "Pure-bred breeding animals", 0, 0, 0, 0),
    ("0101.29.00", "Other", 5, 0, 0, "*"),
    ("2203.00.91", "Beer", 35, 5, "*", 20),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation in which the guide has been followed: its workbook and its YAML."""
    home = tmp_path_factory.mktemp("home")
    book = openpyxl.Workbook()
    book.active.title = "Tariff"
    for number, row in enumerate(SHEET, start=1):
        for column, value in enumerate(row, start=1):
            book.active.cell(number, column, value)
    book.save(home / "tariff-2018.xlsx")
    sha256 = hashlib.sha256((home / "tariff-2018.xlsx").read_bytes()).hexdigest()
    blocks = re.findall(r"```yaml\n# data/(\S+)\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    for name, text in blocks:
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("0" * 64, sha256), encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def registry(home: Path) -> Registry:
    return load_registry(overlay=home / "sources")


@pytest.fixture(scope="module")
def accepted(home: Path, registry: Registry) -> Extraction:
    """The extraction, read by the reader the guide names, accepted, written and read back."""
    document = registry.document(DOCUMENT)
    spec = reader_of(document)
    headers = [column.header for column in spec.columns]
    reading = load_reader(spec.name).read(home / "tariff-2018.xlsx", columns=headers, options=spec.options)
    assert not [finding for finding in reading.findings if finding.severity == "error"]
    assert reading.sha256 == document.sha256
    candidate = replace(extract(document, reading), accepted_by="a person", accepted_on=date(2026, 1, 1))
    file = home / "extractions" / f"{DOCUMENT}.csv"
    file.parent.mkdir(exist_ok=True)
    file.write_text(write_csv(candidate), encoding="utf-8", newline="\n")
    return read_csv(file, document)


@cache
def concordance() -> Concordance:
    own = load_registry()
    sheets = {
        str(document.hs_edition): read_csv(ROOT / "hs" / "extractions" / f"{document.id}.csv", document)
        for document in own.documents.values()
        if document.kind == "correlation"
    }
    return Concordance(correlations(sheets, load_review()))


def mfn_of(registry: Registry, accepted: Extraction) -> Mfn:
    tariff = registry.tariffs["vn-mfn-2018"]
    subheadings = frozenset(concordance().codes(tariff.hs_edition))
    document = registry.document(tariff.document)
    return mfn_rates(tariff, document, accepted, digits=8, subheadings=subheadings)


def test_every_line_is_read_and_words_are_left_out(accepted: Extraction) -> None:
    assert [row.role for row in accepted.rows] == ["heading", "line", "line", "line"]
    assert accepted.columns == ("code", "mfn", "atiga", "acfta", "akfta")
    assert "Beer" not in write_csv(accepted)


def test_the_document_serves_the_regimes_whose_columns_it_has(registry: Registry) -> None:
    assert registry.document_regimes[DOCUMENT] == ("acfta", "akfta", "atiga")


def test_mfn_rates_hold_while_the_tariff_is_known_to(registry: Registry, accepted: Extraction) -> None:
    mfn = mfn_of(registry, accepted)
    assert not mfn.lines.rejected
    assert len(mfn.lines.tariff_lines) == registry.tariffs["vn-mfn-2018"].lines == 3
    rows = {row["line_code"]: row for row in mfn.table.to_pylist()}
    assert [(rows[code]["state"], rows[code]["rate_pct"]) for code in sorted(rows)] == [
        ("free", 0),
        ("ok", 5),
        ("ok", 35),
    ]
    assert {(row["valid_from"], row["valid_to"]) for row in rows.values()} == {("2018-01-01", "2019-01-01")}


@pytest.mark.parametrize(
    ("schedule_id", "states", "rates"),
    [
        ("atiga-vn-2018", ["free", "free", "ok"], [0, 0, 5]),
        ("acfta-vn-2018", ["free", "free", "not_applicable"], [0, 0, None]),
        ("akfta-vn-2018", ["free", "not_applicable", "ok"], [0, None, 20]),
    ],
)
def test_each_preference_column_is_a_schedule_of_its_own(
    registry: Registry, accepted: Extraction, schedule_id: str, states: list[str], rates: list[int | None]
) -> None:
    schedule = registry.schedules[schedule_id]
    lines = read_lines(
        accepted, schedule, None, digits=8, subheadings=frozenset(concordance().codes(schedule.hs_edition))
    )
    assert not lines.rejected
    table = preference_rates(schedule, registry.regime_of(schedule).id, lines, None).table
    assert table["state"].to_pylist() == states
    assert table["rate_pct"].to_pylist() == rates
    assert set(table["regime_id"].to_pylist()) == {schedule_id.split("-")[0]}


def test_the_rates_are_carried_to_hs_2022(registry: Registry, accepted: Extraction) -> None:
    schedule = registry.schedules["atiga-vn-2018"]
    lines = read_lines(accepted, schedule, None, digits=8)
    rates = preference_rates(schedule, "atiga", lines, None).table
    tariff_line = build("tariff_line", lines.tariff_lines)
    ties = concordance().ties(schedule.hs_edition)
    carried = transpose_preference(rates, tariff_line, ties, schedule_row(schedule, "atiga")).rates.to_pylist()
    found = {row["hs6"]: (row["state"], row["rate_pct"]) for row in carried}
    assert (found["010121"], found["220300"]) == (("free", 0), ("ok", 5))
    assert found["610910"] == ("not_held", None)
    mfn = transpose_mfn(mfn_of(registry, accepted).table, tariff_line, ties).rates.to_pylist()
    assert [row["rate_pct"] for row in mfn if row["hs6"] == "220300"] == [35]


def test_the_coverage_matrix_says_what_is_held_now(registry: Registry) -> None:
    rows = {(row["importer"], row["subject"]): row for row in coverage_rows(registry.regimes["atiga"])}
    assert rows["VN", "tariff"]["state"] == rows["VN", "mfn"]["state"] == "held"
    assert rows["KH", "tariff"]["state"] == "not_held"


def test_every_key_that_the_guide_s_table_names_exists() -> None:
    from sources import specs

    text = GUIDE.read_text(encoding="utf-8")
    fields = (
        set(specs.ScheduleSpec.model_fields) | set(specs.TariffSpec.model_fields) | set(specs.DutySpec.model_fields)
    )
    named = {"printed", "inherit", "season", "prefix", "or_lower", "words", "brackets", "unread", "currency", "duty"}
    assert all(f"{name}:" in text or f"`{name}`" in text for name in named)
    assert named <= fields


def test_a_regime_of_one_s_own_is_in_the_registry_with_every_subject(registry: Registry) -> None:
    regime = registry.regimes["kh-mn"]
    assert regime.name_km
    assert {row.subject for row in regime.coverage} == {"tariff", "mfn", "origin_rules", "provisions", "legal_text"}
    assert {party.party for party in regime.parties} <= registry.parties.keys()
