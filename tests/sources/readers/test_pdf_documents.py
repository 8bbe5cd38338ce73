"""The reader of PDF tables on the held documents: counts, the truth files, and the referee page by page."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pdfplumber
import pytest

from sources.readers.pdf_table import read
from sources.readers.pdf_tables import read_pages
from sources.reading import Reading
from sources.registry import load_registry

pytestmark = pytest.mark.documents

KH = ["AHTN 2017", "DESCRIPTION", "BASE RATE", "STAGING CATEGORY"]
KR = ["HSK 2019", *KH[1:]]
CKFTA_PSR = ["HS Code (HS 2017) Chapter", "Heading", "Subheading", "Product Description", "Product Specific Rule"]
RCEP_PSR = ["HS Code (HS 2012) Chapter", "Heading", "Subheading", "Product Description", "Product-Specific Rule"]
TEXTILES = "atiga/annex-3-attachment-1-textiles.pdf"


def fold(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(" ".join(cell.split()) for cell in cells)


def truth(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [fold(row) for row in list(csv.reader(file))[1:]]


def errors(reading: Reading) -> list[str]:
    return [finding.code for finding in reading.findings if finding.severity == "error"]


def test_the_schedule_of_cambodia_equals_the_truth_cell_for_cell(documents: Path) -> None:
    reading = read(documents / "ckfta/annex-2a-schedule-of-cambodia.pdf", columns=KH, options={})
    assert [fold(row.cells) for row in reading.rows] == truth(documents / "truth/ckfta-schedule-cambodia.csv")
    assert Counter(bool(row.cells[0]) for row in reading.rows) == {True: 10_813, False: 12}
    assert sum(account.rows for account in reading.accounts) == len(reading.rows)
    assert len(reading.accounts) == 199
    assert not errors(reading)


def test_the_schedule_of_korea_has_all_its_lines(documents: Path) -> None:
    reading = read(documents / "ckfta/annex-2a-schedule-of-korea.pdf", columns=KR, options={})
    codes = [row.cells[0] for row in reading.rows if row.cells[0]]
    assert (len(codes), len(set(codes))) == (12_234, 12_234)
    assert not errors(reading)


def test_rows_split_over_pages_are_the_only_difference_from_the_truth_of_the_rules(documents: Path) -> None:
    reading = read(documents / "rcep/annex-3a-product-specific-rules.pdf", columns=RCEP_PSR, options={})
    split = {(f.page, f.row_no) for f in reading.findings if f.code == "row_under_header"}
    joined: list[tuple[str, ...]] = []
    for row in reading.rows:
        cells = fold(row.cells)
        if (row.page, row.row_no) in split:
            joined[-1] = fold(f"{above} {below}" for above, below in zip(joined[-1], cells, strict=True))
        else:
            joined.append(cells)
    wanted = truth(documents / "truth/rcep-psr.csv")
    differing = [(a, b) for a, b in zip(wanted, joined, strict=True) if a != b]
    # one section title is typeset in a column so narrow that its words are broken without a hyphen
    assert [tuple(cell.replace(" ", "") for cell in a) for a, _ in differing] == [
        tuple(cell.replace(" ", "") for cell in b) for _, b in differing
    ]
    assert len(differing) <= 1
    assert not errors(reading)


def test_the_rules_of_the_korea_agreement_are_complete(documents: Path) -> None:
    reading = read(documents / "ckfta/annex-3a-product-specific-rules.pdf", columns=CKFTA_PSR, options={})
    assert len({row.cells[2] for row in reading.rows if row.cells[2]}) == 5_387
    assert not errors(reading)


@pytest.mark.parametrize(
    ("pages", "number", "header_rows", "last"),
    [([2, 10], "No", 2, 163), ([11, 26], "No.", 2, 344), ([27, 41], "No.", 3, 298)],
)
def test_the_three_lists_of_textiles_are_whole(
    documents: Path, pages: list[int], number: str, header_rows: int, last: int
) -> None:
    header = [number, "HS 2022 Heading", "HS 2022 Sub- heading", "Product Description"]
    reading = read(documents / TEXTILES, columns=header, options={"pages": pages, "header_rows": header_rows})
    entries = [n for row in reading.rows for n in row.cells[0].split()]
    codes = [code for row in reading.rows if row.cells[0] for code in re.findall(r"\d{4}\.\d\d", row.cells[2])]
    assert entries == [str(n) for n in range(1, last + 1)]
    assert len(codes) == last
    assert not errors(reading)


LISTS = {  # pages, the first column's header, header rows, the page of the rule, and what the rule says of the list
    "A": ([2, 10], "No", 2, 2, ("fibre-making (polymerisation, polycondensation and extrusion)",
                                "spinning, twisting, texturizing or braiding")),
    "B": ([11, 26], "No.", 2, 11, ("needle punching / spin bonding / chemical bonding", "weaving or knitting",
                                   "crocheting or wadding or tufting", "dyeing or printing and finishing")),
    "C": ([27, 41], "No.", 3, 27, ("cutting and assembly of parts into a complete article", "raw or unbleached fabric",
                                   "finished fabric")),
}  # fmt: skip


@pytest.mark.parametrize("which", LISTS)
def test_ten_pages_of_textiles_are_read_as_a_person_saw_them(documents: Path, which: str) -> None:
    """`textiles_by_eye.csv` was written down from pictures of the pages: every serial number, heading and code."""
    pages, number, header_rows, page, phrases = LISTS[which]
    with (Path(__file__).parent / "textiles_by_eye.csv").open(encoding="utf-8", newline="") as file:
        seen = [row for row in csv.DictReader(file) if row["list"] == which]
    header = [number, "HS 2022 Heading", "HS 2022 Sub- heading", "Product Description"]
    reading = read(documents / TEXTILES, columns=header, options={"pages": pages, "header_rows": header_rows})
    looked_at = {int(row["page"]) for row in seen}
    filled = [row for row in reading.rows if row.page in looked_at and any(row.cells[:3])]
    rows = [(row.page, *fold(row.cells[:3])) for row in filled]
    assert rows == [(int(row["page"]), row["serial"], row["heading"], row["subheading"]) for row in seen]
    assert all(row.cells[3] for row in reading.rows if row.page in looked_at)
    rule = " ".join(line.text for line in next(read_pages(documents / TEXTILES, [page])).outside)
    assert [phrase for phrase in phrases if phrase not in rule] == []


def _plain(tables: list[list[list[str | None]]]) -> list[list[list[str | None]]]:
    """The referee's cells with U+FFFD for a character that has no Unicode value, where pdfplumber gives a zero."""
    return [[[cell and cell.replace("\0", "\ufffd") for cell in row] for row in table] for table in tables]


@pytest.mark.parametrize(
    ("document", "pages"),
    [
        ("ckfta/annex-2a-schedule-of-korea.pdf", [*range(1, 214, 24), 30, 36, 37, 144, 148, 157, 158]),
        ("ckfta/annex-3a-product-specific-rules.pdf", [*range(2, 90, 12), 156, 163, 174]),
        ("rcep/annex-3a-product-specific-rules.pdf", range(1, 99, 14)),
        ("akfta/agreement-text-and-annexes.pdf", [1, 63, 100, 700, 900, 1400]),
    ],
)
def test_cells_equal_the_referees(documents: Path, document: str, pages: Iterable[int]) -> None:
    path = documents / document
    pages = list(pages)
    with pdfplumber.open(path, pages=pages) as referee:
        wanted = [_plain(page.extract_tables()) for page in referee.pages]
    assert wanted == [[[list(row.cells) for row in t.rows] for t in page.tables] for page in read_pages(path, pages)]


def test_pages_with_signs_that_have_no_value_are_read_fast_and_say_so(documents: Path) -> None:
    """On eleven pages the schedule of Korea prints signs, of litres among them, that its fonts have no value for."""
    found = list(read_pages(documents / "ckfta/annex-2a-schedule-of-korea.pdf"))
    assert {page.engine for page in found} == {"pdfium"}
    assert {page.page for page in found if page.unmapped} == {30, 33, 34, 35, 36, 37, 88, 144, 148, 157, 158}


def test_every_list_of_the_korea_agreement_belongs_to_the_country_that_the_heading_before_it_names(
    documents: Path,
) -> None:
    """The heading stands at the foot of the page before its table, or over the table itself."""
    registry = load_registry()
    lists = [
        each for each in registry.documents.values() if each.id.startswith("akfta-") and "Sensitive List" in each.title
    ]
    path = documents / "akfta/agreement-text-and-annexes.pdf"
    unnamed = []
    for document in lists:
        assert document.reader is not None
        country = document.title.rsplit(" of ", 1)[1]
        before, first = read_pages(path, [(page := document.reader.options["pages"][0]) - 1, page])
        foot = max((table.bbox[3] for table in before.tables), default=0.0)
        top = min(table.bbox[1] for table in first.tables)
        lines = [line.text for line in before.outside if line.bbox[1] >= foot - 1]
        lines += [line.text for line in first.outside if line.bbox[3] <= top + 1]
        if country.casefold() not in " ".join(lines).casefold():
            unnamed.append((document.id, country, page))
    assert len(lists) == 10
    assert unnamed == []
