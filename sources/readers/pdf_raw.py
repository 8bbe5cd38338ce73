"""PDFium's functions as `map` can call them for a whole page: addresses are plain integers and the loop runs in C.

pypdfium2's own wrapper makes a Python object for each pointer, and a page has thousands; that is most of the time a
page takes. Nothing but these calls belongs here.
"""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as pdfium


def _prototype(function: Any, *arguments: Any, result: Any = ctypes.c_int) -> Any:
    where = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.PYFUNCTYPE(result, *arguments)(where)


_POINTER, _NUMBER = ctypes.c_void_p, ctypes.c_int
loose_char_box = _prototype(pdfium.FPDFText_GetLooseCharBox, _POINTER, _NUMBER, _POINTER)
text_object = _prototype(pdfium.FPDFText_GetTextObject, _POINTER, _NUMBER, result=_POINTER)
text_font = _prototype(pdfium.FPDFTextObj_GetFont, _POINTER, result=_POINTER)
page_object = _prototype(pdfium.FPDFPage_GetObject, _POINTER, _NUMBER, result=_POINTER)
form_object = _prototype(pdfium.FPDFFormObj_GetObject, _POINTER, ctypes.c_ulong, result=_POINTER)
object_type = _prototype(pdfium.FPDFPageObj_GetType, _POINTER)
object_matrix = _prototype(pdfium.FPDFPageObj_GetMatrix, _POINTER, _POINTER)
object_bounds = _prototype(pdfium.FPDFPageObj_GetBounds, _POINTER, _POINTER, _POINTER, _POINTER, _POINTER)
draw_mode = _prototype(pdfium.FPDFPath_GetDrawMode, _POINTER, _POINTER, _POINTER)
segment_count = _prototype(pdfium.FPDFPath_CountSegments, _POINTER)


def address(handle: Any) -> int:
    """A handle of pypdfium2 as these functions take it."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0
