"""The guide for the data team is followed, as far as acceptance, on a new document; its commands exist as written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from pipelines.cli import app
from tests.pipelines.conftest import Command, command
from tests.pipelines.world import GOOD, World, build_world, typeset

__all__ = ["command"]

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "bring-a-document.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"^```\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE) for line in block.splitlines()
]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_guide_exists_with_its_options(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Schedule of X.pdf").touch()
    program, *words = shlex.split(line)
    assert program == "ftadata"
    found: click.Command = app
    while isinstance(found, click.Group):
        found = found.commands[words.pop(0)]
    found.make_context(found.name, words)


def test_the_findings_that_the_guide_explains_are_those_that_the_code_gives() -> None:
    named = re.findall(r"^\| `([a-z_]+)`", GUIDE, re.MULTILINE)
    code = "".join(path.read_text(encoding="utf-8") for path in Path("sources").rglob("*.py"))
    assert named
    assert [name for name in named if f'"{name}"' not in code] == []


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    built = build_world(tmp_path / "world")
    monkeypatch.setenv("FTADATA_SOURCES", str(built.sources))
    monkeypatch.setenv("FTADATA_HOME", str(built.home))
    monkeypatch.delenv("FTADATA_DOCUMENTS", raising=False)
    return built


def test_following_the_guide_leads_from_a_file_to_an_accepted_extraction(
    world: World, tmp_path: Path, command: Command
) -> None:
    file = tmp_path / "Schedule of X.pdf"
    file.write_bytes(typeset([*GOOD, ("9999.10.00", "Others", "1%", "A")]))
    _, seen = command("sources", "inspect", str(file))
    (described,) = yaml.safe_load(seen["draft"])["documents"]
    described = {key: value for key, value in described.items() if value is not None}
    described |= {"id": "x-schedule", "title": "Schedule of X", "publisher": "The tests", "hs_edition": "HS 2017"}
    own = world.home / "sources" / "more"
    own.mkdir(parents=True)
    (own / "documents.yml").write_text(yaml.safe_dump({"documents": [described]}))

    assert command("sources", "add", str(file), "--document", "x-schedule", "--by", "A. Tester")[0] == 0
    _, read = command("sources", "inspect", str(file), "--document", "x-schedule")
    assert read["tried"]["roles"] == {"line": 7}
    html = tmp_path / "review.html"
    _, review = command("sources", "review", "x-schedule", "--html", str(html), "--quiet")
    assert (review["state"], review["counts"]) == ("new", {"new": 7})
    assert "9999.10.00" in html.read_text()
    _, accepted = command("sources", "accept", "x-schedule", "--by", "A. Tester", "--quiet")
    assert accepted["rows"] == 7
    assert Path(accepted["file"]) == world.home / "extractions" / "x-schedule.csv"
    _, again = command("sources", "review", "x-schedule", "--quiet")
    assert (again["state"], again["accepted"]["accepted_by"]) == ("same", "A. Tester")
