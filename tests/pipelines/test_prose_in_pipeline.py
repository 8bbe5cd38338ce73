"""Prose in the pipeline: a changed piece is judged anew, and nothing else is made again for it."""

from __future__ import annotations

from pathlib import Path

from pipelines.assembly import assemble_release
from pipelines.home import Home
from pipelines.plan import Plan, Unit, content_hash, make_plan
from sources.registry import load_registry
from warehouse.rows import build
from warehouse.tables import TABLES

PIECE = (
    "---\ntitle_en: Hours\ntitle_km: ម៉ោង\nsubject: site\nsource: the team\n---\n"
    "{} {{{{ KH }}}}.\n\n<!-- km -->\n\nនៅ{{{{ KH }}}}។\n"
)


def write(home: Home, words: str) -> None:
    file = home.sources / "content" / "text" / "hours.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(PIECE.format(words), encoding="utf-8")


def test_a_changed_piece_asks_for_a_judgement_and_leaves_every_unit_fresh(tmp_path: Path) -> None:
    registry, home = load_registry(), Home(tmp_path)
    write(home, "Open in")
    before = make_plan(registry, home)
    assert make_plan(registry, home).judgement == before.judgement
    write(home, "Closed in")
    after = make_plan(registry, home)
    assert after.judgement != before.judgement
    assert after.units == before.units
    assert content_hash([home.sources]) != content_hash([tmp_path / "absent"])


def test_a_release_holds_the_prose_said_with_its_own_rows(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write(home, "Open in")
    party = build("party", [{"party_id": "KH", "name_en": "Here", "name_km": "ទីនេះ", "is_home": 1}])
    home.store.stage("parties")
    home.store.put("parties", {**{name: build(name, []) for name in TABLES}, "party": party})
    home.store.commit("parties", "f" * 64)
    plan = Plan((Unit("parties", "common", "parties", "f" * 64),), "a plan")
    made = assemble_release(plan, home, ())
    (row,) = [row for row in made.tables["text_block"].to_pylist() if row["block_id"] == "hours"]
    assert (row["text_en"].strip(), row["text_km"].strip()) == ("Open in Here.", "នៅទីនេះ។")
