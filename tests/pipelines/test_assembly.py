"""What was judged is kept for publishing and the next judgement, and used for nothing else than it was made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines import assembly
from pipelines.assembly import Assembled, Made, assemble_release, keep_assembled, kept_or_assembled
from pipelines.home import Home
from pipelines.plan import Plan, Unit
from warehouse.content import table_content_hash, tables_content_hash
from warehouse.rows import build
from warehouse.tables import TABLES


def parties(*ids: str) -> pa.Table:
    return build("party", [{"party_id": i, "name_en": i, "name_km": "ទីនេះ", "is_home": 1} for i in ids])


JUDGED = {"party": parties("KH"), "duty": build("duty", [])}
ANEW = Assembled({}, (), ("assembled anew",))
PLAN = Plan((), "a plan")


def judged(tables: dict[str, pa.Table]) -> Assembled:
    made = {name: Made(table, table_content_hash(name, table)) for name, table in tables.items()}
    return Assembled(tables, (), (), made)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(assembly, "assemble_release", lambda plan, home, quarantined: ANEW)
    home = Home(tmp_path)
    keep_assembled(PLAN, home, judged(JUDGED))
    return home


def test_what_was_judged_is_published_as_it_was_judged(home: Home) -> None:
    kept = kept_or_assembled(PLAN, home, ())
    assert kept.tables["party"].schema.equals(JUDGED["party"].schema, check_metadata=True)
    assert tables_content_hash(kept.tables) == tables_content_hash(JUDGED)
    assert {name: table.num_rows for name, table in kept.tables.items()} == {"party": 1, "duty": 0}


def test_another_plan_or_a_quarantine_is_assembled_anew(home: Home) -> None:
    assert kept_or_assembled(replace(PLAN, judgement="another"), home, ()) is ANEW
    assert kept_or_assembled(PLAN, home, ("a schedule",)) is ANEW


def test_only_the_last_judgement_is_kept(home: Home) -> None:
    keep_assembled(replace(PLAN, judgement="a later plan"), home, judged(JUDGED))
    assert [folder.name for folder in home.assembled.iterdir()] == ["a later plan"]
    assert kept_or_assembled(PLAN, home, ()) is ANEW


def made_with(home: Home, plan: Plan, **units: dict[str, pa.Table]) -> Assembled:
    """Put units into the warehouse, assemble what it holds and keep that."""
    for unit, tables in units.items():
        home.store.stage(unit)
        home.store.put(unit, tables)
        home.store.commit(unit, "f" * 64)
    assembled = assemble_release(plan, home, ())
    keep_assembled(plan, home, assembled)
    return assembled


UNITS = tuple(Unit(name, "common", name, "f" * 64) for name in ("one", "other"))


def test_a_table_of_which_no_part_changed_is_the_one_that_was_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembly, "load_content", lambda *roots: ())
    home = Home(tmp_path)
    groups = build("party_group", [{"group_id": "g", "party_id": "KH", "valid_from": "2020-01-01"}])
    first = made_with(
        home, Plan(UNITS, "first"), one={"party": parties("KH"), "party_group": groups}, other={"party": parties("KR")}
    )
    assert not any(made.file for made in first.made.values())
    second = made_with(home, Plan(UNITS, "second"), other={"party": parties("JP")})
    assert second.made["party_group"].file is not None
    assert second.made["party"].file is None
    assert second.tables["party"]["party_id"].to_pylist() == ["JP", "KH"]
    published = kept_or_assembled(Plan(UNITS, "second"), home, ())
    for name in TABLES:
        assert published.tables[name].equals(second.tables[name])
        assert second.hashes[name] == table_content_hash(name, published.tables[name])
    assert [folder.name for folder in home.assembled.iterdir()] == ["second"]


def test_tables_made_by_other_code_are_put_together_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "load_content", lambda *roots: ())
    home, plan = Home(tmp_path), Plan(UNITS[:1], "first")
    made_with(home, plan, one={"party": parties("KH")})
    assert assemble_release(plan, home, ()).made["party"].file is not None
    monkeypatch.setattr(assembly, "code_hash", lambda packages: "other code")
    assert assemble_release(plan, home, ()).made["party"].file is None


def test_a_quarantine_makes_every_table_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "load_content", lambda *roots: ())
    home, plan = Home(tmp_path), Plan(UNITS[:1], "first")
    made_with(home, plan, one={"party": parties("KH")})
    assembled = assemble_release(plan, home, ("a schedule",))
    assert assembled.absent == ("a schedule",)
    assert not any(made.file or made.made_of for made in assembled.made.values())
