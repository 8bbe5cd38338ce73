from __future__ import annotations

import re
import time
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.comments import Comment

from sources.errors import FtaError
from sources.readers import workbook
from sources.readers.cells import code_text, number_text, percent_text
from sources.readers.layout import column_letters, is_percent, place_of
from sources.reading import Reading

HEADER = ("Code", "Text", "Rate")


def save(path: Path, *sheets: list[list[Any]]) -> Workbook:
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets or ([list(HEADER)],), 1):
        sheet = book.create_sheet(f"S{number}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return book


def read(path: Path, columns: tuple[str, ...] = HEADER, **options: Any) -> Reading:
    return workbook.read(path, columns=columns, options=options)


def codes(reading: Reading) -> set[str]:
    return {finding.code for finding in reading.findings}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "book.xlsx"


def test_rows_carry_the_number_that_excel_shows(file: Path) -> None:
    save(file, [["A title"], [], list(HEADER), ["0101.21", "Horses", 0.07], [], ["0101.29", "Other", 5]])
    reading = read(file)
    assert [(row.locator, row.row_no, row.cells) for row in reading.rows] == [
        ("sheet 'S1', row 4", 4, ("0101.21", "Horses", "0.07")),
        ("sheet 'S1', row 6", 6, ("0101.29", "Other", "5")),
    ]
    assert reading.accounts[0].rows == 2
    assert codes(reading) == {"text_outside_table", "blank_row"}


def test_the_sheet_is_chosen_by_name_or_number_and_counted_from_one(file: Path) -> None:
    save(file, [["x"]], [list(HEADER), ["01", "a", "1"]])
    for sheet in ("S2", 2):
        assert [row.page for row in read(file, sheet=sheet).rows] == [2]


@pytest.mark.parametrize(
    ("rows", "header_rows"),
    [
        ([["Title"], ["Code", "Text", "Rate"], ["0101.21", "Horses", 1]], [2]),
        ([["Code", "Rates", None], [None, 2024, 2025], ["Section I"], ["0101.21", 7, 5]], [1, 2]),
        ([["Word", "Meaning"], ["Duty", "Money"], ["Line", "A row", "more"]], [3]),
        ([["Code", "Text"], [None, None, "Rate"], ["Live animals", "of all kinds"], ["0101.21", "Horses", 1]], [1, 2]),
        ([[101, 5], [102, 7]], [1]),
    ],
)
def test_a_header_is_guessed_above_the_first_row_of_codes_or_numbers(
    file: Path, rows: list[list[Any]], header_rows: list[int]
) -> None:
    save(file, rows)
    assert read(file, ()).meta["header_rows"] == header_rows


def test_with_several_sheets_the_description_has_to_name_one(file: Path) -> None:
    save(file, [["x"]], [list(HEADER)])
    with pytest.raises(FtaError) as caught:
        read(file)
    assert caught.value.code == "sheet_not_named"
    with pytest.raises(FtaError) as caught:
        read(file, sheet="S3")
    assert caught.value.code == "sheet_missing"
    assert "'S1', 'S2'" in caught.value.message


def test_a_hidden_sheet_is_reported_and_not_taken_for_the_only_one(file: Path) -> None:
    book = save(file, [list(HEADER), ["01", "a", "1"]], [["secret"]])
    book["S2"].sheet_state = "hidden"
    book.save(file)
    reading = read(file)
    assert "hidden_sheet" in codes(reading)
    assert reading.rows[0].page == 1


@pytest.mark.parametrize("changed", [("Code", "Rate", "Text"), ("Code", "Text"), ("Code", "Text", "Rate", "Year 1")])
def test_a_header_that_differs_is_refused(file: Path, changed: tuple[str, ...]) -> None:
    save(file, [list(changed), ["01"] * len(changed)])
    with pytest.raises(FtaError) as caught:
        read(file)
    assert caught.value.code == "header_changed"
    assert caught.value.where["value"] == " | ".join(changed)


def test_a_header_over_two_rows_is_joined_and_merged_cells_count_for_all(file: Path) -> None:
    book = save(file, [["Code", "Rates", None], [None, "2022", "2023"], ["01", 5, 4]])
    book["S1"].merge_cells("B1:C1")
    book["S1"].merge_cells("A1:A2")
    book.save(file)
    reading = read(file, ("Code", "Rates 2022", "Rates 2023"), header_row=[1, 2])
    assert [row.cells for row in reading.rows] == [("01", "5", "4")]


def test_line_breaks_in_headers_count_as_spaces(file: Path) -> None:
    save(file, [["Code", " Text", "Base\nRate"], ["01", "a", 5]])
    assert len(read(file, ("Code", "Text", "Base Rate")).rows) == 1


def test_a_column_without_a_header_is_reported_and_can_be_asked_for(file: Path) -> None:
    save(file, [["A", None, "B"], ["01", "ex", "02"], ["03", None, "04"]])
    reading = read(file, ("A", "B"))
    assert [row.cells for row in reading.rows] == [("01", "02"), ("03", "04")]
    assert "unheaded_column" in codes(reading)
    reading = read(file, ("A", "", "B"))
    assert [row.cells for row in reading.rows] == [("01", "ex", "02"), ("03", "", "04")]
    assert "unheaded_column" not in codes(reading)


def test_a_cell_beside_the_table_is_an_error_with_its_place(file: Path) -> None:
    save(file, [list(HEADER), ["01", "a", "1", "shifted"]])
    finding = next(finding for finding in read(file).findings if finding.code == "ragged_row")
    assert finding.severity == "error"
    assert "D2" in finding.message


def test_numbers_among_codes_are_refused_unless_an_option_mends_them(file: Path) -> None:
    save(file, [list(HEADER), ["0101", "a", 0], ["0101.21", "b", 0], [101.3, "c", 0]])
    with pytest.raises(FtaError) as caught:
        read(file)
    assert (caught.value.code, caught.value.where["row"], caught.value.where["column"]) == ("code_as_number", 4, "Code")
    reading = read(file, codes={"Code": "0000.00"})
    assert reading.rows[2].cells[0] == "0101.30"
    assert next(finding for finding in reading.findings if finding.code == "code_as_number").severity == "warning"
    assert read(file, codes={"Code": "as_stored"}).rows[2].cells[0] == "101.3"


def test_a_number_that_does_not_fit_its_picture_is_refused(file: Path) -> None:
    save(file, [list(HEADER), [101.213, "a", 0]])
    with pytest.raises(FtaError) as caught:
        read(file, codes={"Code": "0000.00"})
    assert caught.value.code == "code_as_number"


def test_a_code_option_for_a_column_that_does_not_exist_is_refused(file: Path) -> None:
    save(file, [list(HEADER)])
    with pytest.raises(FtaError) as caught:
        read(file, codes={"HS": "as_stored"})
    assert caught.value.code == "unknown_column"


def test_an_unknown_option_is_refused(file: Path) -> None:
    save(file)
    with pytest.raises(FtaError) as caught:
        read(file, sheets="S1")
    assert caught.value.code == "unknown_option"


def test_percent_formats_give_the_stored_fraction_or_the_percentage_unrounded(file: Path) -> None:
    book = save(file, [list(HEADER), ["01", "a", 0.14], ["02", "b", 0.145], ["03", "c", 0]])
    for row in (2, 3, 4):
        book["S1"].cell(row, 3).number_format = "0%"
    book.save(file)
    assert [row.cells[2] for row in read(file).rows] == ["0.14", "0.145", "0"]
    assert "percent_format" in codes(read(file))
    assert [row.cells[2] for row in read(file, percent=True).rows] == ["14%", "14.5%", "0%"]


def test_hidden_rows_and_columns_merged_cells_and_comments_are_read_and_reported(file: Path) -> None:
    book = save(file, [list(HEADER), ["01", "a", 1], ["02", None, 2]])
    sheet = book["S1"]
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet.merge_cells("A2:B2")
    sheet["C3"].comment = Comment("under review", "x")
    book.save(file)
    reading = read(file)
    assert [row.cells for row in reading.rows] == [("01", "", "1"), ("02", "", "2")]
    assert codes(reading) == {"hidden_row", "hidden_column", "merged_cell", "cell_comment"}


def test_a_formula_without_its_value_is_an_error_and_never_a_blank(file: Path) -> None:
    save(file, [list(HEADER), ["01", "a", "=1+1"]])
    reading = read(file)
    assert {finding.code: finding.severity for finding in reading.findings} == {
        "formula": "info",
        "formula_without_value": "error",
    }


def test_a_formula_gives_the_value_that_the_file_holds_and_is_not_computed(file: Path) -> None:
    save(file, [list(HEADER), ["01", "a", "=1+1"]])
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b"<v" in members[sheet]
    members[sheet] = re.sub(rb"(<f>1\+1</f>)<v ?/?>(</v>)?", rb"\1<v>7</v>", members[sheet])
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    reading = read(file)
    assert [row.cells[-1] for row in reading.rows] == ["7"]
    assert codes(reading) == {"formula"}


def test_a_cell_with_an_error_is_reported(file: Path) -> None:
    save(file, [list(HEADER), ["01", "a", "#N/A"]])
    assert ("error_cell", "error") in {(finding.code, finding.severity) for finding in read(file).findings}


def test_dates_are_iso_and_truths_are_words() -> None:
    from datetime import date, datetime

    from sources.readers.cells import cell_text

    assert cell_text(date(2022, 1, 2)) == "2022-01-02"
    assert cell_text(datetime(2022, 1, 2, 3, 4)) == "2022-01-02 03:04:00"
    assert cell_text(True) == "TRUE"
    assert cell_text(" 15 \r\n0.02$/l ") == "15 \n0.02$/l"


def test_thousands_of_blank_rows_at_the_end_are_cut_and_reported(file: Path) -> None:
    book = save(file, [list(HEADER), ["01", "a", 1]])
    book["S1"].cell(9000, 1, " ")
    book.save(file)
    reading = read(file)
    assert len(reading.rows) == 1
    assert "blank_rows_at_end" in codes(reading)


def test_a_repeated_header_is_no_row(file: Path) -> None:
    save(file, [list(HEADER), ["01", "a", 1], list(HEADER), ["02", "b", 2]])
    reading = read(file)
    assert [row.row_no for row in reading.rows] == [2, 4]
    assert "header_repeated" in codes(reading)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_what_is_no_workbook_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(FtaError) as caught:
        read(file)
    assert caught.value.code == "document_unreadable"


def test_a_document_type_in_the_xml_is_refused(file: Path) -> None:
    save(file, [list(HEADER), ["01", "a", 1]])
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = b'<!DOCTYPE x [<!ENTITY e "boom">]>' + parts[name]
    with zipfile.ZipFile(file, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    with pytest.raises(FtaError) as caught:
        read(file)
    assert caught.value.code in {"xml_doctype", "document_unreadable"}


cell = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
        lambda text: text == text.strip() and not text.startswith("=") and not text.startswith("#")
    ),
    st.integers(-(10**9), 10**9),
    st.decimals(-1000, 1000, places=4, allow_nan=False).map(float),
    st.none(),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cell, min_size=3, max_size=3), max_size=8))
def test_any_table_reads_back_equal(tmp_path: Path, rows: list[list[Any]]) -> None:
    file = tmp_path / "any.xlsx"
    save(file, [list(HEADER), *rows])
    columns = dict.fromkeys(HEADER, "as_stored")
    expected = [
        (
            number,
            tuple("" if value is None else value if isinstance(value, str) else number_text(value) for value in row),
        )
        for number, row in enumerate(rows, 2)
        if any(value is not None for value in row)
    ]
    reading = read(file, codes=columns)
    assert [(row.row_no, row.cells) for row in reading.rows] == expected


@given(st.decimals(-10, 10, places=6, allow_nan=False))
def test_percentages_lose_nothing(value: Decimal) -> None:
    shown = percent_text(float(value))
    assert Decimal(shown.removesuffix("%")) / 100 == value
    assert Decimal(number_text(float(value))) == value


@given(st.integers(0, 9999), st.integers(0, 99))
def test_a_code_written_as_a_number_comes_back_with_its_picture(heading: int, rest: int) -> None:
    code = f"{heading:04}.{rest:02}"
    assert code_text(float(code), "0000.00") == code


@given(st.integers(0, 99_999_999))
def test_a_code_that_lost_all_its_dots_comes_back_with_its_picture(number: int) -> None:
    digits = f"{number:08}"
    assert code_text(number, "0000.00.00") == f"{digits[:4]}.{digits[4:6]}.{digits[6:]}"


@pytest.mark.parametrize("number", [100_000_000, 101.21])
def test_a_number_is_not_cut_to_a_picture_with_several_dots(number: float) -> None:
    assert code_text(number, "0000.00.00") is None


@given(st.integers(0, 16383), st.integers(0, 1048575))
def test_excel_names_of_cells_read_back(column: int, row: int) -> None:
    assert place_of(f"{column_letters(column)}{row + 1}") == (row, column)


def test_a_quoted_percent_sign_is_no_percent_format() -> None:
    assert is_percent("0.00%;-0.00%")
    assert not is_percent('0.00"%"')


def test_numbers_have_no_exponent() -> None:
    assert [number_text(value) for value in (1e-7, 1e20, -0.0, 0.1 + 0.2)] == [
        "0.0000001",
        "100000000000000000000",
        "0",
        "0.3",
    ]


@pytest.mark.documents
@pytest.mark.parametrize(
    ("name", "columns", "options", "rows"),
    [
        ("hs/unsd-hs2007-hs2002.xls", ("HS 2007", "HS 2002", "Relationship"), {"sheet": 1}, 5664),
        ("hs/unsd-hs2012-hs2007.xls", ("HS 2012", "HS 2007", "Relationship"), {"sheet": 1}, 5364),
        ("hs/unsd-hs2017-hs2012.xlsx", ("HS 2017", "", "HS 2012", "Relationship"), {"sheet": 2}, 6141),
        ("hs/unsd-hs2022-hs2017.xlsx", ("HS2022", "HS2017", "Relationship"), {"sheet": 2}, 15657),
        ("rcep/annex-1-schedule-of-australia.xlsx", (), {"codes": {"HS Code": "as_stored"}}, 8846),
        ("rcep/annex-1-schedule-of-china-for-asean.xls", (), {}, 12392),
    ],
)
def test_held_workbooks_are_read_whole_and_fast(
    documents: Path, name: str, columns: tuple[str, ...], options: dict[str, Any], rows: int
) -> None:
    begun = time.process_time()
    reading = workbook.read(documents / name, columns=columns, options=options)
    assert len(reading.rows) == rows
    assert time.process_time() - begun < 2
    assert not [finding for finding in reading.findings if finding.severity == "error"]
