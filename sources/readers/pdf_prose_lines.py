"""The lines of a PDF's prose in reading order: page headers, footers and page numbers taken out, columns one by one.

What stands at the edge of page after page is the page's and not the text's; it is told by its repetition and its
place. Columns are told by a gutter that hardly a line crosses. How lines make paragraphs is in `pdf_prose`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from sources.readers.grid import Box
from sources.readers.pdf_tables import PageRead
from sources.readers.pdf_text import Piece
from sources.readers.prose_words import plain
from sources.reading import Finding
from sources.wording import number_of

EDGE_LINES, HEAD_ZONE, FOOT_ZONE = 4, 0.15, 0.88
"""Furniture is among so many first or last lines of its page, in these shares of its height, or in its margins."""

OFTEN, OFTENER, SHORT, NEAR = 3, 5, 12, 2
"""On `OFTEN` pages (`OFTENER` in a document of more than `SHORT` pages, where letters and forms repeat their openings)
a line must stand at the same place to be furniture, each with another at most `NEAR` pages away."""

_SAME_PLACE, _MARK_WIDTH = 6.0, 0.08
_GUTTER, _CENTRE, _FILLED, _FEW = 8.0, (0.25, 0.75), 0.5, 3
_PAGE_NUMBER = re.compile(r"(?i)(?:page\s*)?[-–—|\s]*(\d+)[-–—|\s]*(?:(?:of|/)\s*\d+)?")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of the text, or a table in its place.

    Attributes:
        bbox: in points from the page's top left; `left` and `right` are the edges of its column.
        region: number of the column or band on its page; lines of one region stand below each other.
        is_contents: an entry of a table of contents: its last stretch is a page number far to the right.
        is_table: a table, which has no words here.
    """

    page: int
    region: int
    text: str
    bbox: Box
    left: float
    right: float
    is_contents: bool = False
    is_table: bool = False

    @property
    def height(self) -> float:
        """Height of its letters, in points."""
        return self.bbox[3] - self.bbox[1]

    @property
    def is_centred(self) -> bool:
        """Whether it stands in the middle of its column."""
        before, after = self.bbox[0] - self.left, self.right - self.bbox[2]
        return min(before, after) > 4 and abs(before - after) <= max(5.0, 0.03 * (self.right - self.left))


Pieces = tuple[Piece, ...]


@dataclass(frozen=True)
class PageText:
    """The printed lines of a page, in stretches, and its real tables."""

    page: int
    width: float
    height: float
    lines: tuple[Pieces, ...]
    tables: tuple[Box, ...]


def page_text(read: PageRead) -> PageText:
    """What of a page can be prose. A frame of one row or one column around words is no table: its words are lines."""
    lines = [line.pieces for line in read.outside]
    tables = []
    for table in read.tables:
        if len(table.rows) > 1 and len(table.xs) > 2 and _is_on_page(table.bbox, read):
            tables.append(table.bbox)
            continue
        for row in table.rows:
            for box, cell in zip(row.boxes, row.cells, strict=True):
                if box is not None and cell:
                    lines += _cell_lines(box, cell)
    lines.sort(key=lambda pieces: (pieces[0].top, pieces[0].x0))
    return PageText(read.page, read.width, read.height, tuple(lines), tuple(tables))


def _is_on_page(box: Box, read: PageRead) -> bool:
    """Whether a grid lies on its page; what reaches far outside it is decoration that the page cuts off."""
    return box[0] > -20 and box[1] > -20 and box[2] < read.width + 20 and box[3] < read.height + 20


def _cell_lines(box: Box, cell: str) -> Iterator[Pieces]:
    """The lines of a framed text, shared out evenly over its frame, since only the frame's place is known."""
    texts = cell.split("\n")
    height = (box[3] - box[1]) / len(texts)
    for n, text in enumerate(texts):
        yield (Piece(box[0], box[2], round(box[1] + n * height, 1), round(box[1] + (n + 1) * height, 1), text),)


# --- page headers, footers and page numbers --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Edge:
    """A stretch of text at the edge of a page."""

    page: int
    line: int
    piece: int
    text: str
    top: float
    x0: float
    x1: float
    margin: bool


def without_furniture(
    pages: Sequence[PageText], headings: Sequence[re.Pattern[str]]
) -> tuple[list[PageText], list[Finding]]:
    """The pages without what is repeated at their edges, and what that was, as findings `page_furniture`.

    Args:
        pages: all pages, in order.
        headings: what looks like a numbered heading, which is no page number although it counts like one.
    """
    edges = [edge for page in pages for edge in _edges(page)]
    numbers = _page_numbers(edges, len(pages), headings)
    counted = set(numbers)
    repeated = _repeated([edge for edge in edges if edge not in counted], OFTEN if len(pages) <= SHORT else OFTENER)
    repeated += _beside(repeated, edges)
    gone: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for edge in (*numbers, *repeated):
        gone[edge.page].add((edge.line, edge.piece))
    return [_without(page, gone[page.page]) for page in pages], list(_furniture(numbers, repeated))


def _edges(page: PageText) -> Iterator[_Edge]:
    wide = [piece for line in page.lines for piece in line if piece.x1 - piece.x0 > 0.3 * page.width]
    left = min((piece.x0 for piece in wide), default=0.0)
    right = max((piece.x1 for piece in wide), default=page.width)
    last = len(page.lines) - EDGE_LINES
    for n, line in enumerate(page.lines):
        for m, piece in enumerate(line):
            narrow = bool(wide) and piece.x1 - piece.x0 < _MARK_WIDTH * page.width
            margin = narrow and (piece.x1 < left - 6 or piece.x0 > right + 6)
            above = n < EDGE_LINES and piece.bottom < HEAD_ZONE * page.height
            below = n >= last and piece.top > FOOT_ZONE * page.height
            if margin or above or below:
                yield _Edge(page.page, n, m, plain(piece.text), piece.top, piece.x0, piece.x1, margin)


def _page_numbers(edges: Iterable[_Edge], pages: int, headings: Sequence[re.Pattern[str]]) -> list[_Edge]:
    """Lines in which one number grows with the page, while all else in them stays."""
    by_form: dict[tuple[str, int], list[_Edge]] = defaultdict(list)
    for edge in edges:
        own = [match.span("number") for pattern in headings if (match := pattern.match(edge.text))]
        for number in re.finditer(r"(?<![\d.])\d{1,4}(?![\d.])", edge.text):
            if any(start <= number.start() < end for start, end in own):
                continue
            form = f"{edge.text[: number.start()]}#{edge.text[number.end() :]}"
            by_form[form, int(number[0]) - edge.page].append(edge)
    found: dict[_Edge, None] = {}
    for group in by_form.values():
        alone = all(_PAGE_NUMBER.fullmatch(edge.text) for edge in group)
        enough = min(OFTEN, max(2, pages)) if alone else OFTEN
        if len({edge.page for edge in group}) >= enough:
            found |= dict.fromkeys(group)
    return list(found)


def _repeated(edges: Iterable[_Edge], often: int) -> list[_Edge]:
    """Lines that stand with the same words at the same place on pages near each other."""
    by_text: dict[str, list[_Edge]] = defaultdict(list)
    for edge in edges:
        by_text[edge.text].append(edge)
    found = []
    for group in by_text.values():
        tops: dict[int, list[float]] = defaultdict(list)
        for edge in group:
            tops[edge.page].append(edge.top)
        near = [edge for edge in group if _is_near(edge, tops)]
        if len({edge.page for edge in near}) >= (OFTEN if all(edge.margin for edge in near) else often):
            found += near
    return found


def _is_near(edge: _Edge, tops: dict[int, list[float]]) -> bool:
    """Whether the same words stand at the same height on a page near by."""
    pages = [edge.page + step for step in range(-NEAR, NEAR + 1) if step]
    return any(abs(top - edge.top) < _SAME_PLACE for page in pages for top in tops.get(page, ()))


def _beside(repeated: Sequence[_Edge], edges: Sequence[_Edge]) -> list[_Edge]:
    """Marks in the margin above and below those that are repeated: the rest of a thumb index."""
    columns: dict[int, list[_Edge]] = defaultdict(list)
    for edge in repeated:
        if edge.margin:
            columns[edge.page].append(edge)
    known = set(repeated)
    return [
        edge
        for edge in edges
        if edge.margin
        and edge not in known
        and any(edge.x0 < other.x1 and other.x0 < edge.x1 for other in columns[edge.page])
    ]


def _without(page: PageText, gone: set[tuple[int, int]]) -> PageText:
    if not gone:
        return page
    lines = (tuple(piece for m, piece in enumerate(line) if (n, m) not in gone) for n, line in enumerate(page.lines))
    return PageText(page.page, page.width, page.height, tuple(line for line in lines if line), page.tables)


def _furniture(numbers: Sequence[_Edge], repeated: Sequence[_Edge]) -> Iterator[Finding]:
    if numbers:
        pages = sorted({edge.page for edge in numbers})
        first = next(edge for edge in numbers if edge.page == pages[0])
        message = (
            f"Page numbers on {number_of(len(pages), 'page')} were taken out of the text, the first on page {pages[0]}."
        )
        yield Finding("page_furniture", "info", message, pages[0], value=first.text)
    margin = sorted({edge.page for edge in repeated if edge.margin})
    if margin:
        marks = Counter(edge.text for edge in repeated if edge.margin)
        message = f"Marks in the margin of {number_of(len(margin), 'page')} were taken out of the text."
        yield Finding("page_furniture", "info", message, margin[0], value=" ".join(list(marks)[:20]))
    texts = Counter(edge.text for edge in repeated if not edge.margin)
    for text, count in texts.items():
        page = min(edge.page for edge in repeated if edge.text == text)
        message = f"A line at the edge of {number_of(count, 'page')} was taken out of the text."
        yield Finding("page_furniture", "info", message, page, value=text)


# --- columns ---------------------------------------------------------------------------------------------------------


def reading_order(page: PageText, usual: tuple[float, float] | None = None) -> tuple[list[TextLine], int]:
    """The lines of a page as they are read, tables in their places, and how many columns it has at most.

    Args:
        page: the page without furniture.
        usual: left and right edge of the text on pages like it, for a page with few lines.
    """
    regions = list(_regions(list(page.lines), 1))
    lines: list[TextLine] = []
    whole = _extent(page.lines, usual)
    for number, (region, depth) in enumerate(regions):
        left, right = whole if depth == 1 else _extent(region, None)
        lines += [_line(page.page, number, pieces, left, right) for pieces in region]
    for box in page.tables:
        before = next((n for n, line in enumerate(lines) if line.bbox[1] >= box[1] - 1), len(lines))
        lines.insert(before, TextLine(page.page, -1, "", box, box[0], box[2], is_table=True))
    return lines, max((depth for _, depth in regions), default=1)


def _extent(lines: Sequence[Pieces], usual: tuple[float, float] | None) -> tuple[float, float]:
    left = min((line[0].x0 for line in lines), default=0.0)
    right = max((line[-1].x1 for line in lines), default=0.0)
    return (min(left, usual[0]), max(right, usual[1])) if usual else (left, right)


def usual_edges(pages: Sequence[PageText]) -> dict[int, tuple[float, float]]:
    """For each page the edges that text usually has on pages of its side (odd or even) and size."""
    sides: dict[tuple[int, float], list[tuple[float, float]]] = defaultdict(list)
    for page in pages:
        if len(page.lines) >= 8:
            sides[page.page % 2, page.width].append(_extent(page.lines, None))
    middle = {
        key: (median(left for left, _ in found), median(right for _, right in found)) for key, found in sides.items()
    }
    return {page.page: middle[page.page % 2, page.width] for page in pages if (page.page % 2, page.width) in middle}


def _line(page: int, region: int, pieces: Pieces, left: float, right: float) -> TextLine:
    box = (pieces[0].x0, min(each.top for each in pieces), pieces[-1].x1, max(each.bottom for each in pieces))
    text = plain(" ".join(each.text for each in pieces))
    leaders = re.search(r"(\.\s?){4,}\s*\d*$", text) is not None
    far = (
        len(pieces) > 1 and pieces[-1].text.strip().isdigit() and pieces[-1].x0 - pieces[-2].x1 > 2 * (box[3] - box[1])
    )
    return TextLine(page, region, text, box, left, right, is_contents=leaders or far)


def _regions(lines: list[Pieces], depth: int) -> Iterator[tuple[list[Pieces], int]]:
    """The columns and the bands between them, in reading order, each with the number of columns beside it."""
    gutter = _gutter(lines) if depth <= 3 else None
    if gutter is None:
        if lines:
            yield lines, depth
        return
    left: list[Pieces] = []
    right: list[Pieces] = []
    for line in lines:
        if any(piece.x0 < gutter < piece.x1 for piece in line):
            for side in (left, right):
                yield from _regions(side, depth + 1)
            left, right = [], []
            yield [line], depth
            continue
        for side, pieces in (
            (left, tuple(piece for piece in line if piece.x1 <= gutter)),
            (right, tuple(piece for piece in line if piece.x1 > gutter)),
        ):
            if pieces:
                side.append(pieces)
    for side in (left, right):
        yield from _regions(side, depth + 1)


def _gutter(lines: Sequence[Pieces]) -> float | None:
    """The middle of a white stripe from top to bottom with filled lines on both sides of it, or None."""
    if len(lines) < 2 * _FEW:
        return None
    left, right = _extent(lines, None)
    low, high = (left + share * (right - left) for share in _CENTRE)
    places: Counter[float] = Counter()
    for line in lines:
        ends = sorted((piece.x0, piece.x1) for piece in line)
        for (_, end), (start, _) in pairwise(ends):
            if start - end >= _GUTTER:
                places[round((start + end) / 4) * 2.0] += 1
        for piece in line:
            places[round(piece.x0 / 2) * 2.0 - _GUTTER / 2] += 1
    candidates = [place for place, count in places.most_common(40) if count >= _FEW and low <= place <= high]
    fitting = [
        (crossed, place) for place in candidates if (crossed := _crossings(lines, place, left, right)) is not None
    ]
    return min(fitting)[1] if fitting else None


def _crossings(lines: Sequence[Pieces], gutter: float, left: float, right: float) -> int | None:
    """How many lines cross the place; None where it parts no columns."""
    crossed = sum(any(piece.x0 < gutter < piece.x1 for piece in line) for line in lines)
    free = [line for line in lines if not any(piece.x0 < gutter < piece.x1 for piece in line)]
    one = [piece for line in free for piece in line if piece.x1 <= gutter]
    other = [piece for line in free for piece in line if piece.x1 > gutter]
    if min(len(one), len(other)) < _FEW or crossed * 2 > len(lines):
        return None
    overlap = min(one[-1].bottom, other[-1].bottom) - max(one[0].top, other[0].top)
    shorter = min(one[-1].bottom - one[0].top, other[-1].bottom - other[0].top)
    if overlap < 0.5 * shorter:
        return None
    spread = min(piece.x0 for piece in other) - max(piece.x1 for piece in one)
    filled_left = median(piece.x1 - piece.x0 for piece in one) > _FILLED * (gutter - left)
    filled_right = median(piece.x1 - piece.x0 for piece in other) > _FILLED * (right - gutter)
    return crossed if spread >= _GUTTER and filled_left and filled_right else None
