from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from sources.errors import FtaError
from sources.readers import scan

TESSERACT = """#!/bin/sh
[ "$4" = "xxx" ] && { echo "Error: no language xxx" >&2; exit 1; }
head -c 2 "$1" | grep -q P5 || exit 2
printf 'level\\tpage_num\\tblock_num\\tpar_num\\tline_num\\tword_num\\tleft\\ttop\\twidth\\theight\\tconf\\ttext\\n'
printf '1\\t1\\t0\\t0\\t0\\t0\\t0\\t0\\t2550\\t3300\\t-1\\t\\n'
printf '5\\t1\\t1\\t1\\t1\\t1\\t300\\t300\\t150\\t75\\t96.5\\tARTICLE\\n'
printf '5\\t1\\t1\\t1\\t1\\t2\\t600\\t300\\t75\\t75\\t95.5\\t1\\n'
printf '5\\t1\\t1\\t1\\t2\\t1\\t300\\t450\\t75\\t75\\t41\\t"5l\\n'
"""


def picture() -> ImageReader:
    image = Image.new("L", (600, 800), 255)
    ImageDraw.Draw(image).text((80, 80), "ARTICLE 1", fill=0)
    out = io.BytesIO()
    image.save(out, "PNG")
    return ImageReader(io.BytesIO(out.getvalue()))


@pytest.fixture
def scanned(tmp_path: Path) -> Path:
    """A page with a picture, and one with text."""
    file = tmp_path / "scan.pdf"
    canvas = Canvas(str(file), pagesize=(612, 792))
    canvas.drawImage(picture(), 0, 0, 612, 792)
    canvas.showPage()
    canvas.drawString(72, 700, "Real text")
    canvas.showPage()
    canvas.save()
    return file


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in that answers as Tesseract does."""
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    program.write_text(TESSERACT)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def test_pages_without_text_are_known(scanned: Path) -> None:
    assert scan.pages_without_text(scanned) == (1,)


def test_without_tesseract_a_scan_is_refused_with_the_mend(scanned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FtaError) as caught:
        scan.read(scanned, columns=(), options={})
    assert (caught.value.code, caught.value.where["page"]) == ("needs_ocr", 1)
    assert "tesseract" in caught.value.remedy.lower()


@pytest.mark.usefixtures("tesseract")
def test_recognised_lines_are_marked_and_carry_their_confidence(scanned: Path) -> None:
    reading = scan.read(scanned, columns=("text", "confidence"), options={})
    assert [(row.locator, row.bbox, row.cells) for row in reading.rows] == [
        ("page 1, row 1", (72.0, 72.0, 162.0, 90.0), ("ARTICLE 1", "96.0")),
        ("page 1, row 2", (72.0, 108.0, 90.0, 126.0), ('"5l', "41.0")),
    ]
    assert [(account.page, account.rows, account.engine) for account in reading.accounts] == [(1, 2, "ocr")]
    assert [(finding.code, finding.page, finding.row_no) for finding in reading.findings] == [
        ("ocr", 1, None),
        ("ocr_doubtful", 1, 2),
        ("page_with_text", 2, None),
    ]


@pytest.mark.usefixtures("tesseract")
def test_what_tesseract_complains_of_is_told(scanned: Path) -> None:
    with pytest.raises(FtaError) as caught:
        scan.read(scanned, columns=(), options={"language": "xxx"})
    assert caught.value.code == "ocr_failed"
    assert "no language xxx" in caught.value.message


def test_a_pdf_with_text_on_every_page_is_no_scan(tmp_path: Path) -> None:
    file = tmp_path / "text.pdf"
    canvas = Canvas(str(file))
    canvas.drawString(72, 700, "Text")
    canvas.save()
    with pytest.raises(FtaError) as caught:
        scan.read(file, columns=(), options={})
    assert caught.value.code == "not_a_scan"


@pytest.mark.system
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_tesseract_itself_reads_the_page(scanned: Path) -> None:
    assert "ARTICLE" in " ".join(row.cells[0] for row in scan.read(scanned, columns=(), options={}).rows)


@pytest.mark.documents
def test_the_held_scan_is_known_as_one(documents: Path) -> None:
    assert scan.pages_without_text(documents / "atiga/first-protocol-scan.pdf") == (1, 2, 3)


@pytest.mark.system
@pytest.mark.documents
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_the_held_scan_is_read_through_ocr_and_marked_on_every_page_with_confidences(documents: Path) -> None:
    reading = scan.read(documents / "atiga/first-protocol-scan.pdf", columns=("text", "confidence"), options={})
    assert [account.engine for account in reading.accounts] == ["ocr"] * 3
    assert [finding.page for finding in reading.findings if finding.code == "ocr"] == [1, 2, 3]
    assert all(0 <= float(row.cells[1]) <= 100 for row in reading.rows)
    assert "protocol" in " ".join(row.cells[0] for row in reading.rows if row.page == 1).casefold()
