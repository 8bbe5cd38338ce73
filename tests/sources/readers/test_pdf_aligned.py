"""Tables with only level rules, or with none: typeset, read back equal, and never shifted in silence."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from pdf_sheets import COLUMNS, LEFT, WIDTHS, Sheet, schedule

from sources.errors import FtaError
from sources.readers.pdf_table import read
from sources.reading import Reading

ROWS = [["0101.21.00", "- - Pure-bred\nbreeding animals", "0%", "0"], ["0101.29.00", "- - Other", "12.5%", "EX"]]
STYLES = ["horizontal", "none"]


def cells(reading: Reading) -> list[list[str]]:
    return [list(row.cells) for row in reading.rows]


def found(reading: Reading, code: str) -> list[tuple[int | None, int | None, str]]:
    return [(f.page, f.row_no, f.severity) for f in reading.findings if f.code == code]


word = st.text(st.sampled_from("ABCdeg0159%.,/-()fi"), min_size=1, max_size=8)
words = st.lists(word, min_size=1, max_size=3).map(" ".join)
description = st.lists(words, min_size=1, max_size=4).map("\n".join)
code = st.from_regex(r"\A[0-9]{4}\.[0-9]{2}(\.[0-9]{2})?\Z")
value = st.one_of(st.just(""), word, st.lists(word, min_size=2, max_size=2).map("\n".join))
full = st.tuples(code, description, word, word).map(list)
some = st.tuples(st.one_of(code, st.just("")), description, value, value).map(list)
page = st.tuples(full, st.lists(some, max_size=8)).map(lambda both: [both[0], *both[1]])
book = st.lists(page, min_size=1, max_size=3).filter(lambda pages: len(pages[0]) > 1)


@settings(max_examples=40, deadline=None)
@given(book, st.sampled_from(STYLES), st.booleans(), st.sampled_from([(), (2,), (2, 3)]))
def test_a_typeset_table_without_upright_rules_reads_back_equal(
    pages: list[list[list[str]]], style: str, once: bool, right: tuple[int, ...]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schedule.pdf"
        schedule(path, pages, style=style, header_on="first" if once else "every", right=right)
        reading = read(path, columns=COLUMNS, options={"rules": style})
        if style == "none" and found(reading, "row_unsure"):
            # spaced all alike: which lines are one row is said to be in doubt, and no word is in another column
            assert [" ".join(" ".join(row[n] for row in cells(reading)).split()) for n in range(4)] == [
                " ".join(" ".join(row[n] for page in pages for row in page).split()) for n in range(4)
            ]
            return
        assert cells(reading) == [row for page in pages for row in page]
        assert not [f for f in reading.findings if f.severity == "error" and f.code != "rows_together"]


@pytest.mark.parametrize("style", STYLES)
def test_a_footnote_mark_stays_apart_from_the_rate(tmp_path: Path, style: str) -> None:
    sheet = Sheet(tmp_path / "s.pdf", style)
    sheet.row(COLUMNS)
    top = sheet.y
    sheet.row(["0101.21.00", "Horses", "5", "0"])
    sheet.at("1", LEFT + sum(WIDTHS[:2]) + 8, top + 7, size=5)
    sheet.row(ROWS[0])
    reading = read(sheet.save(), columns=COLUMNS, options={"rules": style})
    assert cells(reading) == [["0101.21.00", "Horses", "5¹", "0"], ROWS[0]]
    assert found(reading, "raised") == [(1, 1, "info")]


@pytest.mark.parametrize("style", STYLES)
def test_a_row_leads_back_to_its_place_and_a_header_may_be_wrapped(tmp_path: Path, style: str) -> None:
    sheet = Sheet(tmp_path / "s.pdf", style)
    sheet.row(["TARIFF\nCODE", "DESCRIPTION", "BASE\nRATE", "STAGING\nCATEGORY"])
    for row in ROWS:
        sheet.row(row)
    names = ["TARIFF CODE", "DESCRIPTION", "BASE RATE", "STAGING CATEGORY"]
    reading = read(sheet.save(), columns=names, options={"rules": style})
    assert cells(reading) == ROWS
    first = reading.rows[0]
    assert (first.locator, first.page, first.row_no) == ("page 1, row 1", 1, 1)
    assert first.bbox is not None
    assert first.bbox[1] == pytest.approx(86, abs=3)
    assert first.bbox[3] == pytest.approx(112, abs=3)


@pytest.mark.parametrize("style", STYLES)
def test_prose_around_a_table_and_the_heading_of_a_section_are_no_rows(tmp_path: Path, style: str) -> None:
    sheet = Sheet(tmp_path / "s.pdf", style)
    for _ in range(4):
        sheet.text(
            "Each Party shall, in accordance with this schedule, reduce its duties on originating goods step by step."
        )
    sheet.row(COLUMNS)
    sheet.row(ROWS[0])
    sheet.at("SECTION I LIVE ANIMALS; ANIMAL PRODUCTS", LEFT + 3, sheet.y + 10)
    sheet.box(LEFT, sum(WIDTHS), 15)
    sheet.y += 15
    sheet.row(ROWS[1])
    for _ in range(4):
        sheet.text(
            "The rates above are those of the day on which the agreement was signed, and are bound from then on."
        )
    reading = read(sheet.save(), columns=COLUMNS, options={"rules": style})
    assert cells(reading) == [ROWS[0], ["SECTION I LIVE ANIMALS; ANIMAL PRODUCTS", "", "", ""], ROWS[1]]
    assert found(reading, "merged_cell") == [(1, 2, "warning")]
    assert found(reading, "text_outside_table") == [(1, None, "info")]


@pytest.mark.parametrize("style", STYLES)
def test_several_tables_of_a_page_are_all_read_and_another_one_is_not(tmp_path: Path, style: str) -> None:
    sheet = Sheet(tmp_path / "s.pdf", style)
    for row in ROWS:
        sheet.row(COLUMNS)
        sheet.row(row)
        sheet.y += 60
    for row in (["Term", "Meaning"], ["EX", "excluded"], ["U", "unbound"]):
        sheet.row(row, [200, 200])
    reading = read(sheet.save(), columns=COLUMNS, options={"rules": style})
    assert cells(reading) == ROWS
    assert reading.accounts[0].tables == 2


@pytest.mark.parametrize("style", STYLES)
def test_a_row_split_over_pages_is_read_on_both(tmp_path: Path, style: str) -> None:
    sheet = Sheet(tmp_path / "s.pdf", style)
    sheet.row(COLUMNS)
    sheet.row(ROWS[0])
    sheet.row(["0102", "Live", "35%", "0"])
    sheet.page()
    sheet.row(["", "cattle", "", ""])
    sheet.row(ROWS[1])
    reading = read(sheet.save(), columns=COLUMNS, options={"rules": style})
    assert cells(reading) == [ROWS[0], ["0102", "Live", "35%", "0"], ["", "cattle", "", ""], ROWS[1]]
    assert [account.rows for account in reading.accounts] == [2, 2]


@pytest.mark.parametrize("style", STYLES)
def test_columns_without_white_between_them_are_refused(tmp_path: Path, style: str) -> None:
    sheet = Sheet(tmp_path / "s.pdf", style)
    sheet.row(COLUMNS)
    for words_ in (
        "Machines and mechanical appliances of any metals",
        "Machines and appliances for the working of metals",
    ):
        sheet.row(["0101.21.00", "", "5%", "0"])
        sheet.at(words_, LEFT + 83, sheet.y - 5, size=10.5)
    with pytest.raises(FtaError) as refused:
        read(sheet.save(), columns=COLUMNS, options={"rules": style})
    assert refused.value.code == "columns_unsure"
    assert refused.value.where == {"file": "s.pdf", "page": 1}
    assert "'DESCRIPTION' ends and 'BASE RATE' begins" in refused.value.message


def test_text_under_neither_of_two_names_is_refused_where_both_have_text(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf", "none")
    sheet.row(COLUMNS)
    for row in ROWS:
        sheet.row(row)
        sheet.at("PT", LEFT + sum(WIDTHS[:3]) - 20, sheet.y - 5)
    with pytest.raises(FtaError, match="text stands between the names") as refused:
        read(sheet.save(), columns=COLUMNS, options={"rules": "none"})
    assert refused.value.code == "columns_unsure"


@pytest.mark.parametrize("style", STYLES)
def test_a_text_that_runs_over_the_white_between_columns_is_an_error(tmp_path: Path, style: str) -> None:
    sheet = Sheet(tmp_path / "s.pdf", style)
    sheet.row(COLUMNS)
    for number in range(30):
        sheet.row([f"0101.{number:02}", "Horses", "5%", "0"])
    sheet.row(["0102.10", "Cattle of a kind that is bred with care, and other animals of the same kind", "", "0"])
    reading = read(sheet.save(), columns=COLUMNS, options={"rules": style})
    assert len(reading.rows) == 31
    assert (1, 31, "error") in found(reading, "ragged_row")


def test_rows_that_no_rule_parts_are_an_error_where_rules_are_said_to(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "s.pdf", "none")
    for row in (COLUMNS, *ROWS):
        sheet.row(row)
    reading = read(sheet.save(), columns=COLUMNS, options={"rules": "horizontal"})
    assert found(reading, "rows_together") == [(1, 1, "error")]


def _spaced_alike(path: Path, rows: list[list[str]]) -> Path:
    sheet = Sheet(path, "none")
    for row in (COLUMNS, *rows):
        x = LEFT
        for text, width in zip(row, WIDTHS, strict=True):
            sheet.at(text, x, sheet.y)
            x += width
        sheet.y += 11
    return sheet.save()


def test_lines_spaced_alike_are_rows_where_each_has_its_code(tmp_path: Path) -> None:
    rows = [[f"0101.{number:02}", f"Goods {number}", f"{number}%", "0"] for number in range(20)]
    reading = read(_spaced_alike(tmp_path / "s.pdf", rows), columns=COLUMNS, options={"rules": "none"})
    assert cells(reading) == rows
    assert not found(reading, "row_unsure")


def test_a_line_spaced_alike_is_joined_where_it_had_no_room_and_is_marked_either_way(tmp_path: Path) -> None:
    long = "Machines for working textile materials of"
    rows = [["0101", long, "5%", "0"], ["", "polypropylene", "", ""], ["0102", "Of aluminium", "7%", "0"],
            ["", "- Other", "", ""], ["0103", "- - Bars", "7%", "0"]]  # fmt: skip
    reading = read(_spaced_alike(tmp_path / "s.pdf", rows), columns=COLUMNS, options={"rules": "none"})
    assert cells(reading) == [["0101", f"{long}\npolypropylene", "5%", "0"], *rows[2:]]
    assert found(reading, "row_unsure") == [(1, 1, "warning"), (1, 3, "warning")]


def test_the_words_of_a_header_are_looked_for_and_a_changed_one_is_refused(tmp_path: Path) -> None:
    path = schedule(tmp_path / "s.pdf", [ROWS], header=["CODE", "BASE RATE", "DESCRIPTION", "CATEGORY"], style="none")
    with pytest.raises(FtaError) as refused:
        read(path, columns=COLUMNS, options={"rules": "none"})
    assert refused.value.code == "header_changed"


@pytest.mark.parametrize(("columns", "rules"), [(["CODE", ""], "none"), (COLUMNS, "upright")])
def test_what_cannot_be_asked_for_is_refused(tmp_path: Path, columns: list[str], rules: str) -> None:
    with pytest.raises(FtaError) as refused:
        read(schedule(tmp_path / "s.pdf", [ROWS]), columns=columns, options={"rules": rules})
    assert refused.value.code == "wrong_option"


def test_a_turned_page_is_read_alike(tmp_path: Path) -> None:
    path = schedule(tmp_path / "s.pdf", [ROWS, ROWS], style="none", rotate=90)
    reading = read(path, columns=COLUMNS, options={"rules": "none"})
    assert cells(reading) == ROWS * 2
    assert {account.engine for account in reading.accounts} == {"pdfplumber"}
