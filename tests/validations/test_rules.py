"""Every rule of the catalogue judged: nothing fails in the world, and each fault breaks its rule and names its row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from sources.errors import FtaError
from tests.validations.faults import FAULTS, Fault, drop, edit, with_rows
from tests.validations.world import SUBHEADINGS, World, make_world
from validations import agreement, conversion, coverage, duties, origin, prose, rates, structure
from validations.catalogue import CATALOGUE
from validations.context import Context, context_of
from validations.desk import Desk, Judge, conform
from validations.judge import judge_rules
from validations.judgement import RuleResult
from validations.release import formats_agree
from validations.suites import judge_columns
from warehouse.tables import TABLES

THEMES = (structure, duties, coverage, rates, origin, agreement, conversion, prose)
JUDGES: tuple[Judge, ...] = tuple(judge for theme in THEMES for _, judge in theme.RULES)
KNOWN = {("C33", "origin_rule", "rules"): 1}
"""What fails in the world itself: its rules stand in HS 2017, the party's own schedule in HS 2022."""


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def desk(world: World) -> Iterator[Desk]:
    with Desk(world.tables, world.context) as made:
        yield made


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


def judged(world: World, changed: World, reads: dict[Judge, set[str]], desk: Desk) -> Iterator[RuleResult]:
    """The results that a change can have touched, those of the suites included."""
    differs = {name: table for name, table in changed.tables.items() if table is not world.tables[name]}
    if changed.context is not world.context:
        with Desk(changed.tables, changed.context) as other:
            for judge in JUDGES:
                yield from judge(other)
    else:
        with laid(desk, differs):
            for judge in JUDGES:
                if reads[judge] & differs.keys():
                    yield from judge(desk)
    yield from judge_columns(differs)


@contextmanager
def laid(desk: Desk, tables: dict[str, pa.Table]) -> Iterator[None]:
    """Some tables of a desk replaced for a while."""
    before = desk.tables
    desk.tables = {**before, **tables}
    for name, table in tables.items():
        desk.con.register(name, conform(name, table))
    yield
    desk.tables = before
    for name in tables:
        desk.con.register(name, conform(name, before[name]))


def failing(results: Iterator[RuleResult]) -> list[RuleResult]:
    return [r for r in results if r.status == "fail" and r.failed > KNOWN.get((r.rule, r.table, r.subject), 0)]


def test_nothing_fails_in_the_world_and_every_rule_has_something_to_judge(world: World) -> None:
    results = [*judge_rules(world.tables, world.context), *judge_columns(world.tables)]
    assert failing(iter(results)) == []
    judged_rules = {r.rule for r in results if r.status != "not_applicable"}
    assert set(CATALOGUE) - judged_rules == {"C50"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f"{f.rule}-{f.table}")
def test_a_fault_breaks_its_rule_and_names_its_row(
    fault: Fault, world: World, reads: dict[Judge, set[str]], desk: Desk
) -> None:
    changed, expected = fault.change(world)
    results = failing(judged(world, changed, reads, desk))
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


def results_of(world: World, rule: str) -> list[RuleResult]:
    """The results of one rule, across tables only."""
    with Desk(world.tables, world.context) as desk:
        return [r for theme in THEMES for name, judge in theme.RULES if name == rule for r in judge(desk)]


def test_lists_are_not_held_to_what_full_schedules_promise(world: World) -> None:
    for rule in ("C12", "C15", "C21"):
        assert {r.subject for r in results_of(world, rule)} == {"north", "south"}
    held = {r["hs6"] for r in world.tables["hs2022_preference_rate"].to_pylist() if r["schedule_id"] == "own"}
    assert len(held) < len(SUBHEADINGS)
    assert {r.status for r in results_of(world, "C44") if r.subject == "own"} == {"pass"}


@pytest.mark.parametrize(("held", "severity"), [(100, "W"), (99, "E")])
def test_losing_more_than_one_percent_of_a_schedule_blocks(world: World, held: int, severity: str) -> None:
    rows = world.tables["concession"].to_pylist()
    own = next(row for row in rows if row["schedule_id"] == "own")
    now = with_rows(world, "concession", [{**own, "line_code": f"{n:010}"} for n in range(1, held)])
    last = with_rows(world, "concession", [{**own, "line_code": f"{n:010}"} for n in range(held)])
    context = replace(world.context, previous=last.tables)
    (result,) = results_of(replace(now, context=context), "C17")
    assert (result.status, result.failed, result.severity) == ("fail", 1, severity)


@pytest.mark.parametrize(("known", "at_fault"), [(True, "south"), (False, "dated")])
def test_a_line_that_only_a_new_schedule_knows_is_its_own_to_explain(world: World, known: bool, at_fault: str) -> None:
    concessions = world.tables["concession"].to_pylist()
    dated = next(row for row in concessions if row["schedule_id"] == "dated")
    lines = world.tables["tariff_line"].to_pylist()
    line = next(row for row in lines if row["line_code"] == dated["line_code"])
    now = with_rows(world, "concession", [*concessions, {**dated, "line_code": "02013000"}])
    now = with_rows(now, "tariff_line", [*lines, {**line, "line_code": "02013000", "row_key": "new"}])
    before = with_rows(world, "concession", [row for row in concessions if known or row["schedule_id"] != "dated"])
    now = replace(now, context=replace(world.context, previous=before.tables))
    (result,) = [r for r in results_of(now, "C15") if r.status == "fail"]
    assert (result.table, result.subject, result.sample) == ("tariff_line", at_fault, ("new",))


def test_without_a_last_release_nothing_can_have_vanished(world: World) -> None:
    first = replace(world, context=replace(world.context, previous=None))
    assert [r.status for rule in ("C17", "C34") for r in results_of(first, rule)] == ["not_applicable"] * 2


def test_a_schedule_with_a_line_less_than_its_control_total_fails(world: World) -> None:
    fewer, _ = drop("concession", {"schedule_id": "own"})(world)
    fewer, _ = drop("preference_rate", {"schedule_id": "own"})(fewer)
    (result,) = [r for r in results_of(fewer, "C13") if r.status == "fail"]
    assert (result.table, result.subject) == ("schedule", "own")
    assert "0 lines where the document has 1" in result.message


def test_an_edition_with_a_code_less_than_the_hs_has_fails(world: World) -> None:
    fewer, _ = drop("hs_node", {"edition": "HS 2022", "code": "020120"})(world)
    (result,) = [r for r in results_of(fewer, "C13") if r.status == "fail"]
    assert "4 codes of 6 digits where 5 are expected" in result.message


def test_a_corrected_cell_is_read_as_corrected(world: World) -> None:
    cells = '{"line_code": "0101290000", "base_rate": "8 %o", "category": "5"}'
    slip, _ = edit("source_row", {"document_id": "doc-own"}, cells=cells)(world)
    assert [r.subject for r in results_of(slip, "C10") if r.status == "fail"] == ["own"]
    correction = {
        "row_key": "k", "correction_id": "c1", "document_id": "doc-own", "locator": "page 1, row 1",
        "column_name": "base_rate", "expected": "8 %o", "replacement": "8%", "reason": "a slip", "provider": "us",
        "made_on": "2026-01-01",
    }  # fmt: skip
    mended = with_rows(slip, "correction", [correction])
    assert [r for r in results_of(mended, "C10") if r.status == "fail"] == []


def test_a_null_that_cannot_be_compared_is_a_fault_and_no_pass(world: World) -> None:
    changed, keys = edit("row_account", {"document_id": "doc-own"}, read=None)(world)
    (result,) = [r for r in results_of(changed, "C11") if r.status == "fail"]
    assert set(result.sample) == keys


def test_a_table_that_lacks_a_column_stops_no_rule(world: World) -> None:
    tables = {**world.tables, "concession": world.tables["concession"].drop_columns(["category"])}
    assert {r.rule for r in judge_rules(tables, world.context)} == {r.rule for r in judge_rules(*both_of(world))}


def both_of(world: World) -> tuple[dict[str, pa.Table], Context]:
    return world.tables, world.context


def test_the_limits_of_the_sources_are_read(world: World) -> None:
    context = context_of(world.context.registry, "h")
    assert context.content_hash == "h"
    assert all(band >= 0 for bands in context.duty_bands.values() for band in bands)
    assert set(context.countries.values()) > {"CL"}


def test_limits_with_an_unknown_key_are_refused(world: World, tmp_path: Path) -> None:
    (tmp_path / "judging.yml").write_text("bands: {}\n", encoding="utf-8")
    with pytest.raises(FtaError, match="bands"):
        context_of(world.context.registry, "h", limits=tmp_path / "judging.yml")


def test_the_catalogue_stands_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "validation.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (C\d\d) \| ([EWI]) \| (.+?) \|$", text, flags=re.MULTILINE)
    assert listed == [(rule.id, rule.severity, rule.title) for rule in CATALOGUE.values()]
