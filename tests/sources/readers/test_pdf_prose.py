"""The reader of PDF prose: what is typeset is read back, and what is not prose is told from it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from sources.errors import FtaError
from sources.readers.pdf_prose import HEADER, articles_of, read
from sources.reading import Reading
from tests.sources.readers.pdf_prose_sheets import HEIGHT, Booklet, mixed

words = st.text(alphabet="abcdefghijklmnoprstuvw", min_size=2, max_size=11)
sentences = st.lists(words, min_size=3, max_size=60).map(lambda each: " ".join(each).capitalize() + ".")
titles = st.lists(words, min_size=1, max_size=5).map(lambda each: " ".join(each).title())
articles = st.lists(st.tuples(titles, st.lists(sentences, min_size=1, max_size=5)), min_size=1, max_size=9)
plain = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def cells(reading: Reading, *roles: str) -> list[str]:
    return [row.cells[2] for row in reading.rows if row.cells[0] in roles]


def codes(reading: Reading) -> set[str]:
    return {finding.code for finding in reading.findings}


@given(described=articles, columns=st.sampled_from([1, 2]), header=st.sampled_from(["", "Draft of a treaty"]))
@plain
def test_articles_typeset_in_columns_and_over_pages_are_read_back_equal(
    described: list[Any], columns: int, header: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        booklet = Booklet(Path(folder) / "a.pdf", columns=columns, header=header if len(described) > 4 else "")
        reading = read(mixed(booklet, described), columns=HEADER, options={})
    if booklet.page <= 3:  # what stands on one page or two only can be neither header nor footer
        return
    assert cells(reading, "heading", "paragraph") == [words for _, words, _ in booklet.texts]
    found = articles_of(reading)
    assert [(each.number, each.heading) for each in found] == [
        (str(number), title) for number, (title, _) in enumerate(described, 1)
    ]
    assert [each.page_from for each in found] == [page for role, _, page in booklet.texts if role == "heading"]


LONG = [
    (f"Title Of Number{n}", [f"The clause of number {n} goes on and on. " * 12 + "It ends." for _ in range(3)])
    for n in range(1, 12)
]
LONG = [(title.replace("Number", "Part"), [text.strip() for text in texts]) for title, texts in LONG]


@pytest.mark.parametrize("columns", [1, 2])
def test_a_long_text_in_columns_is_read_in_order_and_paragraphs_go_on_over_pages(tmp_path: Path, columns: int) -> None:
    booklet = Booklet(tmp_path / "long.pdf", columns=columns, header="A Treaty", footer="Page #")
    reading = read(mixed(booklet, LONG), columns=[], options={})
    assert booklet.page > 3
    assert cells(reading, "heading", "paragraph") == [words for _, words, _ in booklet.texts]
    assert any(row.cells[3] != str(row.page) for row in reading.rows)
    assert [row.page for row in reading.rows] == [page for _, _, page in booklet.texts]
    furniture = [finding.value for finding in reading.findings if finding.code == "page_furniture"]
    assert furniture == ["Page 1", "A Treaty"]
    assert ("columns" in codes(reading)) == (columns == 2)


def test_articles_end_where_the_last_of_their_text_stands(tmp_path: Path) -> None:
    booklet = Booklet(tmp_path / "ends.pdf")
    reading = read(mixed(booklet, LONG), columns=[], options={})
    ends: dict[str, int] = {}
    for row in reading.rows:
        ends[row.cells[1]] = max(ends.get(row.cells[1], 0), int(row.cells[3]))
    assert {each.label: each.page_to for each in articles_of(reading)} == ends


def test_footnotes_are_kept_apart_and_do_not_break_the_paragraph_that_goes_on(tmp_path: Path) -> None:
    booklet = Booklet(tmp_path / "notes.pdf")
    booklet.heading("Article 1: Notes")
    booklet.footnote(1, "The first note says something small.")
    booklet.footnote(2, "The second note says more.")
    for _ in range(9):
        booklet.paragraph("A clause that is long enough to fill the page and to go over its end " * 9 + "ends here.")
    reading = read(booklet.save(), columns=[], options={})
    assert cells(reading, "footnote") == [words for role, words, _ in booklet.texts if role == "footnote"]
    assert cells(reading, "paragraph") == [words for role, words, _ in booklet.texts if role == "paragraph"]


def sheet(path: Path, lines: list[tuple[float, float, str]], size: float = 10) -> Path:
    """One page with lines at (x, top)."""
    canvas = Canvas(str(path), pagesize=(595, 842), invariant=1)
    canvas.setFont("Helvetica", size)
    for x, top, text in lines:
        canvas.drawString(x, HEIGHT - top, text)
    canvas.showPage()
    canvas.save()
    return path


def test_hyphens_at_line_ends_are_taken_for_what_the_rest_of_the_text_says(tmp_path: Path) -> None:
    lines = [
        (60.0, 100.0, "Non-originating goods are treated in a consist-"),
        (60.0, 112.0, "ent manner, and the treatment of a good that is non-"),
        (60.0, 124.0, "originating is consistent with what the Korea-"),
        (60.0, 136.0, "ASEAN text says of its classi\ufb01cation."),
    ]
    reading = read(sheet(tmp_path / "h.pdf", lines), columns=[], options={})
    (text,) = cells(reading, "paragraph")
    expected = ("consistent manner", "non-originating is", "Korea-ASEAN", "classi")
    assert [each for each in expected if each not in text] == []
    assert "words_joined" in codes(reading)


def test_numbers_that_come_twice_or_are_left_out_are_findings(tmp_path: Path) -> None:
    booklet = Booklet(tmp_path / "gaps.pdf")
    for number in (1, 2, 2, 5):
        booklet.heading(f"Article {number}: Scope of This")
        booklet.paragraph("A sentence that says what the scope of this is, and nothing else.")
    reading = read(booklet.save(), columns=[], options={})
    said = {(finding.code, finding.value) for finding in reading.findings}
    assert {("duplicate_heading", "Article 2"), ("numbering_gap", "Article 5")} <= said
    assert len(articles_of(reading)) == 4


def test_a_sentence_that_begins_like_a_heading_is_no_heading(tmp_path: Path) -> None:
    booklet = Booklet(tmp_path / "like.pdf")
    for number in (1, 2, 3):
        booklet.heading(f"Article {number}: Scope of This")
        booklet.paragraph("Article 7 of the Protocol applies to what is said here, " * 3 + "and Article 8 does not.")
    booklet.paragraph("Article 9 Committee decisions")
    reading = read(booklet.save(), columns=[], options={})
    assert [each.number for each in articles_of(reading)] == ["1", "2", "3"]
    assert "heading_like" in codes(reading)


def test_a_text_without_headings_is_read_as_paragraphs_and_says_so(tmp_path: Path) -> None:
    booklet = Booklet(tmp_path / "none.pdf")
    booklet.paragraph("A guide without any numbered part, that tells what to do.")
    reading = read(booklet.save(), columns=[], options={})
    assert "no_headings" in codes(reading)
    assert len(reading.rows) >= 1
    assert not articles_of(reading)


def test_a_document_says_what_its_headings_look_like(tmp_path: Path) -> None:
    booklet = Booklet(tmp_path / "own.pdf")
    for number in (1, 2):
        booklet.heading(f"Clause {number} Duties")
        booklet.paragraph("The parties do what this clause says they do.")
    path = booklet.save()
    own = [{"kind": "Clause", "level": 1, "pattern": r"Clause (?P<number>\d+)(?P<heading>.*)"}]
    reading = read(path, columns=[], options={"headings": own})
    assert [(each.label, each.heading) for each in articles_of(reading)] == [
        ("Clause 1", "Duties"),
        ("Clause 2", "Duties"),
    ]
    for wrong in (
        [{"kind": "Clause"}],
        [{"kind": "Clause", "level": 1, "pattern": "("}],
        [{**own[0], "pattern": "Clause"}],
    ):
        with pytest.raises(FtaError) as error:
            read(path, columns=[], options={"headings": wrong})
        assert error.value.code == "bad_headings"


def test_a_page_shown_turned_is_read_as_it_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "turned.pdf"
    canvas = Canvas(str(path), pagesize=(842, 595), invariant=1)
    canvas.setPageRotation(90)
    canvas.translate(842, 0)
    canvas.rotate(90)
    canvas.setFont("Helvetica", 10)
    for n, text in enumerate(["Article 1: Turned Pages", "", "The text of a page that is shown turned."]):
        canvas.drawString(60 if n else 230, 842 - 100 - 14 * n, text)
    canvas.showPage()
    canvas.save()
    reading = read(path, columns=[], options={})
    assert [row.cells[2] for row in reading.rows] == [
        "Article 1: Turned Pages",
        "The text of a page that is shown turned.",
    ]
    assert [account.engine for account in reading.accounts] == ["pdfplumber"]


def test_what_cannot_be_prose_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = sheet(tmp_path / "good.pdf", [(60, 100, "A line of text.")])
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(path.read_bytes()[:-200])
    picture = tmp_path / "picture.pdf"
    canvas = Canvas(str(picture), pagesize=(595, 842), invariant=1)
    canvas.rect(50, 50, 100, 100, fill=1)
    canvas.save()
    cases: list[tuple[Path, list[str], dict[str, Any], str]] = [
        (cut, [], {}, "document_unreadable"),
        (picture, [], {}, "needs_ocr"),
        (path, ["text"], {}, "header_changed"),
        (path, [], {"sheet": 1}, "unknown_option"),
    ]
    for file, columns, options, code in cases:
        with pytest.raises(FtaError) as error:
            read(file, columns=columns, options=options)
        assert error.value.code == code


@given(lines=st.lists(sentences, min_size=1, max_size=3))
@example(lines=["1. First", "2. Second"])
@plain
def test_no_printed_word_is_lost(tmp_path: Path, lines: list[str]) -> None:
    placed = [(60.0, 100.0 + 30 * n, line[:80]) for n, line in enumerate(lines)]
    reading = read(sheet(tmp_path / "w.pdf", placed), columns=[], options={})
    read_back = " ".join(row.cells[2] for row in reading.rows).split()
    assert read_back == " ".join(text for _, _, text in placed).split()
