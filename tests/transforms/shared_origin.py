"""Writes what evaluators of origin in every language share: the regimes, and some hundred judged cases.

`python -m tests.transforms.shared_origin` writes `tests/shared/origin_regimes.json` and `origin_random.json` from the
sources and the evaluator; a test holds both to them. The cases are drawn at random, the same ones each time.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

from tests.transforms.test_origin_cases import REGIMES, SHARED
from tests.transforms.test_origin_evaluate import candidate, cases
from tests.transforms.test_origin_sets import regime_rules
from transforms.origin_evaluate import Candidate, evaluate
from transforms.origin_regime import Regime, as_json
from transforms.origin_rules import resolve, rules_by_code

SHOWN = ("test", "met", "value", "threshold", "article", "document_id", "page")
RULE = ("rule", "rule_text", "hs_edition", "document_id", "page", "locator", "superseded_by")
Json = dict[str, Any]


def shared_regimes() -> Json:
    """Every regime of which provisions are held, by its id."""
    return {regime_id: as_json(regime) for regime_id, regime in REGIMES.items()}


def shared_cases() -> list[Json]:
    """Cases by rules made up to try every operator, and by the rules that are published."""
    return [*_made_up(280), *_published(120)]


def _made_up(count: int) -> list[Json]:
    pick = random.Random(77)
    found: list[Json] = []
    for words, facts, regime in cases(77, count):
        product = facts["product_hs"]
        candidates = [candidate(words, product)]
        draw = pick.random()
        if draw < 0.1:
            candidates.append(candidate(pick.choice(["CC", "CTH", "RVC 60%"]), product))
        elif draw < 0.2:
            candidates = [candidate(words, product, state=pick.choice(["ambiguous", "superseded"]))]
        elif draw < 0.3:
            candidates = [candidate(words, product, older={"520512": ["520512", "610990"]})]
        elif draw < 0.33:
            candidates = []
        found.append(_case(facts, regime, candidates))
    return found


def _published(count: int) -> list[Json]:
    """Facts like those of the made-up cases, judged by a rule drawn from each regime's own."""
    pick = random.Random(78)
    rules = {
        regime_id: regime_rules(regime_id) for regime_id in ("acfta", "akfta", "atiga", "ckfta", "rcep", "uk-dcts")
    }
    found: list[Json] = []
    for _, facts, _ in cases(78, count):
        regime_id = pick.choice(sorted(rules))
        regime = REGIMES[regime_id]
        rule = pick.choice(rules[regime_id])
        product = (rule["code_from"] or "871200").ljust(6, "1")
        level, reached = resolve(rules_by_code(rules[regime_id]), product)
        chosen = reached or [rule]
        exporter, importer = ("KH", sorted(regime.importers - {"KH"})[0])
        drawn = {**facts, "product_hs": product, "exporter": exporter, "importer": importer}
        if pick.random() < 0.15:
            drawn |= {"materials": [], "wholly_obtained": True, "processes": [], "shipping": {"direct": True}}
        state = "superseded" if chosen[0]["superseded_by"] else "ok"
        read = [{**one, "rule": json.loads(one["rule"])} for one in chosen]
        found.append(_case(drawn, regime, [Candidate(one, level, state, (product,)) for one in read]))
    return found


def _case(facts: Mapping[str, Any], regime: Regime, candidates: list[Candidate]) -> Json:
    found = evaluate(facts, regime, candidates)
    held = REGIMES.get(regime.regime_id)
    return {
        "regime": regime.regime_id if held == regime else as_json(regime),
        "candidates": [
            {
                "rule": {name: one.rule[name] for name in RULE},
                "level": one.level,
                "state": one.state,
                "products": list(one.products),
                "older": {code: list(codes) for code, codes in one.older.items()},
            }
            for one in candidates
        ],
        "facts": _given(facts),
        "expect": {
            **{name: found[name] for name in ("verdict", "criterion", "missing")},
            "steps": [[step[name] for name in SHOWN] for step in found["steps"]],
        },
    }


def _given(facts: Any) -> Any:
    """The facts without those that say nothing."""
    if isinstance(facts, Mapping):
        return {name: _given(fact) for name, fact in facts.items() if fact is not None}
    return [_given(fact) for fact in facts] if isinstance(facts, list) else facts


def text(content: object) -> str:
    """JSON of one case or regime a line, so that a change shows which."""
    if isinstance(content, list):
        return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False, sort_keys=True) for one in content) + "\n]\n"
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    (SHARED / "origin_regimes.json").write_text(text(shared_regimes()), encoding="utf-8")
    (SHARED / "origin_random.json").write_text(text(shared_cases()), encoding="utf-8")
