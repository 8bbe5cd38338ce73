"""Rules of origin, measured: how much of each set is read, how fast a case is judged, and ten thousand judged twice."""

from __future__ import annotations

import time

import pytest

from tests.transforms.literal_origin import verdict as literal_verdict
from tests.transforms.test_origin_cases import CASES, REGIMES
from tests.transforms.test_origin_evaluate import candidate, cases
from tests.transforms.test_origin_sets import ALONE, GOALS, PRINTED, agrees, phrases, rows_of
from transforms.origin_evaluate import Candidate, evaluate
from transforms.origin_regime import as_json

pytestmark = pytest.mark.benchmark


def test_share_of_each_set_that_is_read_in_full() -> None:
    print(f"\n{'set':24} {'rules':>6} {'read in full':>13}")
    for regime, spec in PRINTED:
        rows = rows_of(regime, spec.document)
        full = sum(
            agrees(phrase, row, spec) and row["parse_state"] == "full"
            for phrase, row in zip(phrases(regime, spec), rows, strict=True)
        )
        print(f"{spec.document:24} {len(rows):6} {full / len(rows):13.2%}")
        for row in rows:
            if row["parse_state"] != "full":
                print(f"    {row['parse_state']}, {row['locator']}, {row['code_from']}: {row['rule_text'][:100]}")
        assert full / len(rows) >= GOALS.get(spec.document, 0.95)


def test_lists_with_one_rule_are_counted() -> None:
    print()
    for regime, spec in ALONE:
        rows = rows_of(regime, spec.document)
        print(f"{spec.document:28} {len(rows):6} entries, stated {spec.subheadings}")
        assert len(rows) == spec.subheadings


def test_a_case_is_judged_in_under_a_millisecond() -> None:
    candidates = [Candidate(case["rule"], case["level"], case["state"], (case["code"],)) for case in CASES]
    best = min(_round(candidates) for _ in range(5))
    print(f"\n{best * 1000:.3f} ms of work a case")
    assert best < 0.001


def _round(candidates: list[Candidate]) -> float:
    start = time.process_time()
    for _ in range(20):
        for case, one in zip(CASES, candidates, strict=True):
            evaluate(case["facts"], REGIMES[case["regime"]], [one])
    return (time.process_time() - start) / (20 * len(CASES))


def test_ten_thousand_random_cases_agree_with_the_literal_evaluator() -> None:
    for words, facts, regime in cases(10, 10_000):
        one = candidate(words, facts["product_hs"])
        found = evaluate(facts, regime, [one])["verdict"]
        assert found == literal_verdict(facts, as_json(regime), one.rule["rule"]), (words, facts, regime)
