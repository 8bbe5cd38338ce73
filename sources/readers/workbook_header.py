"""Where the table of a sheet begins: the row or rows of its header, looked for by their words, or guessed.

A described table is found by its headers alone. A guess is for looking into a file that nobody has described: nothing
of it enters a release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sources.errors import Exit, FtaError
from sources.readers.cells import cell_text, looks_like_code

_FIRST_ROWS = 60  # a header that is not found in these rows is not found
_HIGHEST = 3  # rows that make a header together, where one is guessed
_YEARS = range(1980, 2100)  # numbers that head a column of yearly rates


@dataclass(frozen=True)
class Table:
    """Where the table stands: header rows and columns, all from 0, and the header's cells."""

    header_rows: tuple[int, ...]
    columns: tuple[int, ...]
    header: tuple[str, ...]


def fold(text: str) -> str:
    """A header on one line."""
    return " ".join(text.split())


def refuse(code: str, message: str, remedy: str, **where: Any) -> FtaError:
    """The error of a workbook that cannot be read as described."""
    return FtaError(code, message, where=where, remedy=remedy, exit_code=Exit.DOCUMENT)


def _header_cells(rows: list[list[Any]], numbers: Sequence[int], merged: list[Any]) -> list[str]:
    """Header of every column; where several rows make it, their words are joined, and merged cells count for all."""
    spread = {
        (row, column): (top, left)
        for (top, left), (bottom, right) in merged
        if any(top <= number <= bottom for number in numbers)
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
    width = max((len(rows[number]) for number in numbers), default=0)
    cells = []
    for column in range(width):
        words: list[str] = []
        for number in numbers:
            row, home = spread.get((number, column), (number, column)) if len(numbers) > 1 else (number, column)
            word = fold(cell_text(rows[row][home])) if home < len(rows[row]) else ""
            if word and word not in words[-1:]:
                words.append(word)
        cells.append(" ".join(words))
    return cells


def _columns_of(header: list[str], expected: list[str]) -> tuple[int, ...] | None:
    """Columns whose headers are the expected ones, in order; blank headers count only where they are expected."""
    filled = [column for column, text in enumerate(header) if text]
    if "" in expected and filled:
        filled = list(range(filled[0], filled[0] + len(expected)))
    texts = [header[column] if column < len(header) else "" for column in filled]
    return tuple(filled) if texts == expected else None


def _header_rows(option: Any, rows: list[list[Any]]) -> list[tuple[int, ...]]:
    if option is None:
        return [(number,) for number in range(min(len(rows), _FIRST_ROWS))]
    numbers = [option] if isinstance(option, int) else list(option)
    if not all(isinstance(number, int) and 1 <= number <= len(rows) for number in numbers) or not numbers:
        raise refuse(
            "header_changed",
            f"The header is said to stand in row {option}, and the sheet has {len(rows)} rows.",
            "Set the reader's option `header_row` to the row number that Excel shows.",
        )
    return [tuple(number - 1 for number in numbers)]


def find_table(rows: list[list[Any]], merged: list[Any], columns: Sequence[str], option: Any) -> Table:
    """The table under the described headers, or under those guessed where none are described.

    Args:
        rows: every cell of the sheet, from A1 on.
        merged: the merged ranges, each a pair of (row, column) from 0.
        columns: headers as printed, in order; empty to guess them.
        option: the reader's option `header_row`.

    Raises:
        FtaError: `header_changed`.
    """
    expected = [fold(column) for column in columns]
    candidates = _header_rows(option, rows) if expected or option is not None else _guesses(rows, merged)
    nearest: tuple[int, list[str]] = (0, [])
    for numbers in candidates:
        header = _header_cells(rows, numbers, merged)
        if not expected and any(header):
            filled = tuple(column for column, text in enumerate(header) if text)
            return Table(numbers, filled, tuple(header[column] for column in filled))
        found = _columns_of(header, expected) if expected else None
        if found is not None:
            return Table(numbers, found, tuple(columns))
        likeness = len(set(header) & set(expected))
        if likeness > nearest[0]:
            nearest = (likeness, header)
    seen = [text for text in nearest[1] if text]
    raise refuse(
        "header_changed",
        f"The header {' | '.join(expected)!r} was not found; the nearest is {' | '.join(seen)!r}.",
        "Compare the sheet with the description: if the sheet is right, change `columns` in the description.",
        expected=" | ".join(expected),
        value=" | ".join(seen),
    )


def _guesses(rows: list[list[Any]], merged: list[Any]) -> list[tuple[int, ...]]:
    """The rows that name the most columns apart, above the first row of codes or numbers; none on an empty sheet."""
    first = rows[:_FIRST_ROWS]
    top = next((number for number, row in enumerate(first) if any(map(_is_datum, row))), None)
    height = 1 if not top else _HIGHEST  # without such a row below it, a second row would as well be a first of text
    groups = [
        tuple(range(start, start + size))
        for size in range(1, height + 1)
        for start in range((top or len(first)) - size + 1)
        if size == 1 or _distinct(_header_cells(rows, (start,), [])) > 1  # a title stands alone
    ]
    named = {group: _distinct(_header_cells(rows, group, merged)) for group in groups}
    best = max(groups, key=lambda group: (named[group], -len(group), -group[0]), default=())
    return [best] if best else []


def _distinct(header: Sequence[str]) -> int:
    return len(set(filter(None, header)))


def _is_datum(value: Any) -> bool:
    """Whether a cell is a code or a number, which a header has not, years apart."""
    if isinstance(value, str):
        text = value.strip()
        return looks_like_code(text) or (text.isdecimal() and len(text) > 4)
    return isinstance(value, int | float) and not isinstance(value, bool) and value not in _YEARS
