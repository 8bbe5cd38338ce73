"""Which engine reads a page, and that neither loses a sign, on PDFs written byte by byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.readers.pdf_page import PDFIUM, PDFPLUMBER, PageMarks, open_pdf
from sources.readers.pdf_referee import Referee

HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding %s >>"


VALUES = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
    b"1 begincodespacerange <00> <FF> endcodespacerange 3 beginbfchar <20> <0020> <2E> <0020> <39> <0039> "
    b"endbfchar endcmap end end"
)
"""Unicode values in which the full stop is called a space."""


def stream(body: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body)


def write(path: Path, content: bytes, font: bytes, *more: bytes) -> Path:
    """A PDF of one page, with its font as object 5 and more objects from 6."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R "
        b"/Resources << /Font << /F 5 0 R >> >> >>",
        stream(content),
        font,
        *more,
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(bodies) + 1, table, len(bodies) + 1, len(out),
    )  # fmt: skip
    path.write_bytes(out)
    return path


def read(path: Path) -> PageMarks:
    with open_pdf(path) as document:
        return document.marks(1)


def text(marks: PageMarks) -> str:
    return "".join(map(chr, marks.chars.code))


def test_a_full_stop_that_the_file_calls_a_space_is_a_full_stop_to_the_referee(tmp_path: Path) -> None:
    path = write(
        tmp_path / "stops.pdf", b"BT /F 12 Tf 50 100 Td (9 9.9.) Tj ET", HELVETICA % b"/ToUnicode 6 0 R", stream(VALUES)
    )
    assert text(Referee(path).marks(1)) == "9 9.9."


SPREAD = b"BT /F 12 Tf 50 100 Td [(2.) -1500 (In) -130 (this)] TJ ET"
DARK = b"0.2 g 0 0 400 200 re f 1 g "


@pytest.mark.parametrize("ground", [b"", DARK])
def test_a_gap_without_ink_is_white_space_and_no_lost_sign(tmp_path: Path, ground: bytes) -> None:
    marks = read(write(tmp_path / "spread.pdf", ground + SPREAD, HELVETICA % b""))
    assert (marks.engine, text(marks).replace(" ", "")) == (PDFIUM, "2.Inthis")


@pytest.mark.parametrize("ground", [b"", DARK])
def test_a_mark_in_a_gap_may_be_a_lost_sign_and_the_referee_reads_the_page(tmp_path: Path, ground: bytes) -> None:
    marked = ground + SPREAD + b" 66 102 3 3 re f"
    assert read(write(tmp_path / "marked.pdf", marked, HELVETICA % b"")).engine == PDFPLUMBER


def test_a_full_stop_that_the_file_spells_out_beside_its_text_stands_in_its_line(tmp_path: Path) -> None:
    content = b"BT /F 12 Tf 50 100 Td (End) Tj /Span << /ActualText <FEFF002E> >> BDC (.) Tj EMC 0 -13 Td (Next) Tj ET"
    marks = read(write(tmp_path / "spelt.pdf", content, HELVETICA % b"/ToUnicode 6 0 R", stream(VALUES)))
    assert text(marks).split() == ["End.Next"]
    assert marks.chars.top[3] == marks.chars.top[2]


NAMELESS = VALUES.replace(b"<20> <0020> <2E> <0020>", b"<20> <0020> <40> <0000>").replace(b"3 begin", b"4 begin")
NAMELESS = NAMELESS.replace(b"<40> <0000>", b"<40> <0000> <00> <0000>")
"""Unicode values in which the signs @ and zero have none; PDFium leaves out the second one altogether."""


def litres(sign: bytes, more: bytes = b"") -> bytes:
    return b"BT /F 12 Tf 50 100 Td (99 ) Tj (%s) Tj ( 9) Tj ET 40 90 m 200 90 l S " % sign + more


def test_a_sign_without_a_value_is_no_hyphen(tmp_path: Path) -> None:
    marks = read(write(tmp_path / "s.pdf", litres(b"@"), HELVETICA % b"/ToUnicode 6 0 R", stream(NAMELESS)))
    assert (marks.engine, text(marks), marks.unmapped) == (PDFIUM, "99 \ufffd 9", 1)


def test_a_hyphen_at_the_end_of_a_line_is_one(tmp_path: Path) -> None:
    marks = read(write(tmp_path / "s.pdf", b"BT /F 12 Tf 50 100 Td (un-) Tj 0 -14 Td (known) Tj ET", HELVETICA % b""))
    assert text(marks).split() == ["un-known"]


@pytest.mark.parametrize(
    ("more", "engine"),
    [(b"", PDFIUM), (b"40 80 m 60 70 80 70 90 80 c S", PDFPLUMBER), (b"40 80 m 60 70 l S", PDFPLUMBER)],
    ids=["plain", "a curve", "a slanting line"],
)
def test_a_sign_that_is_left_out_is_put_back_and_only_a_picture_asks_for_the_whole_page(
    tmp_path: Path, more: bytes, engine: str
) -> None:
    path = write(tmp_path / "s.pdf", litres(b"\\000", more), HELVETICA % b"/ToUnicode 6 0 R", stream(NAMELESS))
    marks, wanted = read(path), Referee(path).marks(1)
    assert (marks.engine, text(marks), marks.unmapped) == (engine, "99 \ufffd 9", 1)
    assert text(wanted) == text(marks)
    assert marks.chars.x0[3] == pytest.approx(wanted.chars.x0[3], abs=0.1)


def test_a_page_of_which_the_two_engines_read_other_signs_is_the_referees(tmp_path: Path) -> None:
    spelt = b" BT /F 12 Tf 50 50 Td /Span << /ActualText <FEFF0058> >> BDC (9) Tj EMC ET"
    content = litres(b"\\000", spelt)
    path = write(tmp_path / "s.pdf", content, HELVETICA % b"/ToUnicode 6 0 R", stream(NAMELESS))
    assert read(path).engine == PDFPLUMBER
