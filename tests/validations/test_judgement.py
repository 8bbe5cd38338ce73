"""What follows from results: what blocks, what is quarantined, and that a kept judgement reads back the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validations.catalogue import CATALOGUE
from validations.judgement import SAMPLE, Judgement, RuleResult, conclude, from_json, read, verdict
from warehouse.rows import build

SCHEDULES = {"north": "doc-north", "south": "doc-south", "far-south": "doc-south"}


def failed(rule: str, subject: str, table: str = "concession", severity: str | None = None) -> RuleResult:
    return verdict(
        rule, table, subject, checked=3, failed=1, sample=["k1"], detail="line 1",
        severity=severity,  # type: ignore[arg-type]
    )  # fmt: skip


def test_an_error_of_one_schedule_quarantines_it_and_nothing_else() -> None:
    judgement = conclude("h", [failed("C10", "north")], SCHEDULES)
    assert (judgement.passed, judgement.blocking) == (False, ("C10",))
    assert judgement.quarantined == ("north",)
    assert judgement.blocking_release == ()


def test_an_error_of_a_document_quarantines_every_schedule_read_from_it() -> None:
    assert conclude("h", [failed("C11", "doc-south")], SCHEDULES).quarantined == ("far-south", "south")


@pytest.mark.parametrize("subject", ["all", "a-document-without-schedules"])
def test_an_error_that_no_schedule_owns_blocks_the_release(subject: str) -> None:
    judgement = conclude("h", [failed("C16", subject)], SCHEDULES)
    assert (judgement.quarantined, judgement.blocking_release) == ((), ("C16",))


def test_warnings_and_information_do_not_block() -> None:
    judgement = conclude("h", [failed("C20", "north"), failed("C51", "all"), failed("C26", "north", severity="W")], {})
    assert judgement.passed
    assert judgement.quarantined == ()


def test_results_on_one_subject_are_joined_and_the_gravest_wins() -> None:
    fine = verdict("C03", "concession", "north", checked=9, failed=0)
    judgement = conclude("h", [fine, failed("C03", "north"), failed("C03", "north")], SCHEDULES)
    (result,) = judgement.results
    assert (result.status, result.checked, result.failed) == ("fail", 9, 2)


def test_nothing_to_judge_is_never_a_pass() -> None:
    result = verdict("C03", "concession", "all", checked=0, failed=0)
    assert result.status == "not_applicable"


def test_a_failure_says_what_was_found_and_what_to_do() -> None:
    message = failed("C23", "north").message
    assert "1 of 3 rows" in message
    assert "line 1" in message
    assert CATALOGUE["C23"].remedy in message


def test_a_sample_is_sorted_and_names_at_most_ten_rows() -> None:
    result = verdict("C03", "concession", "all", checked=99, failed=50, sample=[f"k{n:02}" for n in range(49, -1, -1)])
    assert result.sample == tuple(f"k{n:02}" for n in range(SAMPLE))


def test_rows_are_rows_of_the_table_of_results() -> None:
    judgement = conclude("h", [failed("C10", "north"), failed("C20", "all")], SCHEDULES)
    assert build("validation_result", judgement.as_rows()).num_rows == 2


def test_the_check_shape_has_its_keys() -> None:
    answer = conclude("h", [failed("C10", "north")], SCHEDULES).as_json()
    assert answer["blocking"] == ["C10"]
    assert {"rule", "severity", "table", "count", "sample", "message"} <= answer["results"][0].keys()
    assert answer["results"][0]["count"] == 1


results = st.builds(
    RuleResult,
    rule=st.sampled_from(sorted(CATALOGUE)),
    severity=st.sampled_from(["E", "W", "I"]),
    table=st.sampled_from(["concession", "duty"]),
    subject=st.sampled_from(["all", "north", "doc-south"]),
    status=st.sampled_from(["pass", "fail", "not_applicable"]),
    checked=st.integers(0, 10**9),
    failed=st.integers(0, 10**9),
    sample=st.lists(st.text(max_size=16), max_size=SAMPLE).map(tuple),
    message=st.text(),
)


@given(st.lists(results))
def test_a_judgement_reads_back_from_its_json(found: list[RuleResult]) -> None:
    judgement = conclude("hash", found, SCHEDULES)
    assert from_json(json.loads(json.dumps(judgement.as_json()))) == judgement


@given(st.lists(results))
def test_joining_neither_loses_nor_makes_an_error(found: list[RuleResult]) -> None:
    errors = {(r.rule, r.table, r.subject) for r in found if r.status == "fail" and r.severity == "E"}
    kept = {(r.rule, r.table, r.subject) for r in conclude("h", found, {}).results if r.status == "fail"}
    assert errors <= kept
    assert {rule for rule, _, _ in errors} == set(conclude("h", found, {}).blocking)


def test_a_judgement_is_kept_in_a_file(tmp_path: Path) -> None:
    judgement = Judgement("h", (failed("C10", "north"),), ("north",), ())
    judgement.write(tmp_path / "judgement.json")
    assert read(tmp_path / "judgement.json") == judgement


def test_great_expectations_is_imported_only_when_judging() -> None:
    code = (
        "import sys, validations.judge, validations.judgement; "
        "sys.exit(bool({'great_expectations', 'duckdb', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
