"""The HS 2022 index of rules of origin: for every HS 2022 subheading, the rule that applies and how sure that is.

A rule is tested in its own edition; what stands here is a pointer with the correlation's doubt carried through. Which
codes came from which is asked of `correlations`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from transforms.correlations import Concordance, Tie
from transforms.origin_rules import Record, resolve, rules_by_code
from warehouse.keys import row_key

Found = tuple[str, Mapping[str, Any]]


def hs2022_origin_rows(
    rules: Sequence[Mapping[str, Any]], concordance: Concordance, *, exceptions_held: bool = True
) -> list[Record]:
    """Rows of `hs2022_origin_rule` for the rules of one regime.

    One row where all predecessors of an HS 2022 code have the same expression; it points at the rule of the same
    number where that is one of them, else at the first by code. Where they differ, where only part of a code has the
    rule, or where a predecessor is not known, there is a row for each expression, `ambiguous`. A code without any rule
    has no row: its rule is not held. Rules that were replaced are `superseded`.

    Args:
        rules: rows of `origin_rule` of one regime, with at most one HS edition beside its general rules.
        concordance: the correlation tables.
        exceptions_held: whether the exceptions from the general rule are held; else that rule is in doubt everywhere.
    """
    rules = [{**rule, "row_key": row_key("origin_rule", rule)} for rule in rules]
    editions = sorted({rule["hs_edition"] for rule in rules if rule["hs_edition"]})
    general = [rule for rule in rules if rule["code_from"] is None]
    if len(editions) > 1:
        raise ValueError(f"the rules of one regime stand in {', '.join(editions)}")
    edition = editions[0] if editions else "HS 2022"
    by_code = rules_by_code(rules)
    back = concordance.lookups(edition)[1]
    ties = concordance.ties(edition)
    rows: list[Record] = []
    for hs6 in ties.codes:
        older = sorted(back.get(hs6, ()), key=lambda tie: (tie.code != hs6, tie.code))
        found, sure = _found(by_code, general, older)
        sure = sure and (not by_code or hs6 not in ties.incomplete)
        rows += _rows(hs6, found, sure and (exceptions_held or all(level != "general" for level, _ in found)))
    return rows


def _found(
    by_code: Mapping[str, list[Mapping[str, Any]]], general: Sequence[Mapping[str, Any]], ties: Iterable[Tie]
) -> tuple[list[Found], bool]:
    """The rules of the predecessors with their levels, and whether each of them decides and has one rule."""
    found: list[Found] = []
    sure = True
    for tie in ties:
        level, rules = resolve(by_code, tie.code)
        open_end = all(rule["is_ex"] for rule in rules)
        reached = [(level_of(rule, level), rule) for rule in rules]
        reached += [("general", rule) for rule in general if open_end]
        sure = sure and tie.material and len(reached) == 1
        found += reached
    if not found and general:
        return [("general", rule) for rule in general], len(general) == 1
    return found, sure


def level_of(rule: Mapping[str, Any], default: str) -> str:
    """The level a rule stands at, by the length of its code."""
    return {2: "chapter", 4: "heading", 6: "subheading"}.get(len(rule["code_from"] or ""), default)


def _rows(hs6: str, found: Sequence[Found], sure: bool) -> list[Record]:
    first: dict[str, Found] = {}
    for level, rule in found:
        first.setdefault(rule["rule"], (level, rule))
    state = "ok" if sure and len(first) == 1 else "ambiguous"
    return [
        {
            "regime_id": rule["regime_id"],
            "hs6": hs6,
            "origin_rule_row_key": rule["row_key"],
            "level": level,
            "state": "superseded" if rule["superseded_by"] else state,
        }
        for level, rule in first.values()
    ]
