"""Tests of the reader of ruled PDF tables: typeset, read back, and spoiled in every way we know."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

import pdfplumber
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.utils import ImageReader

sys.path.insert(0, str(Path(__file__).parent))

from pdf_sheets import COLUMNS, HEIGHT, LEFT, WIDTHS, Sheet, schedule

from sources.errors import FtaError
from sources.readers.pdf_streams import damaged_streams
from sources.readers.pdf_table import read
from sources.readers.pdf_tables import read_pages, tables
from sources.reading import Reading

ROWS = [["0101.21.00", "- - Pure-bred", "0%", "0"], ["0101.29.00", "- - Other", "7%", "5"]]


def cells(reading: Reading) -> list[list[str]]:
    return [list(row.cells) for row in reading.rows]


def found(reading: Reading, code: str) -> list[tuple[int | None, int | None, str]]:
    return [(f.page, f.row_no, f.severity) for f in reading.findings if f.code == code]


word = st.text(st.sampled_from("ABCdeg0159%.,/-()fi"), min_size=1, max_size=9)
line = st.lists(word, min_size=1, max_size=2).map(" ".join)
cell = st.one_of(st.just(""), st.lists(line, min_size=1, max_size=3).map("\n".join))
row = st.tuples(st.from_regex(r"\A[0-9]{4}\.[0-9]{2}\Z"), cell, cell, cell).map(list)
book = st.lists(st.lists(row, min_size=1, max_size=8), min_size=1, max_size=3)


@settings(max_examples=25, deadline=None)
@given(book, st.sampled_from(["lines", "rectangles", "bars"]), st.sampled_from([0, 0, 0, 90]), st.booleans())
def test_a_typeset_schedule_reads_back_equal_whatever_drew_its_rules(
    pages: list[list[list[str]]], style: str, rotate: int, once: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schedule.pdf"
        schedule(path, pages, style=style, rotate=rotate, header_on="first" if once else "every")
        reading = read(path, columns=COLUMNS, options={})
        assert cells(reading) == [row for page in pages for row in page]
        assert [account.rows for account in reading.accounts] == [len(page) for page in pages]
        assert {account.engine for account in reading.accounts} == {"pdfplumber" if rotate else "pdfium"}
        assert not [f for f in reading.findings if f.severity == "error"]
        if not rotate:
            with pdfplumber.open(path) as document:
                referee = [page.extract_tables() for page in document.pages]
            assert referee == [[[list(r.cells) for r in t.rows] for t in page.tables] for page in read_pages(path)]


def test_a_row_leads_back_to_its_page_row_and_box(tmp_path: Path) -> None:
    reading = read(schedule(tmp_path / "s.pdf", [ROWS, ROWS]), columns=COLUMNS, options={})
    last = reading.rows[-1]
    assert (last.locator, last.page, last.row_no) == ("page 2, row 2", 2, 2)
    assert last.bbox is not None
    assert last.bbox == pytest.approx((LEFT, 90.0, LEFT + sum(WIDTHS), 105.0), abs=0.11)
    assert found(reading, "text_outside_table") == [(1, None, "info"), (2, None, "info")]


def test_a_footer_on_every_page_is_one_finding_and_no_row(tmp_path: Path) -> None:
    reading = read(schedule(tmp_path / "s.pdf", [ROWS] * 4), columns=COLUMNS, options={})
    (furniture,) = [f for f in reading.findings if f.code == "page_furniture"]
    assert (furniture.value, furniture.severity) == ("Annex - #", "info")
    assert len(reading.rows) == 8


@pytest.mark.parametrize(
    "header",
    [
        ["CODE", "BASE RATE", "DESCRIPTION", "CATEGORY"],
        ["CODE", "DESCRIPTION", "APPLIED RATE", "CATEGORY"],
        ["ITEM", "WORDS", "DUTY", "STAGE"],
    ],
)
def test_a_header_swapped_or_renamed_is_refused_with_both(tmp_path: Path, header: list[str]) -> None:
    path = schedule(tmp_path / "s.pdf", [ROWS], header=header)
    with pytest.raises(FtaError, match=" | ".join(COLUMNS).replace("|", r"\|")) as refused:
        read(path, columns=COLUMNS, options={})
    assert refused.value.code == "header_changed"
    assert refused.value.where == {"file": "s.pdf", "page": 1}
    assert " | ".join(header) in refused.value.message


def test_a_missing_column_is_refused(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    for cells_ in (COLUMNS[:3], ROWS[0][:3]):
        sheet.row(cells_, WIDTHS[:3])
    with pytest.raises(FtaError) as refused:
        read(sheet.save(), columns=COLUMNS, options={})
    assert refused.value.code == "header_changed"


def test_a_header_that_changes_on_a_later_page_is_refused_there(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    for header in (COLUMNS, [COLUMNS[0], COLUMNS[2], COLUMNS[1], COLUMNS[3]]):
        sheet.row(header)
        sheet.row(ROWS[0])
        sheet.page()
    with pytest.raises(FtaError) as refused:
        read(sheet.save(), columns=COLUMNS, options={})
    assert (refused.value.code, refused.value.where["page"]) == ("header_changed", 2)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_truncated_pdf_is_refused(tmp_path: Path, share: float) -> None:
    path = schedule(tmp_path / "s.pdf", [ROWS] * 3)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FtaError, match="cut short") as refused:
        read(path, columns=COLUMNS, options={})
    assert refused.value.code == "document_unreadable"


@pytest.mark.parametrize("bytes_", [b"", b"not a PDF", b"%PDF-1.4\nstartxref\n9\n%%EOF", b"PK\3\4" + bytes(900)])
def test_what_is_no_pdf_is_refused(tmp_path: Path, bytes_: bytes) -> None:
    path = tmp_path / "s.pdf"
    path.write_bytes(bytes_)
    with pytest.raises(FtaError) as refused:
        read(path, columns=COLUMNS, options={})
    assert refused.value.code == "document_unreadable"


def _picture() -> ImageReader:
    from PIL import Image

    return ImageReader(Image.new("L", (40, 40), 128))


def test_a_pdf_of_pictures_asks_for_ocr(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    sheet.canvas.drawImage(_picture(), 0, 0, 500, 700)
    with pytest.raises(FtaError) as refused:
        read(sheet.save(), columns=COLUMNS, options={})
    assert refused.value.code == "needs_ocr"


def test_a_picture_or_an_empty_page_among_tables_is_an_error(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    sheet.row(COLUMNS)
    sheet.row(ROWS[0])
    sheet.page()
    sheet.canvas.drawImage(_picture(), 0, 0, 500, 700)
    sheet.page()
    sheet.page()
    sheet.row(COLUMNS)
    sheet.row(ROWS[1])
    reading = read(sheet.save(), columns=COLUMNS, options={})
    assert cells(reading) == ROWS
    assert found(reading, "page_without_text") == [(2, None, "error")]
    assert found(reading, "page_empty") == [(3, None, "error")]


def test_a_footnote_mark_stays_apart_from_the_rate(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    sheet.row(COLUMNS)
    top = sheet.y
    sheet.row(["0101", "Horses", "5", "0"])
    sheet.at("1", LEFT + sum(WIDTHS[:2]) + 8, top + 7, size=5)
    reading = read(sheet.save(), columns=COLUMNS, options={})
    assert cells(reading) == [["0101", "Horses", "5¹", "0"]]
    assert found(reading, "raised") == [(1, 1, "info")]


def test_soft_hyphens_are_read_as_they_are_printed(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    sheet.row(COLUMNS)
    sheet.row(["0101", "self-\ncontained agri\u00ad\nculture", "5%", "0"])
    assert cells(read(sheet.save(), columns=COLUMNS, options={}))[0][1] == "self-\ncontained agri-\nculture"


def test_text_that_runs_over_other_text_stays_whole_in_its_cell(tmp_path: Path) -> None:
    long = "Machines and mechanical appliances having individual functions, of aluminium"
    sheet = Sheet(tmp_path / "s.pdf")
    sheet.row(COLUMNS)
    sheet.row(["0101", long, "5%", "0"])
    reading = read(sheet.save(), columns=COLUMNS, options={})
    assert cells(reading) == [["0101", long, "5%", "0"]]
    assert found(reading, "text_over_rule") == [(1, 1, "warning")]


def test_text_that_runs_into_an_empty_cell_makes_the_row_ragged(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    sheet.row(COLUMNS)
    top = sheet.y
    sheet.row(["0101", "Horses", "", "0"])
    sheet.at("12.5%", LEFT + sum(WIDTHS[:2]) - 8, top + 10)
    reading = read(sheet.save(), columns=COLUMNS, options={})
    assert found(reading, "ragged_row") == [(1, 1, "error")]


def test_a_row_with_too_many_cells_is_ragged_and_keeps_its_other_columns(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    sheet.row(COLUMNS)
    sheet.row(["0101", "Horses", "5", "EX", "0"], [80, 220, 40, 50, 90])
    sheet.row(ROWS[1])
    reading = read(sheet.save(), columns=COLUMNS, options={})
    assert cells(reading) == [["0101", "Horses", "5 EX", "0"], ROWS[1]]
    assert found(reading, "ragged_row")[0] == (1, 1, "error")


def test_a_merged_cell_stays_in_its_first_column_and_is_said(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    sheet.row(COLUMNS)
    sheet.row(["SECTION I LIVE ANIMALS"], [sum(WIDTHS)])
    sheet.row(ROWS[0])
    reading = read(sheet.save(), columns=COLUMNS, options={})
    assert cells(reading) == [["SECTION I LIVE ANIMALS", "", "", ""], ROWS[0]]
    assert found(reading, "merged_cell") == [(1, 1, "warning")]


def test_a_row_outside_the_rules_is_an_error_and_not_lost_in_silence(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    sheet.row(COLUMNS)
    sheet.row(ROWS[0])
    x = LEFT + 3
    for text, width in zip(ROWS[1], WIDTHS, strict=True):
        sheet.at(text, x, sheet.y + 12)
        x += width
    reading = read(sheet.save(), columns=COLUMNS, options={})
    assert cells(reading) == [ROWS[0]]
    (lost,) = [f for f in reading.findings if f.code == "ragged_row"]
    assert (lost.page, lost.severity, lost.value) == (1, "error", " ".join(ROWS[1]))


def test_a_row_cut_by_the_end_of_the_page_is_read_on_both_pages(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    sheet.row(COLUMNS)
    sheet.row(ROWS[0])
    edges = [LEFT + sum(WIDTHS[:n]) for n in range(5)]
    for x in edges:
        sheet.canvas.line(x, HEIGHT - sheet.y, x, HEIGHT - sheet.y - 20)
    for x, text in zip(edges, ["0102", "Live", "35%", "EX"], strict=False):
        sheet.at(text, x + 3, sheet.y + 10)
    sheet.page()
    sheet.row(["CODE", "DESCRIPTION\ncattle", "BASE RATE", "CATEGORY"])
    reading = read(sheet.save(), columns=COLUMNS, options={})
    assert cells(reading) == [ROWS[0], ["0102", "Live", "35%", "EX"], ["", "cattle", "", ""]]
    assert found(reading, "row_under_header") == [(2, 1, "warning")]


def test_another_table_is_left_alone_and_said(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    sheet.row(["Term", "Meaning"], [100, 200])
    sheet.row(["EX", "excluded"], [100, 200])
    sheet.y += 20
    sheet.row(COLUMNS)
    sheet.row(ROWS[0])
    path = sheet.save()
    reading = read(path, columns=COLUMNS, options={})
    assert cells(reading) == [ROWS[0]]
    assert found(reading, "other_table") == [(1, None, "info")]
    assert [table.header for table in tables(path)] == [("Term", "Meaning"), tuple(COLUMNS)]


def test_a_header_of_two_rows_is_named_column_by_column(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    top = sheet.y
    sheet.box(LEFT, 60, 30)
    sheet.at("No", LEFT + 3, top + 10)
    sheet.box(LEFT + 60, 200, 15)
    sheet.at("HS 2022", LEFT + 63, top + 10)
    sheet.y += 15
    for x, name in ((60, "Heading"), (160, "Subheading")):
        sheet.box(LEFT + x, 100, 15)
        sheet.at(name, LEFT + x + 3, sheet.y + 10)
    sheet.y += 15
    sheet.row(["1", "50.04", "5004.00"], [60, 100, 100])
    reading = read(sheet.save(), columns=["No", "HS 2022 Heading", "HS 2022 Subheading"], options={"header_rows": 2})
    assert cells(reading) == [["1", "50.04", "5004.00"]]


def test_turned_text_is_left_to_the_referee_and_read(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf")
    top = sheet.y
    sheet.row(["\n\n\n", "DESCRIPTION", "BASE RATE", "CATEGORY"])
    sheet.canvas.saveState()
    sheet.canvas.translate(LEFT + 20, HEIGHT - top - 42)
    sheet.canvas.rotate(90)
    sheet.canvas.drawString(0, 0, "CODE")
    sheet.canvas.restoreState()
    sheet.row(ROWS[0])
    reading = read(sheet.save(), columns=COLUMNS, options={})
    assert cells(reading) == [ROWS[0]]
    assert reading.accounts[0].engine == "pdfplumber"


def test_an_unknown_option_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FtaError) as refused:
        read(schedule(tmp_path / "s.pdf", [ROWS]), columns=COLUMNS, options={"colums": 1})
    assert refused.value.code == "unknown_option"


def test_many_processes_read_what_one_does_in_the_same_order(tmp_path: Path) -> None:
    pages = [[[f"{n:04d}", f"Goods {n}", f"{n % 7}%", "0"]] for n in range(60)]
    path = schedule(tmp_path / "s.pdf", pages)
    assert list(read_pages(path, workers=2)) == list(read_pages(path, workers=1))
    reading = read(path, columns=COLUMNS, options={"pages": [11, 13]})
    assert [row.cells[0] for row in reading.rows] == ["0010", "0011", "0012"]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_spoiled_bytes_end_in_an_error_or_in_rows_never_in_a_crash(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = schedule(Path(folder) / "s.pdf", [ROWS] * 2)
        spoiled = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 12))):
            spoiled[data.draw(st.integers(0, len(spoiled) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(spoiled)
        refused = None
        try:
            reading = read(path, columns=COLUMNS, options={})
        except FtaError as error:
            refused = error
        if refused:
            assert (bool(refused.where), bool(refused.remedy)) == (True, True)
        else:
            assert Counter(row.page for row in reading.rows) == {a.page: a.rows for a in reading.accounts if a.rows}


def test_a_ligature_is_read_as_the_letters_it_stands_for(tmp_path: Path) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    sheet = Sheet(tmp_path / "s.pdf")
    sheet.row(COLUMNS)
    top = sheet.y
    sheet.row(["0301", "", "5%", "0"])
    sheet.canvas.setFont("Vera", 8)
    sheet.canvas.drawString(LEFT + 83, HEIGHT - top - 10, "\ufb01sh and \ufb02our")
    assert cells(read(sheet.save(), columns=COLUMNS, options={})) == [["0301", "fish and flour", "5%", "0"]]


@pytest.mark.parametrize("style", ["dashed", "polygons", "shading"])
def test_a_table_reads_back_in_other_styles_of_drawing(tmp_path: Path, style: str) -> None:
    sheet = Sheet(tmp_path / "s.pdf", style)
    for row_ in (COLUMNS, *ROWS):
        sheet.row(row_)
    assert cells(read(sheet.save(), columns=COLUMNS, options={})) == ROWS


@pytest.mark.parametrize("place", [0.3, 0.6])
def test_a_damaged_stream_is_an_error_though_pdfium_reads_on(tmp_path: Path, place: float) -> None:
    path = schedule(tmp_path / "s.pdf", [ROWS] * 3)
    assert damaged_streams(path) == (0, 3)
    content = bytearray(path.read_bytes())
    start = content.index(b"stream", len(content) // 4)
    end = content.index(b"endstream", start)
    content[start + 8 + int((end - start - 8) * place)] ^= 1
    path.write_bytes(content)
    assert damaged_streams(path) == (1, 3)
    try:
        found_ = [f.code for f in read(path, columns=COLUMNS, options={}).findings if f.severity == "error"]
    except FtaError as error:
        found_ = [error.code]
    assert {"damaged_stream", "document_unreadable", "header_changed"} & set(found_)


def test_a_document_that_pdfplumber_cannot_read_is_refused(tmp_path: Path) -> None:
    path = schedule(tmp_path / "s.pdf", [ROWS], rotate=90)
    path.write_bytes(path.read_bytes().replace(b"/Rotate 90 /Trans", b"/Rotate 90 \x93Trans"))
    with pytest.raises(FtaError, match="by pdfplumber") as refused:
        read(path, columns=COLUMNS, options={})
    assert refused.value.code == "document_unreadable"
