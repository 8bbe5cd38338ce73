"""How long the main job takes, and where the time goes: one agreement with its documents, and everything held."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sources.registry import ROOT

pytestmark = [pytest.mark.benchmark, pytest.mark.documents]


def ftadata(environment: dict[str, str], *arguments: str) -> tuple[float, int, str]:
    """Seconds of wall time, imports included; exit code; standard output."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return time.perf_counter() - started, done.returncode, done.stdout


def measure(environment: dict[str, str]) -> tuple[list[tuple[str, float]], dict[str, Any]]:
    first, code, out = ftadata(environment, "run", "--quiet", "--json")
    assert code == 0, out
    again, code, out_again = ftadata(environment, "run", "--quiet", "--json")
    assert code == 0, out_again
    report = json.loads(out)
    rows = [("ftadata run, from nothing", first)]
    rows += [(f"  of it: {name}", seconds) for name, seconds in report["stages"].items()]
    rows += [("  of it: imports and the rest", first - report["seconds"])]
    rows += [("ftadata run, nothing changed", again)]
    return rows, report


def show(title: str, rows: list[tuple[str, float]]) -> None:
    print(f"\n{title}\n{'-' * 56}")
    for name, seconds in rows:
        print(f"{name:<44}{seconds:>9.2f} s")


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
    help_seconds = min(ftadata(environment, "--help")[0] for _ in range(3))
    show("One agreement, its documents read again", [*rows, ("ftadata --help", help_seconds)])
    assert rows[-1][1] < 3
    assert help_seconds < 0.5


def test_everything_held(documents: Path, tmp_path: Path) -> None:
    environment = {"FTADATA_HOME": str(tmp_path / "home"), "FTADATA_DOCUMENTS": str(documents)}
    rows, _ = measure(environment)
    show("Everything held, every document read again", rows)
    assert rows[-1][1] < 5
