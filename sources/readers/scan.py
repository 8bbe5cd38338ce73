"""Scanned pages: PDFs that hold pictures of text. They are known as such, and read through Tesseract where it is there.

What was read so is never mixed with text that was read: its pages carry the engine `ocr`, every line its confidence.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sources.errors import Exit, FtaError
from sources.progress import counted
from sources.readers.members import check_options, refuse
from sources.reading import Finding, PageAccount, Reading, Row

NAME = "scan"
VERSION = "1"

_OPTIONS = ("language", "dpi", "doubtful_below")
_POINTS = 72
_PAGE_SECONDS = 120
_MOST_PIXELS = 60_000_000


@dataclass
class _Line:
    """A line as recognised: words with their confidence (0 to 100), and a box in pixels."""

    words: list[str] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    box: tuple[int, int, int, int] | None = None

    def add(self, word: str, confidence: float, box: tuple[int, int, int, int]) -> None:
        self.words.append(word)
        self.confidences.append(confidence)
        old = self.box or box
        self.box = (min(old[0], box[0]), min(old[1], box[1]), max(old[2], box[2]), max(old[3], box[3]))

    @property
    def confidence(self) -> float:
        return sum(self.confidences) / len(self.confidences)


def pages_without_text(path: Path) -> tuple[int, ...]:
    """Numbers, from 1, of the pages of a PDF on which no character can be read: pictures, or blank pages.

    Raises:
        FtaError: `document_unreadable`.
    """
    return tuple(number for number, page in _pages(path) if not _has_text(page))


def _pages(path: Path) -> Iterator[tuple[int, Any]]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise refuse(
            "document_unreadable", f"The PDF cannot be opened: {error}.", "Ask for it again.", file=path.name
        ) from error
    try:
        for number in counted(range(len(document)), len(document)):
            try:
                page = document[number]
            except pypdfium2.PdfiumError as error:
                raise refuse(
                    "document_unreadable",
                    f"The page cannot be opened: {error}.",
                    "Ask for the PDF again.",
                    file=path.name,
                    page=number + 1,
                ) from error
            yield number + 1, page
            page.close()
    finally:
        document.close()


def _has_text(page: Any) -> bool:
    text = page.get_textpage()
    try:
        return bool(text.get_text_bounded().strip())
    finally:
        text.close()


def _picture(page: Any, dpi: int) -> bytes:
    """The page in shades of grey, as a PGM file."""
    import pypdfium2

    width, height = page.get_size()
    scale = dpi / _POINTS
    if width * height * scale * scale > _MOST_PIXELS:
        scale = (_MOST_PIXELS / (width * height)) ** 0.5
    bitmap = page.render(scale=scale, grayscale=True, force_bitmap_format=pypdfium2.raw.FPDFBitmap_Gray)
    rows, stride = bytes(bitmap.buffer), bitmap.stride
    content = b"".join(rows[stride * at : stride * at + bitmap.width] for at in range(bitmap.height))
    return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + content


def _recognise(program: str, picture: bytes, language: str, dpi: int) -> list[_Line]:
    with tempfile.NamedTemporaryFile(suffix=".pgm") as file:
        file.write(picture)
        file.flush()
        command = [program, file.name, "stdout", "-l", language, "--dpi", str(dpi), "tsv"]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_PAGE_SECONDS, check=True)
        except subprocess.TimeoutExpired as error:
            message = f"Tesseract took longer than {_PAGE_SECONDS} seconds for one page."
            raise refuse("ocr_failed", message, "Set a lower `dpi`, or look at the page.") from error
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode("utf-8", "replace").strip().splitlines()
            message = f"Tesseract failed: {said[-1] if said else error.returncode}."
            raise refuse("ocr_failed", message, f"Check that the language {language!r} is installed.") from error
    return _lines(done.stdout.decode("utf-8", "replace"))


def _lines(table: str) -> list[_Line]:
    lines: dict[tuple[str, str, str], _Line] = {}
    for cells in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if cells["level"] != "5" or not cells["text"].strip():
            continue
        left, top = int(cells["left"]), int(cells["top"])
        box = (left, top, left + int(cells["width"]), top + int(cells["height"]))
        key = (cells["block_num"], cells["par_num"], cells["line_num"])
        lines.setdefault(key, _Line()).add(cells["text"].strip(), float(cells["conf"]), box)
    return list(lines.values())


def _program(path: Path, pages: tuple[int, ...]) -> str:
    program = shutil.which("tesseract")
    if program is None:
        raise FtaError(
            "needs_ocr",
            f"{len(pages)} pages are pictures without text, the first of them page {pages[0]}.",
            where={"file": path.name, "page": pages[0]},
            remedy="Install Tesseract (Debian: apt install tesseract-ocr) and read again, or ask for the text.",
            exit_code=Exit.DOCUMENT,
        )
    return program


def _page_findings(number: int, lines: list[_Line], doubtful: float) -> list[Finding]:
    if not lines:
        return [Finding("page_without_table", "warning", f"Nothing was recognised on page {number}.", page=number)]
    mean = sum(line.confidence for line in lines) / len(lines)
    message = f"Page {number} was read through OCR: {len(lines)} lines, mean confidence {mean:.1f} of 100."
    found = [Finding("ocr", "warning", message, page=number, value=f"{mean:.1f}", remedy="Compare it with the page.")]
    for row_no, line in enumerate(lines, 1):
        if line.confidence < doubtful:
            message = f"Page {number}, row {row_no} was recognised with a confidence of {line.confidence:.1f}."
            found.append(
                Finding(
                    "ocr_doubtful",
                    "warning",
                    message,
                    page=number,
                    row_no=row_no,
                    value=f"{line.confidence:.1f}",
                    expected=f"{doubtful:g} or more",
                    remedy="Compare the line with the page before accepting it.",
                )
            )
    return found


def read(path: Path, *, columns: Sequence[str], options: Mapping[str, Any]) -> Reading:
    """Recognise the lines of the pages that hold no text.

    Args:
        path: a PDF.
        columns: `text` and `confidence`, or empty.
        options: `language` (`eng` by default; several are joined by `+`), `dpi` (300), `doubtful_below`, the
            confidence of 100 under which a line is a finding of its own (80).

    Returns:
        One row a line, with its box in points; pages that do hold text are not read and are a finding.

    Raises:
        FtaError: `needs_ocr` (Tesseract is not installed), `not_a_scan`, `ocr_failed`, `document_unreadable`,
            `header_changed`, `unknown_option`.
    """
    check_options(NAME, options, _OPTIONS)
    header = ("text", "confidence")
    if columns and tuple(columns) != header:
        message = f"A scan has the columns {' | '.join(header)}, not {' | '.join(columns)}."
        raise refuse("header_changed", message, "Correct the description.", file=path.name)
    wanted = pages_without_text(path)
    if not wanted:
        raise refuse("not_a_scan", "Every page of the PDF holds text.", "Read it with pdf_table.", file=path.name)
    program, dpi = _program(path, wanted), int(options.get("dpi", 300))
    rows, accounts, findings = [], [], []
    for number, page in _pages(path):
        if number not in wanted:
            message = f"Page {number} holds text and was not recognised."
            findings.append(Finding("page_with_text", "info", message, page=number))
            continue
        lines = _recognise(program, _picture(page, dpi), str(options.get("language", "eng")), dpi)
        for row_no, line in enumerate(lines, 1):
            x0, top, x1, bottom = (round(each * _POINTS / dpi, 1) for each in line.box or (0, 0, 0, 0))
            cells = (" ".join(line.words), f"{line.confidence:.1f}")
            rows.append(Row(f"page {number}, row {row_no}", number, row_no, (x0, top, x1, bottom), cells))
        accounts.append(PageAccount(number, len(lines), 0, "ocr"))
        findings += _page_findings(number, lines, float(options.get("doubtful_below", 80)))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Reading(sha256, NAME, VERSION, header, tuple(rows), tuple(accounts), tuple(findings))
