"""An awkward national tariff, as a person meets it, is read by YAML alone: the guide's keys are enough."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from sources.extraction import Extraction, extract, reader_of
from sources.readers import load_reader
from sources.registry import Registry, load_registry
from transforms.lines import Lines, read_lines
from transforms.mfn import mfn_rates
from transforms.rates import preference_rates

ROWS: tuple[tuple[Any, ...], ...] = (
    ("REPUBLIC OF SAMPLES - CUSTOMS TARIFF 2018 (HS 2017)",),
    ("Amended to 31 December 2018; see the notes at the end",),
    ("Tariff item", "Description of goods", "Unit", "Rates of duty"),
    ("", "", "", "General", "ASEAN 1/", "China", "Korea, Rep. of"),
    ("01.01", "Live horses, asses, mules and hinnies:", "", "", "", "", ""),
    ("0101.21.00.00", "-- Pure-bred breeding animals", "No.", "Free", "Free", "Free", "Free"),
    ("0101.29.00.10", "-- Other: race horses", "No.", "5%", "Free*", "-", "2.5% (a)"),
    ("0101.29.00.90", "-- Other: other", "No.", "5 %", "Free", "0", "2.5%"),
    ("", "   not race horses", "", "", "", "", ""),
    ("22.03", "Beer made from malt", "", "", "", "", ""),
    ("2203.00.00.00", "- In containers", "l", "$0.35/l", "Free", "15% or $0.20/l, whichever is the greater", "-"),
    ("8703.23.10.00", "Cars", "No.", "35%*", "20%", "-", "Free 1/ *"),
    ("(a) From 1 July the rate is that of note 3. * Subject to quota. 1/ Members of ASEAN.",),
)
DUTY = {
    "bare_number": "percent",
    "words": {"-": "not_applicable"},
    "currency": {"$": "USD"},
    "footnotes": ["*", "1/", "(a)"],
}
COLUMNS = ("code", "words", "unit", "general", "asean", "china", "korea")
HEADERS = (
    "Tariff item", "Description of goods", "Unit", "Rates of duty General", "Rates of duty ASEAN 1/",
    "Rates of duty China", "Rates of duty Korea, Rep. of",
)  # fmt: skip
FACTS = ("code", "general", "asean", "china", "korea")
CODE = r"\d{4}\.\d{2}\.\d{2}\.\d{2}"


def workbook(file: Path) -> str:
    """The tariff as a workbook with merged titles and a header over two rows; returns its hash."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Tariff 2018"
    for number, row in enumerate(ROWS, start=1):
        for column, value in enumerate(row, start=1):
            if value != "":
                sheet.cell(number, column, value)
    for merged in ("A1:G1", "A2:G2", "A3:A4", "B3:B4", "C3:C4", "D3:G3", "A13:G13"):
        sheet.merge_cells(merged)
    book.save(file)
    return hashlib.sha256(file.read_bytes()).hexdigest()


def describe(sources: Path, sha256: str) -> None:
    """The YAML that a person writes: one document, one tariff, a schedule for each preference column."""
    document = {
        "id": "vn-2018", "kind": "national_tariff", "title": "Tariff", "publisher": "Customs", "licence": "unknown",
        "layer": "partner_transposed", "hs_edition": "HS 2017", "completeness": "full", "known_from": "2018-01-01",
        "known_until": "2019-01-01", "pages": 1, "sha256": sha256,
        "reader": {
            "name": "workbook",
            "options": {"sheet": "Tariff 2018", "header_row": [3, 4]},
            "columns": [{"name": n, "header": h, "fact": n in FACTS} for n, h in zip(COLUMNS, HEADERS, strict=True)],
            "roles": [
                {"role": "line", "when": {"code": CODE}},
                {"role": "continuation", "when": {"code": "", "general": "", "words": ".+"}},
                {"role": "heading", "when": {"general": ""}},
            ],
        },
    }  # fmt: skip
    shared = {"importer": "VN", "nomenclature": "vn-2018", "hs_edition": "HS 2017", "document": "vn-2018",
              "columns": {"line_code": "code"}, "duty": DUTY, "lines": 5}  # fmt: skip
    tariff = {**shared, "id": "vn-mfn", "applied": ["general"]}
    files: dict[str, object] = {
        "vn/documents.yml": {"documents": [document]},
        "vn/nomenclatures.yml": {"nomenclatures": [
            {"id": "vn-2018", "name_en": "Tariff", "party": "VN", "hs_edition": "HS 2017", "digits": 10}]},
        "vn/tariffs.yml": {"tariffs": [tariff]},
    }  # fmt: skip
    for regime, column in (("atiga", "asean"), ("acfta", "china"), ("akfta", "korea")):
        schedule = {
            **shared, "id": f"{regime}-vn", "exporter": "asean", "layer": "partner_transposed", "completeness": "full",
            "printed": {"columns": {column: "2018-01-01"}, "until": "2019-01-01"},
        }  # fmt: skip
        files[f"{regime}/schedules.yml"] = {"schedules": [schedule]}
    for name, content in files.items():
        file = sources / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[Registry, Extraction]:
    folder = tmp_path_factory.mktemp("awkward")
    describe(folder / "sources", workbook(folder / "tariff.xlsx"))
    registry = load_registry(overlay=folder / "sources")
    document = registry.document("vn-2018")
    spec = reader_of(document)
    reading = load_reader(spec.name).read(
        folder / "tariff.xlsx", columns=[column.header for column in spec.columns], options=spec.options
    )
    assert not [finding for finding in reading.findings if finding.severity == "error"]
    return registry, extract(document, reading)


def schedule_lines(registry: Registry, extraction: Extraction, schedule_id: str) -> Lines:
    return read_lines(extraction, registry.schedules[schedule_id], None, digits=10)


def test_every_row_has_a_role_and_a_note_at_the_foot_is_a_heading(read: tuple[Registry, Extraction]) -> None:
    roles = [row.role for row in read[1].rows]
    assert roles == ["heading", *["line"] * 3, "continuation", "heading", "line", "line", "heading"]


def test_mfn_rates_with_notes_units_and_specific_duties_are_read(read: tuple[Registry, Extraction]) -> None:
    registry, extraction = read
    tariff = registry.tariffs["vn-mfn"]
    mfn = mfn_rates(tariff, registry.document("vn-2018"), extraction, digits=10)
    assert not mfn.lines.rejected
    rows = sorted(mfn.table.to_pylist(), key=lambda row: row["line_code"])
    texts = {key: duty.text for key, duty in mfn.duties.items()}
    assert [(row["line_code"], row["rate_pct"], texts[row["duty_id"]]) for row in rows] == [
        ("0101210000", 0, "Free"),
        ("0101290010", 5, "5%"),
        ("0101290090", 5, "5%"),
        ("2203000000", None, "0.35 USD/l"),
        ("8703231000", 35, "35%"),
    ]


@pytest.mark.parametrize(
    ("schedule_id", "states", "rates"),
    [
        ("atiga-vn", ["free", "free", "free", "free", "ok"], [0, 0, 0, 0, 20]),
        ("acfta-vn", ["free", "not_applicable", "free", "ok", "not_applicable"], [0, None, 0, None, None]),
        ("akfta-vn", ["free", "ok", "ok", "not_applicable", "free"], [0, 2.5, 2.5, None, 0]),
    ],
)
def test_each_preference_column_gives_the_printed_rates(
    read: tuple[Registry, Extraction], schedule_id: str, states: list[str], rates: list[float | None]
) -> None:
    registry, extraction = read
    lines = schedule_lines(registry, extraction, schedule_id)
    assert not lines.rejected
    table = preference_rates(registry.schedules[schedule_id], "r", lines, None).table
    assert table["state"].to_pylist() == states
    assert [None if rate is None else float(rate) for rate in table["rate_pct"].to_pylist()] == rates
    assert set(table["valid_from"].to_pylist()) == {date(2018, 1, 1).isoformat()}


def test_the_mark_of_a_note_is_kept_in_the_row_and_without_its_key_the_row_is_rejected(
    read: tuple[Registry, Extraction],
) -> None:
    registry, extraction = read
    assert extraction.rows[2].cells["asean"] == "Free*"
    schedule = registry.schedules["atiga-vn"]
    unmarked = schedule.model_copy(update={"duty": schedule.duty.model_copy(update={"footnotes": ()})})
    (rejected,) = read_lines(extraction, unmarked, None, digits=10).rejected
    assert (rejected["value"], rejected["locator"]) == ("Free*", "sheet 'Tariff 2018', row 7")
