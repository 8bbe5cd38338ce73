"""Whatever happens to a publisher, the last release stays whole, nothing half-made is seen, the next one succeeds."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publish.manifest import SUMS, files_in, parse_sums, sha256_of
from publish.release import publish
from publish.static_json import write_static_json
from publish.verify import verify
from tests.publish.killed import second_release
from tests.publish.releases import publish_sample

ROOT = Path(__file__).parents[2]
KILLS = 24


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in folder.rglob("releases"):
        path.chmod(0o755)
    shutil.rmtree(folder)


def harm(how: str, public: Path, work: Path, *points: int) -> dict[str, Any]:
    work.mkdir()
    work.chmod(0o755)
    command = [sys.executable, "-m", "tests.publish.killed", how, str(public), str(work), *map(str, points)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=600)
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def assert_whole(release: Path) -> None:
    stated = parse_sums((release / SUMS).read_text())
    assert {path: sha256_of(release / path) for path in files_in(release) if path != SUMS} == stated


def assert_served_as_before_or_after(public: Path) -> None:
    """Every file that a visitor can name is whole, and the listings name only what is there."""
    releases = public / "releases"
    visible = sorted(path.name for path in releases.iterdir() if not path.name.startswith("."))
    assert set(visible) - {"v1.0.1"} == {"feed.xml", "index.json", "latest.json", "v1.0.0"}
    for name in visible:
        if name.startswith("v"):
            assert_whole(releases / name)
    latest = json.loads((releases / "latest.json").read_text())["version"]
    listed = [entry["version"] for entry in json.loads((releases / "index.json").read_text())["releases"]]
    assert latest in ("1.0.0", "1.0.1")
    assert latest in listed
    for version in listed:
        assert (releases / f"v{version}").is_dir()
        assert f"Release {version}<" in (releases / "feed.xml").read_text()


def test_a_killed_publisher_leaves_nothing_half_made_and_the_next_one_succeeds(tmp_path: Path) -> None:
    public = tmp_path / "public"
    publish_sample(public)
    seen = harm("count", public, tmp_path / "counted")["0"]["seen"]
    total = len(seen)
    last = [total - n for n in range(8)]
    spread = [1 + n * (total - 9) // (KILLS - 9) for n in range(KILLS - 8)]
    points = sorted({*spread, *last, seen.index("os.rename") + 1})
    assert len(points) >= 20
    killed = harm("kill", public, tmp_path / "killed", *points)
    assert {answer["signal"] for answer in killed.values()} == {signal.SIGKILL}
    outcomes = set()
    for point in points:
        copy = tmp_path / "killed" / str(point)
        assert_served_as_before_or_after(copy)
        outcomes.add((copy / "releases/v1.0.1").is_dir())
        after = publish(copy, second_release(), write_twice=False)
        assert after.version == "1.0.1"
        assert json.loads((copy / "releases/latest.json").read_text())["version"] == "1.0.1"
        assert not list((copy / "releases").glob(".staging*"))
    assert outcomes == {False, True}


def contents(directory: Path) -> dict[str, str]:
    return {path: sha256_of(directory / path) for path in files_in(directory)}


def test_a_killed_writer_of_static_json_leaves_the_old_set_or_the_new_one_whole(tmp_path: Path) -> None:
    public = tmp_path / "public"
    write_static_json(public, publish_sample(public).path)
    before = contents(public / "api/v1")
    second = publish(public, second_release(), write_twice=False)
    seen = harm("static", public, tmp_path / "counted")["0"]["seen"]
    after = contents(tmp_path / "counted/0/api/v1")
    assert before.keys() <= after.keys()
    assert before != after
    exchanged = seen.index("ctypes.dlopen") + 1
    spread = [1 + n * exchanged // 14 for n in range(14)]
    points = sorted({*spread, *range(exchanged - 1, exchanged + 3), *range(len(seen) - 5, len(seen) + 1)})
    assert len(points) >= 20
    killed = harm("static", public, tmp_path / "killed", *points)
    assert {answer["signal"] for answer in killed.values()} == {signal.SIGKILL}
    outcomes = []
    for point in points:
        copy = tmp_path / "killed" / str(point)
        outcomes.append(contents(copy / "api/v1"))
        write_static_json(copy, copy / second.path.relative_to(public))
        assert contents(copy / "api/v1") == after
        assert [path.name for path in (copy / "api").iterdir() if path.is_dir()] == ["v1"]
    assert all(outcome in (before, after) for outcome in outcomes)
    assert before in outcomes
    assert after in outcomes


def test_a_full_disk_is_reported_and_leaves_the_last_release(tmp_path: Path) -> None:
    public = tmp_path / "public"
    publish_sample(public)
    assert harm("full", public, tmp_path / "work")["0"]["error"] == "cannot_write"
    copy = tmp_path / "work/0"
    assert_served_as_before_or_after(copy)
    assert not (copy / "releases/v1.0.1").exists()
    assert not list((copy / "releases").glob(".staging*"))
    assert publish(copy, second_release(), write_twice=False).version == "1.0.1"
    assert verify(copy / "releases/v1.0.1").ok


def test_a_read_only_directory_is_reported_and_stays_as_it_was(open_folder: Path) -> None:
    public = open_folder / "public"
    publish_sample(public)
    (public / "releases/.publish.lock").unlink(missing_ok=True)
    before = {path: sha256_of(public / path) for path in files_in(public)}
    assert harm("read-only", public, open_folder / "work")["0"]["error"] == "cannot_write"
    copy = open_folder / "work/0"
    assert {path: sha256_of(copy / path) for path in files_in(copy)} == before
