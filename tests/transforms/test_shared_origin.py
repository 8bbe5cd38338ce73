"""What evaluators in every language share is what the sources and the evaluator here say today."""

from __future__ import annotations

from tests.transforms.shared_origin import shared_cases, shared_regimes, text
from tests.transforms.test_origin_cases import SHARED

REMEDY = "run `python -m tests.transforms.shared_origin` and look at what changed"


def test_the_shared_regimes_are_those_that_are_published() -> None:
    assert (SHARED / "origin_regimes.json").read_text(encoding="utf-8") == text(shared_regimes()), REMEDY


def test_the_shared_random_cases_come_out_as_written_down() -> None:
    assert (SHARED / "origin_random.json").read_text(encoding="utf-8") == text(shared_cases()), REMEDY


def test_the_shared_cases_have_every_verdict_and_every_test() -> None:
    expected = [case["expect"] for case in shared_cases()]
    assert {one["verdict"] for one in expected} == {"qualifies", "does_not", "needs_more_facts"}
    assert {one["criterion"] for one in expected} == {None, "WO", "PE", "PSR"}
    assert {step[0] for one in expected for step in one["steps"]} >= {
        "parties", "accumulation", "partial_cumulation", "WO", "PE", "CC", "CTH", "CTSH", "RVC", "final_process",
        "de_minimis", "MAX_NON_ORIGINATING", "MATERIALS_WO", "MATERIALS_ORIGINATING", "MADE_FROM", "PROCESS",
        "ANY_HEADING", "GOODS", "TEXT", "minimal_operations", "direct_consignment",
    }  # fmt: skip
