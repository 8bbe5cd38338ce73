"""A look at tables without upright rules: they are found, said to be so, and drafted; prose is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from sources.draft import draft
from sources.look import Look, look_at
from sources.readers import load_reader
from sources.readers.grid import Rule
from sources.readers.pdf_guess import guess_headers
from sources.readers.pdf_text import Line, Piece
from sources.reading import Reading
from sources.specs import DocumentSpec
from tests.sources.readers.pdf_sheets import COLUMNS, LEFT, WIDTHS, Sheet, schedule

ROWS = [
    [f"{chapter:02}01.{n:02}.00", "- - Pure-bred\nbreeding animals" if n % 3 else "Horses", f"{n}%", "EX"]
    for chapter in (1, 2)
    for n in range(10, 40)
]
STYLES = ["horizontal", "none"]


def by_draft(path: Path, look: Look) -> Reading:
    """The file read as its drafted description says."""
    document = DocumentSpec.model_validate(draft(look))
    assert document.reader is not None
    headers = [column.header for column in document.reader.columns]
    return load_reader(document.reader.name).read(path, columns=headers, options=document.reader.options)


def codes(look: Look) -> list[str]:
    return [finding.code for finding in look.findings if finding.severity != "info"]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("header_on", ["every", "first"])
def test_a_table_without_upright_rules_is_found_over_its_pages_and_drafted(
    tmp_path: Path, style: str, header_on: str
) -> None:
    pages = [ROWS[:25], ROWS[25:50], ROWS[50:]]
    path = schedule(tmp_path / "s.pdf", pages, style=style, header_on=header_on)
    look = look_at(path)
    (seen,) = look.tables
    assert (seen.place, seen.rows, seen.header, seen.options) == ("pages 1 to 3", 60, tuple(COLUMNS), {"rules": style})
    assert codes(look) == ["table_without_rules"]
    assert [account.rows for account in look.accounts] == [25, 25, 10]
    assert [list(row.cells) for row in by_draft(path, look).rows] == ROWS


@pytest.mark.parametrize("style", STYLES)
def test_a_header_of_several_lines_under_a_title_is_told_from_both(tmp_path: Path, style: str) -> None:
    sheet = Sheet(tmp_path / "s.pdf", style)
    sheet.text("Schedule of Customs Duties", LEFT + 100)
    sheet.y += 14
    sheet.row(["TARIFF\nCODE", "DESCRIPTION", "BASE\nRATE", "STAGING\nCATEGORY"])
    for row in ROWS[:12]:
        sheet.row(row)
    (seen,) = look_at(sheet.save()).tables
    assert seen.header == ("TARIFF CODE", "DESCRIPTION", "BASE RATE", "STAGING CATEGORY")
    assert (seen.rows, seen.options) == (12, {"rules": style})


def test_a_table_in_the_middle_of_prose_is_drafted_with_its_page(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf", "none")
    for page in range(3):
        if page:
            sheet.page()
        for _ in range(6):
            sheet.text("Each Party shall reduce its duties on originating goods in accordance with this schedule.")
        if page == 1:
            sheet.y += 20
            for row in (COLUMNS, *ROWS[:8]):
                sheet.row(row)
    look = look_at(sheet.save())
    (seen,) = look.tables
    assert (seen.place, seen.rows, seen.options) == ("page 2", 8, {"rules": "none", "pages": [2, 2]})
    assert [account.tables for account in look.accounts] == [0, 1, 0]


def test_columns_that_run_into_one_another_on_a_later_page_are_said_and_not_offered(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf", "none")
    for row in (COLUMNS, *ROWS[:6]):
        sheet.row(row)
    sheet.page()
    for row in ROWS[:30]:
        sheet.row([row[0], "", *row[2:]])
        sheet.at("Machines and appliances for the working of metals", LEFT + 83, sheet.y - 5, size=10.5)
    look = look_at(sheet.save())
    assert look.tables == ()
    assert codes(look) == ["columns_unsure"]
    assert "CODE | DESCRIPTION" in look.findings[0].message


def _numbered(sheet: Sheet) -> None:
    sheet.at("Article 5", 60, sheet.y)
    sheet.at("Of the goods and of their origin", 160, sheet.y)
    for number in range(1, 9):
        sheet.y += 14
        sheet.at(f"{number}.", 60, sheet.y)
        sheet.at("Each Party shall grant preferential treatment to originating goods of the others.", 100, sheet.y)


def _contents(sheet: Sheet) -> None:
    for at, word in ((60, "Chapter"), (140, "Title"), (480, "Page")):
        sheet.at(word, at, sheet.y)
    for number in range(1, 12):
        sheet.y += 14
        for at, word in ((60, f"Chapter {number}"), (140, "Initial Provisions"), (480, str(4 * number))):
            sheet.at(word, at, sheet.y)


def _two_columns(sheet: Sheet) -> None:
    for number in range(20):
        sheet.y += 14
        sheet.at(f"shall enter into force in 20{number:02} and remain", 60, sheet.y)
        sheet.at("so for a period of ten years after the day on which", 320, sheet.y)


@pytest.mark.parametrize("put", [_numbered, _contents, _two_columns])
def test_prose_a_numbered_list_and_a_table_of_contents_are_no_tables(tmp_path: Path, put: object) -> None:
    sheet = Sheet(tmp_path / "s.pdf", "none")
    sheet.y += 40
    assert callable(put)
    put(sheet)
    look = look_at(sheet.save())
    assert look.tables == ()
    assert not {"table_without_rules", "columns_unsure"} & set(codes(look))
    assert "prose" in (look.reason or "")


word = st.sampled_from(["shall", "Party", "goods", "the", "of", "35%", "2012", "(a)", "1.", "originating", "0101.21"])
paragraphs = st.lists(st.lists(word, min_size=3, max_size=60), min_size=1, max_size=12)


@settings(max_examples=80, deadline=None)
@given(paragraphs, st.floats(2.0, 4.2))
def test_words_set_one_after_the_other_are_never_a_table(text: list[list[str]], space: float) -> None:
    lines, top = [], 60.0
    for words in text:
        x, pieces = 60.0, list[Piece]()
        for each in words:
            width = 4.5 * len(each)
            if x + width > 540:
                lines.append(_line(pieces, top))
                x, top, pieces = 60.0, top + 12, []
            pieces.append(Piece(x, x + width, top, top + 9, each))
            x += width + space
        lines.append(_line(pieces, top))
        top += 14
    assert list(guess_headers(lines, list[Rule]())) == []


def _line(pieces: list[Piece], top: float) -> Line:
    box = (pieces[0].x0, top, pieces[-1].x1, top + 9)
    return Line(" ".join(piece.text for piece in pieces), box, tuple(pieces))


def test_a_page_of_pictures_of_lines_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "s.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for y in range(100, 700, 20):
        canvas.line(60, y, 500, y)
    canvas.drawString(60, 720, "Name and address of the exporter")
    canvas.save()
    assert look_at(path).tables == ()


def test_a_table_whose_columns_nearly_touch_is_found(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf", "none")
    for row in (COLUMNS, *ROWS[:8]):
        x = LEFT
        for cell, width in zip(row, WIDTHS, strict=True):
            sheet.at(cell.split("\n")[0], x, sheet.y)
            x += 0.6 * width
        sheet.y += 12
    (seen,) = look_at(sheet.save()).tables
    assert (seen.rows, seen.header) == (8, tuple(COLUMNS))
