"""A PDF page as pdfplumber sees it: slow, and at home with turned pages, any direction of text and odd fonts.

It gives the same marks as PDFium does in `pdf_page`, where PDFium is not certain. pdfplumber was not written for
damaged files: whatever it says of one is said here as a document that cannot be read.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pdfplumber
from pdfminer.pdffont import PDFFont
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.psexceptions import PSException
from pdfplumber.page import Page
from pdfplumber.utils.exceptions import PdfminerException

from sources.readers.pdf_drawn import Drawn, Point
from sources.readers.pdf_page import PDFPLUMBER, SOFT_HYPHEN, UNMAPPED, Chars, PageMarks, unreadable
from sources.readers.pdf_signs import completed

_FAILS = (
    PSException, PdfminerException, ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError,
    OSError, EOFError, RecursionError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip
"""What pdfplumber and pdfminer have been seen to raise over spoiled bytes."""


class Referee:
    """The document in pdfplumber; its pages are made when they are asked for, and each is found only once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = path.open("rb")
        self._found: list[Any] = []
        try:
            self._document = pdfplumber.open(self._stream)
            self._document.rsrcmgr = _Fonts()
            self._pages: Iterator[Any] = iter(PDFPage.create_pages(self._document.doc))
        except _FAILS as error:
            self.close()
            raise unreadable(path, f"The PDF cannot be opened by pdfplumber ({type(error).__name__}).") from error

    def marks(self, page: int) -> PageMarks:
        """The marks of a page, from 1.

        Raises:
            FtaError: `document_unreadable`.
        """
        with self._held_to_account(page):
            return _marks(Page(self._document, self._page(page), page_number=page))

    def completed(self, marks: PageMarks, places: Sequence[Point]) -> PageMarks | None:
        """The marks of PDFium with stretches of text that it leaves out; see `pdf_signs.completed`.

        Raises:
            FtaError: `document_unreadable`.
        """
        with self._held_to_account(marks.page):
            return completed(marks, places, self._page(marks.page), self._document.rsrcmgr)

    def _page(self, page: int) -> Any:
        while len(self._found) < page:
            self._found.append(next(self._pages))
        return self._found[page - 1]

    @contextmanager
    def _held_to_account(self, page: int) -> Iterator[None]:
        try:
            yield
        except (*_FAILS, StopIteration) as error:
            message = f"Page {page} cannot be read by pdfplumber ({type(error).__name__})."
            raise unreadable(self._path, message, page) from error

    def close(self) -> None:
        """Close the file; pdfplumber's own way of closing would first make every page."""
        self._stream.close()


class _Fonts(PDFResourceManager):
    """Fonts whose table of Unicode values is not believed where it calls a printed sign white space.

    A converter has been seen to write U+0020 for the full stop of a font, whose own encoding says `period`. PDFium and
    Poppler go by the encoding there, and so a document's full stops are not lost.
    """

    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        """The font, as pdfminer makes and keeps it."""
        font = super().get_font(objid, spec)
        values = getattr(getattr(font, "unicode_map", None), "cid2unichr", None)
        if values:
            for code, sign in getattr(font, "cid2unicode", {}).items():
                if values.get(code, sign).isspace() and not sign.isspace():
                    values[code] = sign
        return font


def _marks(page: Any) -> PageMarks:
    """The page's marks as pdfplumber sees them; slow, and at home with any direction of text."""
    printed = [char for char in page.chars for _ in char["text"]]
    code = np.frombuffer("".join(char["text"] for char in page.chars).encode("utf-32-le"), np.uint32).copy()
    code[code == SOFT_HYPHEN] = ord("-")
    code[code == 0] = UNMAPPED
    x0, top, x1, bottom = (np.array([c[side] for c in printed], np.float64) for side in ("x0", "top", "x1", "bottom"))
    turn = np.array([_quarter_turns(char["matrix"]) for char in printed], np.int8)
    drawn = Drawn((0.0, 0.0, float(page.width), 0.0))
    for bar in (*page.lines, *(rect for rect in page.rects if not rect["stroke"])):
        drawn.add_bar((bar["x0"], -bar["bottom"]), (bar["x1"], -bar["top"]), bool(bar["fill"]))
    for edge in (*page.curve_edges, *(edge for edge in page.rect_edges if edge["stroke"])):
        drawn.add_bar((edge["x0"], -edge["bottom"]), (edge["x1"], -edge["top"]), False)
    objects = sum(map(len, page.objects.values()))
    marks = PageMarks(
        page.page_number, PDFPLUMBER, float(page.width), float(page.height), objects,
        Chars(code, x0, top, x1, bottom, turn), tuple(drawn.horizontal), tuple(drawn.vertical), tuple(drawn.shading),
        int((code == UNMAPPED).sum()),
    )  # fmt: skip
    page.close()
    return marks


def _quarter_turns(matrix: tuple[float, ...]) -> int:
    """Quarter turns anticlockwise of the direction in which text with this matrix is read."""
    a, b = matrix[0], matrix[1]
    if abs(a) >= abs(b):
        return 0 if a >= 0 else 2
    return 1 if b > 0 else 3
