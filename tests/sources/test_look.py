"""A look into files made here: what is found in each kind, and that the drafted description reads it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from sources.draft import TO_SAY, as_yaml, draft, main_table
from sources.errors import FtaError
from sources.extraction import extract
from sources.look import Look, SeenTable, look_at
from sources.look_pdf import is_header
from sources.readers import load_reader
from sources.specs import DocumentSpec
from tests.pipelines.world import typeset

CODES = [
    f"{chapter:02}{heading:02}.{item:02}.00" for chapter in (1, 2, 3) for heading in range(1, 9) for item in (11, 90)
]
SCHEDULE = [(code, f"Goods of {code}", f"{n % 35}%", "ABE"[n % 3]) for n, code in enumerate(CODES)]


def roles(look: Look, path: Path) -> dict[str, int]:
    """How many rows play each role when the drafted description reads the file."""
    document = DocumentSpec.model_validate(draft(look))
    assert document.reader is not None
    headers = [column.header for column in document.reader.columns]
    reading = load_reader(document.reader.name).read(path, columns=headers, options=document.reader.options)
    found = [row.role for row in extract(document, reading).rows]
    return {role: found.count(role) for role in found}


def workbook(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def test_a_ruled_table_over_pages_is_one_table_with_its_repeated_header(tmp_path: Path) -> None:
    path = tmp_path / "schedule.pdf"
    path.write_bytes(typeset(SCHEDULE * 2))
    look = look_at(path)
    (seen,) = look.tables
    assert (look.kind, look.pages, len(look.accounts)) == ("pdf", 3, 3)
    assert (seen.place, seen.rows, seen.trusted) == ("pages 1 to 3", 96, True)
    assert seen.header == ("CODE", "DESCRIPTION", "BASE RATE", "CATEGORY")
    assert seen.sample[0] == SCHEDULE[0]
    assert roles(look, path) == {"line": 96}
    drafted = draft(look)
    assert [column["name"] for column in drafted["reader"]["columns"]] == [
        "line_code", "description", "base_rate", "category",
    ]  # fmt: skip
    assert [column["fact"] for column in drafted["reader"]["columns"]] == [True, False, True, True]
    assert drafted["reader"]["columns"][0]["pattern"] == r"\d{4}\.\d{2}\.\d{2}"


def test_one_page_is_looked_at_alone_and_a_page_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    path = tmp_path / "schedule.pdf"
    path.write_bytes(typeset(SCHEDULE * 2))
    assert [account.page for account in look_at(path, page=2).accounts] == [2]
    with pytest.raises(FtaError) as refused:
        look_at(path, page=9)
    assert (refused.value.code, refused.value.exit_code) == ("no_such_page", 2)


def test_prose_gives_its_articles_with_pages_and_says_which_reader_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "agreement.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for number in (1, 2, 3, 4):
        canvas.drawString(72, 700, f"Article {number} Of the goods")
        canvas.drawString(72, 680, "Goods shall be goods, as in Article 1, and remain so.")
        canvas.drawString(72, 40, f"Annex 7 - {number}")
        canvas.showPage()
    canvas.save()
    look = look_at(path)
    assert [(each.page_from, each.label, each.heading) for each in look.articles] == [
        (number, f"Article {number}", "Of the goods") for number in (1, 2, 3, 4)
    ]
    assert look.tables == ()
    assert look.reason is not None
    assert "prose" in look.reason
    assert draft(look)["reader"]["name"] == "pdf_prose"
    assert roles(look, path) == {"heading": 4, "line": 4}


def test_pages_without_text_are_said_to_need_ocr(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.rect(72, 72, 300, 300, fill=1)
    canvas.save()
    look = look_at(path)
    assert [finding.code for finding in look.findings] == ["needs_ocr"]
    assert "OCR" in (look.reason or "")


def test_every_sheet_of_a_workbook_is_seen_and_codes_held_as_numbers_are_told(tmp_path: Path) -> None:
    rows = [("HS Code", "Product Description", "Base Rate", "Year 1"), *[(c, d, 0.07, 0.05) for c, d, _, _ in SCHEDULE]]
    rows[5] = (1005, "Maize", None, None)
    path = workbook(
        tmp_path / "book.xlsx", {"Rates": [("A schedule",), (), *rows], "Notes": [("Only a note",)], "": []}
    )
    look = look_at(path)
    assert [(seen.place, seen.rows) for seen in look.tables] == [("sheet 'Rates'", 48), ("sheet 'Notes'", 0)]
    assert look.tables[0].options == {"sheet": "Rates", "codes": {"HS Code": "as_stored"}, "header_row": 3}
    assert {"code_as_number", "empty_sheet"} <= {finding.code for finding in look.findings}
    assert roles(look, path) == {"line": 47, "heading": 1}


def test_a_national_tariff_under_two_rows_of_merged_headers_is_read_by_the_draft(tmp_path: Path) -> None:
    head = [
        ("CUSTOMS TARIFF 2019",), (),
        ("No.", "HS CODE", "DESCRIPTION", "MFN RATE (%)", "PREFERENTIAL RATE (%)", None, None),
        (None, None, None, None, "ATIGA", "AKFTA 2019", "AKFTA 2020"),
    ]  # fmt: skip
    lines = [(n, code, goods, 15, 0, "-", 4.5) for n, (code, goods, *_) in enumerate(SCHEDULE, 1)]
    rows = [*head, (None, "01.01", "Live animals"), (None, "", "- Horses:"), *lines]
    path = workbook(tmp_path / "tariff.xlsx", {"Cover": [("A tariff",)], "Tariff": rows})
    book = load_workbook(path)
    for place in ("A1:G1", "E3:G3", "A3:A4", "B3:B4", "C3:C4", "D3:D4"):
        book["Tariff"].merge_cells(place)
    book.save(path)
    look = look_at(path)
    described = draft(look)
    assert described["kind"] == "national_tariff"
    assert described["reader"]["options"] == {"sheet": "Tariff", "header_row": [3, 4]}
    assert [(each["name"], each["header"]) for each in described["reader"]["columns"]] == [
        ("number", "No."),
        ("line_code", "HS CODE"),
        ("description", "DESCRIPTION"),
        ("mfn_rate", "MFN RATE (%)"),
        ("rate_preferential_atiga", "PREFERENTIAL RATE (%) ATIGA"),
        ("rate_preferential_akfta_2019", "PREFERENTIAL RATE (%) AKFTA 2019"),
        ("rate_preferential_akfta_2020", "PREFERENTIAL RATE (%) AKFTA 2020"),
    ]
    assert roles(look, path) == {"line": 48, "heading": 2}


@pytest.mark.parametrize(
    ("code", "rate", "edition"),
    [("HS Code", "RCEP 2022", None), ("AHTN 2017", "RCEP 2022", "HS 2017"), ("HS2012 Code", "Rate", "HS 2012")],
)
def test_a_year_that_heads_a_column_of_rates_is_no_edition(
    tmp_path: Path, code: str, rate: str, edition: str | None
) -> None:
    path = workbook(tmp_path / "tariff.xlsx", {"Tariff": [(code, rate), *((c, 5) for c, *_ in SCHEDULE)]})
    assert draft(look_at(path)).get("hs_edition") == edition


def test_a_numbered_list_with_wrapped_lines_is_read_by_the_draft(tmp_path: Path) -> None:
    lines = [f"{n} {code[:7]} Goods\nthat go on" for n, (code, *_) in enumerate(SCHEDULE, 1)]
    path = tmp_path / "list.txt"
    path.write_text("NO. HS CODE DESCRIPTION\n" + "\n".join(lines) + "\n17\n")
    look = look_at(path)
    assert [(seen.reader, seen.rows) for seen in look.tables] == [("text_lines", 48)]
    assert roles(look, path) == {"line": 48}


def test_a_flattened_table_is_named_and_no_reader_is_offered(tmp_path: Path) -> None:
    path = tmp_path / "excerpt.txt"
    path.write_text("HS Code Description 2009 2010 " + " ".join(f"{code} Goods 7 5" for code in CODES[:20]))
    look = look_at(path)
    assert [finding.code for finding in look.findings] == ["flattened_table"]
    assert look.tables == ()


def test_a_delimited_text_is_known_by_its_separator(tmp_path: Path) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(
        [("hscode", "description", "level"), *[(c, d, 6) for c, d, *_ in SCHEDULE]]
    )
    path = tmp_path / "list.csv"
    path.write_text(out.getvalue())
    (seen,) = look_at(path).tables
    assert (seen.reader, seen.options, seen.rows) == ("delimited", {"separator": ";"}, 48)


def test_nodes_inside_nodes_and_values_inside_objects_are_found_in_json(tmp_path: Path) -> None:
    leaf = {"code": "010121", "rate": {"general": "7%", "other": "Free"}, "children": []}
    tree = {
        "chapters": [{"code": "01", "rate": {}, "children": [leaf, leaf]}, {"code": "02", "rate": {}, "children": []}]
    }
    path = tmp_path / "tariff.json"
    path.write_text(json.dumps(tree))
    (seen,) = look_at(path).tables
    assert seen.options == {"items": "chapters", "children": "children"}
    assert (seen.header, seen.rows) == (("code", "rate/general", "rate/other"), 4)


def test_members_of_an_archive_that_are_alike_are_one_table(tmp_path: Path) -> None:
    path = tmp_path / "tariff.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Read me.txt", "Nothing here.")
        for chapter in (1, 2, 3):
            rows = [f"\t{code}\tGoods\t7" for code in CODES if code.startswith(f"{chapter:02}")]
            archive.writestr(f"c{chapter:02}.txt", "\n".join(["Chapter", *rows]))
    look = look_at(path)
    (seen,) = look.tables
    assert (seen.reader, seen.rows) == ("text_lines", 48)
    assert [account.page for account in look.accounts] == [1, 2, 3]
    assert "member_not_read" in {finding.code for finding in look.findings}


def test_articles_are_the_rows_of_an_xml_text(tmp_path: Path) -> None:
    path = tmp_path / "agreement.xml"
    path.write_text(
        '<treaty><article number="1" name="">Of goods</article><article number="2">Of origin</article></treaty>'
    )
    (seen,) = look_at(path).tables
    assert (seen.reader, seen.header, seen.rows) == ("xml_text", ("@number", "text"), 2)


def test_a_file_that_the_door_refuses_is_not_looked_into(tmp_path: Path) -> None:
    path = tmp_path / "schedule.pdf"
    path.write_bytes(b"MZ\x90\x00" + bytes(100))
    with pytest.raises(FtaError) as refused:
        look_at(path)
    assert refused.value.exit_code == 4


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    header=st.lists(words, min_size=1, max_size=6),
    rows=st.lists(st.lists(words | st.sampled_from(["0101.21", "7%", "12345678", ""]), max_size=6), max_size=8),
    name=words,
)
def test_whatever_a_table_holds_its_draft_is_a_valid_description(
    header: list[str], rows: list[list[str]], name: str
) -> None:
    sample = tuple(tuple((*row, *[""] * len(header))[: len(header)]) for row in rows)
    seen = SeenTable("page 1", "pdf_table", {}, tuple(header), len(rows), sample)
    look = Look(f"{name}.pdf", "0" * 64, "pdf", 1, 1, (), (seen,))
    drafted = draft(look)
    (described,) = yaml.safe_load(as_yaml(drafted))["documents"]
    again = DocumentSpec.model_validate({key: value for key, value in described.items() if value is not None})
    assert again == DocumentSpec.model_validate(drafted)
    assert again.publisher == TO_SAY
    if main_table(look) is not None:
        assert again.reader is not None
        names = [column.name for column in again.reader.columns]
        assert len(set(names)) == len(names) == len(header)


def test_a_draft_is_guessed_from_the_pages_that_it_reads(tmp_path: Path) -> None:
    """A list of one form of codes comes first, and a longer one, with letters at the end, after a list of terms."""
    path = tmp_path / "lists.pdf"
    few = [(f"{chapter:02}01", "Goods", "5%", "A") for chapter in range(1, 31)]
    many = [(f"{code}{'AB'[n % 2]}", "Goods", "5%", "A") for n, code in enumerate(CODES * 3)]
    writer = pypdfium2.PdfDocument.new()
    for bytes_ in (typeset(few), page_of_terms(), typeset(many)):
        writer.import_pages(pypdfium2.PdfDocument(bytes_))
    writer.save(path)
    look = look_at(path)
    assert draft(look)["reader"]["options"] == {"pages": [3, look.pages]}
    assert draft(look)["reader"]["columns"][0]["pattern"] == r"\d{4}\.\d{2}\.\d{2}[A-Z]"
    assert roles(look, path) == {"line": len(many)}


def page_of_terms() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for row, cells in enumerate([("Term", "Meaning"), ("EX", "excluded"), ("U", "unbound")]):
        for column, words in enumerate(cells):
            canvas.rect(60 + 200 * column, 700 - 20 * row, 200, 20)
            canvas.drawString(64 + 200 * column, 705 - 20 * row, words)
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("HS Code", "Rate"), True),
        (("0101.21", "Horses", "7%"), False),
        (("", "", "Rate"), False),
        (("2017", "x"), False),
    ],
)
def test_a_row_with_a_code_or_a_rate_is_no_header(cells: tuple[str, ...], expected: bool) -> None:
    assert is_header(cells) is expected


def test_two_lists_with_headers_of_other_rows_are_two_tables_each_with_its_pages(tmp_path: Path) -> None:
    path = tmp_path / "lists.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    for page, (second, third) in enumerate([("Sub-heading", ""), ("Sub-heading", ""), ("Code", "6 digits")]):
        boxes = [("No.", 60, 740, 40, 60), ("HS 2022", 100, 780, 120, 20), (second, 100, 760, 120, 20)]
        boxes += [(third, 100, 740, 120, 20)] if third else [("Goods", 100, 740, 120, 20)]
        boxes += [(f"{page + 1}", 60, 720, 40, 20), (f"61{page}1.20", 100, 720, 120, 20)]
        for words, x, y, width, height in boxes:
            canvas.rect(x, y, width, height)
            canvas.drawString(x + 3, y + height - 12, words)
        canvas.showPage()
    canvas.save()
    look = look_at(path)
    assert [(seen.place, seen.options["pages"], seen.options["header_rows"], seen.rows) for seen in look.tables] == [
        ("pages 1 to 2", [1, 2], 3, 2),
        ("page 3", [3, 3], 3, 1),
    ]
    assert [seen.header for seen in look.tables] == [
        ("No.", "HS 2022 Sub-heading Goods"),
        ("No.", "HS 2022 Code 6 digits"),
    ]


def test_a_sentence_heads_no_table() -> None:
    assert is_header(("Rule", "Explanation of the rule"))
    assert not is_header(("Rules of origin", "A good is originating where " + "it has been wholly obtained, or " * 5))
