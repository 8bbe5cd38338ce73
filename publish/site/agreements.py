"""Pages of the agreements and preference schemes, and of the documents that the data rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from publish.evidence import Row
from publish.site.assess import tested_regimes
from publish.site.facts import Facts
from publish.site.pages import Page

ABOVE = ("agreements/", "agreements.title")
SUBJECTS = ("origin", "certificate")


def pages(facts: Facts) -> Iterator[Page]:
    """The list, a page for each, and the documents."""
    kinds = {kind: [row for row in facts.regimes.values() if row["kind"] == kind] for kind in ("fta", "unilateral")}
    yield Page("agreements/", "agreements.html", "agreements.title", "agreements", {"kinds": kinds})
    tested = tested_regimes(facts)
    for regime in facts.regimes.values():
        yield _agreement(facts, regime, tested=regime["regime_id"] in tested)
    documents = {"documents": list(facts.documents.values()), "regimes": facts.regimes}
    yield Page("documents/", "documents.html", "documents.title", "data", documents, crumbs=(("data/", "nav.data"),))


def _agreement(facts: Facts, regime: Row, *, tested: bool) -> Page:
    regime_id = regime["regime_id"]

    def of(table: str, order: str) -> list[Row]:
        if table not in facts.tables:
            return []
        return facts.rows(f"SELECT * FROM {table} WHERE regime_id = ? ORDER BY {order}", regime_id)

    values: dict[str, Any] = {
        "regime": regime, "texts": _texts(facts, regime_id), "provisions": _provisions(facts, regime_id),
        "de_minimis": of("de_minimis", "code_from, basis"), "withdrawals": of("preference_withdrawal", "code_from"),
        "coverage": of("coverage", "subject, importer"), "schedules": of("schedule", "importer, schedule_id"),
        "decisions": [{**row, "options": json.loads(row["options"])} for row in of("decision", "decision_id")],
        "documents": [row for row in facts.documents.values() if regime_id in row["regimes"]],
        "all_documents": facts.documents, "parties": facts.parties, "tested": tested,
    }  # fmt: skip
    title = {lang: f"{regime['short_name']}: {regime[f'name_{lang}'] or regime['name_en']}" for lang in ("en", "km")}
    short = {lang: str(regime["short_name"]) for lang in ("en", "km")}
    return Page(f"agreements/{regime_id}/", "agreement.html", title, "agreements", {**values, "short": short},
                crumbs=(ABOVE,), scripts=("agreement.js",) if tested else ())  # fmt: skip


def _texts(facts: Facts, regime_id: str) -> list[Row]:
    """What the project has written about the agreement."""
    return [row for row in facts.held("text_block", "block_id") if row.get("regime_id") == regime_id]


def _provisions(facts: Facts, regime_id: str) -> dict[str, list[tuple[str, list[Row]]]]:
    """By subject, the points in the portal's order, each with what the text says on it."""
    codes = [code for (code,) in facts.connection.execute("SELECT code FROM v_provision_code")]
    sql = "SELECT * FROM v_provision WHERE regime_id = ? ORDER BY subject, code, row_no"
    found = {code: list(rows) for code, rows in groupby(facts.rows(sql, regime_id), lambda row: row["code"])}
    ordered = [(code, found[code]) for code in codes if code in found]
    return {subject: [(c, rows) for c, rows in ordered if rows[0]["subject"] == subject] for subject in SUBJECTS}
