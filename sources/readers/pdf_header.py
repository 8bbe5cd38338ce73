"""The header of a PDF's table: its words as they are compared, and its names column by column."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from sources.readers.pdf_tables import Table


def fold(text: str) -> str:
    """The text with its white space folded, as a header is compared."""
    return " ".join(text.split())


def after(cell: str, words: str) -> str | None:
    """What follows the words in the cell's text, or None where the cell does not begin with them."""
    found = _words(words).match(cell)
    return cell[found.end() :] if found else None


@lru_cache(maxsize=256)
def _words(words: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, words.split())) + r"(?:\s+|$)")


def header_of(table: Table, header_rows: int) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The header's texts column by column, top to bottom, and the columns' edges as the header has them."""
    rows = table.rows[:header_rows]
    boxed = [
        (box, cell or "") for row in rows for box, cell in zip(row.boxes, row.cells, strict=True) if box is not None
    ]
    edges = sorted({side for box, _ in boxed for side in (box[0], box[2])})
    names = []
    for left, right in pairwise(edges):
        over = [cell for box, cell in boxed if box[0] <= left and right <= box[2]]
        names.append(fold(" ".join(over)))
    return tuple(names), tuple(edges)
