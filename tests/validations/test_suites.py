"""The suites for columns: the traps of Great Expectations are obeyed, and faults are laid at the right schedule."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest

from tests.validations.faults import copy, edit
from tests.validations.world import World, make_world
from validations.catalogue import CATALOGUE
from validations.judge import judge
from validations.judgement import RuleResult
from validations.suites import expectations, judge_columns
from warehouse.tables import TABLES, arrow_schema, columns_of


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


def failing(tables: dict[str, pa.Table], name: str) -> list[RuleResult]:
    return [r for r in judge_columns({name: tables[name]}) if r.status == "fail"]


def test_an_empty_table_is_not_applicable_and_never_passes() -> None:
    results = list(judge_columns({"party": arrow_schema("party").empty_table()}))
    assert {r.status for r in results} == {"not_applicable"}


def test_a_null_in_a_column_that_must_be_filled_is_seen(world: World) -> None:
    changed, keys = edit("text_block", {}, title_en=None)(world)
    (result,) = failing(changed.tables, "text_block")
    assert (result.rule, set(result.sample)) == ("C08", keys)
    assert "title_en" in result.message


def test_a_missing_column_fails_by_its_name(world: World) -> None:
    tables = {"party": world.tables["party"].drop_columns(["name_en"])}
    (result,) = failing(tables, "party")
    assert result.rule == "C08"
    assert "name_en" in result.message


def test_a_column_too_many_fails_by_its_name(world: World) -> None:
    party = world.tables["party"]
    tables = {"party": party.append_column("surprise", pa.array(["x"] * party.num_rows))}
    (result,) = failing(tables, "party")
    assert (result.rule, "surprise" in result.message) == ("C08", True)


def test_a_code_that_became_a_number_fails(world: World) -> None:
    lines = world.tables["tariff_line"]
    place = lines.column_names.index("hs6")
    tables = {"tariff_line": lines.set_column(place, "hs6", lines["hs6"].cast(pa.int64()))}
    (result,) = failing(tables, "tariff_line")
    assert (result.rule, "hs6 is int64" in result.message) == ("C07", True)


def test_a_fault_is_laid_at_its_schedule_alone(world: World) -> None:
    changed, keys = edit("concession", {"schedule_id": "own"}, state="splendid")(world)
    (result,) = failing(changed.tables, "concession")
    assert (result.rule, result.subject, set(result.sample)) == ("C31", "own", keys)


def test_two_tables_judged_one_after_the_other_are_judged_each_by_itself(world: World) -> None:
    changed, _ = copy("party", {"party_id": "KH"})(world)
    results = [r for r in judge_columns(changed.tables) if r.status == "fail"]
    assert {(r.rule, r.table) for r in results} == {("C01", "party")}


def test_a_rate_above_a_thousand_is_an_error_and_a_thousand_is_not(world: World) -> None:
    for pct, failed in ((Decimal(1000), 0), (Decimal("1000.000001"), 1), (Decimal(-1), 1)):
        changed, _ = edit("de_minimis", {"code_from": "01"}, pct=pct)(world)
        assert len(failing(changed.tables, "de_minimis")) == failed


@pytest.mark.parametrize("name", list(TABLES))
def test_every_table_has_a_suite_with_rules_of_the_catalogue(name: str) -> None:
    made = list(expectations(name, arrow_schema(name).names))
    assert {rule for rule, _, _ in made} <= set(CATALOGUE)
    filled = {arguments["column"] for _, kind, arguments in made if kind == "ExpectColumnValuesToNotBeNull"}
    assert filled == {column for column, meta in columns_of(name).items() if not meta.nullable}
    assert any(rule == "C01" for rule, _, _ in made)


def test_a_whole_judgement_is_bound_to_its_content_and_quarantines_the_schedule_at_fault(world: World) -> None:
    changed, _ = edit("concession", {"schedule_id": "own"}, category="12")(world)
    judgement = judge(changed.tables, changed.context)
    assert judgement.content_hash == "hash of the world"
    assert (judgement.blocking, judgement.quarantined, judgement.blocking_release) == (("C23",), ("own",), ())
