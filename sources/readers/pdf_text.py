"""From characters to text: those that belong together become lines, and lines become the text of a cell.

Whole pages are put together at once with arrays. Words are parted by printed spaces and by gaps, lines by their height
on the page; a small raised digit stays apart from the digit before it (`5` with a footnote `1` is `5¹`, never 51).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sources.readers.grid import Box, Grid
from sources.readers.pdf_page import Chars, Ints

GAP = 3.0
"""Points between two characters from which they are two words; the same as pdfplumber's."""

PIECES_APART = 1.0
"""Heights of the letters from which a gap parts a line into pieces, unless asked otherwise."""

_RAISED = {ord(plain): ord(raised) for plain, raised in zip("0123456789()+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁺⁻", strict=True)}
_PARTS = np.array([0, ord(" "), ord("\n"), 0], np.uint32)
_NOTHING, _SPACE, _LINE, _GROUP = range(4)


class Piece(NamedTuple):
    """A stretch of a line between gaps wider than the letters are high, as columns without rules have them.

    Its sides are its own: what stands beside a line, such as a mark in the margin, may be higher or lower than it.
    """

    x0: float
    x1: float
    top: float
    bottom: float
    text: str


class Line(NamedTuple):
    """One printed line, its box (x0, top, x1, bottom in points from the page's top left) and its pieces."""

    text: str
    bbox: Box
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Composed:
    """Text put together.

    Attributes:
        texts: one a group, lines joined by newlines; empty where the group has no printed character.
        lines: the lines of all groups in order, where they were asked for.
        raised: groups in which raised digits or signs stand.
    """

    texts: list[str]
    lines: tuple[Line, ...]
    raised: frozenset[int]


def place(chars: Chars, grids: Sequence[Grid]) -> tuple[Ints, list[int]]:
    """For each character the cell in which its middle lies, cells numbered through all tables, or -1.

    Returns:
        The cell of each character, and each table's first cell number.
    """
    cell = np.full(len(chars), -1, np.intp)
    middle_x, middle_y = (chars.x0 + chars.x1) / 2, (chars.top + chars.bottom) / 2
    starts, count = [], 0
    for grid in grids:
        starts.append(count)
        lattice = np.full((len(grid.ys) + 1, len(grid.xs) + 1), -1, np.intp)
        for number, (row, column, row_end, column_end) in enumerate(grid.spans):
            lattice[row + 1 : row_end + 1, column + 1 : column_end + 1] = count + number
        lattice[-1, :] = lattice[:, -1] = -1
        found = lattice[np.searchsorted(grid.ys, middle_y, "right"), np.searchsorted(grid.xs, middle_x, "right")]
        cell = np.where(cell < 0, found, cell)
        count += len(grid.cells)
    return cell, starts


def compose(
    chars: Chars, group: Ints, groups: int, *, with_lines: bool = False, apart: float = PIECES_APART
) -> Composed:
    """The text of each group; characters of group -1 are left out.

    Args:
        chars: the page's characters.
        group: for each character the number of its group.
        groups: how many groups there are.
        with_lines: whether the lines and their boxes are wanted too.
        apart: the gap that parts a line's pieces, in heights of its letters.
    """
    index = np.flatnonzero(group >= 0)
    if not len(index):
        return Composed([""] * groups, (), frozenset())
    along, along_end, across, foot = _reading_frame(chars, index)
    turn, belongs = chars.turn[index], group[index]
    order = np.lexsort((across, turn, belongs))
    reach = np.maximum(GAP, 0.4 * (foot - across)[order])
    new_line = _changes(belongs[order]) | _changes(turn[order]) | (np.diff(across[order], prepend=-1e9) > reach)
    line = np.empty(len(index), np.intp)
    line[order] = np.cumsum(new_line)
    order = np.lexsort((along, line))
    blanks = np.cumsum(chars.blank[index][order])
    order, blanks = order[~chars.blank[index][order]], blanks[~chars.blank[index][order]]
    if not len(order):
        return Composed([""] * groups, (), frozenset())
    belongs, line, index = belongs[order], line[order], index[order]
    gap = np.concatenate(([0.0], along[order][1:] - along_end[order][:-1])) > GAP
    between = np.where(gap | (np.diff(blanks, prepend=0) > 0), _SPACE, _NOTHING)
    between[_changes(line)] = _LINE
    between[_changes(belongs)] = _GROUP
    between[0] = _NOTHING
    code, raised = _raise(chars.code[index], across[order], foot[order], line)
    texts = [""] * groups
    for number, text in zip(belongs[_changes(belongs)].tolist(), _join(code, between).split("\0"), strict=True):
        texts[number] = text
    lines = _lines(chars, index, line, code, between, apart) if with_lines else ()
    return Composed(texts, lines, frozenset(np.unique(belongs[raised]).tolist()))


def _reading_frame(chars: Chars, index: Ints) -> tuple[npt.NDArray[np.float64], ...]:
    """Where characters start and end along their line, and their lines' head and foot, whatever way they are turned."""
    x0, top, x1, bottom = chars.x0[index], chars.top[index], chars.x1[index], chars.bottom[index]
    turn = chars.turn[index]
    if not turn.any():
        return x0, x1, top, bottom
    cases = [turn == 1, turn == 2, turn == 3]
    return (
        np.select(cases, [-bottom, -x1, top], x0),
        np.select(cases, [-top, -x0, bottom], x1),
        np.select(cases, [x0, -bottom, -x1], top),
        np.select(cases, [x1, -top, -x0], bottom),
    )


def _changes(values: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Where a value differs from the one before; true for the first."""
    return np.concatenate(([True], values[1:] != values[:-1]))


def _raise(
    code: npt.NDArray[np.uint32], head: npt.NDArray[np.float64], foot: npt.NDArray[np.float64], line: Ints
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.bool_]]:
    """Small raised digits and signs become superscript characters; which ones were, is given back too."""
    height = foot - head
    starts = np.flatnonzero(_changes(line))
    sizes = np.diff(np.append(starts, len(line)))
    tallest = np.repeat(np.maximum.reduceat(height, starts), sizes)
    small = height < 0.8 * tallest
    if not small.any():
        return code, small
    footing = np.repeat(np.maximum.reduceat(np.where(small, -np.inf, foot), starts), sizes)
    raised = small & (foot < footing - 0.2 * tallest) & np.isin(code, list(_RAISED))
    marked = code.copy()
    marked[raised] = [_RAISED[int(mark)] for mark in code[raised]]
    return marked, raised


def _join(code: npt.NDArray[np.uint32], between: Ints) -> str:
    """Characters as one string, with what stands between them: nothing, a space, a line end or a zero."""
    at = np.arange(len(code)) + np.cumsum(between != _NOTHING)
    joined = np.zeros(int(at[-1]) + 1, np.uint32)
    joined[at] = code
    parted = np.flatnonzero(between != _NOTHING)
    joined[at[parted] - 1] = _PARTS[between[parted]]
    return joined.tobytes().decode("utf-32-le", "replace")


def _lines(
    chars: Chars, index: Ints, line: Ints, code: npt.NDArray[np.uint32], between: Ints, reach: float
) -> tuple[Line, ...]:
    x0, x1, top, bottom = chars.x0[index], chars.x1[index], chars.top[index], chars.bottom[index]
    new_line = _changes(line)
    apart = np.concatenate(([0.0], x0[1:] - x1[:-1])) > reach * (bottom - top)
    between = np.where(new_line, _LINE, np.where(apart, _GROUP, between))
    between[0] = _NOTHING
    starts, pieces = np.flatnonzero(new_line), np.flatnonzero(new_line | apart)
    piece_ends = np.append(pieces[1:], len(code)) - 1
    sides = x0[pieces], x1[piece_ends], np.minimum.reduceat(top, pieces), np.maximum.reduceat(bottom, pieces)
    left, right, upper, lower = (side.round(1).tolist() for side in sides)
    edges = zip(left, right, upper, lower, strict=True)
    heads = np.minimum.reduceat(top, starts).round(1).tolist()
    feet = np.maximum.reduceat(bottom, starts).round(1).tolist()
    lines = []
    for text, head, foot in zip(_join(code, between).split("\n"), heads, feet, strict=True):
        parts = tuple(Piece(*next(edges), text=part) for part in text.split("\0"))
        lines.append(Line(text.replace("\0", " "), (parts[0].x0, head, parts[-1].x1, foot), parts))
    return tuple(lines)
