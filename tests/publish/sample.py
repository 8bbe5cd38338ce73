"""A small but complete set of tables for the tests of a release: two schedules, both directions, every key holding.

The goods are few (horses, T-shirts, beer, rice) and chosen for what they show: a rate that falls by stages, a rate of
zero, a line kept at base, a duty that is no single number, a subheading on which the lines disagree. Rates follow the
rules of the agreement they imitate, but the set is made for tests and proves nothing about the real schedules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehouse.keys import row_key, stable_key
from warehouse.rows import build
from warehouse.tables import TABLES, arrow_schema

Row = dict[str, Any]
Tables = dict[str, pa.Table]

IN_FORCE = "2022-12-01"
KH_DOC, KR_DOC, PSR_DOC, TEXT_DOC, HS_DOC = (
    "ckfta-annex-2a-kh",
    "ckfta-annex-2a-kr",
    "ckfta-psr",
    "ckfta-text",
    "hs-corr",
)
SHA = {doc: f"{number:064x}" for number, doc in enumerate((KH_DOC, KR_DOC, PSR_DOC, TEXT_DOC, HS_DOC), start=1)}

# schedule, line, hs6 in HS 2017, base duty as printed, category, steps: first day and rate (None: no single number)
YEARS = ["2022-12-01", "2023-01-01", "2024-01-01", "2025-01-01", "2026-01-01"]
LINES: tuple[tuple[str, str, str, str, list[tuple[str, str | None]]], ...] = (
    ("ckfta-kh", "01013090", "7%", "5", list(zip(YEARS, ["5.6", "4.2", "2.8", "1.4", "0"], strict=True))),
    ("ckfta-kh", "61091010", "7%", "0", [(IN_FORCE, "0")]),
    ("ckfta-kh", "61091020", "35%", "EX", [(IN_FORCE, "35")]),
    ("ckfta-kh", "22030091", "35% + 0.02 USD/l", "EX", [(IN_FORCE, None)]),
    ("ckfta-kr", "6109101000", "0%", "0", [(IN_FORCE, "0")]),
    ("ckfta-kr", "6109109000", "0%", "0", [(IN_FORCE, "0")]),
    ("ckfta-kr", "1006100000", "28% or 2,052 KRW/kg, whichever is greater", "EX", [(IN_FORCE, None)]),
    ("ckfta-kr", "0101300000", "8%", "5", list(zip(YEARS, ["6.4", "4.8", "3.2", "1.6", "0"], strict=True))),
)
SIDES = {"ckfta-kh": ("KH", "KR", "ahtn-2017-kh", KH_DOC), "ckfta-kr": ("KR", "KH", "hsk-2019-kr", KR_DOC)}
MEMBERS = (("ckfta", IN_FORCE, ("KH", "KR")), ("akfta", "2008-11-01", ("KH", "KR", "LA")))
KINDS = {"35% + 0.02 USD/l": "compound", "28% or 2,052 KRW/kg, whichever is greater": "mixed_max"}
HS2022 = {
    "01": "Live animals", "0101": "Horses, asses, mules and hinnies", "010130": "Asses",
    "10": "Cereals", "1006": "Rice", "100610": "Rice in the husk",
    "22": "Beverages", "2203": "Beer made from malt", "220300": "Beer made from malt",
    "61": "Knitted apparel", "6109": "T-shirts, singlets and other vests", "610910": "Of cotton",
}  # fmt: skip
SECTIONS = {"01": "I", "10": "II", "22": "IV", "61": "XI"}


def duty_id(text: str) -> str:
    return stable_key("duty", (text,))


def source_id(document_id: str, locator: str) -> str:
    return stable_key("source_row", (document_id, locator))


def _rate_text(rate: str) -> str:
    return f"{rate}%"


def _world() -> dict[str, list[Row]]:
    """All that is not a line of a schedule."""
    return {**_parties(), **_documents(), **_rules(), **_records()}


def _parties() -> dict[str, list[Row]]:
    """Parties, groups and regimes."""
    return {
        "party": [
            {"party_id": "KH", "name_en": "Cambodia", "name_km": "កម្ពុជា", "is_home": 1},
            {"party_id": "KR", "name_en": "Korea", "name_km": "កូរ៉េ", "is_home": 0},
            {"party_id": "LA", "name_en": "Laos", "name_km": None, "is_home": 0},
        ],
        "party_group": [
            {"group_id": "asean", "party_id": party, "valid_from": "1999-04-30", "valid_to": None}
            for party in ("KH", "LA")
        ],
        "regime": [
            {
                "regime_id": "ckfta", "kind": "fta", "short_name": "CKFTA", "party_form": "bilateral",
                "name_en": "Cambodia-Korea Free Trade Agreement", "name_km": None, "side_form": "country_to_country",
                "status": "in_force", "signed_on": "2021-10-26", "in_force_from": IN_FORCE,
                "certificate_form": "Form KC", "evidence": "R",
            },
            {
                "regime_id": "akfta", "kind": "fta", "short_name": "AKFTA", "party_form": "plurilateral",
                "name_en": "ASEAN-Korea Free Trade Area", "name_km": None, "side_form": "country_to_group",
                "status": "in_force", "signed_on": "2006-08-24", "in_force_from": "2008-11-01",
                "certificate_form": "Form AK", "evidence": "U",
            },
        ],
        "regime_party": [
            {"regime_id": regime, "party_id": party, "role": "both", "in_force_from": since, "in_force_to": None,
             "evidence": "R"}
            for regime, since, parties in MEMBERS
            for party in parties
        ],
    }  # fmt: skip


def _documents() -> dict[str, list[Row]]:
    """Documents, and which regime each serves."""
    documents = [
        (KH_DOC, "tariff_schedule", "treaty_annex", "HS 2017", "full"),
        (KR_DOC, "tariff_schedule", "treaty_annex", "HS 2017", "full"),
        (PSR_DOC, "psr", None, "HS 2017", None),
        (TEXT_DOC, "legal_text", None, None, None),
        (HS_DOC, "correlation", None, None, None),
    ]
    return {
        "document": [
            {
                "document_id": doc, "kind": kind, "layer": layer, "title": f"Document {doc}", "publisher": "Someone",
                "url": f"https://example.org/{doc}.pdf", "licence": "unknown", "publish_text": 0, "sha256": SHA[doc],
                "holding": "accepted", "pages": 3, "hs_edition": edition, "completeness": completeness,
                "known_from": None, "known_until": None,
            }
            for doc, kind, layer, edition, completeness in documents
        ],
        "document_regime": [
            {"document_id": doc, "regime_id": "ckfta"} for doc in (KH_DOC, KR_DOC, PSR_DOC, TEXT_DOC)
        ],
    }  # fmt: skip


def _rules() -> dict[str, list[Row]]:
    """Articles, provisions and rules of origin."""
    return {
        "article": [
            {"document_id": TEXT_DOC, "number": "3.10", "heading": "De Minimis", "page_from": 31, "page_to": 31},
        ],
        "provision": [
            {
                "regime_id": "ckfta", "code": code, "row_no": 1, "value": value, "value_num": number, "unit": unit,
                "text_en": f"About {code}.", "text_km": None, "document_id": TEXT_DOC, "article": article, "page": 31,
                "valid_from": IN_FORCE, "valid_to": None, "evidence": "D",
            }
            for code, value, number, unit, article in (
                ("de_minimis", "10", 10.0, "percent", "3.10"),
                ("validity_period", "one year", 12.0, "month", "3.17"),
                ("retention_period", "five years", 60.0, "month", "3.22"),
                ("duty_drawback", "silent", None, None, None),
            )
        ],
        "de_minimis": [
            {"regime_id": "ckfta", "code_from": "01", "code_to": "97", "basis": "fob_value", "pct": Decimal("10"),
             "article": "3.10", "document_id": TEXT_DOC, "valid_from": IN_FORCE, "valid_to": None},
        ],
        "origin_rule": [_rule("61", "61", '{"op": "CC"}', "CC", "page 90, row 3"),
                        _rule("0101", "0101", '{"op": "WO"}', "WO", "page 1, row 2")],
        "hs2022_origin_rule": [
            {"regime_id": "ckfta", "hs6": hs6, "state": "ok", "level": level, "origin_rule_row_key": row_key(
                "origin_rule", _rule(code, code, "", "", ""))}
            for hs6, code, level in (("610910", "61", "chapter"), ("010130", "0101", "heading"))
        ],
    }  # fmt: skip


def _records() -> dict[str, list[Row]]:
    """What was held, accounted for, corrected, decided and judged."""
    return {
        "coverage": [
            {"regime_id": regime, "importer": importer, "subject": subject, "state": state, "as_of": as_of,
             "note": note}
            for regime, importer, subject, state, as_of, note in (
                ("ckfta", "KH", "tariff", "held", IN_FORCE, None), ("ckfta", "KR", "tariff", "held", IN_FORCE, None),
                ("ckfta", "KR", "mfn", "not_held", None, "Korea's tariff is not held."),
                ("akfta", "KR", "tariff", "not_held", None, "The schedule of Korea is not held."),
                ("akfta", "KH", "tariff", "not_held", None, "The schedule of Cambodia is not held."),
            )
        ],
        "staging_category": [
            {"schedule_id": schedule, "category": category, "text_en": f"Category {category}.", "rule": rule}
            for schedule in SIDES
            for category, rule in (("0", '{"stages": 0}'), ("5", '{"stages": 5}'), ("EX", '{"keep": true}'))
        ],
        "row_account": [
            {"document_id": doc, "page": 1, "read": 5, "lines": 4, "headings": 1, "continuations": 0, "rejected": 0}
            for doc in (KH_DOC, KR_DOC)
        ],
        "correction": [
            {"correction_id": "ckfta-kh-1", "document_id": KH_DOC, "locator": "page 1, row 2",
             "column_name": "base_rate",
             "expected": "7 %", "replacement": "7%", "reason": "A stray space.", "provider": "the project",
             "made_on": "2026-11-01"},
        ],
        "decision": [
            {"decision_id": "d1", "regime_id": "ckfta", "subject": "staging of mixed duties", "question_en": "How?",
             "question_km": None, "options": "[]", "chosen": "each component", "status": "open", "decided_by": None,
             "decided_on": None, "evidence": "Annex 2-A"},
        ],
        "validation_result": [
            {"rule": "C01", "severity": "E", "table_name": "preference_rate", "subject": "all", "status": "pass",
             "checked": 16, "failed": 0, "sample": "[]", "message": "Every key is unique."},
            {"rule": "C26", "severity": "W", "table_name": "concession", "subject": "ckfta-kh", "status": "fail",
             "checked": 4, "failed": 1, "sample": '["abc"]', "message": "A base rate of 8 is outside <the bands>."},
        ],
    }  # fmt: skip


def _rule(code_from: str, code_to: str, rule: str, text: str, locator: str) -> Row:
    return {
        "regime_id": "ckfta", "document_id": PSR_DOC, "hs_edition": "HS 2017", "code_from": code_from,
        "code_to": code_to, "is_ex": 0, "row_no": 1, "rule_text": text, "rule": rule, "parse_state": "full",
        "valid_from": IN_FORCE, "valid_to": None, "superseded_by": None, "evidence": "D", "locator": locator, "page": 1,
        "source_row_id": None,
    }  # fmt: skip


def _nomenclature() -> dict[str, list[Row]]:
    nodes = [
        {
            "edition": "HS 2022", "code": code, "level": len(code), "section": SECTIONS[code[:2]],
            "parent_code": code[:-2] if len(code) > 2 else SECTIONS[code],
            "description_en": text, "description_km": None, "path_km": None,
            "path_en": " > ".join(HS2022[code[:n]] for n in range(2, len(code) + 1, 2)),
        }
        for code, text in HS2022.items()
    ]  # fmt: skip
    pairs = [
        {"edition_from": "HS 2017", "code_from": code, "edition_to": "HS 2022", "code_to": code, "relation": "1:1",
         "material": 1, "source": HS_DOC, "source_row_id": None}
        for code in HS2022 if len(code) == 6
    ]  # fmt: skip
    words = [{"term_en": "shirt", "term_km": "អាវយឺត", "code": "610910", "row_no": 1, "status": "unofficial"}]
    return {"hs_node": nodes, "hs_correlation": pairs, "product_word": words}


def _line_rows() -> dict[str, list[Row]]:
    """The eight lines as source rows, tariff lines, concessions, duties and dated rates."""
    found: dict[str, list[Row]] = {name: [] for name in ("source_row", "tariff_line", "concession", "preference_rate")}
    duties: dict[str, Row] = {}
    for number, (schedule, line, base, category, steps) in enumerate(LINES, start=1):
        importer, exporter, nomenclature, document = SIDES[schedule]
        locator = f"page 1, row {number}"
        source = source_id(document, locator)
        found["source_row"].append(
            {"source_row_id": source, "document_id": document, "locator": locator, "page": 1, "row_no": number,
             "bbox": "57.6 201.3 538.6 212.5", "role": "line", "continues": None,
             "cells": f'{{"line_code": "{line}", "base_rate": "{base}", "category": "{category}"}}'}
        )  # fmt: skip
        found["tariff_line"].append(
            {"nomenclature_id": nomenclature, "line_code": line, "stat_suffix": None, "hs_edition": "HS 2017",
             "hs6": line[:6], "description_en": None, "condition_text": None, "source_row_id": source}
        )  # fmt: skip
        found["concession"].append(
            {"schedule_id": schedule, "line_code": line, "row_no": 1, "base_duty_id": _duty(duties, base, None),
             "category": category, "state": "ok", "source_row_id": source}
        )  # fmt: skip
        ends = [*(start for start, _ in steps[1:]), None]
        for (start, rate), end in zip(steps, ends, strict=True):
            text = base if rate is None else _rate_text(rate)
            found["preference_rate"].append(
                {"schedule_id": schedule, "regime_id": "ckfta", "importer": importer, "exporter": exporter,
                 "line_code": line, "row_no": 1, "valid_from": start, "valid_to": end,
                 "duty_id": _duty(duties, text, rate), "rate_pct": None if rate is None else Decimal(rate),
                 "rate_max_pct": None, "state": "free" if rate == "0" else "ok", "derivation": "computed",
                 "source_row_id": source}
            )  # fmt: skip
    schedules = [
        {"schedule_id": schedule, "regime_id": "ckfta", "importer": importer, "exporter": exporter,
         "nomenclature_id": nomenclature, "hs_edition": "HS 2017", "layer": "treaty_annex", "completeness": "full",
         "document_id": document, "base_is": "lower of MFN and an earlier preference on 2019-01-01",
         "status": "current"}
        for schedule, (importer, exporter, nomenclature, document) in SIDES.items()
    ]  # fmt: skip
    return {**found, "duty": list(duties.values()), "schedule": schedules}


def _duty(duties: dict[str, Row], text: str, rate: str | None) -> str:
    single = rate if rate is not None else (text[:-1] if text.endswith("%") else None)
    kind = KINDS.get(text) or ("free" if single == "0" else "ad_valorem")
    key = duty_id(text)
    duties[key] = {
        "duty_id": key, "text": text, "kind": kind, "rate_pct": None if single is None else Decimal(single),
        "components": "[]" if single is None else f'[{{"percent": "{single}"}}]',
    }  # fmt: skip
    return key


def _converted(rates: Iterable[Row]) -> dict[str, list[Row]]:
    """The dated rates carried to HS 2022, each subheading in the periods of its lines, with its contributors."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for rate in rates:
        groups.setdefault((rate["schedule_id"], rate["line_code"][:6], rate["valid_from"]), []).append(rate)
    converted, contributors = [], []
    for (schedule, hs6, start), lines in groups.items():
        values = [line["rate_pct"] for line in lines if line["rate_pct"] is not None]
        agreed = len({(line["duty_id"], line["state"]) for line in lines}) == 1
        first = lines[0]
        row = {
            "schedule_id": schedule, "regime_id": first["regime_id"], "importer": first["importer"],
            "exporter": first["exporter"], "hs6": hs6, "valid_from": start, "valid_to": first["valid_to"],
            "rate_pct": first["rate_pct"] if agreed else None, "state": first["state"] if agreed else "ambiguous",
            "reason": None if agreed else "merge_different_rates", "relation": "1:1",
            "min_pct": min(values, default=None), "max_pct": max(values, default=None),
            "mean_pct": sum(values, Decimal(0)) / len(values) if values else None, "n_lines": len(lines),
            "n_distinct": len({line["duty_id"] for line in lines}), "n_excluded": 0,
            "n_free": sum(line["state"] == "free" for line in lines),
            "n_non_ad_valorem": sum(line["rate_pct"] is None for line in lines), "layer": "derived",
            "duty_id": first["duty_id"] if agreed else None,
        }  # fmt: skip
        converted.append(row)
        contributors += [
            {"rate_row_key": row_key("hs2022_preference_rate", row), "line_code": line["line_code"],
             "source_rate_row_key": row_key("preference_rate", line), "hs6_from": hs6, "relation": "1:1"}
            for line in lines
        ]  # fmt: skip
    return {"hs2022_preference_rate": converted, "hs2022_contributor": contributors}


def sample_rows() -> dict[str, list[Row]]:
    """The rows of every table that has any, as plain dictionaries, for a test to alter before building."""
    lines = _line_rows()
    return {**_world(), **_nomenclature(), **lines, **_converted(lines["preference_rate"])}


def build_all(rows: Mapping[str, Iterable[Row]]) -> Tables:
    """Every table of the vocabulary; one without rows is empty."""
    return {name: build(name, rows[name]) if name in rows else arrow_schema(name).empty_table() for name in TABLES}


def sample_tables(alter: Callable[[dict[str, list[Row]]], None] | None = None) -> Tables:
    """The sample as Arrow tables; `alter` may change the rows before they are built."""
    rows = sample_rows()
    if alter is not None:
        alter(rows)
    return build_all(rows)
