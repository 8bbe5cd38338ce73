"""Every rule of the catalogue judged: nothing fails in the world, and each fault breaks its rule and names its row."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.validations.faults import FAULTS, Fault
from tests.validations.world import World, make_world
from validations import agreement, conversion, coverage, duties, origin, rates, structure
from validations.catalogue import CATALOGUE
from validations.desk import Desk, Judge
from validations.judge import judge_rules
from validations.judgement import RuleResult
from validations.release import formats_agree
from validations.suites import judge_columns
from warehouse.tables import TABLES

THEMES = (structure, duties, coverage, rates, origin, agreement, conversion)
JUDGES: tuple[Judge, ...] = tuple(judge for theme in THEMES for _, judge in theme.RULES)
KNOWN = {("C33", "origin_rule", "rules"): 1}
"""What fails in the world itself: its rules stand in HS 2017, the party's own schedule in HS 2022."""


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def reads(world: World) -> dict[Judge, set[str]]:
    """Which tables each rule's queries name, so that a fault is judged only by rules that can see it."""
    seen: dict[Judge, set[str]] = {}
    names = re.compile(r"\b(?:last_)?(" + "|".join(TABLES) + r")\b")
    with Recorder(world.tables, world.context) as desk:
        for judge in JUDGES:
            desk.queries.clear()
            list(judge(desk))
            seen[judge] = {name for query in desk.queries for name in names.findall(query)}
    return seen


class Recorder(Desk):
    """A desk that remembers what it was asked."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.queries: list[str] = []
        connection = self.con

        class Listening:
            def execute(_, query: str, *parameters: object) -> object:
                self.queries.append(query)
                return connection.execute(query, *parameters)  # type: ignore[arg-type]

            def __getattr__(_, name: str) -> object:
                return getattr(connection, name)

        self.con = Listening()  # type: ignore[assignment]


def judged(world: World, changed: World, reads: dict[Judge, set[str]]) -> Iterator[RuleResult]:
    """The results that a change can have touched, those of the suites included."""
    differs = {name for name, table in changed.tables.items() if table is not world.tables[name]}
    everything = changed.context is not world.context
    with Desk(changed.tables, changed.context) as desk:
        for judge in JUDGES:
            if everything or reads[judge] & differs:
                yield from judge(desk)
    yield from judge_columns({name: changed.tables[name] for name in differs})


def failing(results: Iterator[RuleResult]) -> list[RuleResult]:
    return [r for r in results if r.status == "fail" and r.failed > KNOWN.get((r.rule, r.table, r.subject), 0)]


def test_nothing_fails_in_the_world_and_every_rule_has_something_to_judge(world: World) -> None:
    results = [*judge_rules(world.tables, world.context), *judge_columns(world.tables)]
    assert failing(iter(results)) == []
    judged_rules = {r.rule for r in results if r.status != "not_applicable"}
    assert set(CATALOGUE) - judged_rules == {"C50"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f"{f.rule}-{f.table}")
def test_a_fault_breaks_its_rule_and_names_its_row(fault: Fault, world: World, reads: dict[Judge, set[str]]) -> None:
    changed, expected = fault.change(world)
    results = failing(judged(world, changed, reads))
    assert {r.rule for r in results} == {fault.rule} | fault.also, [r.message for r in results]
    named = {key for r in results if (r.rule, r.table) == (fault.rule, fault.table) for key in r.sample}
    assert named, "the result names no row"
    assert named <= expected


def test_catalogue_and_fixtures_are_the_same_set() -> None:
    assert {fault.rule for fault in FAULTS} | {"C50"} == set(CATALOGUE)


def test_formats_that_differ_break_c50() -> None:
    same = {"sqlite": (2, "aa"), "parquet": (2, "aa"), "csv": (2, "aa")}
    agree, differ = formats_agree({"party": same, "regime": {**same, "csv": (2, "bb")}})
    assert (agree.status, differ.status, differ.table) == ("pass", "fail", "regime")
    assert [r.status for r in formats_agree({})] == ["not_applicable"]
