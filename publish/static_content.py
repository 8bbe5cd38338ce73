"""The static files around the comparisons: the index, the regimes, their agreements and provisions, the HS tree.

Each function reads a release's views and gives pages in a fixed order. Names of columns are those of the tables.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from publish import evidence
from publish.carrying import former_codes
from publish.datasette import metadata
from publish.evidence import Row
from publish.products import EDITION
from publish.static_compare import home_of, pairs
from publish.static_rules import ruled
from publish.static_schemas import FILES

Content = tuple[str, Row]
"""A path and what the file holds."""
API = "v1"
_NODES = (
    "SELECT code, level, parent_code, section, description_en AS name_en, description_km AS name_km, path_en, path_km"
    " FROM hs_node WHERE edition = ? ORDER BY code"
)
_ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI",
          "XVII", "XVIII", "XIX", "XX", "XXI")  # fmt: skip


def content_pages(connection: sqlite3.Connection, manifest: Mapping[str, Any]) -> Iterator[Content]:
    """Every page but those of comparisons, lines and rules.

    Args:
        connection: a release.
        manifest: its manifest.
    """
    yield "index.json", _index(connection, manifest)
    yield "regimes.json", {"regimes": _regimes(connection)}
    yield "documents.json", {"documents": _rows(connection, "SELECT * FROM document ORDER BY document_id")}
    yield "datasette-metadata.json", metadata(str(manifest["version"]))
    for regime in _regimes(connection):
        yield f"agreements/{regime['regime_id']}.json", _agreement(connection, regime)
    yield from _provisions(connection)
    yield from _nomenclature(connection)


def _rows(connection: sqlite3.Connection, sql: str, *values: object) -> list[Row]:
    """Rows as they are published, without the hash that is the key of a table."""
    return [
        {name: value for name, value in row.items() if name != "row_key"}
        for row in evidence.rows(connection, sql, values)
    ]


def _index(connection: sqlite3.Connection, manifest: Mapping[str, Any]) -> Row:
    version = manifest["version"]
    regimes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in evidence.rows(connection, "SELECT exporter, importer, regime_id FROM pair ORDER BY 1, 2, 3"):
        regimes[row["exporter"], row["importer"]].append(row["regime_id"])
    ours = sorted((exporter, importer) for importer, exporter in pairs(connection))
    return {
        "api": API, "release": version, "published_on": manifest["published_on"],
        "content_hash": manifest["content_hash"], "release_path": f"../../releases/v{version}/",
        "home": home_of(connection), "hs_edition": EDITION,
        "files": [{"path": path, "schema": f"schema/{kind}.json", "holds": holds} for kind, path, holds in FILES],
        "parties": _rows(connection, "SELECT * FROM party ORDER BY party_id"),
        "pairs": [{"exporter": e, "importer": i, "regimes": regimes[e, i]} for e, i in ours],
        "rules": ruled(connection),
    }  # fmt: skip


def _regimes(connection: sqlite3.Connection) -> list[Row]:
    """Every regime with its parties."""
    members: dict[str, list[Row]] = defaultdict(list)
    sql = (
        "SELECT regime_id, party_id, party_name_en AS name_en, party_name_km AS name_km, role,"
        " party_in_force_from AS in_force_from, party_in_force_to AS in_force_to, party_evidence AS evidence"
        " FROM v_agreement ORDER BY regime_id, party_id"
    )
    for row in evidence.rows(connection, sql):
        members[row.pop("regime_id")].append(row)
    found = _rows(connection, "SELECT * FROM regime ORDER BY regime_id")
    return [{**row, "parties": members[row["regime_id"]]} for row in found]


def _agreement(connection: sqlite3.Connection, regime: Row) -> Row:
    """All that is held of one regime but its rates and rules."""

    def held(table: str, order: str) -> list[Row]:
        found = _rows(connection, f"SELECT * FROM {table} WHERE regime_id = ? ORDER BY {order}", regime["regime_id"])
        return [{name: value for name, value in row.items() if name != "regime_id"} for row in found]

    categories: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(connection, "SELECT * FROM staging_category ORDER BY schedule_id, category"):
        categories[row.pop("schedule_id")].append({**row, "rule": json.loads(row["rule"])})
    return {
        **regime,
        "schedules": [{**row, "categories": categories[row["schedule_id"]]} for row in held("schedule", "schedule_id")],
        "provisions": held("v_provision", "subject, code, row_no"),
        "de_minimis": held("de_minimis", "code_from, basis, valid_from"),
        "withdrawals": held("preference_withdrawal", "code_from, valid_from"),
        "coverage": held("coverage", "subject, importer"),
        "decisions": [{**row, "options": json.loads(row["options"])} for row in held("decision", "decision_id")],
        "documents": [row["document_id"] for row in held("document_regime", "document_id")],
    }


def _provisions(connection: sqlite3.Connection) -> Iterator[Content]:
    """One page a point of origin or certification: what every regime says on it."""
    found = evidence.rows(connection, "SELECT * FROM v_provision ORDER BY code, regime_id, row_no")
    for code, rows in groupby(found, itemgetter("code")):
        held = [{name: value for name, value in row.items() if name not in ("code", "subject")} for row in rows]
        yield f"provisions/{code}.json", {"code": code, "regimes": held}


def _nomenclature(connection: sqlite3.Connection) -> Iterator[Content]:
    """The tree of HS 2022: its sections, a page a chapter, a page a heading."""
    nodes = evidence.rows(connection, _NODES, (EDITION,))
    under: dict[str | None, list[Row]] = defaultdict(list)
    for node in nodes:
        under[node["parent_code"]].append(node)
    sections = sorted((node for node in nodes if node["level"] == 0), key=lambda node: _ROMAN.index(node["code"]))
    tree = [{**_named(section), "chapters": list(map(_named, under[section["code"]]))} for section in sections]
    yield "hs/sections.json", {"hs_edition": EDITION, "sections": tree}
    former = former_codes(connection, EDITION)
    for node in nodes:
        if node["level"] == 2:
            headings = [{**_named(h), "subheadings": len(under[h["code"]])} for h in under[node["code"]]]
            yield f"hs/{node['code']}.json", {**_named(node), "section": node["section"], "headings": headings}
        elif node["level"] == 4:
            held = [{**_named(n), **_path(n), "formerly": former(n["code"])} for n in under[node["code"]]]
            yield f"hs/{node['code']}.json", {**_named(node), **_path(node), "subheadings": held}


def _named(node: Row) -> Row:
    return {name: node[name] for name in ("code", "name_en", "name_km")}


def _path(node: Row) -> Row:
    return {name: node[name] for name in ("path_en", "path_km")}
