"""Pictures of pages: the boxes stand where the rows are printed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from sources.draw_page import COLOURS, Mark, page_picture, row_pictures
from sources.errors import FtaError
from sources.readers.pdf_tables import tables
from tests.pipelines.world import GOOD, typeset


@pytest.fixture(scope="module")
def schedule(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("draw") / "schedule.pdf"
    path.write_bytes(typeset(GOOD))
    return path


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def test_a_page_is_drawn_with_the_tables_found_on_it(schedule: Path) -> None:
    picture = opened(page_picture(schedule, 1))
    (table,) = tables(schedule)
    assert picture.size == (round(2 * A4[0] + 0.5), round(2 * A4[1] + 0.5))
    x0, top, x1, bottom = (round(2 * side) for side in table.bbox)
    for point in ((x0 + 1, (top + bottom) // 2), ((x0 + x1) // 2, top + 1)):
        assert picture.getpixel(point) == COLOURS["table"]


def test_given_rows_are_drawn_in_the_colour_of_their_role(schedule: Path) -> None:
    marks = [Mark((100, 100, 200, 120), "rejected", "3"), Mark((100, 200, 200, 220), "line")]
    picture = opened(page_picture(schedule, 1, marks))
    assert picture.getpixel((201, 220)) == COLOURS["rejected"]
    assert picture.getpixel((201, 420)) == COLOURS["line"]


def test_a_clipping_shows_its_row_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.rect(100, A4[1] - 120, 200, 20, fill=1)
    canvas.showPage()
    canvas.showPage()
    canvas.save()
    black, white = (opened(png) for png in row_pictures(path, [(1, (100, 100, 300, 120)), (2, (100, 100, 300, 120))]))
    assert black.getpixel((black.width // 2, black.height // 2)) == (0, 0, 0)
    assert black.getpixel((1, 1)) == (255, 255, 255)
    assert white.getextrema() == ((255, 255),) * 3
    assert (black.width, black.height) == pytest.approx((315, 45), abs=3)


@pytest.mark.parametrize(("page", "code"), [(2, "no_such_page"), (10**6, "no_such_page")])
def test_a_page_that_is_not_there_is_not_drawn(schedule: Path, page: int, code: str) -> None:
    with pytest.raises(FtaError) as refused:
        page_picture(schedule, page)
    assert refused.value.code == code


def test_a_text_has_no_picture(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("Nothing but words.\n")
    with pytest.raises(FtaError) as refused:
        page_picture(tmp_path / "list.txt", 1)
    assert (refused.value.code, refused.value.exit_code) == ("no_picture", 2)


def test_a_turned_page_is_drawn_as_it_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "turned.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setPageRotation(90)
    for x in (100, 200, 300):
        canvas.line(x, 400, x, 500)
    for y in (400, 450, 500):
        canvas.line(100, y, 300, y)
    canvas.drawString(110, 460, "CODE")
    canvas.save()
    picture = opened(page_picture(path, 1))
    assert picture.size == (1191, 1684)  # the paper lies on its side, and is turned upright to be read
    blue = [
        (x, y)
        for x in range(0, picture.width, 2)
        for y in range(picture.height)
        if picture.getpixel((x, y)) == COLOURS["table"]
    ]
    assert blue
    # seen turned by a quarter, the table's left edge stands at 400 points from the left, its top at 100 from the top
    assert min(x for x, _ in blue) == pytest.approx(800, abs=6)
    assert min(y for _, y in blue) == pytest.approx(200, abs=6)
