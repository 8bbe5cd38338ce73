"""Which rules of origin a person should read again: those of which words stayed words, or whose count differs.

The words of the document come from its source rows; what the expression leaves out is counted in
`transforms.origin_count`, apart from the grammar that made it.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from transforms.origin_count import differences
from transforms.origin_language import Text, loads, walk

Row = dict[str, Any]
JOINT = "operator"
"""The fact column of a document that prints each alternative in a row of its own."""

_SQL = """
SELECT o.row_key, o.regime_id, o.document_id, o.hs_edition, o.code_from, o.code_to, o.parse_state, o.page, o.locator,
       o.rule_text, o.rule, o.source_row_id
FROM origin_rule AS o WHERE o.code_from IS NOT NULL ORDER BY o.regime_id, o.document_id, o.code_from, o.row_no
"""
_CELLS = "SELECT source_row_id, continues, cells FROM source_row WHERE document_id = ? ORDER BY page, row_no"


def unread(connection: sqlite3.Connection) -> dict[str, Any]:
    """Every rule that was read in part, or whose expression does not count as its words do.

    Returns:
        `documents` with `document_id`, `rules`, how many are read in `full` and how many are `listed`; `rules` with
        their key, regime, document, edition, codes, `parse_state`, page, locator, canonical `text`, the `words` of the
        document (null where its rows carry none), `not_understood` words, and in what the count `differs`.
    """
    cursor = connection.execute(_SQL)
    names = [column[0] for column in cursor.description]
    rules = [dict(zip(names, row, strict=True)) for row in cursor]
    documents: list[Row] = []
    listed: list[Row] = []
    for document in sorted({rule["document_id"] for rule in rules}):
        own = [rule for rule in rules if rule["document_id"] == document]
        phrases, joint = _phrases(connection, document)
        found = [row for rule in own if (row := _listed(rule, phrases.get(rule["source_row_id"]), joint))]
        full = sum(rule["parse_state"] == "full" for rule in own)
        documents.append({"document_id": document, "rules": len(own), "full": full, "listed": len(found)})
        listed += found
    return {"documents": documents, "rules": listed}


def _phrases(connection: sqlite3.Connection, document: str) -> tuple[dict[str, str], bool]:
    """The words of each rule of a document by its first row, and whether alternatives are rows of their own."""
    words: dict[str, str] = {}
    joint = False
    for key, continues, text in connection.execute(_CELLS, (document,)):
        cells = json.loads(text)
        joint = joint or JOINT in cells
        if phrase := " ".join((cells.get("rule") or "").split()):
            words[continues or key] = f"{words.get(continues or key, '')} {phrase}".strip()
    return words, joint


def _listed(rule: Row, words: str | None, joint: bool) -> Row | None:
    """The entry of a rule, or None where there is nothing to look at."""
    expression = loads(rule["rule"])
    kept = [part.text for part in walk(expression) if isinstance(part, Text)] if rule["parse_state"] != "full" else []
    differs = differences(words, expression, joined_by_rows=joint) if words else []
    if not kept and not differs:
        return None
    entry = {name: rule[name] for name in rule if name not in ("rule", "rule_text", "source_row_id")}
    return {**entry, "text": rule["rule_text"], "words": words, "not_understood": kept, "differs": differs}
