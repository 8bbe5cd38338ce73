"""A PDF page as marks: the characters on it with their boxes, and the rules drawn on it.

Two engines give the same marks: PDFium, called for whole pages at a time, and pdfplumber, slower, for a page on which
PDFium's boxes are not certain (turned pages and turned text). What the marks mean (cells, lines, rows) is decided in
`grid`, `pdf_text` and `pdf_tables`, never here.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from sources.errors import Exit, FtaError
from sources.readers import pdf_raw
from sources.readers.grid import Box, Rule
from sources.readers.pdf_drawn import IDENTITY, Drawn, Point, has_ink

if TYPE_CHECKING:
    from sources.readers.pdf_referee import Referee

PDFIUM, PDFPLUMBER = "pdfium", "pdfplumber"

SMALLEST_HOLE, LARGEST_HOLE = 0.8, 40.0
"""Points between characters of one stretch of text in which a character may be missing."""

THINNEST = 0.12
"""Heights of the letters: no character is thinner, not even a narrow font's full stop."""

SQUAT = 0.4
"""A box lower than this share of the one before it is no font's, but a sign's ink."""

_OVERHANG = 0.8
"""Points by which a letter may reach into the gap beside it."""

_HYPHEN_AT_LINE_END, SOFT_HYPHEN, UNMAPPED = 0x02, 0xAD, 0xFFFD
_TOLD_APART = 0xFFFE
"""What PDFium's text has both for a hyphen at the end of a line and for a sign without a Unicode value."""
_BLANK = np.zeros(12290, bool)
_BLANK[[9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760, *range(8192, 8203), 8232, 8233, 8239, 8287, 12288]] = (
    True
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Chars:
    """The characters of a page; all arrays have one entry a character.

    Attributes:
        code: Unicode code point.
        x0, top, x1, bottom: box in points from the page's top left, as high as the font's ascent and descent.
        turn: quarter turns anticlockwise of the direction of reading; 0 is text read from left to right.
    """

    code: npt.NDArray[np.uint32]
    x0: Floats
    top: Floats
    x1: Floats
    bottom: Floats
    turn: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.code)

    @property
    def blank(self) -> npt.NDArray[np.bool_]:
        """Which characters are white space."""
        return _BLANK[np.minimum(self.code, 12289)]


@dataclass(frozen=True)
class PageMarks:
    """What stands on one page.

    Attributes:
        page: number from 1.
        engine: `pdfium` or `pdfplumber`.
        objects: how many things are drawn on the page, images among them; none is a blank page.
        horizontal, vertical: rules; `shading` holds the outlines of filled areas, apart from the rules.
        unmapped: how many characters have no Unicode value.
    """

    page: int
    engine: str
    width: float
    height: float
    objects: int
    chars: Chars
    horizontal: tuple[Rule, ...]
    vertical: tuple[Rule, ...]
    shading: tuple[Box, ...]
    unmapped: int = 0


class PdfFile:
    """An open PDF; use `open_pdf`."""

    def __init__(self, path: Path, handle: Any) -> None:
        self.path = path
        self._handle = handle
        self._referee: Referee | None = None
        self.pages: int = pdfium.FPDF_GetPageCount(handle)

    def marks(self, page: int) -> PageMarks:
        """The marks of a page (from 1), by PDFium where it is certain, else by pdfplumber.

        Raises:
            FtaError: `document_unreadable` where the page cannot be loaded.
        """
        handle = pdfium.FPDF_LoadPage(self._handle, page - 1)
        if not handle:
            raise unreadable(self.path, f"Page {page} of {self.pages} cannot be loaded.", page)
        try:
            found = _pdfium_marks(handle, page)
        finally:
            pdfium.FPDF_ClosePage(handle)
        if found is not None and not found[1]:
            return found[0]
        from sources.readers.pdf_referee import Referee

        self._referee = self._referee or Referee(self.path)
        return (found and self._referee.completed(*found)) or self._referee.marks(page)

    def close(self) -> None:
        """Close the file in both engines."""
        pdfium.FPDF_CloseDocument(self._handle)
        if self._referee is not None:
            self._referee.close()


@contextmanager
def open_pdf(path: Path) -> Iterator[PdfFile]:
    """Open a PDF whose bytes are whole.

    Raises:
        FtaError: `document_unreadable` (no PDF, cut short, damaged), `document_encrypted`.
    """
    check_whole(path)
    _start_pdfium()
    handle = pdfium.FPDF_LoadDocument(str(path).encode(), None)
    if not handle:
        if pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD:
            raise FtaError(
                "document_encrypted",
                "The PDF asks for a password.",
                where={"file": path.name},
                remedy="Ask the publisher for a copy without one.",
                exit_code=Exit.DOCUMENT,
            )
        raise unreadable(path, "The PDF cannot be opened.")
    document = PdfFile(path, handle)
    try:
        yield document
    finally:
        document.close()


def unreadable(path: Path, message: str, page: int | None = None) -> FtaError:
    """The error for a PDF that is damaged."""
    return FtaError(
        "document_unreadable",
        message,
        where={"file": path.name} | ({} if page is None else {"page": page}),
        remedy="Get the file again and compare its SHA-256 with the registered one.",
        exit_code=Exit.DOCUMENT,
    )


def check_whole(path: Path) -> None:
    """PDFium mends a truncated file in silence and so loses its last pages; a cut is therefore looked for first.

    Raises:
        FtaError: `document_unreadable` where the file does not begin and end as a PDF does, or its last
            cross-reference table is not where the file says.
    """
    try:
        with path.open("rb") as file:
            head = file.read(1024)
            size = file.seek(0, 2)
            file.seek(max(0, size - 2048))
            tail = file.read()
            pointer = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", tail.rstrip(b"\0"))
            file.seek(min(int(pointer[1]), size) if pointer else 0)
            table = file.read(64).lstrip()
    except OSError as error:
        raise unreadable(path, f"The file cannot be read ({error.strerror}).") from error
    if b"%PDF-" not in head:
        raise unreadable(path, f"This is no PDF: it begins with {head[:8]!r}, not with '%PDF-'.")
    if pointer is None:
        raise unreadable(path, f"The PDF is cut short: its {size:,} bytes do not end with 'startxref ... %%EOF'.")
    if not re.match(rb"xref\b|\d+\s+\d+\s+obj\b", table):
        raise unreadable(path, f"The PDF is damaged: no cross-reference table at byte {int(pointer[1]):,} of {size:,}.")


_pdfium_started = False


def _start_pdfium() -> None:
    global _pdfium_started
    if not _pdfium_started:
        pdfium.FPDF_InitLibrary()
        _pdfium_started = True


def _pdfium_marks(page: Any, number: int) -> tuple[PageMarks, list[Point]] | None:
    """The page's marks, and where text may be missing from them; None where PDFium's boxes would not be certain."""
    if pdfium.FPDFPage_GetRotation(page):
        return None
    box = _visible_box(page)
    count = pdfium.FPDFPage_CountObjects(page)
    drawn = Drawn(box)
    drawn.add(list(map(pdf_raw.page_object, repeat(pdf_raw.address(page)), range(count))), IDENTITY)
    if drawn.turned_text:
        return None
    text = pdfium.FPDFText_LoadPage(page)
    try:
        chars = _pdfium_chars(page, text, box, drawn)
    finally:
        pdfium.FPDFText_ClosePage(text)
    if chars is None:
        return None
    found, lost = chars
    marks = PageMarks(
        number, PDFIUM, box[2] - box[0], box[3] - box[1], count, found, tuple(drawn.horizontal), tuple(drawn.vertical),
        tuple(drawn.shading), int((found.code == UNMAPPED).sum()),
    )  # fmt: skip
    return marks, [(x - box[0], box[3] - y) for x, y in lost]


def _visible_box(page: Any) -> Box:
    """Left, bottom, right, top of what a reader of the page sees: the crop box, else the media box, else A4 by size."""
    edges = [ctypes.c_float() for _ in range(4)]
    for get in (pdfium.FPDFPage_GetCropBox, pdfium.FPDFPage_GetMediaBox):
        if get(page, *edges):
            left, bottom, right, top = (edge.value for edge in edges)
            return min(left, right), min(bottom, top), max(left, right), max(bottom, top)
    return 0.0, 0.0, pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)


def _pdfium_chars(page: Any, text: Any, box: Box, drawn: Drawn) -> tuple[Chars, list[Point]] | None:
    """Every character with its loose box, and where stretches of text that gave none begin, which may be printed.

    None where a box is in doubt, or a character is missing within a stretch.
    """
    count = max(pdfium.FPDFText_CountChars(text), 0)
    units = (ctypes.c_ushort * (count + 1))()
    if count and pdfium.FPDFText_GetText(text, 0, count, units) == count + 1:
        code = np.frombuffer(units, np.uint16, count).astype(np.uint32)
        for index in np.flatnonzero(code == _TOLD_APART).tolist():
            code[index] = pdfium.FPDFText_GetUnicode(text, index)
    else:
        code = np.array([pdfium.FPDFText_GetUnicode(text, index) for index in range(count)], np.uint32)
    boxes = (ctypes.c_float * (4 * count))()
    start = ctypes.addressof(boxes)
    handle = pdf_raw.address(text)
    done = sum(map(pdf_raw.loose_char_box, repeat(handle), range(count), range(start, start + 16 * count, 16)))
    if done != count:
        return None
    left, upper, right, lower = np.frombuffer(boxes, np.float32).reshape(-1, 4).T.astype(np.float64)
    code[(code == _HYPHEN_AT_LINE_END) | (code == SOFT_HYPHEN)] = ord("-")
    # PDFium adds line ends of its own, and spaces where a gap says so; they have no width, and no height either.
    added = _BLANK[np.minimum(code, 12289)] & (right - left <= 0)
    printed = np.flatnonzero(~added)
    sides = [side[printed] for side in (left, upper, right, lower)]
    _stand_up(code, sides, printed, (left, upper, right, lower))
    lost: list[Point] = []
    if len(printed):
        if _has_hole(page, handle, sides, printed):
            return None
        lost = _lost(page, handle, code[printed], sides, drawn, printed)
    spaces = np.flatnonzero(added & (code == ord(" ")))
    spaces = spaces[spaces > 0]
    left[spaces] = right[spaces] = right[spaces - 1]
    upper[spaces], lower[spaces] = upper[spaces - 1], lower[spaces - 1]
    added[spaces] = False
    keep = ~added
    code[code == 0] = UNMAPPED
    if (upper - lower <= 0)[keep].any() or (right < left)[keep].any():
        return None
    x0, top, x1, bottom = left - box[0], box[3] - upper, right - box[0], box[3] - lower
    turn = np.zeros(int(keep.sum()), np.int8)
    return Chars(code[keep], x0[keep], top[keep], x1[keep], bottom[keep], turn), lost


def _stand_up(code: npt.NDArray[np.uint32], sides: list[Floats], printed: Ints, page: Sequence[Floats]) -> None:
    """Give a sign whose box is no higher than its ink (one that the file spells out beside its text) its line's height.

    Such a full stop would else lie deep below the head of its line, and be taken for one of the line under it.
    """
    left, upper, right, lower = sides
    height = upper - lower
    if not len(height):
        return
    for n in np.flatnonzero(height[1:] < SQUAT * height[:-1]) + 1:
        before = n - 1
        beside = -1 <= left[n] - right[before] <= 3
        if beside and lower[before] <= lower[n] and upper[n] <= upper[before] and not chr(code[printed[n]]).isalnum():
            for side, on_page in ((upper, page[1]), (lower, page[3])):
                side[n] = on_page[printed[n]] = side[before]


def _has_hole(page: Any, text: int, boxes: Sequence[Floats], printed: Ints) -> bool:
    """Whether a character is missing: PDFium leaves out, in silence, one that has no Unicode value.

    Within one stretch of text it shows as a gap with ink in it.
    """
    left, upper, right, lower = boxes
    gap = left[1:] - right[:-1]
    least = np.maximum(SMALLEST_HOLE, THINNEST * (upper - lower)[1:])
    after = np.flatnonzero(_level(upper) & (gap > least) & (gap < LARGEST_HOLE))
    before_it = map(pdf_raw.text_object, repeat(text), printed[after].tolist())
    behind_it = map(pdf_raw.text_object, repeat(text), printed[after + 1].tolist())
    within = (one == other for one, other in zip(before_it, behind_it, strict=True))
    gaps = [
        (right[n] + side, lower[n], left[n + 1] - side, upper[n])
        for n, side, one in zip(after.tolist(), np.minimum(_OVERHANG, gap[after] / 4).tolist(), within, strict=True)
        if one
    ]
    return bool(gaps) and has_ink(page, gaps)


def _lost(
    page: Any, text: int, code: npt.NDArray[np.uint32], boxes: Sequence[Floats], drawn: Drawn, printed: Ints
) -> list[Point]:
    """Where stretches of text begin that have no characters, though they may print some.

    Such a stretch has ink, or is the only one in its font, or follows a printed space. White space by itself, which
    PDFium leaves out too, seldom is.
    """
    left, upper, right, lower = boxes
    first = np.concatenate(([True], ~(_level(upper) & (np.abs(left[1:] - right[:-1]) <= SMALLEST_HOLE))))
    seen = set(map(pdf_raw.text_object, repeat(text), printed[first].tolist()))
    blank = _BLANK[np.minimum(code, 12289)]
    lost: list[Point] = []
    doubted: list[Point] = []
    spots: list[Box] = []
    for (x0, low, x1, high), origin, known_font in drawn.texts_besides(seen):
        line = (lower - 2 < low) & (low < upper + 2)
        if (line & ((left + right) / 2 > x0) & ((left + right) / 2 < x1) & (high > low)).any():
            continue  # text printed twice is there once, and is no loss
        if not known_font or (line & blank & (np.abs(right - x0) < 0.3)).any():
            lost.append(origin)
        else:
            doubted.append(origin)
            spots.append((x0 + 0.5, low, x0 + 2, low + 4.5))
    return [*lost, *doubted] if lost or (spots and has_ink(page, spots)) else []


def _level(upper: Floats) -> npt.NDArray[np.bool_]:
    """Whether each character stands as high as the one before it."""
    return np.abs(np.diff(upper)) < 0.1
