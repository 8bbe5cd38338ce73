"""The signs that a page prints, as pdfminer spells them, without their layout: a quick word from the referee.

PDFium leaves out a stretch of text whose signs have no Unicode value. Where that is all that parts the two, the page
need not be read again by pdfplumber: the missing stretch is asked for, and taken only if both then have the same signs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from pdfminer.layout import LTChar
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdfpage import PDFPage
from pdfminer.utils import apply_matrix_pt, mult_matrix

from sources.readers.pdf_drawn import IDENTITY, Point
from sources.readers.pdf_page import SOFT_HYPHEN, UNMAPPED, Chars, PageMarks

_LEVEL, _BESIDE = 0.1, 1.0
"""Points, down and along a line, within which two engines mean one place: widths add up, each rounded its own way."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """A sign with its box in points from the page's top left."""

    text: str
    box: tuple[float, float, float, float]


class _Listener(PDFTextDevice):
    """Counts every sign of a page, and keeps those of the stretches of text that begin at the places.

    White space that follows is kept with them: PDFium leaves that out too where it knows of white space before it.
    Pictures drawn with slanting or curved lines are noted: the two engines may see other rules in them.
    """

    def __init__(self, manager: Any, places: Sequence[Point], height: float) -> None:
        super().__init__(manager)
        self.heard: Counter[str] = Counter()
        self.free_form = False
        self.kept: dict[Point, list[_Sign]] = {}
        self._height = height
        self._sought = list(places)
        self._place: Point | None = None
        self._last: Point | None = None

    def paint_path(self, graphicstate: Any, stroke: bool, fill: bool, evenodd: bool, path: Sequence[Any]) -> None:
        """Called by pdfminer for each line or shape."""
        self.free_form |= any(step[0] in "cvy" for step in path)
        lines = [(one[-2:], step[-2:]) for one, step in pairwise(path) if step[0] == "l"]
        self.free_form |= any(min(abs(x - u), abs(y - v)) > _LEVEL for (x, y), (u, v) in lines)

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
        """Called by pdfminer for each stretch of text."""
        matrix = mult_matrix(textstate.matrix, self.ctm or IDENTITY)
        x, y = apply_matrix_pt(matrix, (textstate.linematrix[0], textstate.linematrix[1] + textstate.rise))
        top = self._height - y
        near = (place for place in self._sought if abs(place[0] - x) < _BESIDE and abs(place[1] - top) < _LEVEL)
        self._place = next(near, None)
        if self._place is not None:
            self._sought.remove(self._place)
        super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(
        self, matrix: Any, font: Any, fontsize: float, scaling: float, rise: float, cid: int, ncs: Any,
        graphicstate: Any,
    ) -> float:  # fmt: skip
        """Called by pdfminer for each sign; gives how far it moves on."""
        text, width = font.to_unichr(cid), font.char_width(cid)
        self.heard.update(text)
        if self._place is None and not text.isspace():
            self._last = None
        place = self._last = self._place or self._last
        if place is not None:
            sign = LTChar(matrix, font, fontsize, scaling, rise, text, width, font.char_disp(cid), ncs, graphicstate)
            box = (sign.x0, self._height - sign.y1, sign.x1, self._height - sign.y0)
            self.kept.setdefault(place, []).append(_Sign(text, box))
        return float(width * fontsize * scaling)


def completed(marks: PageMarks, places: Sequence[Point], page: PDFPage, manager: Any) -> PageMarks | None:
    """The marks with the signs of the stretches of text that begin at the places.

    Args:
        marks: the page as PDFium has it.
        places: where each missing stretch begins, on its base line, in points from the page's top left.
        page: the page as pdfminer has it.
        manager: pdfminer's keeper of fonts.

    Returns:
        None where a stretch is not found, a sign has no value in pdfminer either, the page is cut otherwise or has
        pictures drawn on it, or the two do not have the same signs, each as often, apart from white space.
    """
    left, low, right, high = page.mediabox
    if abs(right - left - marks.width) > _LEVEL or abs(high - low - marks.height) > _LEVEL:
        return None
    listener = _Listener(manager, places, marks.height)
    try:
        PDFPageInterpreter(manager, listener).process_page(page)
    except PDFUnicodeNotDefined:
        return None
    if listener.free_form:
        return None
    chars = marks.chars
    for place in places:
        if place not in listener.kept:
            return None
        chars = _with(chars, listener.kept[place])
    if _counted(map(chr, chars.code)) != _counted(listener.heard.elements()):
        return None
    return replace(marks, chars=chars, unmapped=int((chars.code == UNMAPPED).sum()))


def _with(chars: Chars, signs: Sequence[_Sign]) -> Chars:
    """The characters with these signs after the one they follow, or else at the end.

    A space that PDFium made of the gap they left goes.
    """
    x, top, _, bottom = signs[0].box
    follows = (np.abs(chars.x1 - x) < _BESIDE) & (chars.top < bottom) & (chars.bottom > top)
    made = follows & (chars.x1 <= chars.x0) & chars.blank
    chars, follows = _only(chars, ~made), follows[~made]
    at = int(np.flatnonzero(follows)[-1]) + 1 if follows.any() else len(chars)
    code = np.array([ord(_plain(letter)) for sign in signs for letter in sign.text], np.uint32)
    x0, head, x1, foot = np.array([sign.box for sign in signs for _ in sign.text]).T
    new = Chars(code, x0, head, x1, foot, np.zeros(len(code), np.int8))
    return Chars(*(np.insert(getattr(chars, each.name), at, getattr(new, each.name)) for each in fields(Chars)))


def _only(chars: Chars, which: npt.NDArray[np.bool_]) -> Chars:
    return Chars(*(getattr(chars, each.name)[which] for each in fields(Chars)))


def _plain(letter: str) -> str:
    return {"\0": chr(UNMAPPED), chr(SOFT_HYPHEN): "-"}.get(letter, letter)


def _counted(letters: Any) -> Counter[str]:
    return Counter(_plain(letter) for letter in letters if not letter.isspace())
