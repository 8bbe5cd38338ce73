"""Twenty worked cases, each argued by hand from the texts; an evaluator in the browser runs the same files.

A case carries its rule and `origin_regimes.json` what the regimes say, so that another language needs nothing else;
here both are held against the rules and provisions that are published.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sources.origin_specs import load_processes
from sources.provision_specs import load_codes, load_provisions
from sources.registry import load_registry
from tests.transforms.test_origin_sets import regime_rules
from transforms.origin_evaluate import Candidate, evaluate
from transforms.origin_regime import Regime, regime_of
from transforms.origin_rules import resolve, rules_by_code
from transforms.provisions import de_minimis_rows, provision_rows
from transforms.regimes import regime_party_rows

SHARED = Path(__file__).parents[1] / "shared"
CASES = [json.loads(file.read_text(encoding="utf-8")) for file in sorted((SHARED / "origin_cases").glob("*.json"))]


def regime(regime_id: str) -> Regime:
    spec = load_provisions()[regime_id]
    provisions = provision_rows(regime_id, spec, load_codes(), load_processes().minimal_operations)
    parties = regime_party_rows(load_registry().regimes[regime_id])
    return regime_of(regime_id, parties, provisions, de_minimis_rows(regime_id, spec))


REGIMES = {regime_id: regime(regime_id) for regime_id in sorted(load_provisions())}


def test_there_are_twenty_cases_and_each_is_argued() -> None:
    assert len(CASES) == 20
    assert all(len(case["why"]) > 40 for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_a_worked_case_comes_out_as_argued_with_its_articles(case: dict[str, Any]) -> None:
    candidate = Candidate(case["rule"], case["level"], case["state"], (case["code"],))
    found = evaluate(case["facts"], REGIMES[case["regime"]], [candidate])
    expect = case["expect"]
    assert (found["verdict"], found["criterion"]) == (expect["verdict"], expect["criterion"]), found["steps"]
    met: dict[str, bool | None] = {}
    for step in found["steps"]:
        met.setdefault(step["test"], step["met"])
    assert expect["met"].items() <= met.items()
    assert set(expect["articles"]) <= {step["article"] for step in found["steps"]}
    if expect["missing"] is not None:
        assert found["missing"] == expect["missing"]
    assert all(step["page"] for step in found["steps"] if step["document_id"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_the_rule_of_a_case_is_the_one_that_is_published(case: dict[str, Any]) -> None:
    rules = regime_rules(case["regime"])
    level, found = resolve(rules_by_code(rules), case["code"])
    (row,) = found or [rule for rule in rules if rule["code_from"] is None]
    assert level == case["level"]
    assert json.loads(row["rule"]) == case["rule"]["rule"]
    assert row["rule_text"] == case["rule"]["rule_text"]
