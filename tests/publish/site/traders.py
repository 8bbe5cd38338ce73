"""The sample with more trade in it: what the walk-through of the portal's guide asks for, and a duty that is zero.

Barley to the Philippines, of which no rate is held; T-shirts to Korea, of which one agreement's rate is held and two
are not; bicycles to Japan, where the ordinary duty is zero and an agreement gives zero too. Each row is made for tests.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.publish.sample import IN_FORCE, PSR_DOC, TEXT_DOC, duty_id
from warehouse.keys import row_key

Row = dict[str, Any]
JP_DOC = "japan-tariff"
_GOODS = (
    ("II", 0, None, "Vegetable products", None), ("XVII", 0, None, "Vehicles", None),
    ("1003", 4, "10", "Barley", "បាលី"), ("100310", 6, "1003", "Barley: seed", None),
    ("87", 2, "XVII", "Vehicles other than railway", None), ("8712", 4, "87", "Bicycles and other cycles", "កង់"),
    ("871200", 6, "8712", "Bicycles and other cycles", "កង់"),
)  # fmt: skip
_SECTIONS = {"10": "II", "87": "XVII"}


def more_trade(rows: dict[str, list[Row]]) -> None:
    """Add the parties, agreements, goods and duties."""
    rows["party"] += [
        {"party_id": "PH", "name_en": "Philippines", "name_km": "ហ្វីលីពីន", "is_home": 0},
        {"party_id": "JP", "name_en": "Japan", "name_km": "ជប៉ុន", "is_home": 0},
    ]
    for regime, name, parties in (
        ("atiga", "ATIGA", ("KH", "PH")), ("rcep", "RCEP", ("KH", "KR", "PH")), ("ajcep", "AJCEP", ("KH", "JP")),
    ):  # fmt: skip
        rows["regime"].append({
            **rows["regime"][1], "regime_id": regime, "short_name": name, "name_en": f"{name} agreement",
            "in_force_from": "2022-01-01", "certificate_form": f"Form {name}",
        })  # fmt: skip
        rows["regime_party"] += [
            {"regime_id": regime, "party_id": party, "role": "both", "in_force_from": "2022-01-01",
             "in_force_to": None, "evidence": "R"}
            for party in parties
        ]  # fmt: skip
    rows["hs_node"] += [
        {"edition": "HS 2022", "code": code, "level": level, "section": _SECTIONS.get(code[:2], code),
         "parent_code": parent, "description_en": english, "description_km": khmer, "path_en": english,
         "path_km": khmer}
        for code, level, parent, english, khmer in _GOODS
    ]  # fmt: skip
    rows["product_word"].append(
        {"term_en": "bicycle", "term_km": "កង់", "code": "871200", "row_no": 1, "status": "unofficial"}
    )
    _rules(rows)
    _japan(rows)


def _rules(rows: dict[str, list[Row]]) -> None:
    for regime, text, codes in (("atiga", "RVC 40% or CTH", ("100310",)), ("ajcep", "RVC 40%", ("871200",))):
        rule = {
            **rows["origin_rule"][0], "regime_id": regime, "code_from": codes[0], "code_to": codes[0],
            "rule_text": text, "locator": f"page 2, {codes[0]}",
        }  # fmt: skip
        rows["origin_rule"].append(rule)
        rows["hs2022_origin_rule"] += [
            {"regime_id": regime, "hs6": hs6, "state": "ok", "level": "subheading",
             "origin_rule_row_key": row_key("origin_rule", rule)}
            for hs6 in codes
        ]  # fmt: skip


def _japan(rows: dict[str, list[Row]]) -> None:
    """Japan's own tariff: bicycles are free for all, and under the agreement."""
    document = next(row for row in rows["document"] if row["document_id"] == "ckfta-annex-2a-kr")
    rows["document"].append({**document, "document_id": JP_DOC, "title": "Tariff", "sha256": f"{77:064x}"})
    rows["document_regime"] += [{"document_id": doc, "regime_id": "ajcep"} for doc in (JP_DOC, PSR_DOC, TEXT_DOC)]
    source = {**rows["source_row"][0], "document_id": JP_DOC, "source_row_id": "jp1", "locator": "page 1, row 1"}
    rows["source_row"].append(source)
    line = {**rows["tariff_line"][0], "nomenclature_id": "jp", "line_code": "871200000", "hs_edition": "HS 2022",
            "hs6": "871200", "source_row_id": "jp1"}  # fmt: skip
    rows["tariff_line"].append(line)
    schedule = {**rows["schedule"][0], "schedule_id": "ajcep-jp", "regime_id": "ajcep", "importer": "JP",
                "exporter": "KH", "nomenclature_id": "jp", "hs_edition": "HS 2022", "document_id": JP_DOC}  # fmt: skip
    rows["schedule"].append(schedule)
    rows["concession"].append({**rows["concession"][0], "schedule_id": "ajcep-jp", "line_code": "871200000",
                               "category": "A", "source_row_id": "jp1"})  # fmt: skip
    free = {"duty_id": duty_id("0%"), "rate_pct": Decimal(0), "state": "free"}
    like = next(row for row in rows["preference_rate"] if row["state"] == "free")
    rate = {**like, **free, "schedule_id": "ajcep-jp", "regime_id": "ajcep", "importer": "JP", "exporter": "KH",
            "line_code": "871200000", "valid_from": IN_FORCE, "valid_to": None, "source_row_id": "jp1"}  # fmt: skip
    rows["preference_rate"].append(rate)
    carried = next(row for row in rows["hs2022_preference_rate"] if row["state"] == "free")
    kept = {**carried, **free, "hs6": "871200", "valid_from": IN_FORCE, "valid_to": None, "n_lines": 1, "n_free": 1}
    preferred = {**kept, "schedule_id": "ajcep-jp", "regime_id": "ajcep", "importer": "JP", "exporter": "KH"}
    rows["hs2022_preference_rate"].append(preferred)
    rows["hs2022_contributor"].append({
        "rate_row_key": row_key("hs2022_preference_rate", preferred), "line_code": "871200000",
        "source_rate_row_key": row_key("preference_rate", rate), "hs6_from": "871200", "relation": "1:1",
    })  # fmt: skip
    ordinary = {"importer": "JP", "kind": "applied", **free, "valid_from": IN_FORCE, "valid_to": None}
    rows["mfn_rate"] = [{**ordinary, "nomenclature_id": "jp", "line_code": "871200000",
                         "source_row_id": "jp1"}]  # fmt: skip
    shared = {name: value for name, value in kept.items() if name not in ("schedule_id", "regime_id", "exporter")}
    rows["hs2022_mfn_rate"] = [{**shared, **ordinary}]
    rows["coverage"] += [
        {"regime_id": "ajcep", "importer": "JP", "subject": subject, "state": "held", "as_of": IN_FORCE, "note": None}
        for subject in ("tariff", "mfn")
    ]
