"""Metadata with which Datasette shows a release's SQLite: what tables and columns mean, and queries to begin with.

It is made from the same definitions as the data dictionary, in the form that Datasette reads with `--metadata`.
"""

from __future__ import annotations

from typing import Any

from publish.describe import LICENCE, SUMMARY, TITLE, table_description
from publish.layout import LAYOUTS, part_tables
from publish.open_release import DATABASE
from warehouse.tables import TABLES, columns_of

_QUERIES = {
    "compare": (
        "What an importer takes on a product of an exporter on a day",
        """SELECT c.regime_id, g.short_name, c.state, c.rate_pct, c.duty_text, c.reason, c.min_pct, c.max_pct,
       c.valid_from, c.valid_to, c.layer, c.rate_row_key
FROM v_comparison AS c JOIN regime AS g ON g.regime_id = c.regime_id
WHERE c.exporter = :exporter AND c.importer = :importer AND c.hs6 = :hs6
  AND c.valid_from <= :on AND (c.valid_to IS NULL OR c.valid_to > :on)
ORDER BY c.rate_pct IS NULL, c.rate_pct, c.regime_id""",
    ),
    "lines": (
        "The national lines behind a rate, each with its page",
        """SELECT c.line_code, p.valid_from, p.valid_to, p.state, p.rate_pct, d.text AS duty_text,
       s.document_id, s.locator
FROM hs2022_contributor AS c
JOIN preference_rate AS p ON p.line_code = c.line_code AND p.row_key = c.source_rate_row_key
LEFT JOIN duty AS d ON d.duty_id = p.duty_id
LEFT JOIN source_row AS s ON s.source_row_id = p.source_row_id
WHERE c.rate_row_key = :rate_row_key ORDER BY c.line_code, p.valid_from""",
    ),
    "rule_of_origin": (
        "The rule of origin of a product under a regime, with its place",
        """SELECT level, state, rule_text, hs_edition, code_from, code_to, document_id, locator, valid_from, valid_to
FROM v_origin WHERE regime_id = :regime AND hs6 = :hs6""",
    ),
}


def metadata(version: str) -> dict[str, Any]:
    """The metadata for `datasette fta.sqlite --metadata datasette-metadata.json`.

    Args:
        version: of the release.
    """
    return {
        "title": f"{TITLE}, release {version}",
        "description": SUMMARY,
        "license": LICENCE["title"],
        "license_url": LICENCE["path"],
        "databases": {
            DATABASE.removesuffix(".sqlite"): {
                "tables": {
                    **{name: _table(name) for name in TABLES},
                    **{part: {"hidden": True} for name in LAYOUTS for part in part_tables(name)},
                },
                "queries": {name: {"title": title, "sql": sql} for name, (title, sql) in _QUERIES.items()},
            }
        },
    }


def _table(name: str) -> dict[str, Any]:
    columns = columns_of(name)
    return {
        "description": table_description(name),
        "columns": {column: meta.description for column, meta in columns.items()},
    }
