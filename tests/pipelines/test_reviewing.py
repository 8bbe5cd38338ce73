"""What a person sees before accepting an extraction: each difference once, at its place, with its picture."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from pipelines.home import Home
from pipelines.review_page import review_html
from pipelines.reviewing import Review, render, review_candidate, spans
from tests.pipelines.conftest import Command, enter
from tests.pipelines.world import GOOD, World, build_world, typeset


def quiet(said: str) -> None:
    """Say nothing."""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command) -> World:
    """A world whose first schedule is accepted, and nothing more."""
    built = build_world(tmp_path / "world")
    enter(built, monkeypatch)
    assert command("sources", "accept", "sample-kh", "--by", "A. Tester", "--quiet")[0] == 0
    return built


@pytest.fixture
def changed(world: World) -> World:
    """The world with a cell of what was accepted changed, and a row cut out of it."""
    file = world.home / "extractions" / "sample-kh.csv"
    lines = file.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if "0101.29.00" in line)
    lines[at] = lines[at].replace("7%", "<b>5%</b>")
    del lines[at + 2]
    file.write_text("\n".join(lines) + "\n")
    return world


def home_of(world: World) -> Home:
    return Home(world.home, world.documents)


def test_a_changed_cell_and_a_new_row_are_shown_and_moved_rows_are_counted(changed: World) -> None:
    review = review_candidate(home_of(changed), "sample-kh", quiet)
    seen = [(row.what, row.locator, row.cells) for row in review.shown]
    assert seen == [
        ("changed", "page 1, row 2", (("base_rate", "<b>5%</b>", "7%"),)),
        (
            "added",
            "page 1, row 4",
            (
                ("role", None, "line"),
                ("line_code", None, "6109.10.00"),
                ("base_rate", None, "15%"),
                ("category", None, "B"),
            ),
        ),
    ]
    text = render(review)
    assert "base_rate: '<b>5%</b>' -> '7%'" in text
    assert "--pages 1" in text


def test_nothing_differs_is_said_and_nothing_is_to_be_accepted(world: World, command: Command) -> None:
    code, answer = command("sources", "review", "sample-kh", "--quiet")
    assert code == 0
    assert (answer["state"], answer["rows"], answer["next"]) == ("same", [], "There is nothing to accept.")


class Page(HTMLParser):
    """The tags of a page, and the pictures in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]


def pictures(page: Page) -> list[Image.Image]:
    found = [source.removeprefix("data:image/png;base64,") for source in page.sources]
    return [Image.open(io.BytesIO(base64.b64decode(each))) for each in found]


def test_the_page_holds_a_picture_of_each_row_and_runs_and_fetches_nothing(changed: World) -> None:
    html = review_html(review_candidate(home_of(changed), "sample-kh", quiet))
    page = Page(html)
    assert len(pictures(page)) == 2
    assert all(picture.width > 500 and 10 < picture.height < 100 for picture in pictures(page))
    assert not {"script", "link", "iframe", "b"} & set(page.tags)
    assert "&lt;b&gt;5%&lt;/b&gt;" in html
    assert not re.search(r"https?://", html)


def test_pictures_left_out_are_counted(changed: World) -> None:
    html = review_html(review_candidate(home_of(changed), "sample-kh", quiet), most=1)
    assert len(pictures(Page(html))) == 1
    assert "1 rows are shown without their picture" in html


def test_a_first_extraction_shows_every_row_and_why_rows_were_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    world = build_world(tmp_path / "world")
    enter(world, monkeypatch)
    world.document("kh").write_bytes(typeset([*GOOD, ("87.12", "Spoilt", "7%", "A")]))
    adding = ("sources", "add", str(world.document("kh")), "--document", "sample-kh", "--accept-new-hash")
    assert command(*adding)[0] == 0
    out = tmp_path / "review.html"
    code, answer = command("sources", "review", "sample-kh", "--html", str(out), "--quiet")
    assert code == 0
    assert (answer["state"], answer["counts"], answer["accepted"]) == ("new", {"new": 7}, None)
    (rejected,) = [row for row in answer["rows"] if row["role"] == "rejected"]
    assert "line_code: '87.12'" in rejected["faults"][0]
    html = out.read_text()
    assert all(code in html for code, *_ in GOOD)
    assert "87.12" in html


def test_a_document_that_is_not_at_hand_is_refused_with_the_command_that_adds_it(
    world: World, command: Command
) -> None:
    world.document("kh").unlink()
    code, answer = command("sources", "review", "sample-kh", "--quiet")
    assert (code, answer["error"]["code"]) == (4, "document_missing")
    assert "sources add" in answer["error"]["remedy"]


def test_pages_are_written_as_accept_reads_them() -> None:
    from pipelines.acceptance import parse_pages

    assert spans([1, 2, 3, 57]) == "1-3,57"
    assert parse_pages(spans([1, 2, 3, 57, 59])) == {1, 2, 3, 57, 59}


def test_a_row_that_is_gone_is_shown_as_removed(changed: World) -> None:
    file = changed.home / "extractions" / "sample-kh.csv"
    line = 'page 1, row 9",1,9,10.0 10.0 20.0 20.0,line,9999.99.99,1%,A\n'
    file.write_text(file.read_text() + '"' + line)
    review: Review = review_candidate(home_of(changed), "sample-kh", quiet)
    removed = [row for row in review.shown if row.what == "removed"]
    assert [row.cells[1] for row in removed] == [("line_code", "9999.99.99", None)]
