"""Pictures of a PDF's pages: a page with what was read drawn over it, and clippings of single rows.

A person who reviews an extraction trusts the picture, so it is rendered from the document's own bytes, in a worker
process. What the boxes mean is decided by the caller; nothing is read from a picture here.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.door import FileKind
from sources.errors import Exit, FtaError

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[float, float, float, float]
"""x0, top, x1, bottom in points from the page's top left."""

COLOURS = {
    "line": (0, 122, 61),
    "heading": (0, 90, 181),
    "continuation": (130, 80, 160),
    "rejected": (200, 0, 0),
    "row": (0, 122, 61),
    "table": (0, 90, 181),
    "cell": (235, 140, 0),
    "outside": (120, 120, 120),
}
"""Colour of each kind of mark: the roles of rows, and what a look finds on a page."""

_CELL_WIDTH, _ROW_WIDTH, _TABLE_WIDTH = 1, 2, 3
_SCALE, _CROP_SCALE, _MARGIN = 2.0, 1.5, 5.0
_MOST_PIXELS = 40_000_000
_AROUND = 6
"""Pages before and after a page that tell what at its edges is repeated, and no text of its own."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box to draw: its place, its kind in `COLOURS`, and a few letters to set beside it."""

    box: Box
    kind: str
    label: str = ""


def page_picture(path: Path, page: int, rows: Sequence[Mark] | None = None, *, name: str | None = None) -> bytes:
    """A page as a PNG, twice its size in points, with boxes over it; made in a worker.

    Args:
        path: a PDF.
        page: number from 1.
        rows: what to draw; None draws the tables, rows, cells and lines of text found on the page.
        name: the name the file came with, where `path` has another.

    Raises:
        FtaError: `no_picture` (the file is no PDF), `no_such_page`, and what the door and the worker say.
    """
    from sources.worker import ask_worker

    marks = None if rows is None else [[mark.box, mark.kind, mark.label] for mark in rows]
    answer = ask_worker({"do": "draw", "page": page, "marks": marks}, path, name=name)
    return base64.b64decode(answer["png"])


def row_pictures(path: Path, places: Sequence[tuple[int, Box]]) -> list[bytes]:
    """Clippings of a PDF as PNGs, in the order asked for: of each page and box, with a little of what is around it.

    Raises:
        FtaError: as `page_picture`.
    """
    from sources.worker import ask_worker

    if not places:
        return []
    answer = ask_worker({"do": "draw", "crops": [[page, box] for page, box in places]}, path)
    return [base64.b64decode(png) for png in answer["pngs"]]


def work(path: Path, kind: FileKind, task: dict[str, Any]) -> dict[str, Any]:
    """What a worker does: one page with its marks, or clippings; PNGs in base64."""
    if kind.kind != "pdf" or kind.pages is None:
        raise FtaError(
            "no_picture",
            f"The file is {kind.kind}, which has no pages to draw.",
            where={"file": path.name},
            remedy="Leave out --image; the rows of a workbook or text are shown as text.",
            exit_code=Exit.WRONG_USE,
        )
    if "crops" in task:
        return {"pngs": [_png(each) for each in _crops(path, kind.pages, task["crops"])]}
    page = int(task["page"])
    _check_page(page, kind.pages, path)
    if task["marks"] is None:
        marks = list(_found(path, page))
    else:
        marks = [Mark(tuple(box), what, label) for box, what, label in task["marks"]]
    return {"png": _png(_drawn(_render(path, [page], _SCALE)[page], marks, _scale_of(path, page)))}


def _check_page(page: int, pages: int, path: Path) -> None:
    if not 1 <= page <= pages:
        raise FtaError(
            "no_such_page",
            f"The document has {pages:,} pages; page {page:,} is none of them.",
            where={"file": path.name, "page": page},
            remedy=f"Name a page from 1 to {pages}.",
            exit_code=Exit.WRONG_USE,
        )


def _found(path: Path, page: int) -> Iterator[Mark]:
    """What a look finds on a page: paragraphs, and cells below rows below tables, so that the outer lines come last."""
    from sources.look_pdf import has_header
    from sources.readers.pdf_prose import ProseWork
    from sources.readers.pdf_tables import open_pdf, read_pages
    from sources.readers.prose import default_headings

    with open_pdf(path) as document:
        around = range(max(1, page - _AROUND), min(document.pages, page + _AROUND) + 1)
    prose = ProseWork()
    pages = {}
    for each_page in read_pages(path, around, workers=1):
        prose.take(each_page)
        pages[each_page.page] = each_page
    read = pages[page]
    paragraphs = [
        each for each in prose.finish(default_headings()).paragraphs if each.page == page and each.role != "table"
    ]
    for number, each in enumerate(paragraphs, 1):
        if each.bbox is not None:
            yield Mark(each.bbox, "heading" if each.role == "heading" else "outside", f"p{number}")
    for table in read.tables:
        for row in table.rows:
            yield from (Mark(box, "cell") for box in row.boxes if box is not None)
        for number, row in enumerate(table.rows, 0 if has_header(table) else 1):
            yield Mark(row.bbox, "row", str(number or ""))
        yield Mark(table.bbox, "table")


def _render(path: Path, pages: Sequence[int], scale: float) -> dict[int, Image]:
    return dict(_rendered(path, pages, scale))


def _rendered(path: Path, pages: Sequence[int], scale: float) -> Iterator[tuple[int, Image]]:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        for number in pages:
            page = document[number - 1]
            yield number, page.render(scale=_fitting(page.get_size(), scale)).to_pil().convert("RGB")
            page.close()
    finally:
        document.close()


def _fitting(size: tuple[float, float], scale: float) -> float:
    """The scale, or a smaller one where the page is so large that its picture would fill the memory."""
    pixels = size[0] * size[1] * scale * scale
    return float(scale if pixels <= _MOST_PIXELS else scale * (_MOST_PIXELS / pixels) ** 0.5)


def _scale_of(path: Path, page: int) -> float:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return _fitting(document[page - 1].get_size(), _SCALE)
    finally:
        document.close()


def _drawn(picture: Image, marks: Sequence[Mark], scale: float) -> Image:
    from PIL import ImageDraw, ImageFont

    draw = ImageDraw.Draw(picture, "RGBA")
    font = ImageFont.load_default(5.5 * scale)
    widths = {"cell": _CELL_WIDTH, "outside": _CELL_WIDTH, "table": _TABLE_WIDTH}
    for mark in marks:
        x0, top, x1, bottom = (side * scale for side in mark.box)
        colour = COLOURS[mark.kind]
        fill = (*colour, 28) if mark.kind not in ("cell", "table", "row") else None
        box = (min(x0, x1), min(top, bottom), max(x0, x1), max(top, bottom))
        draw.rectangle(box, outline=colour, fill=fill, width=widths.get(mark.kind, _ROW_WIDTH))
        if mark.label:
            width = draw.textlength(mark.label, font=font)
            draw.text((max(0.0, x0 - width - 3 * scale), top), mark.label, fill=colour, font=font)
    return picture


def _crops(path: Path, pages: int, places: Sequence[tuple[int, Box]]) -> list[Image]:
    """The clippings; each page is rendered once, and only one is held at a time."""
    wanted: dict[int, list[int]] = {}
    for number, (page, _) in enumerate(places):
        _check_page(page, pages, path)
        wanted.setdefault(page, []).append(number)
    cut: dict[int, Image] = {}
    for page, picture in _rendered(path, list(wanted), _CROP_SCALE):
        for number in wanted[page]:
            x0, top, x1, bottom = (side * _CROP_SCALE for side in places[number][1])
            margin = _MARGIN * _CROP_SCALE
            left, upper = max(0, int(x0 - margin)), max(0, int(top - margin))
            right, lower = min(picture.width, int(x1 + margin) + 1), min(picture.height, int(bottom + margin) + 1)
            cut[number] = picture.crop((left, upper, max(right, left + 1), max(lower, upper + 1)))
    return [cut[number].convert("L").quantize(16) for number in range(len(places))]


def _png(picture: Image) -> str:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode("ascii")
