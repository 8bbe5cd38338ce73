"""What a compared rate rests on: its national lines with their places, its rule of origin, its certificate.

Each function asks the release once for all regimes of an answer. What the numbers mean is said in `compare`.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

Row = dict[str, Any]

_LINES = """
WITH c AS MATERIALIZED (
    SELECT rate_row_key, line_code, hs6_from, relation, source_rate_row_key
    FROM hs2022_contributor WHERE rate_row_key IN ({marks})),
p AS MATERIALIZED (
    SELECT line_code, schedule_id, row_no, row_key, state, rate_pct, rate_max_pct, duty_id, source_row_id
    FROM preference_rate
    WHERE line_code IN (SELECT line_code FROM c) AND row_key IN (SELECT source_rate_row_key FROM c)
      AND valid_from <= ? AND (valid_to IS NULL OR valid_to > ?))
SELECT c.rate_row_key, c.line_code, c.hs6_from, c.relation, p.row_key, p.state, p.rate_pct, p.rate_max_pct,
       p.row_no, d.text AS duty_text, s.document_id, s.locator, s.page, t.category, b.text AS base_text,
       b.rate_pct AS base_pct
FROM c
JOIN p ON p.row_key = c.source_rate_row_key
LEFT JOIN duty AS d ON d.duty_id = p.duty_id
LEFT JOIN source_row AS s ON s.source_row_id = p.source_row_id
LEFT JOIN concession AS t ON t.line_code = p.line_code AND t.schedule_id = p.schedule_id AND t.row_no = p.row_no
LEFT JOIN duty AS b ON b.duty_id = t.base_duty_id
ORDER BY c.line_code, p.row_no
"""
"""The rates are looked for once for all lines: several schedules have lines of the same code."""
_MFN_LINES = """
SELECT c.line_code, c.hs6_from, c.relation, p.row_key, p.state, p.rate_pct, p.valid_from, p.valid_to,
       d.text AS duty_text, s.document_id, s.locator, s.page, f.known_from, f.known_until
FROM hs2022_contributor AS c
JOIN mfn_rate AS p ON p.line_code = c.line_code AND p.row_key = c.source_rate_row_key
LEFT JOIN duty AS d ON d.duty_id = p.duty_id
LEFT JOIN source_row AS s ON s.source_row_id = p.source_row_id
LEFT JOIN document AS f ON f.document_id = s.document_id
WHERE c.rate_row_key = ?
ORDER BY c.line_code, p.valid_from
"""
_LINE_PERIODS = """
SELECT p.line_code, p.row_no, p.valid_from, p.valid_to, p.state, p.rate_pct, d.text AS duty_text
FROM preference_rate AS p LEFT JOIN duty AS d ON d.duty_id = p.duty_id
WHERE p.line_code = ? AND p.schedule_id = ?
ORDER BY p.row_no, p.valid_from
"""


def rows(connection: sqlite3.Connection, sql: str, values: Sequence[object] = ()) -> list[Row]:
    """The rows of a query as dictionaries."""
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def once(connection: sqlite3.Connection, key: Hashable, ask: Callable[[], Any]) -> Any:
    """What a release is asked with each answer alike, asked once for each key: an opened release never changes.

    What is given is shared: nobody may change it.
    """
    kept = getattr(connection, "kept", None)
    if kept is None:
        return ask()
    if key not in kept:
        kept[key] = ask()
    return kept[key]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def contributing_lines(connection: sqlite3.Connection, keys: Iterable[str], day: str) -> dict[str, list[Row]]:
    """By HS 2022 rate, the national lines that it rests on, with the rate of each on the day."""
    wanted = list(keys)
    found: dict[str, list[Row]] = defaultdict(list)
    if wanted:
        sql = _LINES.format(marks=_marks(wanted))
        for row in rows(connection, sql, (*wanted, day, day)):
            found[row.pop("rate_row_key")].append(row)
    return found


def mfn_lines(connection: sqlite3.Connection, rate_row_key: str) -> list[Row]:
    """The national lines that an HS 2022 MFN rate rests on, with the authority of their document."""
    return rows(connection, _MFN_LINES, (rate_row_key,))


def line_periods(connection: sqlite3.Connection, line_code: str, schedule_id: str) -> list[Row]:
    """Every period of a national line in a schedule."""
    return rows(connection, _LINE_PERIODS, (line_code, schedule_id))


def rules(connection: sqlite3.Connection, hs6: str, regimes: Iterable[str], day: str) -> dict[str, Row]:
    """By regime, the rule of origin of a subheading; where several stand beside each other, all as `candidates`."""
    wanted = list(regimes)
    sql = "SELECT * FROM v_origin WHERE hs6 = ? AND level IS NOT NULL ORDER BY regime_id, valid_from, code_from"
    held: dict[str, list[Row]] = defaultdict(list)
    for row in rows(connection, sql, (hs6,)) if wanted else ():
        held[row["regime_id"]].append(row)
    return {regime: _one_rule(held[regime], day) for regime in wanted}


def _one_rule(found: list[Row], day: str) -> Row:
    """The one rule in force on the day, or the reason why there is not exactly one."""
    current = [row for row in found if _holds(row, day)]
    shown = [_rule(row) for row in current or found]
    if not shown:
        return {**dict.fromkeys(_RULE_KEYS), "state": "not_held"}
    if len({(row["rule_text"], row["rule"]) for row in current or found}) > 1:
        blank = {**dict.fromkeys(_RULE_KEYS), "hs_edition": shown[0]["hs_edition"]}
        return {**blank, "state": "ambiguous" if current else "superseded", "candidates": shown}
    rule = shown[0]
    return {**rule, "state": "superseded"} if rule["valid_to"] is not None and rule["valid_to"] <= day else rule


_RULE_KEYS = (
    "text", "expression", "level", "hs_edition", "state", "page", "locator", "document_id", "code_from", "code_to",
    "parse_state", "valid_from", "valid_to", "superseded_by", "evidence", "row_key",
)  # fmt: skip


def _rule(row: Row) -> Row:
    expression = None if row["rule"] is None else json.loads(row["rule"])
    renamed = {"text": row["rule_text"], "expression": expression, "row_key": row["rule_row_key"]}
    return {key: renamed[key] if key in renamed else row[key] for key in _RULE_KEYS}


def _holds(row: Row, day: str) -> bool:
    return (row["valid_from"] is None or row["valid_from"] <= day) and (
        row["valid_to"] is None or day < row["valid_to"]
    )


_PROVISION = ("code", "value", "value_num", "unit", "article", "page", "document_id", "evidence")


def certificates(connection: sqlite3.Connection, regimes: Iterable[str], day: str) -> dict[str, Row]:
    """By regime, how long a proof of origin is valid and how long records are kept.

    `validity` and `retention` are words such as `12 months`, null where the regime's text is not held;
    `provisions` holds the value, number, unit, article and page of each.
    """
    wanted = tuple(regimes)
    answers: dict[str, Row] = {
        regime: {"validity": None, "retention": None, "state": "not_held", "provisions": []} for regime in wanted
    }
    for row in once(connection, (certificates, wanted), lambda: _about_proof(connection, wanted)):
        if row["value"] == "not_held" or (row["valid_to"] is not None and row["valid_to"] <= day):
            continue
        answer = answers[row["regime_id"]]
        key = "validity" if row["code"] == "validity_period" else "retention"
        words = _period(row)
        answer[key] = words if answer[key] is None else f"{answer[key]}; {words}"
        answer["state"] = "held"
        answer["provisions"].append({name: row[name] for name in _PROVISION})
    return answers


def _about_proof(connection: sqlite3.Connection, regimes: Sequence[str]) -> list[Row]:
    sql = (
        f"SELECT regime_id, valid_to, {', '.join(_PROVISION)} FROM provision WHERE regime_id IN ({_marks(regimes)})"
        " AND code IN ('validity_period', 'retention_period') ORDER BY regime_id, code, row_no"
    )
    return rows(connection, sql, regimes)


def _period(row: Row) -> str:
    if row["value_num"] is None or row["unit"] is None:
        return str(row["value"])
    number = f"{row['value_num']:g}"
    return f"{number} {row['unit']}" + ("" if number == "1" or row["unit"] in ("percent", "USD") else "s")


def coverage(connection: sqlite3.Connection, importer: str, subject: str) -> dict[str, Row]:
    """By regime of an importer, what is said of the holding of a subject for it; a row of its own counts before `*`."""
    sql = (
        "SELECT regime_id, importer, state, as_of, note FROM coverage WHERE subject = ? AND (importer = ? OR importer ="
        " '*' AND regime_id IN (SELECT regime_id FROM regime_party WHERE party_id = ?))"
        " ORDER BY regime_id, importer = '*' DESC"
    )
    values = (subject, importer, importer)
    found: dict[str, Row] = once(
        connection, (coverage, values), lambda: {row["regime_id"]: row for row in rows(connection, sql, values)}
    )
    return found
