"""What a release says, read once for all pages: parties, regimes, documents, the nomenclature, what is held.

Rows are dictionaries with the names of the tables' columns. Rates are the matter of `publish.site.rates`.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from publish import evidence
from publish.carrying import former_codes
from publish.evidence import Row
from publish.products import EDITION
from publish.static_compare import home_of

ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI",
         "XVII", "XVIII", "XIX", "XX", "XXI")  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """A release, as the pages need it.

    Attributes:
        connection: its database.
        manifest: its manifest.
        directory: its directory.
        releases: the entries of `releases/index.json`, the newest first.
    """

    connection: sqlite3.Connection
    manifest: Mapping[str, Any]
    directory: Path
    releases: tuple[Mapping[str, Any], ...]

    @cached_property
    def home(self) -> str:
        """The party whose trade the site is for."""
        return home_of(self.connection)

    @property
    def version(self) -> str:
        """Version of the release."""
        return str(self.manifest["version"])

    @property
    def day(self) -> str:
        """The day for which pages say `now`: that on which the release was published."""
        return str(self.manifest["published_on"])[:10]

    def rows(self, sql: str, *values: object) -> list[Row]:
        """The rows of a query."""
        return evidence.rows(self.connection, sql, values)

    @cached_property
    def tables(self) -> frozenset[str]:
        """Tables and views that the release has."""
        found = self.connection.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        return frozenset(name for (name,) in found)

    def held(self, table: str, order: str) -> list[Row]:
        """All rows of a table, none where the release has no such table."""
        return self.rows(f"SELECT * FROM {table} ORDER BY {order}") if table in self.tables else []

    @cached_property
    def parties(self) -> dict[str, Row]:
        """Parties by code."""
        return {row["party_id"]: row for row in self.held("party", "name_en")}

    @cached_property
    def regimes(self) -> dict[str, Row]:
        """Regimes by id, each with its `parties`; agreements come before unilateral schemes."""
        members: dict[str, list[Row]] = defaultdict(list)
        for row in self.held("regime_party", "regime_id, party_id"):
            members[row["regime_id"]].append({**row, **self.parties.get(row["party_id"], {})})
        found = self.held("regime", "kind, short_name")
        return {row["regime_id"]: {**row, "parties": members[row["regime_id"]]} for row in found}

    @cached_property
    def documents(self) -> dict[str, Row]:
        """Documents by id, each with the `regimes` it serves."""
        serves: dict[str, list[str]] = defaultdict(list)
        for row in self.held("document_regime", "document_id, regime_id"):
            serves[row["document_id"]].append(row["regime_id"])
        return {
            row["document_id"]: {**row, "regimes": serves[row["document_id"]]}
            for row in self.held("document", "document_id")
        }

    @cached_property
    def guides(self) -> dict[str, list[Row]]:
        """The steps of each guide, in order."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.held("guide_step", "guide_id, step_no"):
            found[row["guide_id"]].append(row)
        return dict(found)

    @cached_property
    def nodes(self) -> dict[str, Row]:
        """The nomenclature of today: sections by Roman number, chapters, headings and subheadings by code."""
        sql = (
            "SELECT code, level, parent_code, section, description_en AS name_en, description_km AS name_km"
            " FROM hs_node WHERE edition = ? ORDER BY code"
        )
        return {row["code"]: row for row in self.rows(sql, EDITION)}

    @cached_property
    def children(self) -> dict[str | None, list[Row]]:
        """Nodes by the code of their parent, in order."""
        found: dict[str | None, list[Row]] = defaultdict(list)
        for node in self.nodes.values():
            found[node["parent_code"]].append(node)
        return found

    @cached_property
    def sections(self) -> list[Row]:
        """The sections in order."""
        return sorted((n for n in self.nodes.values() if n["level"] == 0), key=lambda n: ROMAN.index(n["code"]))

    @cached_property
    def former(self) -> dict[str, dict[str, list[str]]]:
        """By subheading of today, its codes in each older edition, by the material pairs of the correlation tables."""
        former = former_codes(self.connection, EDITION)
        return {node["code"]: former(node["code"]) for node in self.nodes.values() if node["level"] == 6}
