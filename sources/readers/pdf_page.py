"""A PDF page as marks: the characters on it with their boxes, and the rules drawn on it.

Two engines give the same marks: PDFium, called for whole pages at a time, and pdfplumber, slower, for a page on which
PDFium's boxes are not certain (turned pages and turned text). What the marks mean (cells, lines, rows) is decided in
`grid`, `pdf_text` and `pdf_tables`, never here.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from sources.errors import Exit, FtaError
from sources.readers.grid import Rule

PDFIUM, PDFPLUMBER = "pdfium", "pdfplumber"

THICKEST_RULE = 3.0
"""Points: a filled shape thicker than this both ways is shading, not a rule."""

_HYPHEN_AT_LINE_END, _SOFT_HYPHEN = 0x02, 0xAD
_SPACES = np.array(
    [9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760, *range(8192, 8203), 8232, 8233, 8239, 8287, 12288]
)

Floats = npt.NDArray[np.float64]


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
        return np.isin(self.code, _SPACES)


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
    shading: tuple[tuple[float, float, float, float], ...]
    unmapped: int = 0


class PdfFile:
    """An open PDF; use `open_pdf`."""

    def __init__(self, path: Path, handle: Any) -> None:
        self.path = path
        self._handle = handle
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
            marks = _pdfium_marks(handle, page)
        finally:
            pdfium.FPDF_ClosePage(handle)
        return marks if marks is not None else _pdfplumber_marks(self.path, page)


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
    try:
        yield PdfFile(path, handle)
    finally:
        pdfium.FPDF_CloseDocument(handle)


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


def _pdfium_marks(page: Any, number: int) -> PageMarks | None:
    """The page's marks, or None where PDFium's boxes would not be certain."""
    if pdfium.FPDFPage_GetRotation(page):
        return None
    box = _visible_box(page)
    count = pdfium.FPDFPage_CountObjects(page)
    drawn = _Drawn(box)
    drawn.add(count, lambda index: pdfium.FPDFPage_GetObject(page, index), None)
    if drawn.turned_text:
        return None
    text = pdfium.FPDFText_LoadPage(page)
    try:
        chars = _pdfium_chars(text, box)
    finally:
        pdfium.FPDFText_ClosePage(text)
    if chars is None:
        return None
    return PageMarks(
        number, PDFIUM, box[2] - box[0], box[3] - box[1], count, chars, tuple(drawn.horizontal), tuple(drawn.vertical),
        tuple(drawn.shading), int((chars.code == 0xFFFD).sum()),
    )  # fmt: skip


def _visible_box(page: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of what a reader of the page sees: the crop box, else the media box, else A4 by size."""
    edges = [ctypes.c_float() for _ in range(4)]
    for get in (pdfium.FPDFPage_GetCropBox, pdfium.FPDFPage_GetMediaBox):
        if get(page, *edges):
            left, bottom, right, top = (edge.value for edge in edges)
            return min(left, right), min(bottom, top), max(left, right), max(bottom, top)
    return 0.0, 0.0, pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)


# Whole pages of characters are asked for by `map`, so that the loop runs in C; the prototype takes addresses as plain
# integers, which pypdfium2's own wrapper (one Python object a character) does not.
_loose_char_box = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(
    ctypes.cast(pdfium.FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0
)


def _pdfium_chars(text: Any, box: tuple[float, float, float, float]) -> Chars | None:
    """Every character with its loose box, or None where characters and text do not run in step."""
    count = max(pdfium.FPDFText_CountChars(text), 0)
    units = (ctypes.c_ushort * (count + 1))()
    if count and pdfium.FPDFText_GetText(text, 0, count, units) == count + 1:
        code = np.frombuffer(units, np.uint16, count).astype(np.uint32)
    else:
        code = np.array([pdfium.FPDFText_GetUnicode(text, index) for index in range(count)], np.uint32)
    boxes = (ctypes.c_float * (4 * count))()
    start = ctypes.addressof(boxes)
    handle = ctypes.cast(text, ctypes.c_void_p).value
    done = sum(map(_loose_char_box, repeat(handle), range(count), range(start, start + 16 * count, 16)))
    if done != count:
        return None
    left, upper, right, lower = np.frombuffer(boxes, np.float32).reshape(-1, 4).T.astype(np.float64)
    code[(code == _HYPHEN_AT_LINE_END) | (code == _SOFT_HYPHEN) | (code == 0xFFFE)] = ord("-")
    # PDFium adds line ends of its own, and spaces where a gap says so; they have no width, and no height either.
    added = np.isin(code, _SPACES) & (right - left <= 0)
    spaces = np.flatnonzero(added & (code == ord(" ")))
    spaces = spaces[spaces > 0]
    left[spaces] = right[spaces] = right[spaces - 1]
    upper[spaces], lower[spaces] = upper[spaces - 1], lower[spaces - 1]
    added[spaces] = False
    keep = ~added
    code[code == 0] = 0xFFFD
    if (upper - lower <= 0)[keep].any() or (right < left)[keep].any():
        return None
    x0, top, x1, bottom = left - box[0], box[3] - upper, right - box[0], box[3] - lower
    return Chars(code[keep], x0[keep], top[keep], x1[keep], bottom[keep], np.zeros(int(keep.sum()), np.int8))


class _Drawn:
    """Gathers rules, shading and signs of turned text from a page's objects."""

    def __init__(self, box: tuple[float, float, float, float]) -> None:
        self._left, self._upper = box[0], box[3]
        self._edges = tuple(ctypes.c_float() for _ in range(4))
        self._fill, self._stroke = ctypes.c_int(), ctypes.c_int()
        self._matrix = pdfium.FS_MATRIX()
        self.horizontal: list[Rule] = []
        self.vertical: list[Rule] = []
        self.shading: list[tuple[float, float, float, float]] = []
        self.turned_text = False

    def add(self, count: int, get: Any, within: tuple[float, ...] | None) -> None:
        """Objects of a page or a form; `within` is the form's matrix."""
        for index in range(count):
            item = get(index)
            kind = pdfium.FPDFPageObj_GetType(item)
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                pdfium.FPDFPageObj_GetMatrix(item, self._matrix)
                a, b, c, d, _, _ = _product(_matrix(self._matrix), within)
                self.turned_text |= abs(b) > 0.01 * abs(a) or a <= 0 or d <= 0 or abs(c) > abs(d)
            elif kind == pdfium.FPDF_PAGEOBJ_PATH:
                self._add_path(item, within)
            elif kind == pdfium.FPDF_PAGEOBJ_FORM:
                pdfium.FPDFPageObj_GetMatrix(item, self._matrix)
                inner = _product(_matrix(self._matrix), within)
                inside = pdfium.FPDFFormObj_CountObjects(item)
                self.add(inside, lambda at, form=item: pdfium.FPDFFormObj_GetObject(form, at), inner)

    def _add_path(self, path: Any, within: tuple[float, ...] | None) -> None:
        pdfium.FPDFPath_GetDrawMode(path, self._fill, self._stroke)
        if not (self._fill.value or self._stroke.value):
            return
        if self._stroke.value and pdfium.FPDFPath_CountSegments(path) > 2:
            self._add_outline(path, within)
            return
        left, lower, right, upper = self._edges
        pdfium.FPDFPageObj_GetBounds(path, left, lower, right, upper)
        ends = _moved(left.value, lower.value, within), _moved(right.value, upper.value, within)
        x0, x1 = sorted((ends[0][0] - self._left, ends[1][0] - self._left))
        top, bottom = sorted((self._upper - ends[0][1], self._upper - ends[1][1]))
        thickness = min(x1 - x0, bottom - top)
        if thickness > THICKEST_RULE:
            # a stroked line this thick both ways is drawn aslant
            if self._fill.value:
                self.shading.append((x0, top, x1, bottom))
        elif bottom - top <= x1 - x0:
            self.horizontal.append(((top + bottom) / 2, x0, x1))
        else:
            self.vertical.append(((x0 + x1) / 2, top, bottom))

    def _add_outline(self, path: Any, within: tuple[float, ...] | None) -> None:
        """The upright and level stretches of a drawn outline."""
        pdfium.FPDFPageObj_GetMatrix(path, self._matrix)
        matrix = _product(_matrix(self._matrix), within)
        x, y = ctypes.c_float(), ctypes.c_float()
        first = last = (0.0, 0.0)
        for index in range(pdfium.FPDFPath_CountSegments(path)):
            segment = pdfium.FPDFPath_GetPathSegment(path, index)
            pdfium.FPDFPathSegment_GetPoint(segment, x, y)
            point = _moved(x.value, y.value, matrix)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                first = point
            elif kind == pdfium.FPDF_SEGMENT_LINETO:
                self._add_stretch(last, point)
            last = point
            if pdfium.FPDFPathSegment_GetClose(segment):
                self._add_stretch(last, first)
                last = first

    def _add_stretch(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        x0, x1 = sorted((start[0] - self._left, end[0] - self._left))
        top, bottom = sorted((self._upper - start[1], self._upper - end[1]))
        if bottom - top < 0.5 <= x1 - x0:
            self.horizontal.append(((top + bottom) / 2, x0, x1))
        elif x1 - x0 < 0.5 <= bottom - top:
            self.vertical.append(((x0 + x1) / 2, top, bottom))


def _matrix(matrix: Any) -> tuple[float, ...]:
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _product(inner: tuple[float, ...], outer: tuple[float, ...] | None) -> tuple[float, ...]:
    """The matrix that applies `inner`, then `outer`."""
    if outer is None:
        return inner
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _moved(x: float, y: float, matrix: tuple[float, ...] | None) -> tuple[float, float]:
    if matrix is None:
        return x, y
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _pdfplumber_marks(path: Path, number: int) -> PageMarks:
    """The page's marks as pdfplumber sees them; slow, and at home with any direction of text."""
    import pdfplumber

    with pdfplumber.open(path, pages=[number]) as document:
        page = document.pages[0]
        drawn = [c for c in page.chars for _ in c["text"]]
        letters = "".join(c["text"] for c in page.chars)
        code = np.frombuffer(letters.encode("utf-32-le"), np.uint32).copy()
        code[code == _SOFT_HYPHEN] = ord("-")
        code[code == 0] = 0xFFFD
        x0, top, x1, bottom = (np.array([c[side] for c in drawn], np.float64) for side in ("x0", "top", "x1", "bottom"))
        turn = np.array([_quarter_turns(c["matrix"]) for c in drawn], np.int8)
        level, upright = [], []
        for edge in page.edges:
            if edge["orientation"] == "h" and edge["x1"] - edge["x0"] >= 1:
                level.append((float(edge["top"]), float(edge["x0"]), float(edge["x1"])))
            elif edge["orientation"] == "v" and edge["bottom"] - edge["top"] >= 1:
                upright.append((float(edge["x0"]), float(edge["top"]), float(edge["bottom"])))
        objects = sum(map(len, page.objects.values()))
        return PageMarks(
            number, PDFPLUMBER, float(page.width), float(page.height), objects, Chars(code, x0, top, x1, bottom, turn),
            tuple(level), tuple(upright), (), int((code == 0xFFFD).sum()),
        )  # fmt: skip


def _quarter_turns(matrix: tuple[float, ...]) -> int:
    """Quarter turns anticlockwise of the direction in which text with this matrix is read."""
    a, b = matrix[0], matrix[1]
    if abs(a) >= abs(b):
        return 0 if a >= 0 else 2
    return 1 if b > 0 else 3
