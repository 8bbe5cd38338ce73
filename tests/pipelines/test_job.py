"""The main job: nothing is done twice, one run at a time, and publishing demands the judgement of what it writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest
from filelock import FileLock

from pipelines.cli import run
from pipelines.graph import build_definitions
from pipelines.home import Home
from sources.registry import load_registry
from tests.pipelines.world import World

Command = Callable[..., tuple[int, dict[str, Any]]]
HEAVY = ["dagster", "great_expectations", "pandas", "pyarrow", "duckdb", "sqlmodel"]


def test_with_nothing_changed_nothing_is_made_and_nothing_heavy_is_started(world: World) -> None:
    probe = (
        "import sys; from pipelines.cli import run; code = run(['run', '--quiet', '--json']);"
        f"print(code, [name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    report = json.loads(done.stdout)
    assert done.stderr.strip() == "0 []"
    assert report["made"] == []
    assert report["release"]["changed"] is False
    assert report["release"]["version"] == "1.0.0"


@pytest.mark.parametrize("what", ["run", "publish"])
def test_a_person_is_told_that_nothing_has_changed(world: World, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([what, "--quiet"]) == 0
    said = capsys.readouterr().out
    assert "Release 1.0.0 stands: nothing in it would change" in said
    assert "The site stands: " in said
    assert ("as before" in said) == (what == "run")


@pytest.mark.parametrize("left", ["site", "static"])
def test_what_a_killed_publisher_left_of_the_release_before_is_made_again(
    world: World, command: Command, left: str
) -> None:
    public = world.home / "public"
    index = public / "api" / "v1" / "index.json"
    if left == "site":
        (public / "assets" / "site.json").unlink()
    else:
        (public / "api" / ".v1.json").unlink()
        index.write_text(index.read_text().replace('"release":"1.0.0"', '"release":"0.9.0"'))
    code, report = command("publish", "--quiet")
    assert (code, report["release"]["changed"]) == (0, False)
    assert report["release"]["site"]["changed"] is (left == "site")
    assert json.loads((public / "assets" / "site.json").read_text())["release"] == "1.0.0"
    assert json.loads(index.read_text())["release"] == "1.0.0"


def test_other_code_shows_the_same_release_again(
    world: World, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("pipelines.standing", "publish.static_json", "publish.site.build"):
        monkeypatch.setattr(f"{module}.hash_of_code", lambda: "other code")
    code, report = command("publish", "--quiet")
    assert (code, report["release"]["changed"], report["release"]["site"]["changed"]) == (0, False, True)
    _, report = command("publish", "--quiet")
    assert report["release"]["site"]["changed"] is False


def test_only_what_depends_on_a_change_is_made_again(world: World, command: Command) -> None:
    schedules = world.sources / "sample" / "schedules.yml"
    text = schedules.read_text(encoding="utf-8")
    schedules.write_text(text.replace("no MFN rate.", "not an MFN rate.", 1), encoding="utf-8")
    code, report = command("run", "--quiet", "--note", "Base rates said more plainly.")
    assert code == 0
    assert "schedule-sample-kh" in report["made"]
    assert {"common", "hs", "schedule-sample-kr"} <= set(report["fresh"])
    assert report["release"]["version"] == "1.0.1"


def test_publishing_twice_makes_no_second_release_even_when_all_is_made_again(world: World, command: Command) -> None:
    code, report = command("run", "--quiet", "--full")
    assert code == 0
    assert len(report["made"]) >= 4
    assert report["release"]["changed"] is False
    assert sorted(path.name for path in (world.home / "public" / "releases").glob("v*")) == ["v1.0.0"]


def test_a_second_run_is_told_that_another_holds_the_lock(world: World, command: Command) -> None:
    with FileLock(world.home / "run.lock"):
        code, answer = command("run", "--quiet")
    assert code == 5
    assert answer["error"]["code"] == "locked"


def tamper(world: World) -> None:
    """Change a rate in the warehouse behind the judgement's back."""
    (file,) = (world.home / "warehouse" / "units").glob("schedule-sample-kr.*/preference_rate.parquet")
    table = pq.read_table(file)
    place = table.schema.get_field_index("state")
    pq.write_table(table.set_column(place, table.schema.field(place), [["ok"] * table.num_rows]), file)
    judgement = world.home / "warehouse" / "judgement.json"
    judgement.write_text(judgement.read_text().replace('"content_hash": "', '"content_hash": "0', 1))


def test_what_was_not_judged_is_not_published(world: World, command: Command) -> None:
    tamper(world)
    code, answer = command("publish", "--quiet")
    assert code == 5
    assert answer["error"]["code"] == "judgement_not_bound"


def test_selecting_only_the_release_asset_does_not_publish_what_was_not_judged(world: World) -> None:
    tamper(world)
    job = build_definitions(load_registry(overlay=Home.from_environment().sources)).resolve_job_def(
        "refresh_and_publish"
    )
    result = job.execute_in_process(
        instance=dg.DagsterInstance.ephemeral(),
        asset_selection=[dg.AssetKey("release")],
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )
    assert not result.success
    assert sorted(path.name for path in (world.home / "public" / "releases").glob("v*")) == ["v1.0.0"]


def test_review_says_what_a_release_made_now_would_change(world: World, command: Command) -> None:
    code, report = command("review")
    assert code == 0
    assert report["next"] == "1.0.0"
    assert report["rows"] == {"added": 0, "removed": 0, "changed": 0}


def test_a_decision_is_recorded_and_stands_in_the_next_release(world: World, command: Command) -> None:
    question = "hs-2017-300219-without-successor"
    assert command("decide", question, "no such answer", "--by", "A. Tester")[0] == 2
    assert command("decide", question, "none", "--by", "A. Tester")[0] == 0
    code, report = command("run", "--quiet")
    assert code == 0
    assert report["release"]["changed"] is True
    code, change = command("diff", "1.0.0", report["release"]["version"])
    assert code == 0
    assert {"status", "decided_by"} <= {
        row["column_name"] for row in change["changes"] if row["table_name"] == "decision"
    }


def test_every_run_is_on_record(world: World, command: Command) -> None:
    command("run", "--quiet")
    code, record = command("runs")
    assert code == 0
    assert [run["command"] for run in record["runs"]][:2] == ["run", "run"]
    assert all(run["exit_code"] == 0 for run in record["runs"])


@pytest.mark.parametrize("arguments", [("verify", "{release}"), ("verify", "{release}", "--rebuild")], ids=" ".join)
def test_a_release_verifies_and_builds_again_to_the_same_bytes(
    world: World, command: Command, arguments: tuple[str, ...]
) -> None:
    release = str(world.home / "public" / "releases" / "v1.0.0")
    code, report = command(*(a.format(release=release) for a in arguments))
    assert code == 0, report
    assert report["ok"] is True
