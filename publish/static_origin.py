"""Static files that an evaluator of origin needs beside its code: regimes, rules by heading, codes of older editions.

They are what `publish.origin` hands to `transforms.origin_evaluate`, so that a browser or any other consumer evaluates
with the same facts; docs/origin.md says how they are put together.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date

from publish.carrying import SIZES, Carrier
from publish.evidence import Row
from publish.origin import Rules, candidates, edition_of, regime_on, regimes_with_origin, rules_of
from publish.products import EDITION
from transforms.origin_evaluate import Candidate
from transforms.origin_regime import as_json

_RULE = ("row_key", "regime_id", "rule_text", "rule", "hs_edition", "superseded_by", "document_id", "page", "locator")


def origin_pages(connection: sqlite3.Connection, on: date) -> Iterator[tuple[str, Row]]:
    """`origin/regimes.json`, `origin/older/{edition}.json` and `origin/{heading}.json`.

    Args:
        connection: a release.
        on: the day for which provisions are given.
    """
    regimes = {regime: edition_of(connection, regime) or EDITION for regime in regimes_with_origin(connection)}
    bundles = {
        regime: {**as_json(regime_on(connection, regime, on)), "hs_edition": edition}
        for regime, edition in regimes.items()
    }
    yield "origin/regimes.json", {"on": on.isoformat(), "regimes": bundles}
    carrier = Carrier(connection)
    codes = _codes(connection)
    for edition in sorted(set(regimes.values()) - {EDITION}):
        yield older_path(edition), _older(carrier, codes, edition)
    rules = {regime: rules_of(connection, regime) for regime in regimes}
    goods_of: dict[str, list[str]] = {code: [] for code in codes if len(code) == 4}
    for code in codes:
        if len(code) == 6 and code[:4] in goods_of:
            goods_of[code[:4]].append(code)
    for heading, goods in goods_of.items():
        yield f"origin/{heading}.json", _heading(heading, goods, carrier, regimes, rules)


def older_path(edition: str) -> str:
    """The file of the codes of an older edition, such as `origin/older/hs-2017.json`."""
    return f"origin/older/{edition.lower().replace(' ', '-')}.json"


def _codes(connection: sqlite3.Connection) -> list[str]:
    sql = f"SELECT code FROM hs_node WHERE edition = ? AND level IN {SIZES} ORDER BY code"
    return [code for (code,) in connection.execute(sql, (EDITION,))]


def _older(carrier: Carrier, codes: list[str], edition: str) -> Row:
    """What codes of HS 2022 were in an older edition where that is another: sets of codes, and the set of each."""
    sets: dict[tuple[str, ...], int] = {}
    numbered: dict[str, int] = {}
    for code in codes:
        found = carrier.carry(code, EDITION, edition)[0]
        if found and found != (code,):
            numbered[code] = sets.setdefault(found, len(sets))
    return {"hs_edition": edition, "sets": list(map(list, sets)), "codes": numbered}


def _heading(heading: str, goods: list[str], carrier: Carrier, regimes: dict[str, str], rules: dict[str, Rules]) -> Row:
    """What the goods of a heading may be in the editions of the rules, and the rules that these codes reach.

    A good that is tied to older codes by statistics alone has none here: it might be thousands of them.
    """
    told: dict[str, int] = {}
    listed: list[Row] = []
    products: dict[str, dict[str, list[str]]] = {hs6: {} for hs6 in goods}
    reached: dict[str, dict[str, list[list[object]]]] = {}
    for regime, edition in regimes.items():
        of_regime: dict[str, list[list[object]]] = {}
        for hs6 in goods:
            codes, sure = carrier.carry(hs6, EDITION, edition)
            codes = codes if sure else ()
            products[hs6][edition] = list(codes)
            for candidate in candidates(rules[regime], [c for c in codes if c not in of_regime], True, {}):
                key = candidate.rule["row_key"]
                if key not in told:
                    told[key] = len(listed)
                    listed.append(_rule(candidate))
                of_regime.setdefault(candidate.products[0], []).append([told[key], candidate.level])
        reached[regime] = of_regime
    return {"heading": heading, "products": products, "reached": reached, "rules": listed}


def _rule(candidate: Candidate) -> Row:
    return {name: candidate.rule[name] for name in _RULE} | {"state": candidate.state}
