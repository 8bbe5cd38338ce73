"""Rules of origin for the static files: a page a heading, with the rules of every regime and the codes they apply to.

Rules do not depend on who trades with whom; they stand here once, and the comparisons of all pairs point to them by
heading.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby

from publish import evidence
from publish.evidence import Row
from publish.products import EDITION
from publish.static_pages import Page, encode, lean, paged

_SQL = """
SELECT substr(hs6, 1, 4) AS heading, regime_id, hs6, level, state, rule_text AS text, rule AS expression, hs_edition,
       page, locator, document_id, code_from, code_to, parse_state, valid_from, valid_to, superseded_by,
       evidence, rule_row_key AS row_key
FROM v_origin WHERE level IS NOT NULL ORDER BY heading, regime_id, valid_from, code_from, rule_row_key, hs6
"""


def ruled(connection: sqlite3.Connection) -> list[str]:
    """Regimes of which rules of origin are held."""
    sql = "SELECT DISTINCT regime_id FROM hs2022_origin_rule ORDER BY regime_id"
    return [regime for (regime,) in connection.execute(sql)]


def rule_pages(connection: sqlite3.Connection) -> Iterator[Page]:
    """The pages `rules/{heading}`, one for every heading, also where no rule is held."""
    found = groupby(evidence.rows(connection, _SQL), lambda row: str(row.pop("heading")))
    held = {heading: list(map(encode, _by_rule(rows))) for heading, rows in found}
    nodes = connection.execute("SELECT code FROM hs_node WHERE edition = ? AND level = 4 ORDER BY code", (EDITION,))
    for (heading,) in nodes:
        yield from paged(f"rules/{heading}", {"heading": heading}, "rules", held.get(heading, []))


def _by_rule(rows: Iterable[Row]) -> Iterator[Row]:
    """Each rule once, with the subheadings to which it applies in the same way."""
    rules: dict[tuple[str, ...], Row] = {}
    for row in rows:
        hs6 = row.pop("hs6")
        key = row["regime_id"], row["row_key"], row["level"], row["state"]
        rules.setdefault(key, {**row, "hs6": []})["hs6"].append(hs6)
    for rule in rules.values():
        expression = rule["expression"]
        yield lean({**rule, "expression": None if expression is None else json.loads(expression)})
