"""The project's own documents: every link leads somewhere, every command they show exists."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from pipelines.cli import app

HOUSE = Path(__file__).resolve().parent.parent
DOCUMENTS = [HOUSE / "README.md", *sorted((HOUSE / "docs").glob("*.md"))]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_every_link_to_a_file_leads_to_one(path: Path) -> None:
    shown = re.sub(r"`[^`\n]*`|(?ms:^```.*?^```)", "", path.read_text(encoding="utf-8"))  # links in code are examples
    for link in re.findall(r"\]\(([^)#\s]+)\)", shown):
        if "://" not in link:
            assert (path.parent / link).exists(), link


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_every_command_shown_exists(path: Path) -> None:
    for words in re.findall(r"(?m)(?:^|`|\$ )ftadata ((?:[a-z]+ ?)+)", path.read_text(encoding="utf-8")):
        command: click.Command = app
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            found = command.commands.get(word)
            assert found is not None, f"{path.name}: ftadata {words}"
            command = found


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (HOUSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert (
        set(re.findall(r"`?make ([a-z-]+)", (HOUSE / "README.md").read_text(encoding="utf-8"))) - {"nothing"} <= targets
    )
