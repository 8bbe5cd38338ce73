"""Pieces of prose: both halves with their lines, and every slip named with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.content import load_content, load_piece
from sources.errors import FtaError

HEAD = "---\ntitle_en: A title\ntitle_km: ចំណងជើង\nsubject: site\nsource: the data\n---\n"


def write(root: Path, place: str, text: str) -> Path:
    file = root / "content" / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_a_piece_has_two_halves_that_know_their_lines(tmp_path: Path) -> None:
    file = write(tmp_path, "text/about.md", f"{HEAD}\nOne.\n\nTwo.\n\n<!-- km -->\n\nមួយ។\n")
    piece = load_piece(file, tmp_path)
    assert (piece.kind, piece.id, piece.file) == ("text", "about", "content/text/about.md")
    assert (piece.en.text, piece.en.line) == ("One.\n\nTwo.\n", 8)
    assert (piece.km.text, piece.km.line) == ("មួយ។\n", 14)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[piece.en.line - 1] == "One."
    assert lines[piece.km.line - 1] == "មួយ។"


def test_a_step_knows_its_guide_and_number(tmp_path: Path) -> None:
    file = write(tmp_path, "guides/first/02-tax.md", f"{HEAD}One.\n\n<!-- km -->\nមួយ។\n")
    piece = load_piece(file, tmp_path)
    assert (piece.kind, piece.id, piece.guide, piece.step) == ("guide", "first/02", "first", 2)


def test_a_later_folder_mends_a_piece(tmp_path: Path) -> None:
    for root, word in (("ours", "One."), ("theirs", "Mended.")):
        write(tmp_path / root, "faq/why.md", f"{HEAD}{word}\n\n<!-- km -->\nមួយ។\n")
    (piece,) = load_content(tmp_path / "ours", tmp_path / "theirs", tmp_path / "absent")
    assert piece.en.text == "Mended.\n"


@pytest.mark.parametrize(
    ("place", "text", "line", "says"),
    [
        ("text/about.md", "One.\n", 1, "no front matter"),
        ("text/about.md", f"{HEAD}One.\n", 7, "between the languages"),
        ("text/about.md", f"{HEAD}One.\n\n<!-- km -->\n\n", 10, "Khmer half is empty"),
        ("text/about.md", f"{HEAD}\n\n<!-- km -->\nមួយ។\n", 7, "English half is empty"),
        ("text/about.md", f"{HEAD}One.\n<!-- km -->\nមួយ។\n<!-- km -->\nពីរ។\n", 7, "between the languages"),
        ("text/About us.md", f"{HEAD}One.\n\n<!-- km -->\nមួយ។\n", 1, "cannot be an id"),
        ("text/deep/about.md", f"{HEAD}One.\n\n<!-- km -->\nមួយ។\n", 1, "cannot be an id"),
        ("guides/first/tax.md", f"{HEAD}One.\n\n<!-- km -->\nមួយ។\n", 1, "a step is a file"),
        ("faq/why.md", HEAD.replace("source", "sauce") + "One.\n\n<!-- km -->\nមួយ។\n", 2, "sauce"),
        ("faq/why.md", HEAD.replace("A title", "A: title") + "One.\n\n<!-- km -->\nមួយ។\n", 2, "mapping values"),
        ("text/about.md", HEAD.replace("subject: site\n", "") + "One.\n\n<!-- km -->\nមួយ។\n", 1, "subject"),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_file_and_line(tmp_path: Path, place: str, text: str, line: int, says: str) -> None:
    file = write(tmp_path, place, text)
    with pytest.raises(FtaError, match=says) as caught:
        load_piece(file, tmp_path)
    assert caught.value.where == {"file": f"content/{place}", "line": line}
    assert caught.value.remedy
