"""What was judged is kept for publishing, and used for nothing else than what it was made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines import assembly
from pipelines.assembly import Assembled, keep_assembled, kept_or_assembled
from pipelines.home import Home
from pipelines.plan import Plan
from warehouse.content import tables_content_hash
from warehouse.tables import build

JUDGED = {
    "party": build("party", [{"party_id": "KH", "name_en": "Here", "name_km": "ទីនេះ", "is_home": 1}]),
    "duty": build("duty", []),
}
ANEW = Assembled({}, (), ("assembled anew",))
PLAN = Plan((), "a plan")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(assembly, "assemble_release", lambda plan, home, quarantined: ANEW)
    home = Home(tmp_path)
    keep_assembled(PLAN, home, JUDGED)
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
    keep_assembled(replace(PLAN, judgement="a later plan"), home, JUDGED)
    assert [folder.name for folder in home.assembled.iterdir()] == ["a later plan"]
    assert kept_or_assembled(PLAN, home, ()) is ANEW
