"""Asks a release whether a good originates: finds the rules that may apply and hands facts and tables to the evaluator.

Everything is read from the release's tables. A code is carried to the edition of the rule (`publish.carrying`), and its
doubt with it; the judgement itself is in `transforms.origin_evaluate`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from publish.carrying import Carrier
from sources.errors import Exit, FtaError
from transforms.origin_evaluate import Candidate, evaluate
from transforms.origin_facts import digits, read_facts
from transforms.origin_index import level_of
from transforms.origin_regime import Regime, regime_of
from transforms.origin_rules import resolve, rules_by_code

Row = dict[str, Any]
IN_FORCE = "(valid_from IS NULL OR valid_from <= :on) AND (valid_to IS NULL OR valid_to > :on)"


def origin(connection: sqlite3.Connection, regime_id: str, facts: Mapping[str, Any], on: date) -> Row:
    """The answer of `ftadata origin`, as `evaluate` gives it, with the regime and the day.

    Raises:
        FtaError: `unknown_regime`, `unknown_code`, or `bad_facts` where the facts are malformed.
    """
    read = read_facts(facts)
    regime = regime_on(connection, regime_id, on)
    edition = edition_of(connection, regime_id) or read.hs_edition
    codes = {digits(code) for code in (read.product_hs, *(material.hs for material in read.materials or ()))}
    carrier = Carrier(connection)
    carried = {code: carrier.carry(code, read.hs_edition, edition) for code in sorted(codes)}
    product = digits(read.product_hs)
    products, sure = carried[product]
    if not products:
        raise FtaError(
            "unknown_code", f"{read.product_hs} is no subheading of {read.hs_edition}.", where={"hs": read.product_hs},
            remedy="Give the edition of the code in `hs_edition`, or look it up with `ftadata search`.",
            exit_code=Exit.WRONG_USE,
        )  # fmt: skip
    older = {code: list(found) for code, (found, _) in carried.items() if found}
    answer = evaluate(facts, regime, candidates(rules_of(connection, regime_id), products, sure, older))
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


def regimes_with_origin(connection: sqlite3.Connection) -> list[str]:
    """Regimes of which anything on origin is held: a provision, or a rule."""
    sql = "SELECT regime_id FROM provision WHERE value <> 'not_held' UNION SELECT regime_id FROM origin_rule ORDER BY 1"
    return [regime for (regime,) in connection.execute(sql)]


def edition_of(connection: sqlite3.Connection, regime_id: str) -> str | None:
    """The edition in which the product-specific rules of a regime stand."""
    sql = "SELECT DISTINCT hs_edition FROM origin_rule WHERE regime_id = :regime AND hs_edition IS NOT NULL"
    found = _rows(connection, sql, {"regime": regime_id})
    return found[0]["hs_edition"] if found else None


@dataclass(frozen=True)
class Rules:
    """The rules of a regime, their expressions read.

    Attributes:
        by_code: those that stand at a code, by each code they cover.
        general: the others.
        in_doubt: keys of general rules that the index holds for certain nowhere: their exceptions are not held.
    """

    by_code: Mapping[str, list[Mapping[str, Any]]]
    general: Sequence[Mapping[str, Any]]
    in_doubt: frozenset[str]


def rules_of(connection: sqlite3.Connection, regime_id: str) -> Rules:
    """The rules of a regime, as a release has them."""
    sql = "SELECT * FROM origin_rule WHERE regime_id = :regime ORDER BY document_id, code_from, row_no"
    rows = [{**row, "rule": json.loads(row["rule"])} for row in _rows(connection, sql, {"regime": regime_id})]
    general = [row for row in rows if row["code_from"] is None]
    doubtful = frozenset(row["row_key"] for row in general if _in_doubt(connection, row))
    return Rules(rules_by_code(rows), general, doubtful)


def _rows(connection: sqlite3.Connection, sql: str, values: Mapping[str, object]) -> list[Row]:
    """The rows of a query as dictionaries."""
    cursor = connection.execute(sql, dict(values))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def candidates(
    rules: Rules, products: Sequence[str], sure: bool, older: Mapping[str, Sequence[str]]
) -> list[Candidate]:
    """The rules that may apply, one for each expression and code that the good may have in their edition.

    Args:
        rules: the rules of a regime.
        products: codes that the good may have in the edition of the rules.
        sure: whether no tie to them is statistical only.
        older: for codes of the facts, their codes in that edition, as `Candidate` has them.
    """
    found: list[Candidate] = []
    for product in products:
        level, reached = resolve(rules.by_code, product)
        if all(rule["is_ex"] for rule in reached):
            reached = [*reached, *rules.general]
        for rule in reached:
            state = "superseded" if rule["superseded_by"] else "ok" if sure else "ambiguous"
            if state == "ok" and rule["row_key"] in rules.in_doubt:
                state = "ambiguous"
            found.append(Candidate(rule, level_of(rule, level), state, (product,), older))
    return found


def _in_doubt(connection: sqlite3.Connection, rule: Mapping[str, Any]) -> bool:
    """Whether the index holds a general rule for certain nowhere: its exceptions are then not held."""
    sql = "SELECT 1 AS found FROM hs2022_origin_rule WHERE origin_rule_row_key = :key AND state = 'ok' LIMIT 1"
    return not _rows(connection, sql, {"key": rule["row_key"]})
