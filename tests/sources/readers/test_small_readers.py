"""Delimited texts, XML texts and Word tables."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.errors import FtaError
from sources.readers import delimited, word_table, xml_text
from sources.reading import Reading

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def refused(reader: Any, path: Path, columns: tuple[str, ...] = (), **options: Any) -> str:
    with pytest.raises(FtaError) as caught:
        reader.read(path, columns=columns, options=options)
    assert caught.value.remedy
    return caught.value.code


# --- delimited -------------------------------------------------------------------------------------------------------


def csv_file(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "a.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_quoted_cells_and_line_breaks_are_read_with_their_first_line(tmp_path: Path) -> None:
    reading = delimited.read(csv_file(tmp_path, '\ufeffa,b\n"x\ny","1,5"\n\n2,3\n'), columns=("a", "b"), options={})
    assert [(row.locator, row.cells) for row in reading.rows] == [("line 2", ("x\ny", "1,5")), ("line 5", ("2", "3"))]
    assert [finding.code for finding in reading.findings] == ["blank_row"]


@pytest.mark.parametrize(
    ("text", "columns", "code"),
    [
        ("a,b\n1,2,3\n", (), "ragged_row"),
        ("a,b\n1\n", (), "ragged_row"),
        ("a,a\n1,2\n", (), "duplicate_header"),
        ("b,a\n1,2\n", ("a", "b"), "header_changed"),
        ("", ("a",), "header_changed"),
        ('a,b\n"x,2\n', (), "document_unreadable"),
    ],
)
def test_a_text_that_is_not_one_table_is_refused(
    tmp_path: Path, text: str, columns: tuple[str, ...], code: str
) -> None:
    assert refused(delimited, csv_file(tmp_path, text), columns) == code


def test_a_text_out_of_a_spreadsheet_has_titles_two_header_rows_and_codes_without_their_zero(tmp_path: Path) -> None:
    text = "Tariff of 2018,,\n\n HS ,Rates,\nCode,MFN,ATIGA\n01.01,,\n1012100,5,0\n0101.29.00,5,0\n22030091,35,5\n"
    reading = delimited.read(
        csv_file(tmp_path, text),
        columns=("HS Code", "Rates MFN", "ATIGA"),
        options={"header_row": [3, 4], "codes": {"HS Code": "0000.00.00"}},
    )
    assert [row.cells[0] for row in reading.rows] == ["01.01", "0101.21.00", "0101.29.00", "2203.00.91"]
    assert [row.locator for row in reading.rows] == ["line 5", "line 6", "line 7", "line 8"]
    assert [(finding.code, finding.value) for finding in reading.findings] == [("code_as_number", "2")]


def test_codes_of_a_column_that_is_not_there_are_refused(tmp_path: Path) -> None:
    assert refused(delimited, csv_file(tmp_path, "a,b\n1,2\n"), codes={"c": "0000"}) == "unknown_column"


# --- XML -------------------------------------------------------------------------------------------------------------

TREATY = b"""<?xml version="1.0"?><treaty><body>
<chapter name="Goods"><article number="ARTICLE 1" name="Aim" id="7">One <b>two</b>.</article></chapter>
<chapter name="Origin"><article number="ARTICLE 2" name="Rule">&lt;3 %&gt;</article></chapter></body></treaty>"""


def test_elements_are_rows_with_attributes_and_words(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(TREATY)
    reading = xml_text.read(file, columns=("@number", "@name", "chapter@name", "text"), options={"element": "article"})
    assert [(row.locator, row.cells) for row in reading.rows] == [
        ("element /treaty[1]/body[1]/chapter[1]/article[1]", ("ARTICLE 1", "Aim", "Goods", "One two.")),
        ("element /treaty[1]/body[1]/chapter[2]/article[1]", ("ARTICLE 2", "Rule", "Origin", "<3 %>")),
    ]
    assert [finding.value for finding in reading.findings] == ["id"]


def test_an_element_or_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(TREATY)
    assert refused(xml_text, file, element="rule") == "header_changed"
    assert refused(xml_text, file, ("@date",)) == "header_changed"
    file.write_bytes(b"<!DOCTYPE a><a/>")
    assert refused(xml_text, file) == "xml_doctype"


@pytest.mark.documents
@pytest.mark.parametrize(("regime", "articles"), [("aanzfta", 214), ("acfta", 25), ("aifta", 26), ("ajcep", 82)])
def test_held_texts_give_their_articles(documents: Path, regime: str, articles: int) -> None:
    file = documents / regime / "agreement-text-tota.xml"
    reading = xml_text.read(file, columns=("@number", "@name", "text"), options={})
    assert len(reading.rows) == articles


# --- Word ------------------------------------------------------------------------------------------------------------


def docx(tmp_path: Path, body: str) -> Path:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
    file = tmp_path / "a.docx"
    file.write_bytes(out.getvalue())
    return file


def cell(*paragraphs: str, properties: str = "") -> str:
    inner = "".join(f"<w:p>{each if '<w:r' in each else run(each)}</w:p>" for each in paragraphs)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def run(text: str, properties: str = "") -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escaped}</w:t></w:r>'


def table(*rows: list[str]) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{''.join(cells)}</w:tr>" for cells in rows) + "</w:tbl>"


def word(path: Path, *columns: str, **options: Any) -> Reading:
    return word_table.read(path, columns=columns, options=options)


def test_paragraphs_of_a_cell_are_its_lines(tmp_path: Path) -> None:
    file = docx(tmp_path, table([cell("Code"), cell("Rule")], [cell("0101"), cell("CTH;", "or", "RVC 40")]))
    reading = word(file, "Code", "Rule")
    assert [(row.locator, row.cells) for row in reading.rows] == [("table 1, row 1", ("0101", "CTH;\nor\nRVC 40"))]


def test_a_superscript_never_joins_the_digits_before_it(tmp_path: Path) -> None:
    raised = run("5") + run("1", '<w:vertAlign w:val="superscript"/>') + run("0")
    reading = word(docx(tmp_path, table([cell("Rate")], [cell(raised)])), "Rate")
    assert reading.rows[0].cells == ("5¹0",)
    assert [finding.code for finding in reading.findings] == ["superscript"]


def test_struck_words_are_left_out_and_reported(tmp_path: Path) -> None:
    changed = f"<w:del>{run('old').replace('w:t', 'w:delText')}{run('gone')}</w:del>{run('new')}"
    reading = word(docx(tmp_path, table([cell("A")], [cell(changed)])), "A")
    assert reading.rows[0].cells == ("new",)
    assert [finding.code for finding in reading.findings] == ["tracked_change"]


def test_merged_cells_are_empty_and_reported(tmp_path: Path) -> None:
    rows = table(
        [cell("A"), cell("B")],
        [cell("both", properties='<w:gridSpan w:val="2"/>')],
        [cell("x", properties='<w:vMerge w:val="restart"/>'), cell("1")],
        [cell("", properties="<w:vMerge/>"), cell("2")],
    )
    reading = word(docx(tmp_path, rows), "A", "B")
    assert [row.cells for row in reading.rows] == [("both", ""), ("x", "1"), ("", "2")]
    assert [(finding.code, finding.row_no) for finding in reading.findings] == [("merged_cell", 1), ("merged_cell", 3)]


def test_the_table_with_the_expected_header_is_found_among_several(tmp_path: Path) -> None:
    body = run("") + table([cell("X")], [cell("1")]) + f"<w:p>{run('words')}</w:p>" + table([cell("A")], [cell("2")])
    reading = word(docx(tmp_path, body), "A")
    assert [(row.page, row.cells) for row in reading.rows] == [(2, ("2",))]
    assert {finding.code for finding in reading.findings} == {"text_outside_table", "table_not_read"}


def test_what_is_not_the_expected_table_is_refused(tmp_path: Path) -> None:
    file = docx(tmp_path, table([cell("A"), cell("B")], [cell("1")]))
    assert refused(word_table, file, ("A", "B")) == "ragged_row"
    assert refused(word_table, file, ("B", "A")) == "header_changed"
    assert refused(word_table, file, ("A", "B"), table=2) == "header_changed"
    file.write_bytes(file.read_bytes()[:50])
    assert refused(word_table, file) == "document_unreadable"


texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), exclude_characters="\ufffe\uffff"))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(texts, min_size=2, max_size=2), max_size=6))
def test_any_table_reads_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    file = docx(
        tmp_path_factory.getbasetemp(), table([cell("A"), cell("B")], *([cell(text) for text in row] for row in rows))
    )
    assert [row.cells for row in word(file, "A", "B").rows] == [tuple(row) for row in rows if any(row)]


@pytest.mark.documents
def test_the_held_word_table_is_read_whole(documents: Path) -> None:
    reading = word(documents / "uk-dcts/psr-ldc.docx", "Classification", "Description", "PSR", "PSR2")
    assert len(reading.rows) == 169
    assert reading.rows[0].cells[0::2] == ("Chapter 1", "WO")
    assert reading.findings == ()
