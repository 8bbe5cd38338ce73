"""Walks one published row back to the page and row it was read from, saying every step between.

The steps stand in the order from the number back to the document: conversion to HS 2022, correlation, staging, base,
reading of the duty, corrections and decisions, and the cells of the source row.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from publish.evidence import rows
from publish.wording import percent, span
from sources.errors import Exit, FtaError
from warehouse.keys import said_by_key
from warehouse.tables import TABLES, columns_of

Row = dict[str, Any]

MAX_LINES = 10
EVIDENCE = {
    "S": "stated in a document of the Ministry",
    "D": "stated in a held document",
    "R": "from a public source; the text itself is not held",
    "U": "general knowledge, not verified",
}

_PATHS = """
WITH RECURSIVE walk (edition, code, words) AS (
    VALUES (?, ?, ? || ' ' || ?)
    UNION
    SELECT c.edition_to, c.code_to, w.words || ' > ' || c.edition_to || ' ' || c.code_to || ' (' || c.relation
           || CASE c.material WHEN 1 THEN '' ELSE ', statistical tie only' END || ')'
    FROM walk AS w JOIN hs_correlation AS c ON c.edition_from = w.edition AND c.code_from = w.code)
SELECT words FROM walk WHERE edition = 'HS 2022' AND code = ? ORDER BY length(words), words LIMIT 5
"""


def explain(connection: sqlite3.Connection, row_key: str) -> dict[str, Any]:
    """Explain one row of a release.

    Args:
        connection: a release (`open_release`).
        row_key: the `row_key` of a row of any table.

    Returns:
        `{row_key, table, value, row, steps: [{stage, detail, row_key}], document}`. `value` is the rate in percentage
        points, or the duty, rule or value in words. `document` has `document_id, title, url, sha256, locator, page,
        row_no, bbox` of the first source row; each step of stage `source` names its own.

    Raises:
        FtaError: `unknown_row` where no table has the key.
    """
    table, row = _find(connection, row_key.strip())
    steps, source = _EXPLAINERS.get(table, _plain)(connection, table, row)
    told = {json.dumps(step, sort_keys=True): {"row_key": None, **step} for step in steps}
    return {
        "row_key": row["row_key"], "table": table, "value": _value(connection, table, row), "row": row,
        "steps": sorted(told.values(), key=lambda step: step["stage"] == "decision"), "document": source,
    }  # fmt: skip


def _find(connection: sqlite3.Connection, key: str) -> tuple[str, Row]:
    sql = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
    held = {row["name"] for row in rows(connection, sql)}
    for table in sorted(held & TABLES.keys(), key=lambda name: (name == "hs2022_contributor", name)):  # slowest last
        if found := _with_key(connection, table, key):
            return table, found
    raise FtaError(
        "unknown_row", f"No row of this release has the key {key!r}.", where={"row_key": key},
        remedy="Take a row_key from a table of the release or from an answer of `ftadata compare --json`.",
        exit_code=Exit.WRONG_USE,
    )  # fmt: skip


def _with_key(connection: sqlite3.Connection, table: str, key: str) -> Row | None:
    """The row of a table with a key, found by what the key says of it."""
    said = said_by_key(table, key)
    if said is None:
        return None
    wanted = {**said, "row_key": key}
    sql = f"SELECT * FROM {table} WHERE {' AND '.join(f'{column} = ?' for column in wanted)}"
    return next(iter(rows(connection, sql, tuple(wanted.values()))), None)


def _value(connection: sqlite3.Connection, table: str, row: Row) -> Any:
    """What the row says: its rate, else its duty, rule or value in words, else its state."""
    if row.get("rate_pct") is not None:
        return row["rate_pct"]
    if table == "hs2022_origin_rule":
        return _one(connection, "origin_rule", "row_key", row["origin_rule_row_key"])["rule_text"]
    for column in ("duty_id", "base_duty_id"):
        if row.get(column) and table != "duty":
            return _duty(connection, row[column])["text"]
    for column in ("rule_text", "value", "pct", "text", "line_code", "code", "state"):
        if row.get(column) is not None:
            return row[column]
    return None


def _hs2022_rate(connection: sqlite3.Connection, table: str, row: Row) -> tuple[list[Row], Row | None]:
    """An HS 2022 rate: what it was converted from, then each of the national lines it rests on."""
    source_table = "preference_rate" if table == "hs2022_preference_rate" else "mfn_rate"
    contributors = rows(
        connection, "SELECT * FROM hs2022_contributor WHERE rate_row_key = ? ORDER BY line_code", (row["row_key"],)
    )
    lines = list(dict.fromkeys(found["line_code"] for found in contributors))
    verdict = "all agree" if row["state"] != "ambiguous" else f"they disagree: {row['reason']}, so no rate is given"
    if not lines:
        verdict = f"no line contributes ({row['reason'] or row['state']})"
    if row["reason"] == "statistical_correlation_only":
        verdict = (
            "only statistics tie them to it (hs_correlation, material 0), so they are not listed and decide nothing"
        )
    detail = (
        f"HS 2022 {row['hs6']} from {row['valid_from']} to {row['valid_to'] or 'no end set'}: {row['n_lines']} national"
        f" line(s), relation {row['relation']}; {verdict}{span(row['min_pct'], row['max_pct'])}."
    )
    steps: list[Row] = [{"stage": "conversion", "detail": detail, "lines": lines}]
    document: Row | None = None
    for found in contributors[:MAX_LINES]:
        rate = _with_key(connection, source_table, found["source_rate_row_key"])
        if rate is None:
            missing = f"The rate {found['source_rate_row_key']} of line {found['line_code']} is not in this release."
            steps.append({"stage": "rate", "detail": missing})
            continue
        steps += _correlation(connection, rate, found, row["hs6"])
        more, source = _line_rate(connection, source_table, rate)
        steps, document = steps + more, document or source
    if len(contributors) > MAX_LINES:
        keys = [found["source_rate_row_key"] for found in contributors[MAX_LINES:]]
        steps.append({"stage": "conversion", "detail": f"{len(keys)} more; explain each by its key.", "lines": keys})
    return steps, document


def _correlation(connection: sqlite3.Connection, rate: Row, contributor: Row, hs6: str) -> Iterable[Row]:
    """The way of a line's subheading through the editions to the HS 2022 one."""
    edition = _edition_of(connection, rate)
    if edition is None or edition == "HS 2022":
        return
    code = contributor["hs6_from"]
    for (words,) in connection.execute(_PATHS, (edition, code, edition, code, hs6)):
        yield {"stage": "correlation", "detail": f"Line {contributor['line_code']}: {words}.",
               "row_key": contributor.get("row_key")}  # fmt: skip


def _edition_of(connection: sqlite3.Connection, rate: Row) -> str | None:
    found = connection.execute(
        "SELECT hs_edition FROM tariff_line WHERE line_code = ? AND nomenclature_id IN"
        " (SELECT nomenclature_id FROM schedule WHERE schedule_id = ? UNION SELECT ?)",
        (rate["line_code"], rate.get("schedule_id"), rate.get("nomenclature_id")),
    ).fetchone()
    return str(found[0]) if found else None


def _line_rate(connection: sqlite3.Connection, table: str, row: Row) -> tuple[list[Row], Row | None]:
    """A national line's rate: how it was derived, from which base and category, and the row it was read from."""
    shown = _amount(connection, row)
    how = {"computed": "computed from base and category", "modality": "a bound set by the text"}
    derivation = how.get(row.get("derivation", "printed"), "printed in the document")
    until = row["valid_to"] or "no end set"
    detail = f"Line {row['line_code']}: {shown} from {row['valid_from']} to {until}, {derivation}."
    steps: list[Row] = [{"stage": "rate", "detail": detail, "row_key": row["row_key"]}]
    if table == "preference_rate":
        sql = "SELECT * FROM concession WHERE schedule_id = ? AND line_code = ? AND row_no = ?"
        for concession in rows(connection, sql, (row["schedule_id"], row["line_code"], row["row_no"])):
            more, source = _concession(connection, "concession", concession)
            return steps + more, source
    steps += _reading(connection, row["duty_id"])
    more, source = _source(connection, row["source_row_id"])
    return steps + more, source


def _concession(connection: sqlite3.Connection, table: str, row: Row) -> tuple[list[Row], Row | None]:
    """A concession: its category and the rule of it, its base duty and what that is, and the row it was read from."""
    schedule = _one(connection, "schedule", "schedule_id", row["schedule_id"])
    steps: list[Row] = []
    sql = "SELECT * FROM staging_category WHERE schedule_id = ? AND category = ?"
    for category in rows(connection, sql, (row["schedule_id"], row["category"])):
        detail = f"Category {category['category']}: {category['text_en']} Rule: {category['rule']}"
        steps.append({"stage": "staging", "detail": detail, "row_key": category["row_key"]})
    if row["base_duty_id"]:
        base = _duty(connection, row["base_duty_id"])["text"]
        meaning = f" {schedule['base_is']}" if schedule["base_is"] else ""
        detail = f"Base of line {row['line_code']}: {base}.{meaning}"
        steps.append({"stage": "base", "detail": detail, "row_key": row["row_key"]})
        steps += _reading(connection, row["base_duty_id"])
    if schedule["status"] == "carried_forward":
        steps.append({"stage": "quarantine", "detail": "The schedule's rows are those of the last release."})
    more, source = _source(connection, row["source_row_id"])
    return steps + more + _decisions(connection, schedule["regime_id"]), source


def _reading(connection: sqlite3.Connection, duty_id: str | None) -> list[Row]:
    if duty_id is None:
        return []
    duty = _duty(connection, duty_id)
    detail = f"Read as {duty['kind']}: {duty['text']}; components {duty['components']}."
    return [{"stage": "reading", "detail": detail, "row_key": duty["row_key"]}]


def _index_rule(connection: sqlite3.Connection, table: str, row: Row) -> tuple[list[Row], Row | None]:
    """The rule of an HS 2022 subheading: the level it came from, then the rule in its own edition."""
    rule = _one(connection, "origin_rule", "row_key", row["origin_rule_row_key"])
    place = f"{rule['hs_edition']} {_range(rule)}" if rule["code_from"] else "the general rule"
    detail = f"HS 2022 {row['hs6']} takes its rule from {row['level']} level, {place}; state {row['state']}."
    more, source = _rule(connection, "origin_rule", rule)
    return [{"stage": "conversion", "detail": detail, "row_key": row["row_key"]}, *more], source


def _rule(connection: sqlite3.Connection, table: str, row: Row) -> tuple[list[Row], Row | None]:
    """A rule of origin: how fully it was read, its expression, and its place."""
    where = f"{'ex ' if row['is_ex'] else ''}{_range(row)}" if row["code_from"] else "general rule"
    dates = f"from {row['valid_from'] or 'the start'} to {row['valid_to'] or 'no end set'}"
    replaced = f" Superseded by {row['superseded_by']}." if row["superseded_by"] else ""
    steps = [
        {"stage": "rule", "detail": f"{where}: {row['rule_text']} ({dates}).{replaced}", "row_key": row["row_key"]},
        {"stage": "reading", "detail": f"Read {row['parse_state']} as {row['rule']}."},
        {"stage": "evidence", "detail": f"{row['evidence']}: {EVIDENCE[row['evidence']]}."},
    ]
    more, source = _source(connection, row["source_row_id"])
    if source is None:
        more, source = _place(connection, row)
    return steps + more + _decisions(connection, row["regime_id"]), source


def _range(rule: Row) -> str:
    same = rule["code_to"] in (None, rule["code_from"])
    return str(rule["code_from"]) if same else f"{rule['code_from']} to {rule['code_to']}"


def _contributor(connection: sqlite3.Connection, table: str, row: Row) -> tuple[list[Row], Row | None]:
    """A line's part in an HS 2022 rate: the line's own rate."""
    for source_table in ("preference_rate", "mfn_rate"):
        if rate := _with_key(connection, source_table, row["source_rate_row_key"]):
            return _line_rate(connection, source_table, rate)
    return [], None


def _source_row(connection: sqlite3.Connection, table: str, row: Row) -> tuple[list[Row], Row | None]:
    return _source(connection, row["row_key"])


def _plain(connection: sqlite3.Connection, table: str, row: Row) -> tuple[list[Row], Row | None]:
    """Any other row: what it holds, and its place as far as it names one."""
    held = {name: row[name] for name in columns_of(table) if row[name] is not None and name != "row_key"}
    steps: list[Row] = [{"stage": table, "detail": json.dumps(held, ensure_ascii=False), "row_key": row["row_key"]}]
    more, source = _source(connection, row.get("source_row_id"))
    if source is None:
        more, source = _place(connection, row)
    decided = [] if table == "decision" else _decisions(connection, row.get("regime_id"))
    return steps + more + decided, source


def _source(connection: sqlite3.Connection, source_row_id: str | None) -> tuple[list[Row], Row | None]:
    """The row of the document, its continuations, and what was corrected on it."""
    if source_row_id is None:
        return [], None
    own = _one(connection, "source_row", "source_row_id", source_row_id)
    joined = rows(connection, "SELECT * FROM source_row WHERE continues = ? ORDER BY page, row_no", (source_row_id,))
    document = _document(connection, own["document_id"])
    steps: list[Row] = []
    for row in (own, *joined):
        sql = "SELECT * FROM correction WHERE document_id = ? AND locator = ? ORDER BY correction_id"
        for mended in rows(connection, sql, (row["document_id"], row["locator"])):
            detail = (
                f"{mended['column_name']}: {mended['expected']!r} became {mended['replacement']!r}, by"
                f" {mended['provider']} on {mended['made_on']}: {mended['reason']}"
            )
            steps.append({"stage": "correction", "detail": detail, "row_key": mended["row_key"]})
        detail = f"{document['title']}, {row['locator']}: {row['cells']}"
        steps.append({"stage": "source", "detail": detail, "row_key": row["row_key"], "locator": row["locator"],
                      "document_id": row["document_id"]})  # fmt: skip
    place = {name: own[name] for name in ("locator", "page", "row_no", "bbox")}
    return steps, {**document, **place}


def _place(connection: sqlite3.Connection, row: Row) -> tuple[list[Row], Row | None]:
    """The place of a row that names a document without a source row: its article or locator."""
    if not row.get("document_id"):
        return [], None
    document = _document(connection, row["document_id"])
    article = f"Article {row['article']}" if row.get("article") else None
    page = row.get("page") or row.get("page_from")
    locator = row.get("locator") or ", ".join(part for part in (article, f"page {page}" if page else None) if part)
    detail = ", ".join(part for part in (document["title"], locator) if part)
    step = {"stage": "source", "detail": detail, "locator": locator or None, "document_id": row["document_id"]}
    return [step], {**document, "locator": locator or None, "page": page, "row_no": None, "bbox": None}


def _document(connection: sqlite3.Connection, document_id: str) -> Row:
    found = _one(connection, "document", "document_id", document_id)
    return {name: found[name] for name in ("document_id", "title", "publisher", "url", "licence", "sha256")}


def _decisions(connection: sqlite3.Connection, regime_id: str | None) -> list[Row]:
    """The decisions that bear on the regime, open or decided."""
    sql = "SELECT * FROM decision WHERE regime_id = ? ORDER BY decision_id"
    return [
        {"stage": "decision", "row_key": row["row_key"],
         "detail": f"{row['subject']} ({row['status']}): {row['question_en']} Followed: {row['chosen'] or 'nothing'}."}
        for row in rows(connection, sql, (regime_id,))
    ]  # fmt: skip


def _duty(connection: sqlite3.Connection, duty_id: str) -> Row:
    return _one(connection, "duty", "duty_id", duty_id)


def _amount(connection: sqlite3.Connection, row: Row) -> str:
    if row["duty_id"]:
        return f"{_duty(connection, row['duty_id'])['text']} ({row['state']})"
    return percent(row["rate_pct"]) if row["rate_pct"] is not None else str(row["state"])


def _one(connection: sqlite3.Connection, table: str, column: str, value: object) -> Row:
    """The row that another row points to; a release in which it is missing is broken.

    Raises:
        FtaError: `broken_reference`.
    """
    found = rows(connection, f"SELECT * FROM {table} WHERE {column} = ?", (value,))
    if not found:
        raise FtaError(
            "broken_reference", f"No row of {table} has {column} {value!r}.", where={"table": table, column: value},
            remedy="Check the release with `ftadata verify`.", exit_code=Exit.DOCUMENT,
        )  # fmt: skip
    return found[0]


_EXPLAINERS: dict[str, Callable[[sqlite3.Connection, str, Row], tuple[list[Row], Row | None]]] = {
    "hs2022_preference_rate": _hs2022_rate,
    "hs2022_mfn_rate": _hs2022_rate,
    "hs2022_contributor": _contributor,
    "preference_rate": _line_rate,
    "mfn_rate": _line_rate,
    "concession": _concession,
    "hs2022_origin_rule": _index_rule,
    "origin_rule": _rule,
    "source_row": _source_row,
}
