"""Accepting a candidate whole and in part: which rows change, what is refused, and what the record says of each row."""

from __future__ import annotations

import csv
import io
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.assembly import inputs
from pipelines.home import Home
from publish.reasons import upstream
from sources.extraction import Extraction, Part, read_csv
from sources.registry import load_registry
from tests.pipelines.conftest import Command, enter
from tests.pipelines.world import GOOD, World, build_world, typeset


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command) -> World:
    """A world whose first schedule is accepted by A. Tester, then changed in a cell and shorn of a row."""
    built = build_world(tmp_path / "world")
    enter(built, monkeypatch)
    assert accept(command, "A. Tester")[0] == 0
    file = file_of(built)
    lines = file.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if "0101.29.00" in line)
    lines[at] = lines[at].replace("7%", "5%")
    del lines[at + 2]
    file.write_text("\n".join(lines) + "\n")
    return built


def file_of(world: World) -> Path:
    return world.home / "extractions" / "sample-kh.csv"


def accept(command: Command, by: str, *more: str) -> tuple[int, dict[str, Any]]:
    return command("sources", "accept", "sample-kh", "--by", by, "--quiet", *more)


def rates(extraction: Extraction) -> list[str]:
    return [f"{row.locator}: {row.cells['line_code']} {row.cells['base_rate']}" for row in extraction.rows]


def test_one_row_is_accepted_and_the_record_says_who_accepted_which(world: World, command: Command) -> None:
    before = read_csv(file_of(world))
    code, answer = accept(command, "B. Second", "--rows", "page 1, row 4")
    assert (code, answer["rows"], answer["left"]) == (0, len(GOOD), 1)
    after = read_csv(file_of(world))
    assert [row.row_no for row in after.rows] == list(range(1, len(GOOD) + 1))
    assert rates(after)[1] == "page 1, row 2: 0101.29.00 5%"
    assert rates(after)[3] == "page 1, row 4: 6109.10.00 15%"
    assert (after.accepted_by, after.reader) == ("A. Tester", before.reader)
    assert [(part.rows, part.accepted_by, part.reader) for part in after.parts] == [
        ("page 1, row 4", "B. Second", before.reader)
    ]
    accept(command, "C. Third", "--rows", "page 1, row 2")
    assert [part.accepted_by for part in read_csv(file_of(world)).parts] == ["B. Second", "C. Third"]
    assert command("sources", "review", "sample-kh", "--quiet")[1]["state"] == "same"
    accept(command, "D. Fourth")
    assert (read_csv(file_of(world)).accepted_by, read_csv(file_of(world)).parts) == ("D. Fourth", ())


def test_a_page_is_accepted_and_named_in_the_record(world: World, command: Command) -> None:
    code, answer = accept(command, "B. Second", "--pages", "1")
    assert (code, answer["left"]) == (0, 0)
    (part,) = read_csv(file_of(world)).parts
    assert (part.rows, part.accepted_by) == ("pages 1", "B. Second")


def reviewed(world: World, command: Command, say: dict[str, str]) -> Path:
    """The list that `review --csv` writes, with words said of some rows."""
    file = world.home / "review.csv"
    assert command("sources", "review", "sample-kh", "--csv", str(file), "--quiet")[0] == 0
    lines = list(csv.DictReader(io.StringIO(file.read_text())))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(lines[0]))
    writer.writeheader()
    writer.writerows({**line, "accept": say.get(line["locator"], "")} for line in lines)
    file.write_text(out.getvalue())
    return file


def test_the_rows_said_yes_to_in_the_reviewed_list_are_accepted(world: World, command: Command) -> None:
    file = reviewed(world, command, {"page 1, row 2": "yes", "page 1, row 4": "no"})
    code, answer = accept(command, "B. Second", "--reviewed", str(file))
    assert (code, answer["rows"]) == (0, len(GOOD) - 1)
    after = read_csv(file_of(world))
    assert rates(after)[1] == "page 1, row 2: 0101.29.00 7%"
    assert "6109.10.00" not in "".join(rates(after))
    assert after.parts[0].rows == "page 1, row 2"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("7%", "9%", "not what is read now"),
        ("yes", "perhaps", "'perhaps'"),
        ("yes", "", "no row"),
        ("read_now", "read", "header"),
    ],
)
def test_a_reviewed_list_that_was_altered_is_refused(
    world: World, command: Command, old: str, new: str, why: str
) -> None:
    file = reviewed(world, command, {"page 1, row 2": "yes"})
    file.write_text(file.read_text().replace(old, new))
    before = file_of(world).read_bytes()
    code, answer = accept(command, "B. Second", "--reviewed", str(file))
    assert (code, answer["error"]["code"]) == (2, "bad_reviewed_file")
    assert why in answer["error"]["message"]
    assert file_of(world).read_bytes() == before


def test_a_row_on_which_nothing_differs_is_refused(world: World, command: Command) -> None:
    code, answer = accept(command, "B. Second", "--rows", "page 1, row 1")
    assert (code, answer["error"]["code"]) == (2, "no_such_row")


def test_part_of_another_document_is_refused_and_the_whole_of_it_accepted(world: World, command: Command) -> None:
    world.document("kh").write_bytes(typeset([*GOOD, ("9999.10.00", "Others", "1%", "A")]))
    assert command(
        "sources", "add", str(world.document("kh")), "--document", "sample-kh", "--accept-new-hash"
    )[0] == 0  # fmt: skip
    code, answer = accept(command, "B. Second", "--pages", "1")
    assert (code, answer["error"]["code"]) == (2, "other_document")
    assert "--pages" not in command("sources", "review", "sample-kh", "--quiet")[1]["next"]
    assert accept(command, "B. Second")[0] == 0
    assert read_csv(file_of(world)).rows[-1].cells["line_code"] == "9999.10.00"


def test_a_release_is_made_from_the_document_that_was_accepted_whatever_its_description_expects(
    world: World, command: Command
) -> None:
    def stated() -> str:
        home = Home.from_environment()
        given = upstream({"inputs": inputs(load_registry(overlay=home.sources), home), "code_version": ""})
        return given.documents["sample-kh"]

    assert stated() == sha256(world.document("kh").read_bytes()).hexdigest()
    world.document("kh").write_bytes(typeset([*GOOD, ("9999.10.00", "Others", "1%", "A")]))
    new = sha256(world.document("kh").read_bytes()).hexdigest()
    command("sources", "add", str(world.document("kh")), "--document", "sample-kh", "--accept-new-hash")
    assert stated() != new, "held, and not accepted yet"
    accept(command, "B. Second")
    assert stated() == new


def test_a_column_more_in_the_description_is_accepted_whole_and_refused_in_part(world: World, command: Command) -> None:
    described = next(file for file in world.sources.rglob("documents.yml") if "sample-kh" in file.read_text())
    entries = yaml.safe_load(described.read_text())
    document = next(each for each in entries["documents"] if each["id"] == "sample-kh")
    column = next(each for each in document["reader"]["columns"] if not each.get("fact", True))
    column["fact"] = True
    described.write_text(yaml.safe_dump(entries, sort_keys=False))
    code, answer = command("sources", "review", "sample-kh", "--quiet")
    assert (code, answer["state"]) == (0, "differs")
    code, answer = accept(command, "B. Second", "--pages", "1")
    assert (code, answer["error"]["code"]) == (2, "columns_changed")
    assert accept(command, "B. Second")[0] == 0
    assert column["name"] in read_csv(file_of(world)).columns


def test_the_record_of_a_part_reads_back_as_it_was_written(world: World, command: Command) -> None:
    accept(command, "B. Second | of two  offices", "--rows", "page 1, row 4")
    (part,) = read_csv(file_of(world)).parts
    assert part == Part("page 1, row 4", part.reader, "B. Second | of two offices", part.accepted_on)
