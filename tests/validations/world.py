"""A small world in which every rule has something to judge and none fails, made by the project's own transforms.

Two parties, two full schedules and two lists, one of which prints its rates; four subheadings in two chapters. A
fixture changes one thing in it (`tests/validations/faults.py`), and exactly the rule that it is for must see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from sources.content import Half, Head, Piece
from sources.extraction import ExtractedRow, Extraction
from sources.registry import Registry
from sources.specs import (
    CategorySpec,
    ColumnSpec,
    DocumentSpec,
    DutySpec,
    NomenclatureSpec,
    PartySpec,
    PrintedSpec,
    ReaderSpec,
    RegimeSpec,
    RoleSpec,
    ScheduleSpec,
    StagingSpec,
)
from transforms.correlations import Concordance
from transforms.duties import duty_id, duty_row, parse_duty
from transforms.hs_editions import transpose_mfn, transpose_preference
from transforms.lines import Lines, duty_rows, read_lines, schedule_staging
from transforms.origin_index import hs2022_origin_rows
from transforms.rates import preference_rates
from transforms.source_rows import row_accounts, source_row_id, source_rows
from validations.context import Context
from warehouse.rows import build
from warehouse.tables import TABLES, arrow_schema

Rows = list[dict[str, Any]]
Tables = dict[str, pa.Table]

DAY = "2022-12-01"
SUBHEADINGS = ("010121", "010129", "020110", "020120")
NEW = "010130"
"""A subheading of HS 2022 that statistics alone tie to one of them."""


def _reader(*columns: tuple[str, bool]) -> ReaderSpec:
    return ReaderSpec(
        name="pdf_table",
        columns=tuple(ColumnSpec(name=n, header=n, fact=True, required=required) for n, required in columns),
        roles=(RoleSpec(role="line", when={"line_code": ".+"}),),
    )


STAGED = _reader(("line_code", True), ("base_rate", True), ("category", False))
DATED = _reader(("line_code", True), ("base_rate", True), ("category", False), ("year_1", True), ("year_2", True))
RULES = _reader(("line_code", True), ("rule", True))


def _document(name: str, kind: str, reader: ReaderSpec | None, number: int) -> DocumentSpec:
    return DocumentSpec(
        id=name, kind=kind, title=f"Document {name}", publisher="Someone", licence="unknown", layer="treaty_annex",
        hs_edition="HS 2017", completeness="full", pages=1, file=f"{name}.pdf", sha256=f"{number:064x}", reader=reader,
    )  # fmt: skip


def _category(stages: int, cut: str = "1", hold: int = 0) -> CategorySpec:
    return CategorySpec(text_en="A category.", stages=stages, cut=Decimal(cut), hold_years=hold, source="Annex 2-A")


EXCLUDED = CategorySpec(text_en="Not covered.", state="excluded", source="Annex 2-A")


def _schedule(name: str, importer: str, exporter: str, nomenclature: str, **more: Any) -> ScheduleSpec:
    given = {
        "hs_edition": "HS 2017", "layer": "treaty_annex", "completeness": "full", "document": f"doc-{name}",
        "base_is": "the applied MFN rate of 2022-12-01", "lines": 5,
        "columns": {"line_code": "line_code", "base_duty": "base_rate", "category": "category"},
        "duty": DutySpec(words={"EL": "excluded"}, currency={"$": "USD"}, bare_number="percent", lines="compound"),
    }  # fmt: skip
    return ScheduleSpec(
        id=name, importer=importer, exporter=exporter, nomenclature=nomenclature, **{**given, **more}
    )  # fmt: skip


REGIME = RegimeSpec(
    id="pact", kind="fta", short_name="Pact", name_en="A pact", name_km="កតិកាសញ្ញា", status="in_force",
    signed_on=date(2021, 10, 26), in_force_from=date(2022, 12, 1), certificate_form="Form P", evidence="D",
    parties=(
        PartySpec(party="KH", role="both", in_force_from=date(2022, 12, 1), evidence="D"),
        PartySpec(party="KR", role="both", in_force_from=date(2022, 12, 1), evidence="D"),
    ),
    staging=StagingSpec(
        year_one=date(2022, 12, 1), round_money={"USD": Decimal("0.01")},
        categories={"0": _category(1), "5": _category(5), "10": _category(10), "EX": _category(0)},
    ),
)  # fmt: skip
SCHEDULES = (
    _schedule("north", "KR", "KH", "kr-10"),
    _schedule("south", "KH", "KR", "kh-8", staging={"HSL": _category(10, "0.5", 10), "X": EXCLUDED}),
    _schedule(
        "dated", "KH", "KR", "kh-8", completeness="list", lines=1, base_is="a base rate",
        printed=PrintedSpec(
            columns={"year_1": date(2022, 12, 1), "year_2": date(2023, 1, 1)}, until=date(2024, 1, 1)
        ),
    ),
    _schedule(
        "own", "KR", "KH", "kr-2022", completeness="list", lines=1, hs_edition="HS 2022", layer="partner_transposed",
    ),
)  # fmt: skip
REGISTRY = Registry(
    regimes={"pact": REGIME},
    documents={
        d.id: d
        for d in (
            _document("doc-north", "tariff_schedule", STAGED, 1), _document("doc-south", "tariff_schedule", STAGED, 2),
            _document("doc-dated", "tariff_schedule", DATED, 3), _document("rules", "psr", RULES, 4),
            _document("text", "legal_text", None, 5), _document("doc-own", "national_tariff", STAGED, 6),
        )
    },
    schedules={s.id: s for s in SCHEDULES},
    nomenclatures={
        n: NomenclatureSpec(id=n, name_en=n, party=n[:2].upper(), hs_edition=edition, digits=digits)
        for n, edition, digits in (("kr-10", "HS 2017", 10), ("kr-2022", "HS 2022", 10), ("kh-8", "HS 2017", 8))
    },
    parties={}, groups={}, corrections=(), decisions=(),
    folders={f"schedule:{s.id}": Path("pact") for s in SCHEDULES},
)  # fmt: skip

CELLS = {
    "doc-north": [
        ("0101210000", "0%", "0"), ("0101290000", "8%", "5"), ("0201101000", "8%", "5"), ("0201102000", "8%", "EX"),
        ("0201200000", "30% or 1,000 USD/kg, whichever is greater", "EX"),
    ],
    "doc-south": [
        ("0101.21.00", "7%", "5"), ("0101.29.00", "35%", "HSL"), ("0201.10.10", "7%", "5"),
        ("0201.10.20", "15", "10"), ("0201.20.00", "EL", "X"),
    ],
    "doc-own": [("0101290000", "8%", "5")],
    "doc-dated": [("0101.21.00", "7%", "5", "5.6%", "4.2%")],
    "rules": [("0101.21", "RVC 40%"), ("0101.29", "CTH"), ("0201.10", "CC"), ("0201.20", "WO")],
}  # fmt: skip
CONTINUED = ("doc-south", 4, "0.02$/l")
"""A row under the fourth line of a document that continues its base rate."""

PIECE = Piece(
    "text", "partners", Head(title_en="Partners", title_km="ដៃគូ", subject="partners", source="the data"),
    Half("{{ KH }} has an agreement with {{ KR }}: {{ regime('pact') }}, of {{ signed('pact') }}.\n", 8),
    Half("{{ KH }} មានកិច្ចព្រមព្រៀងជាមួយ{{ KR }}៖ {{ regime('pact') }} ចុះ{{ signed('pact') }}។\n", 12),
    "content/text/partners.md",
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """Tables in which nothing fails, and the context they are judged in."""

    tables: Tables
    context: Context


def make_world() -> World:
    """The world, made anew."""
    rows: dict[str, Rows] = {name: [] for name in TABLES}
    extractions = {name: _extraction(name) for name in CELLS}
    for extraction in extractions.values():
        rows["source_row"] += source_rows(extraction)
        rows["row_account"] += row_accounts(extraction)
    _describe(rows)
    _write_prose(rows)
    _give_rules(rows)
    concordance = _correlate(rows)
    tables = _build(rows)
    built: dict[str, list[pa.Table]] = {"preference_rate": [], "hs2022_preference_rate": [], "hs2022_contributor": []}
    duties: dict[str, dict[str, Any]] = {}
    lines_of: dict[str, Lines] = {}
    for spec in SCHEDULES:
        staging = schedule_staging(REGIME, spec)
        lines = read_lines(extractions[spec.document], spec, staging)
        assert not lines.rejected, lines.rejected
        rates = preference_rates(spec, "pact", lines, staging)
        lines_of[spec.id] = lines
        duties |= {row["duty_id"]: row for row in duty_rows([*lines.duties.values(), *rates.duties.values()])}
        built["preference_rate"].append(rates.table)
        rows["concession"] += lines.concessions
    rows["tariff_line"] = [row for name in ("north", "south", "own") for row in lines_of[name].tariff_lines]
    rows["mfn_rate"] = _mfn(lines_of["north"], duties)
    rows["duty"] = list(duties.values())
    tables = _build(rows)
    for spec, rates_table in zip(SCHEDULES, built["preference_rate"], strict=True):
        moved = transpose_preference(
            rates_table, _of(tables["tariff_line"], "nomenclature_id", spec.nomenclature),
            concordance.ties(spec.hs_edition),
            _of(tables["schedule"], "schedule_id", spec.id).to_pylist()[0], whole_nomenclature=True,
        )  # fmt: skip
        built["hs2022_preference_rate"].append(moved.rates)
        built["hs2022_contributor"].append(moved.contributors)
    mfn = transpose_mfn(
        tables["mfn_rate"], _of(tables["tariff_line"], "nomenclature_id", "kr-10"), concordance.ties("HS 2017")
    )
    built["hs2022_contributor"].append(mfn.contributors)
    tables |= {name: pa.concat_tables(parts).combine_chunks() for name, parts in built.items()}
    tables["hs2022_mfn_rate"] = mfn.rates
    return World(tables, _context(tables))


def _context(tables: Tables) -> Context:
    return Context(
        registry=REGISTRY, content_hash="hash of the world", previous=dict(tables),
        duty_bands={"KH": tuple(Decimal(band) for band in (0, 7, 15, 35))}, rule_totals={"rules": 4},
        edition_totals={"HS 2022": {2: 2, 4: 2, 6: 5}}, base_from_mfn={"north": DAY},
        countries={"Cambodia": "KH", "Korea": "KR", "Chile": "CL"}, pieces=(PIECE,),
    )  # fmt: skip


def _extraction(name: str) -> Extraction:
    reader = REGISTRY.documents[name].reader
    assert reader is not None
    names = reader.facts
    found = []
    for cells in CELLS[name]:
        found.append(("line", dict(zip(names, cells, strict=True))))
        if CONTINUED[:2] == (name, len([role for role, _ in found if role == "line"])):
            found.append(("continuation", {**dict.fromkeys(names, ""), "base_rate": CONTINUED[2]}))
    rows = tuple(
        ExtractedRow(f"page 1, row {n}", 1, n, "0 0 1 1", role, cells)  # type: ignore[arg-type]
        for n, (role, cells) in enumerate(found, start=1)
    )
    sha256 = str(REGISTRY.documents[name].sha256)
    return Extraction(name, sha256, "pdf_table 1", "someone", date(2026, 1, 1), names, rows)


def _describe(rows: dict[str, Rows]) -> None:
    rows["party"] = [
        {"party_id": "KH", "name_en": "Cambodia", "name_km": "កម្ពុជា", "is_home": 1},
        {"party_id": "KR", "name_en": "Korea", "name_km": "កូរ៉េ", "is_home": 0},
        {"party_id": "JP", "name_en": "Japan", "name_km": "ជប៉ុន", "is_home": 0},
    ]
    rows["regime"] = [
        {"regime_id": "pact", "kind": "fta", "short_name": "Pact", "name_en": REGIME.name_en, "name_km": REGIME.name_km,
         "party_form": "bilateral", "side_form": "country_to_country", "status": "in_force", "signed_on": "2021-10-26",
         "in_force_from": DAY, "certificate_form": "Form P", "evidence": "D"}
    ]  # fmt: skip
    rows["regime_party"] = [
        {"regime_id": "pact", "party_id": party, "role": "both", "in_force_from": DAY, "in_force_to": None,
         "evidence": "D"}
        for party in ("KH", "KR")
    ]  # fmt: skip
    rows["document"] = [
        {"document_id": d.id, "kind": d.kind, "layer": d.layer, "title": d.title, "publisher": d.publisher, "url": None,
         "licence": d.licence, "publish_text": 0, "sha256": d.sha256, "holding": "accepted", "pages": 1,
         "hs_edition": d.hs_edition, "completeness": d.completeness, "known_from": DAY, "known_until": None}
        for d in REGISTRY.documents.values()
    ]  # fmt: skip
    rows["document_regime"] = [{"document_id": d, "regime_id": "pact"} for d in REGISTRY.documents]
    rows["schedule"] = [
        {"schedule_id": s.id, "regime_id": "pact", "importer": s.importer, "exporter": s.exporter,
         "nomenclature_id": s.nomenclature, "hs_edition": s.hs_edition, "layer": s.layer,
         "completeness": s.completeness, "document_id": s.document, "base_is": s.base_is, "status": "current"}
        for s in SCHEDULES
    ]  # fmt: skip
    rows["staging_category"] = [
        {"schedule_id": s.id, "category": name, "text_en": "A category.", "rule": "{}"}
        for s in SCHEDULES
        for name in REGISTRY.staging_of(s)
    ]
    rows["coverage"] = [
        {"regime_id": "pact", "importer": importer, "subject": subject, "state": "held", "as_of": DAY, "note": None}
        for importer, subject in (
            ("KH", "tariff"), ("KR", "tariff"), ("KR", "mfn"), ("*", "origin_rules"), ("*", "provisions"),
            ("*", "legal_text"),
        )
    ]  # fmt: skip
    rows["decision"] = [
        {"decision_id": "d1", "regime_id": "pact", "subject": "a doubt", "question_en": "Which?",
         "question_km": "មួយណា?", "options": "[]", "chosen": "one", "status": "decided", "decided_by": "Somebody",
         "decided_on": DAY, "evidence": "two texts"}
    ]  # fmt: skip


def _write_prose(rows: dict[str, Rows]) -> None:
    rows["text_block"] = [
        {"block_id": "partners", "subject": "partners", "title_en": "Partners", "title_km": "ដៃគូ",
         "text_en": "Cambodia has an agreement with Korea.", "text_km": "កម្ពុជាមានកិច្ចព្រមព្រៀងជាមួយកូរ៉េ។", "as_of": DAY,
         "status": "draft", "rests_on": "[]", "source": "the data"}
    ]  # fmt: skip


def _give_rules(rows: dict[str, Rows]) -> None:
    expressions = (
        '{"final_process":false,"method":"any","min":40,"op":"RVC"}', '{"op":"CTH"}', '{"op":"CC"}', '{"op":"WO"}',
    )  # fmt: skip
    rows["origin_rule"] = [
        {"regime_id": "pact", "document_id": "rules", "hs_edition": "HS 2017", "code_from": hs6, "code_to": hs6,
         "is_ex": 0, "row_no": 1, "rule_text": phrase, "rule": expression, "parse_state": "full", "valid_from": DAY,
         "valid_to": None, "superseded_by": None, "evidence": "D", "locator": f"page 1, row {n}", "page": 1,
         "source_row_id": source_row_id("rules", f"page 1, row {n}")}
        for n, (hs6, (_, phrase), expression) in enumerate(
            zip(SUBHEADINGS, CELLS["rules"], expressions, strict=True), start=1)
    ]  # fmt: skip
    rows["de_minimis"] = [
        {"regime_id": "pact", "code_from": low, "code_to": high, "basis": "fob_value", "pct": Decimal(10),
         "article": "3.10", "document_id": "text", "valid_from": DAY, "valid_to": None}
        for low, high in (("01", "49"), ("64", "97"))
    ]  # fmt: skip
    rows["provision"] = [
        {"regime_id": "pact", "code": code, "row_no": 1, "value": value, "value_num": number, "unit": unit,
         "text_en": english, "text_km": khmer, "document_id": "text", "article": "3.10", "page": 1, "valid_from": DAY,
         "valid_to": None, "evidence": "D"}
        for code, value, number, unit, english, khmer in (
            ("de_minimis", "fob_value", 10.0, "percent", "Up to 10 % of the FOB value.", "រហូតដល់ ១០ % នៃតម្លៃ FOB។"),
            ("validity_period", "12 months", 12.0, "month", "It is valid for 12 months.", "មានសុពលភាព ១២ ខែ។"),
        )
    ]  # fmt: skip


def _correlate(rows: dict[str, Rows]) -> Concordance:
    """The same subheadings in both editions, each with its heading, chapter and section."""
    rows["hs_correlation"] = [
        {"edition_from": "HS 2017", "code_from": code, "edition_to": "HS 2022", "code_to": new, "relation": relation,
         "material": material, "source": "a sheet", "source_row_id": None}
        for code, new, relation, material in (
            *((code, code, "1:n" if code == SUBHEADINGS[0] else "1:1", 1) for code in SUBHEADINGS),
            (SUBHEADINGS[0], NEW, "1:n", 0),
        )
    ]  # fmt: skip
    codes = sorted({"I", *(code[:digits] for code in SUBHEADINGS for digits in (2, 4, 6))})
    rows["hs_node"] = [
        {"edition": edition, "code": code, "level": 0 if code == "I" else len(code), "section": "I",
         "parent_code": None if code == "I" else code[:-2] or "I",
         "description_en": None, "description_km": None, "path_en": None, "path_km": None}
        for edition, held in (("HS 2017", codes), ("HS 2022", [*codes, NEW]))
        for code in held
    ]  # fmt: skip
    concordance = Concordance(build("hs_correlation", rows["hs_correlation"]))
    rows["hs2022_origin_rule"] = [dict(row) for row in hs2022_origin_rows(rows["origin_rule"], concordance)]
    return concordance


def _mfn(lines: Lines, duties: dict[str, dict[str, Any]]) -> Rows:
    """Applied MFN rates equal to the base rates of a schedule's concessions."""
    zero = parse_duty("0%", DutySpec()).duty
    assert zero is not None
    duties.setdefault(duty_id(zero), duty_row(zero))
    return [
        {"importer": "KR", "nomenclature_id": "kr-10", "line_code": c["line_code"], "valid_from": DAY, "valid_to": None,
         "duty_id": c["base_duty_id"], "rate_pct": duties[c["base_duty_id"]]["rate_pct"], "state": c["state"],
         "kind": "applied", "source_row_id": c["source_row_id"]}
        for c in lines.concessions
    ]  # fmt: skip


def _of(table: pa.Table, column: str, value: str) -> pa.Table:
    return pa.Table.from_pylist([row for row in table.to_pylist() if row[column] == value], schema=table.schema)


def _build(rows: Mapping[str, Rows]) -> Tables:
    return {name: build(name, found) if found else arrow_schema(name).empty_table() for name, found in rows.items()}
