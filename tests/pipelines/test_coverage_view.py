"""The coverage matrix names every regime, and says what to obtain next and what it would fill."""

from __future__ import annotations

from pipelines.coverage_view import render_coverage, to_obtain
from sources.registry import load_registry
from transforms.regimes import coverage_rows

REGISTRY = load_registry()
COVERAGE = [r for regime in REGISTRY.regimes.values() for r in coverage_rows(regime, REGISTRY.schedules_of(regime.id))]


def test_every_regime_stands_in_the_matrix_within_the_width_of_a_page() -> None:
    lines = render_coverage(COVERAGE).splitlines()
    assert set(REGISTRY.regimes) <= {line.split()[0] for line in lines if line}
    assert max(map(len, lines)) <= 110


def test_the_matrix_and_its_notes_fit_a_narrow_terminal() -> None:
    assert max(map(len, render_coverage(COVERAGE, 80).splitlines())) <= 80


def test_what_fills_most_is_named_first_and_every_gap_is_filled_by_something() -> None:
    wanted = to_obtain(COVERAGE)
    sizes = [len(row["fills"]) for row in wanted]
    assert sizes == sorted(sizes, reverse=True)
    filled = {(f["regime_id"], f["importer"], f["subject"]) for row in wanted for f in row["fills"]}
    gaps = {(r["regime_id"], r["importer"], r["subject"]) for r in COVERAGE if r["state"] != "held"}
    assert gaps - filled == {gap for gap in gaps if gap[2] == "own_hs2022"}


def test_a_partys_own_schedule_in_hs_2022_is_said_to_be_held_or_not() -> None:
    carried = {s.importer for s in REGISTRY.schedules.values() if s.hs_edition != "HS 2022"}
    rows = [row for row in COVERAGE if row["subject"] == "own_hs2022"]
    assert {row["importer"] for row in rows} == carried
    assert {row["state"] for row in rows} == {"not_held"}
    schedule = next(s for s in REGISTRY.schedules.values() if s.hs_edition != "HS 2022")
    own = schedule.model_copy(update={"id": "own", "hs_edition": "HS 2022"})
    (row,) = [r for r in coverage_rows(REGISTRY.regime_of(schedule), [schedule, own]) if r["subject"] == "own_hs2022"]
    assert (row["importer"], row["state"]) == (schedule.importer, "held")
