"""The command line's manners: help that is quick, errors that are shapes, exit codes that are a contract."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.cli import app, run

HEAVY = ("great_expectations", "dagster", "pandas", "pyarrow", "duckdb", "pdfplumber", "pypdfium2")


def names(command: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path] if path else []
    for name, sub in getattr(command, "commands", {}).items():
        found += names(sub, (*path, name))
    return found


def test_every_command_of_the_design_is_there() -> None:
    plain = ["run", "refresh", "check", "review", "publish", "verify", "diff", "search", "compare", "explain", "decide"]
    nested = ["site serve", "keys new", "sources list", "sources status", "sources add", "sources accept"]
    assert {*plain, "runs", "ui", *nested} <= {" ".join(path) for path in names(app)}


@pytest.mark.parametrize("path", names(app), ids=" ".join)
def test_every_command_has_help_and_every_option_says_what_it_does(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*path, "--help"]) == 0
    text = capsys.readouterr().out
    assert len(text.splitlines()) > 3
    command = app
    for name in path:
        command = command.commands[name]  # type: ignore[attr-defined, assignment]
    assert command.help


def test_help_imports_nothing_heavy() -> None:
    probe = (
        "import sys; from pipelines.cli import run; run(['--help']);"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["compare", "--importer", "KR", "--hs", "610910"],
        ["compare", "--exporter", "KH", "--importer", "KR", "--hs", "610910", "--on", "yesterday"],
        ["refresh", "--only", "nowhere"],
        ["diff", "1.0.0", "9.9.9"],
        ["sources", "add", "nowhere.pdf", "--document", "nothing"],
    ],
)
def test_wrong_use_is_exit_2_and_one_json_document(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FTADATA_HOME", str(tmp_path / "home"))
    assert run([*arguments, "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert set(answer["error"]) == {"code", "message", "where", "remedy"}
    assert answer["error"]["message"]


def test_asking_before_anything_is_published_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FTADATA_HOME", str(tmp_path / "home"))
    assert run(["compare", "--exporter", "KH", "--importer", "KR", "--hs", "610910"]) == 2
    assert "ftadata run" in capsys.readouterr().err
    assert run(["check"]) == 2
    assert "ftadata refresh" in capsys.readouterr().err
