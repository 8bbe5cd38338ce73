"""A look at a PDF's tables without upright rules: headers guessed page by page, then read as a description would.

What `sources.readers.pdf_guess` takes for a header is tried at once with the reader `pdf_table`; what that refuses is
said and not offered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from sources.errors import FtaError
from sources.look import Seen, SeenTable, sample_of
from sources.readers import pdf_table
from sources.readers.grid import Box, merge_rules
from sources.readers.pdf_aligned import HORIZONTAL, NONE, text_lines
from sources.readers.pdf_guess import Guess, guess_headers
from sources.readers.pdf_tables import PageRead, open_pdf
from sources.reading import Finding, PageAccount, Reading


def look_at_aligned(path: Path, pages: Mapping[int, PageRead], total: int, seen: Seen) -> list[tuple[int, Box]]:
    """Find tables on pages whose text may stand in columns.

    Args:
        path: the PDF.
        pages: the pages to look at by number, as read by their rules.
        total: how many pages the document has.
        seen: takes the tables in, with a finding that says how their columns were told.

    Returns:
        The page and box of every row found.
    """
    boxes: list[tuple[int, Box]] = []
    for first, last, guess in _stretches(_guesses(path, pages), sorted(pages)):
        reading = _read(path, first, last, guess, seen)
        if reading is None:
            continue
        held = [account for account in reading.accounts if account.rows]
        first, last = held[0].page, held[-1].page
        _take(seen, reading, guess, (first, last), whole=(first, last) == (1, total))
        boxes += [(row.page, row.bbox) for row in reading.rows if row.bbox is not None]
    return boxes


def _guesses(path: Path, pages: Mapping[int, PageRead]) -> Iterator[tuple[int, Guess]]:
    with open_pdf(path) as document:
        for page in sorted(pages):
            marks = document.marks(page)
            ruled = [table.bbox for table in pages[page].tables]
            lines = [line for line in text_lines(marks) if not any(inside(line.bbox, box) for box in ruled)]
            for guess in guess_headers(lines, merge_rules(marks.horizontal)):
                yield page, guess


def inside(line: Box, table: Box) -> bool:
    """Whether the middle of a line lies in a table, or in a row of it."""
    x, y = (line[0] + line[2]) / 2, (line[1] + line[3]) / 2
    return table[0] <= x <= table[2] and table[1] <= y <= table[3]


def _stretches(found: Iterator[tuple[int, Guess]], pages: Sequence[int]) -> list[tuple[int, int, Guess]]:
    """For each header the pages on which to read its tables: up to the next other header's, or the last worth it."""
    heads: list[tuple[int, list[Guess]]] = []
    for page, guess in found:
        if heads and _is_same(heads[-1][1][0].names, guess.names):
            heads[-1][1].append(guess)
        else:
            heads.append((page, [guess]))
    ends = [max(first, following - 1) for (first, _), (following, _) in pairwise(heads)]
    lasts = [*ends, *pages[-1:]]
    return [(first, last, _usual(alike)) for (first, alike), last in zip(heads, lasts, strict=bool(heads))]


def _is_same(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two headers are one, under one of which the first words of a row were taken for its own."""
    return len(one) == len(other) and all(a.startswith(b) or b.startswith(a) for a, b in zip(one, other, strict=True))


def _usual(alike: Sequence[Guess]) -> Guess:
    """The header as it was guessed most often; rules part the rows only where they do on every page."""
    names = Counter(guess.names for guess in alike).most_common(1)[0][0]
    return Guess(names, HORIZONTAL if all(guess.rules == HORIZONTAL for guess in alike) else NONE)


def _read(path: Path, first: int, last: int, guess: Guess, seen: Seen) -> Reading | None:
    """What the reader reads under the header; None, and a finding, where it refuses."""
    try:
        reading = pdf_table.read(path, columns=guess.names, options={"rules": guess.rules, "pages": [first, last]})
    except FtaError as error:
        message = f"Text stands in columns under {' | '.join(guess.names)!r}, and is no table that can be read: "
        remedy = f"Look at it: `ftadata sources inspect FILE --page {first} --image page.png`."
        seen.findings.append(Finding(error.code, "warning", message + error.message, first, remedy=remedy))
        return None
    return reading if reading.rows else None


def _take(seen: Seen, reading: Reading, guess: Guess, pages: tuple[int, int], *, whole: bool) -> None:
    first, last = pages
    place = f"page {first}" if first == last else f"pages {first} to {last}"
    options = {"rules": guess.rules} | ({} if whole else {"pages": [first, last]})
    rows, sample = len(reading.rows), sample_of(reading)
    seen.tables.append(
        SeenTable(place, reading.reader, options, reading.header, rows, sample, trusted=False, page=first)
    )
    held = {account.page: account for account in reading.accounts if account.rows}
    for n, known in enumerate(seen.accounts):
        if known.page in held:
            more = held[known.page]
            seen.accounts[n] = PageAccount(known.page, known.rows + more.rows, known.tables + more.tables, known.engine)
    parted = "Level rules part its rows" if guess.rules == HORIZONTAL else "Nothing parts its rows"
    message = (
        f"A table without upright rules stands on {place}. {parted}; its columns are told from how the text is aligned."
    )
    remedy = f"Compare its rows with the page: `ftadata sources inspect FILE --page {first} --image page.png`."
    seen.findings.append(Finding("table_without_rules", "warning", message, first, value=guess.rules, remedy=remedy))
