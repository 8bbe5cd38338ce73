"""A party's own HS 2022 schedule beside one that we carried: planted differences come out of the real pipeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from tests.pipelines.world import OTHER, World, document_spec, schedule_spec, typeset

Command = Callable[..., tuple[int, dict[str, Any]]]


def bring_own_schedule(world: World) -> None:
    """Korea's own schedule in HS 2022: as ours, but one rate is another and one subheading is missing."""
    planted = [row for row in OTHER if row[0] != "6109.90.00"]
    planted = [(code, words, "5%", "E") if code == "6109.10.00" else (code, words, *terms)
               for code, words, *terms in planted]  # fmt: skip
    world.document("kr-2022").write_bytes(typeset(planted))
    folder = world.sources / "sample"
    document = {**document_spec(world, "kr-2022"), "hs_edition": "HS 2022"}
    schedule = {
        **schedule_spec("kr-2022", "KR", "KH", len(planted)), "nomenclature": "kr-2022", "hs_edition": "HS 2022"
    }  # fmt: skip
    for name, key, spec in (("documents", "documents", document), ("schedules", "schedules", schedule)):
        file = folder / f"{name}.yml"
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        content[key].append(spec)
        file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    nomenclature = {"id": "kr-2022", "name_en": "Tariff of Korea", "party": "KR", "hs_edition": "HS 2022", "digits": 8}
    (folder / "nomenclatures.yml").write_text(yaml.safe_dump({"nomenclatures": [nomenclature]}), encoding="utf-8")


def test_planted_differences_are_published_with_their_coverage_and_shown(world: World, command: Command) -> None:
    before = command("differences")[1]
    assert before["differences"] == []
    assert {(c["importer"], c["state"]) for c in before["coverage"]} == {("KH", "not_held"), ("KR", "not_held")}
    bring_own_schedule(world)
    assert command("sources", "accept", "sample-kr-2022", "--by", "A. Tester", "--quiet")[0] == 0
    code, report = command("run", "--quiet")
    assert code == 0
    assert {"hs", "common", "schedule-sample-kh", "schedule-sample-kr"} <= set(report["fresh"])
    after = command("differences")[1]
    told = [(d["own_schedule_id"], d["hs6"], d["kind"], d["our_rate_pct"], d["own_rate_pct"])
            for d in after["differences"]]  # fmt: skip
    assert told == [
        ("sample-kr-2022", "610910", "rate", 0, 5),
        ("sample-kr-2022", "610990", "only_ours", 0, None),
    ]
    assert {(c["importer"], c["state"]) for c in after["coverage"]} == {("KH", "not_held"), ("KR", "held")}
    results = command("check")[1]["results"]
    (judged,) = [r for r in results if r["rule"] == "C46" and r["subject"] == "sample-kr"]
    assert (judged["severity"], judged["status"], judged["failed"]) == ("W", "fail", 1)
    assert command("explain", after["differences"][0]["our_row_key"])[0] == 0
