"""Results on columns from before: they hold for the same content, and for nothing else."""

from __future__ import annotations

import json

import pandas as pd
import pyarrow as pa
import pytest

from tests.validations.faults import edit
from tests.validations.world import World, make_world
from validations import suites
from validations.judge import judge
from validations.known import Known, known_from_json
from warehouse.content import table_content_hash


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


def hashes(tables: dict[str, pa.Table]) -> dict[str, str]:
    return {name: table_content_hash(name, table) for name, table in tables.items()}


def test_only_what_changed_is_judged_again_and_the_judgement_is_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Known(hashes(world.tables))
    judge(world.tables, world.context, known)
    changed, keys = edit("concession", {"schedule_id": "own"}, state="splendid")(world)
    anew = judge(changed.tables, changed.context)
    frames: list[list[str]] = []
    as_frame = suites.as_frame

    def seen(table: pa.Table) -> pd.DataFrame:
        frames.append(table.column_names)
        return as_frame(table)

    monkeypatch.setattr(suites, "as_frame", seen)
    kept = known_from_json(json.loads(json.dumps(known.as_json())), hashes(changed.tables))
    again = judge(changed.tables, changed.context, kept)
    assert frames == [changed.tables["concession"].column_names]
    assert again == anew
    assert any(r.rule == "C31" and set(r.sample) == keys for r in again.results)


def test_a_table_with_another_type_is_judged_though_its_words_are_the_same(world: World) -> None:
    known = Known(hashes(world.tables))
    list(suites.judge_columns(world.tables, known))
    lines = world.tables["tariff_line"]
    place = lines.column_names.index("hs6")
    numbers = lines.set_column(
        place, "hs6", pa.array([str(code) for code in lines["hs6"].to_pylist()], pa.large_string())
    )
    assert known.of("tariff_line", lines) is not None
    assert known.of("tariff_line", numbers) is None
    failed = [r.rule for r in suites.judge_columns({"tariff_line": numbers}, known) if r.status == "fail"]
    assert failed == ["C07"]


def test_a_table_without_a_hash_is_judged_and_not_kept(world: World) -> None:
    known = Known({})
    assert list(suites.judge_columns({"party": world.tables["party"]}, known))
    assert known.results == {}
