"""How long the main job takes, and where the time goes: one agreement with its documents, and everything held.

Beside the seconds by the clock stand those of the processor, of all processes: on a machine that others use, they say
what the job itself costs. The load at the end is the mean of the last minute.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from sources.registry import ROOT

pytestmark = [pytest.mark.benchmark, pytest.mark.documents]


@dataclass(frozen=True)
class Measured:
    """One command: seconds by the clock (imports included) and of the processor, peak megabytes, and what it said.

    Seconds of the processor and megabytes are those of the command with its children.
    """

    seconds: float
    processor: float
    megabytes: float
    out: str


def ftadata(environment: dict[str, str], *arguments: str) -> Measured:
    """Run a command that must succeed."""
    started, before, peak = time.perf_counter(), children_seconds(), 0
    with TemporaryFile("w+", encoding="utf-8") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", *arguments], env={**os.environ, **environment}, stdout=out
        )
        while process.poll() is None:
            peak = max(peak, sum(map(proportional_bytes, family(process.pid))))
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.5)
        seconds = time.perf_counter() - started
        out.seek(0)
        said = out.read()
    assert process.returncode == 0, said
    return Measured(seconds, children_seconds() - before, peak / 1e6, said)


def children_seconds() -> float:
    """Processor seconds of all children that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def family(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                yield from family(int(child))


def proportional_bytes(pid: int) -> int:
    """The memory of a process, pages shared with others counted in part; 0 for one that has ended."""
    with suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        return int(found[1]) * 1024 if found else 0
    return 0


Row = tuple[str, float, float | None]
"""What was done, seconds by the clock, and of the processor where they can be told."""


def measure(environment: dict[str, str]) -> tuple[list[Row], dict[str, Any]]:
    first = ftadata(environment, "run", "--quiet", "--json")
    again = ftadata(environment, "run", "--quiet", "--json")
    report = json.loads(first.out)
    rows: list[Row] = [("ftadata run, from nothing", first.seconds, first.processor)]
    rows += [(f"  of it: {name}", seconds, None) for name, seconds in report["stages"].items()]
    rows += [("  of it: imports and the rest", first.seconds - report["seconds"], None)]
    rows += [("ftadata run, nothing changed", again.seconds, again.processor)]
    print(f"\npeak memory with all children: {first.megabytes:,.0f} MB")
    assert first.megabytes < 1500
    return rows, report


def show(title: str, rows: list[Row]) -> None:
    print(f"\n{title} (load {os.getloadavg()[0]:.1f})\n{'':<40}{'by the clock':>14}{'processor':>14}\n{'-' * 68}")
    for name, seconds, processor in rows:
        print(f"{name:<40}{seconds:>12.2f} s" + ("" if processor is None else f"{processor:>12.2f} s"))


def test_one_agreement_with_its_documents(documents: Path, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    for folder in ("common", "hs", "ckfta"):
        shutil.copytree(ROOT / folder, sources / folder)
    for shared in ROOT.glob("*.yml"):
        shutil.copyfile(shared, sources / shared.name)
    environment = {
        "FTADATA_HOME": str(tmp_path / "home"),
        "FTADATA_SOURCES": str(sources),
        "FTADATA_DOCUMENTS": str(documents),
    }
    rows, report = measure(environment)
    read = [d for d in report["documents"] if d["state"] == "same" and d["document_id"].startswith("ckfta")]
    assert sum(d["pages"] for d in read) >= 199 + 213 + 224
    said = min((ftadata(environment, "--help") for _ in range(3)), key=lambda measured: measured.seconds)
    one = change_one_schedule(sources, environment)
    for name, done in (("ftadata refresh, one schedule changed", one), ("ftadata --help", said)):
        rows.append((name, done.seconds, done.processor))
    show("One agreement, its documents read again", rows)
    assert next(seconds for name, seconds, _ in rows if name.endswith("nothing changed")) < 3
    assert said.seconds < 0.5


def change_one_schedule(sources: Path, environment: dict[str, str]) -> Measured:
    """A refresh after one schedule's description changed; only what depends on it may be made again."""
    file = sources / "ckfta" / "schedules.yml"
    text = file.read_text(encoding="utf-8")
    assert "It is not an MFN rate." in text
    file.write_text(text.replace("It is not an MFN rate.", "It is no MFN rate.", 1), encoding="utf-8")
    changed = ftadata(environment, "refresh", "--quiet", "--json")
    report = json.loads(changed.out)
    made = set(report["made"])
    assert len([unit for unit in made if unit.startswith("schedule-")]) == 1
    assert made - {"regime-ckfta"} == {unit for unit in made if unit.startswith("schedule-")}
    assert {"hs", "common"} <= set(report["fresh"])
    return changed


def test_everything_held(documents: Path, tmp_path: Path) -> None:
    environment = {"FTADATA_HOME": str(tmp_path / "home"), "FTADATA_DOCUMENTS": str(documents)}
    rows, _ = measure(environment)
    show("Everything held, every document read again", rows)
    assert rows[-1][1] < 5
