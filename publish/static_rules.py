"""Rules of origin for the static files: whole by regime and heading, and in short beside the rates of a subheading."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

from publish import evidence
from publish.evidence import Row
from publish.static_pages import Page, lean, paged

_SQL = """
SELECT regime_id, hs6, rule_text AS text, rule AS expression, level, hs_edition, state, page, locator, document_id,
       code_from, code_to, parse_state, valid_from, valid_to, superseded_by, rule_row_key AS row_key
FROM v_origin WHERE level IS NOT NULL ORDER BY hs6, regime_id, valid_from, code_from
"""
_SHORT = ("text", "level", "state", "page", "valid_from", "valid_to", "row_key")


class RuleBook:
    """Every rule of a release by regime and HS 2022 subheading."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._held: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in evidence.rows(connection, _SQL):
            place = row.pop("regime_id"), row.pop("hs6")
            expression = None if row["expression"] is None else json.loads(row["expression"])
            self._held[place].append({**row, "expression": expression})

    def short(self, regime: str, hs6: str) -> list[Row]:
        """The rules of a subheading in short, none where none is held."""
        return [lean({name: rule[name] for name in _SHORT}) for rule in self._held.get((regime, hs6), ())]

    def regimes(self) -> list[str]:
        """Regimes of which rules are held."""
        return sorted({regime for regime, _ in self._held})

    def pages(self) -> Iterator[Page]:
        """The pages `rules/{regime}/{heading}`."""
        for (regime, heading), keys in groupby(sorted(self._held), key=lambda key: (key[0], key[1][:4])):
            items = [{"hs6": hs6, "rules": self._held[regime, hs6]} for _, hs6 in keys]
            around = {"regime_id": regime, "heading": heading}
            yield from paged(f"rules/{regime}/{heading}", around, "subheadings", items)
