"""What is drawn on a PDF page besides its text, as PDFium tells it: rules, and filled areas.

A thin filled rectangle is as much a rule as a line is; a thick one is shading. Text is looked at only to say whether
some of it is turned, in which case PDFium's boxes of characters cannot be relied on.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from sources.readers import pdf_raw
from sources.readers.grid import Box, Rule

THICKEST_RULE = 3.0
"""Points: a filled shape thicker than this both ways is shading, not a rule."""

MARK = 48
"""Shades of grey, of 255, by which a mark differs from its ground."""

_AROUND = 24
"""Half points around a place from which the shade of its ground is taken."""

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Drawn:
    """Gathers rules, shading and signs of turned text from a page's objects."""

    def __init__(self, box: Box) -> None:
        self._left, self._upper = box[0], box[3]
        self.horizontal: list[Rule] = []
        self.vertical: list[Rule] = []
        self.shading: list[Box] = []
        self.turned_text = False
        self._texts: list[tuple[int, Matrix]] = []

    def add(self, objects: list[int], within: Matrix) -> None:
        """Objects of a page or a form; `within` is the form's matrix."""
        kinds: dict[int, list[int]] = {}
        for item, kind in zip(objects, map(pdf_raw.object_type, objects), strict=True):
            kinds.setdefault(kind, []).append(item)
        texts = kinds.get(pdfium.FPDF_PAGEOBJ_TEXT, [])
        self._texts.extend((text, within) for text in texts)
        if texts:
            a, b, c, d = (_matrices(texts) @ np.array(within)[[0, 1, 2, 3]].reshape(2, 2)).reshape(-1, 4).T
            turned = (abs(b) > 0.01 * abs(a)) | (a <= 0) | (d <= 0) | (abs(c) > abs(d))
            self.turned_text |= bool(turned.any())
        self._add_paths(kinds.get(pdfium.FPDF_PAGEOBJ_PATH, []), within)
        for form in kinds.get(pdfium.FPDF_PAGEOBJ_FORM, []):
            handle = ctypes.cast(form, pdfium.FPDF_PAGEOBJECT)
            inside = max(pdfium.FPDFFormObj_CountObjects(handle), 0)
            self.add(list(map(pdf_raw.form_object, repeat(form), range(inside))), _product(_matrix(form), within))

    def texts_besides(self, seen: set[int]) -> Iterator[tuple[Box, Point, bool]]:
        """The stretches of text that are not among those seen.

        Yields:
            Left, lower, right and upper end on the page, where the first sign begins on its base line, and whether
            any of those seen is in the same font.
        """
        bounds = (ctypes.c_float * 4)()
        start = ctypes.addressof(bounds)
        others = [(text, within) for text, within in self._texts if text not in seen]
        fonts = set(map(pdf_raw.text_font, seen)) if others else set()
        for text, within in others:
            pdf_raw.object_bounds(text, start, start + 4, start + 8, start + 12)
            ends = (*_moved(bounds[0], bounds[1], within), *_moved(bounds[2], bounds[3], within))
            yield ends, _product(_matrix(text), within)[4:], pdf_raw.text_font(text) in fonts

    def _add_paths(self, paths: list[int], within: Matrix) -> None:
        count = len(paths)
        modes = (ctypes.c_int * (2 * count))()
        start = ctypes.addressof(modes)
        steps = range(start, start + 8 * count, 8)
        sum(map(pdf_raw.draw_mode, paths, steps, range(start + 4, start + 4 + 8 * count, 8)))
        bounds = (ctypes.c_float * (4 * count))()
        start = ctypes.addressof(bounds)
        sides = [range(start + 4 * side, start + 4 * side + 16 * count, 16) for side in range(4)]
        sum(map(pdf_raw.object_bounds, paths, *sides))
        segments = map(pdf_raw.segment_count, paths)
        for path, fill, stroke, number, at in zip(
            paths, modes[0::2], modes[1::2], segments, range(0, 4 * count, 4), strict=True
        ):
            if stroke and number > 2:
                self._add_outline(path, within)
            elif fill or stroke:
                left, lower, right, upper = bounds[at : at + 4]
                self.add_bar(_moved(left, lower, within), _moved(right, upper, within), bool(fill))

    def add_bar(self, start: tuple[float, float], end: tuple[float, float], filled: bool) -> None:
        """A single line or a filled shape, by its bounds: a rule where it is thin, shading where it is filled."""
        x0, x1 = sorted((start[0] - self._left, end[0] - self._left))
        top, bottom = sorted((self._upper - start[1], self._upper - end[1]))
        if min(x1 - x0, bottom - top) > THICKEST_RULE:
            if filled:
                self.shading.append((x0, top, x1, bottom))
        elif bottom - top <= x1 - x0:
            self.horizontal.append(((top + bottom) / 2, x0, x1))
        else:
            self.vertical.append(((x0 + x1) / 2, top, bottom))

    def _add_outline(self, item: int, within: Matrix) -> None:
        """The upright and level stretches of a drawn outline."""
        matrix = _product(_matrix(item), within)
        path = ctypes.cast(item, pdfium.FPDF_PAGEOBJECT)
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


def has_ink(page: Any, places: Sequence[Box]) -> bool:
    """Whether anything is printed in one of the places, whatever the colour of the ground around it.

    Args:
        page: the page, as PDFium has it.
        places: left, lower, right and upper end of each, in points of the page's own space.
    """
    width, height = (int(2 * size(page)) + 1 for size in (pdfium.FPDF_GetPageWidthF, pdfium.FPDF_GetPageHeightF))
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_Gray, None, 0)
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, pdfium.FPDF_GRAYSCALE)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * height)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    paper = np.frombuffer(pixels, np.uint8).reshape(height, stride)
    x, y = ctypes.c_int(), ctypes.c_int()
    for left, lower, right, upper in places:
        pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, left, upper, x, y)
        first, head = max(0, x.value), max(0, y.value)
        pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, right, lower, x, y)
        last, foot = max(0, x.value), max(0, y.value)
        around = paper[max(0, head - _AROUND) : foot + _AROUND, max(0, first - _AROUND) : last + _AROUND]
        if not around.size:
            continue
        ground = int(np.bincount(around.ravel()).argmax())
        if (np.abs(paper[head:foot, first:last].astype(np.int16) - ground) > MARK).any():
            return True
    return False


def _matrices(objects: list[int]) -> npt.NDArray[np.float64]:
    """The first four numbers of each object's matrix, as (objects, 2, 2)."""
    found = (ctypes.c_float * (6 * len(objects)))()
    start = ctypes.addressof(found)
    sum(map(pdf_raw.object_matrix, objects, range(start, start + 24 * len(objects), 24)))
    return np.array(found, np.float64).reshape(-1, 6)[:, :4].reshape(-1, 2, 2)


def _matrix(item: int) -> Matrix:
    found = (ctypes.c_float * 6)()
    pdf_raw.object_matrix(item, ctypes.addressof(found))
    return (found[0], found[1], found[2], found[3], found[4], found[5])


def _product(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix that applies `inner`, then `outer`."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _moved(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
