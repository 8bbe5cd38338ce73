"""Asks a release whether a good originates: finds the rules that may apply and hands facts and tables to the evaluator.

Everything is read from the release's tables. A code is carried to the edition of the rule through `hs_correlation`, one
edition after the other, and its doubt with it; the judgement itself is in `transforms.origin_evaluate`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sources.errors import Exit, FtaError
from transforms.origin_evaluate import Candidate, evaluate
from transforms.origin_facts import digits, read_facts
from transforms.origin_index import level_of
from transforms.origin_regime import Regime, regime_of
from transforms.origin_rules import resolve, rules_by_code
from warehouse.tables import EDITIONS

Row = dict[str, Any]
IN_FORCE = "(valid_from IS NULL OR valid_from <= :on) AND (valid_to IS NULL OR valid_to > :on)"


def origin(connection: sqlite3.Connection, regime_id: str, facts: Mapping[str, Any], on: date) -> Row:
    """The answer of `ftadata origin`, as `evaluate` gives it, with the regime and the day.

    Raises:
        FtaError: `unknown_regime`, `unknown_code`, or `bad_facts` where the facts are malformed.
    """
    read = read_facts(facts)
    regime = regime_on(connection, regime_id, on)
    edition = _edition(connection, regime_id) or read.hs_edition
    codes = {digits(code) for code in (read.product_hs, *(material.hs for material in read.materials or ()))}
    carried = {code: carry(connection, code, read.hs_edition, edition) for code in sorted(codes)}
    product = digits(read.product_hs)
    products, sure = carried[product]
    if not products:
        raise FtaError(
            "unknown_code", f"{read.product_hs} is no subheading of {read.hs_edition}.", where={"hs": read.product_hs},
            remedy="Give the edition of the code in `hs_edition`, or look it up with `ftadata search`.",
            exit_code=Exit.WRONG_USE,
        )  # fmt: skip
    older = {code: list(found) for code, (found, _) in carried.items() if found}
    rules = _rules(connection, regime_id, products)
    answer = evaluate(facts, regime, _candidates(connection, rules, products, sure, older))
    return {"regime_id": regime_id, "on": on.isoformat(), **answer}


def regime_on(connection: sqlite3.Connection, regime_id: str, on: date) -> Regime:
    """What the tables say of a regime on a day.

    Raises:
        FtaError: `unknown_regime`.
    """
    bound = {"regime": regime_id, "on": on.isoformat()}
    known = [row["regime_id"] for row in _rows(connection, "SELECT regime_id FROM regime ORDER BY regime_id", {})]
    if regime_id not in known:
        raise FtaError(
            "unknown_regime", f"There is no regime {regime_id!r}.", where={"regime": regime_id},
            remedy=f"Name one of {', '.join(known)}.", exit_code=Exit.WRONG_USE,
        )  # fmt: skip
    parties = _rows(connection, "SELECT * FROM regime_party WHERE regime_id = :regime", bound)
    provisions = _rows(connection, f"SELECT * FROM provision WHERE regime_id = :regime AND {IN_FORCE}", bound)
    tolerances = _rows(connection, f"SELECT * FROM de_minimis WHERE regime_id = :regime AND {IN_FORCE}", bound)
    return regime_of(regime_id, parties, provisions, tolerances)


def _edition(connection: sqlite3.Connection, regime_id: str) -> str | None:
    """The edition in which the product-specific rules of a regime stand."""
    sql = "SELECT DISTINCT hs_edition FROM origin_rule WHERE regime_id = :regime AND hs_edition IS NOT NULL"
    found = _rows(connection, sql, {"regime": regime_id})
    return found[0]["hs_edition"] if found else None


def _rules(connection: sqlite3.Connection, regime_id: str, products: Sequence[str]) -> list[Row]:
    """The general rules of a regime, and those of the chapters in which the products stand."""
    sql = (
        "SELECT * FROM origin_rule WHERE regime_id = :regime AND (code_from IS NULL OR "
        "substr(code_from, 1, 2) <= :last AND substr(code_to, 1, 2) >= :first) ORDER BY document_id, code_from, row_no"
    )
    chapters = [product[:2] for product in products]
    return _rows(connection, sql, {"regime": regime_id, "first": min(chapters), "last": max(chapters)})


def _rows(connection: sqlite3.Connection, sql: str, values: Mapping[str, object]) -> list[Row]:
    """The rows of a query as dictionaries."""
    cursor = connection.execute(sql, dict(values))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def carry(connection: sqlite3.Connection, code: str, edition: str, target: str) -> tuple[tuple[str, ...], bool]:
    """What a code of one edition may be in another, at its own length, and whether no tie is statistical only."""
    start, end = EDITIONS.index(edition), EDITIONS.index(target)
    step = 1 if end > start else -1
    found, sure = {code}, True
    for at in range(start, end, step):
        older, newer = sorted((EDITIONS[at], EDITIONS[at + step]))
        found, material = _step(connection, found, older, newer, back=step < 0)
        sure = sure and material
    if start == end and len(code) == 6 and not _known(connection, code, edition):
        found = set()
    return tuple(sorted(found)), sure


def _step(
    connection: sqlite3.Connection, codes: Iterable[str], older: str, newer: str, *, back: bool
) -> tuple[set[str], bool]:
    """The codes one edition back (or on), by pairs that carry trade where there are any."""
    here, there = ("code_to", "code_from") if back else ("code_from", "code_to")
    found: set[str] = set()
    sure = True
    for code in codes:
        sql = (
            f"SELECT DISTINCT substr({there}, 1, :size) AS code, max(material) AS material FROM hs_correlation "
            f"WHERE edition_from = :older AND edition_to = :newer AND {here} BETWEEN :first AND :last GROUP BY 1"
        )
        bound = {"size": len(code), "older": older, "newer": newer}
        ties = _rows(connection, sql, {**bound, "first": code.ljust(6, "0"), "last": code.ljust(6, "9")})
        strong = {tie["code"] for tie in ties if tie["material"]}
        sure = sure and bool(strong)
        found |= strong or {tie["code"] for tie in ties}
    return found, sure


def _known(connection: sqlite3.Connection, code: str, edition: str) -> bool:
    sql = "SELECT 1 AS found FROM hs_node WHERE edition = :edition AND code = :code"
    return bool(_rows(connection, sql, {"edition": edition, "code": code}))


def _candidates(
    connection: sqlite3.Connection,
    rules: Sequence[Row],
    products: Sequence[str],
    sure: bool,
    older: Mapping[str, Sequence[str]],
) -> list[Candidate]:
    """The rules that may apply, one for each expression and code that the good may have in their edition."""
    by_code = rules_by_code(rules)
    general = [rule for rule in rules if rule["code_from"] is None]
    found: list[Candidate] = []
    for product in products:
        level, reached = resolve(by_code, product)
        if all(rule["is_ex"] for rule in reached):
            reached = [*reached, *general]
        for rule in reached:
            read = {**rule, "rule": json.loads(rule["rule"])}
            state = "superseded" if rule["superseded_by"] else "ok" if sure else "ambiguous"
            if state == "ok" and rule["code_from"] is None and _in_doubt(connection, rule):
                state = "ambiguous"
            found.append(Candidate(read, level_of(rule, level), state, (product,), older))
    return found


def _in_doubt(connection: sqlite3.Connection, rule: Mapping[str, Any]) -> bool:
    """Whether the index holds a general rule for certain nowhere: its exceptions are then not held."""
    sql = "SELECT 1 AS found FROM hs2022_origin_rule WHERE origin_rule_row_key = :key AND state = 'ok' LIMIT 1"
    return not _rows(connection, sql, {"key": rule["row_key"]})
