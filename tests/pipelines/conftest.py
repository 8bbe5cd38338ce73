"""Fixtures that run the real pipeline: a small world published once, and copied for each test that harms it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines import judging
from pipelines.cli import run
from pipelines.home import Home
from pipelines.judging import Judged, last_judged
from tests.pipelines.world import World, build_world

Command = Callable[..., tuple[int, dict[str, Any]]]


class JudgeHere:
    """Judges as the worker does, in the test's own process, so that Great Expectations is imported once."""

    def judge(self, home: Home, fingerprint: str) -> Judged:
        from pipelines.judge_worker import judge_now

        judging.keep(judge_now(home, fingerprint), home)
        judged = last_judged(home)
        assert judged is not None
        return judged

    def close(self) -> None:
        """There is no process to end."""


@pytest.fixture(scope="session")
def published_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small world with its extractions accepted and release 1.0.0 published."""
    world = build_world(tmp_path_factory.mktemp("world"))
    with pytest.MonkeyPatch.context() as patch:
        enter(world, patch)
        for name in ("kh", "kr"):
            assert run(["sources", "accept", f"sample-{name}", "--by", "A. Tester", "--quiet", "--json"]) == 0
        assert run(["run", "--quiet", "--json"]) == 0
    return world


def enter(world: World, patch: pytest.MonkeyPatch) -> None:
    """Let commands of this process work in a world."""
    patch.setenv("FTADATA_HOME", str(world.home))
    patch.setenv("FTADATA_SOURCES", str(world.sources))
    patch.setenv("FTADATA_DOCUMENTS", str(world.documents))
    patch.setenv("DAGSTER_HOME", str(world.home / "dagster"))
    patch.setattr("pipelines.judging.JudgeProcess", JudgeHere)


@pytest.fixture
def world(published_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A copy of the published world that a test may harm."""
    copy = published_world.copy(tmp_path / "world")
    enter(copy, monkeypatch)
    return copy


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs one command with `--json`; gives its exit code and its one document."""

    def call(*arguments: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = run([*arguments, "--json"])
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return code, answer

    return call
