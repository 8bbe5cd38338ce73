"""A look into a PDF: its tables put together over pages, its prose by its headings, and its pages without text.

Tables are those of `sources.readers.pdf_tables`; here is only decided which of them are one table that runs on, and
which of their first rows are a header.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sources.door import FileKind
from sources.errors import Exit, FtaError
from sources.look import FIRST, SAMPLE, Seen, SeenTable
from sources.look_aligned import inside, look_at_aligned
from sources.readers.grid import Box
from sources.readers.pdf_guess import may_hold_columns
from sources.readers.pdf_header import fold, header_of  # the very words the reader compares a header by
from sources.readers.pdf_prose import ProseWork
from sources.readers.pdf_tables import PageRead, Table, read_pages
from sources.readers.prose import Paragraph, default_headings
from sources.reading import Finding, PageAccount

SAME_EDGE = 3.0
"""Points within which the edges of two tables' columns are the same."""

_MOST_HEADER_ROWS = 4
_LONGEST_HEADER = 140
_FIRST_LINES = 12
_OF_A_PAGE = 2 * FIRST
"""How many rows of a page are kept to guess from."""

_OF_PROSE = ("page_furniture", "duplicate_heading", "numbering_gap", "numbering_restarts", "run_in_heading", "columns")
_CODE = re.compile(r"\d{4}|\d{2}\.\d{2}|\d+(\.\d+)*\s*%?")


@dataclass
class _Run:
    """Tables of one shape, page after page: one table, as far as can be told from its header and its edges."""

    first: Table
    tops: list[list[tuple[str, ...]]] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    rows: int = 0
    seen: dict[int, list[tuple[str, ...]]] = field(default_factory=dict)

    def add(self, table: Table) -> None:
        self.pages.append(table.page)
        self.rows += len(table.rows)
        texts = [_texts(table, n) for n in range(len(table.rows))]
        self.tops.append(texts[:_MOST_HEADER_ROWS])
        self.seen.setdefault(table.page, []).extend(texts[:_OF_A_PAGE])

    def sample(self, pages: Sequence[int]) -> list[tuple[str, ...]]:
        """The first rows on the pages, which a description would read, and some from all over them."""
        rows = [row for page, texts in self.seen.items() if pages[0] <= page <= pages[-1] for row in texts]
        return [*rows[:_OF_A_PAGE], *rows[_OF_A_PAGE :: max(1, len(rows) // (SAMPLE - _OF_A_PAGE))]]

    @property
    def header_rows(self) -> tuple[int, bool]:
        """How many rows are header, and whether their being repeated proves it."""
        if len(self.tops) > 1:
            same = 0
            for row, other in zip(self.tops[0], self.tops[1], strict=False):
                if row != other or not any(row):
                    break
                same += 1
            if same:
                return same, True
        return (_rows_of_header(self.first) if is_header(self.tops[0][0]) else 0), False

    def is_headed_like(self, top: Sequence[tuple[str, ...]]) -> bool:
        """Whether a table that begins with these rows has the header of this one, in all its rows."""
        if not _heads(self.tops[0][0], top[0]):
            return False
        count, proven = self.header_rows
        return not proven or count == 1 or self.tops[0][:count] == list(top[:count])

    @property
    def longest_stretch(self) -> list[int]:
        """The first and last of the most pages on end that it stands on: others may hold tables of a like header."""
        stretches: list[list[int]] = []
        for page in self.pages:
            if stretches and page <= stretches[-1][1] + 1:
                stretches[-1][1] = page
            else:
                stretches.append([page, page])
        return max(stretches, key=lambda stretch: stretch[1] - stretch[0])

    @property
    def place(self) -> str:
        first, last = self.pages[0], self.pages[-1]
        if first == last:
            return f"page {first}"
        every = len(set(self.pages)) == last - first + 1
        return f"pages {first} to {last}" + ("" if every else f", on {len(set(self.pages))} of them")


def look_at_pdf(path: Path, kind: FileKind, seen: Seen, *, page: int | None = None) -> None:
    """Every page, or one."""
    pages = kind.pages or 0
    if page is not None and not 1 <= page <= pages:
        raise FtaError(
            "no_such_page",
            f"The document has {pages:,} pages; page {page:,} is none of them.",
            where={"file": path.name, "page": page},
            remedy=f"Name a page from 1 to {pages}.",
            exit_code=Exit.WRONG_USE,
        )
    runs: list[_Run] = []
    prose = ProseWork()
    silent: list[int] = []
    aligned: dict[int, PageRead] = {}
    lines = unmapped = 0
    for read in read_pages(path, None if page is None else [page]):
        rows = sum(len(table.rows) for table in read.tables)
        seen.accounts.append(PageAccount(read.page, rows, len(read.tables), read.engine))
        _join(read.tables, runs)
        _take_lines(read, seen)
        prose.take(read)
        lines += len(read.outside)
        unmapped += read.unmapped
        if not read.chars:
            silent.append(read.page)
        if may_hold_columns(read.outside):
            aligned[read.page] = read
    seen.tables += [_table(run, alone=len(runs) == 1) for run in runs]
    unruled = look_at_aligned(path, aligned, pages, seen)
    _take_prose(prose, seen, unruled)
    lines -= sum(
        inside(line.bbox, row) for number, row in unruled if number in aligned for line in aligned[number].outside
    )
    _judge(seen, silent, lines, unmapped)


def _join(tables: Sequence[Table], runs: list[_Run]) -> None:
    for table in tables:
        top = [_texts(table, n) for n in range(min(_MOST_HEADER_ROWS, len(table.rows)))]
        run = next((run for run in reversed(runs) if run.is_headed_like(top)), None)
        if run is None and not is_header(top[0]):
            run = next((run for run in reversed(runs[-3:]) if _same_edges(run.first, table)), None)
        if run is None:
            run = _Run(table)
            runs.append(run)
        run.add(table)


def _rows_of_header(table: Table) -> int:
    """How many rows the cells of the first row reach down over: those of a header that is ruled once."""
    foot = max((box[3] for box in table.rows[0].boxes if box is not None), default=0.0)
    return max(1, sum(row.bbox[1] < foot - 1 for row in table.rows))


def _texts(table: Table, row: int) -> tuple[str, ...]:
    return tuple(fold(cell or "") for cell in table.rows[row].cells)


def _heads(header: Sequence[str], top: Sequence[str]) -> bool:
    """Whether a first row is the header of a run, or the header with the first row under it and no rule between."""
    if not is_header(header) or len(header) != len(top):
        return False
    return all(cell == name or (name and cell.startswith(f"{name} ")) for name, cell in zip(header, top, strict=True))


def _same_edges(one: Table, other: Table) -> bool:
    return len(one.xs) == len(other.xs) and all(abs(a - b) <= SAME_EDGE for a, b in zip(one.xs, other.xs, strict=True))


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row could head a table: mostly words, no cell that is a code or a rate alone, and none a sentence."""
    filled = [cell for cell in cells if cell]
    if any(len(cell) > _LONGEST_HEADER for cell in filled):
        return False
    return len(filled) * 2 >= len(cells) and not any(_CODE.fullmatch(cell) for cell in filled)


def has_header(table: Table) -> bool:
    """Whether the first row of a table could head it."""
    return is_header(_texts(table, 0))


def _take_lines(read: PageRead, seen: Seen) -> None:
    for line in read.outside[:_FIRST_LINES]:
        if len(seen.text) < _FIRST_LINES and fold(line.text):
            seen.text.append(fold(line.text))


def _take_prose(prose: ProseWork, seen: Seen, rows: Sequence[tuple[int, Box]]) -> None:
    """The articles of what stands outside the tables, and what was taken out of it."""
    read = prose.finish(default_headings())
    seen.articles += read.articles
    seen.paragraphs = sum(each.role != "table" and not _is_row(each, rows) for each in read.paragraphs)
    wanted = _OF_PROSE if read.articles else _OF_PROSE[:1]
    seen.findings += [each for each in read.findings if each.code in wanted]


def _is_row(paragraph: Paragraph, rows: Sequence[tuple[int, Box]]) -> bool:
    """Whether a paragraph is made of rows of a table without upright rules."""
    box = paragraph.bbox
    return box is not None and any(page == paragraph.page and row[1] < box[3] and box[1] < row[3] for page, row in rows)


def _table(run: _Run, *, alone: bool) -> SeenTable:
    count, proven = run.header_rows
    header = header_of(run.first, count)[0] if count else ()
    head = run.tops[0][:count]
    repeats = sum(top[:count] == head for top in run.tops) if count else 0
    options: dict[str, Any] = {"header_rows": count} if count > 1 else {}
    if not alone:
        options["pages"] = run.longest_stretch
    seen = run.sample(options.get("pages", run.pages))
    sample = [row for row in seen if row not in head and not (count == 1 and _heads(head[0], row))]
    rows = run.rows - count * repeats
    trusted = bool(count and proven)
    return SeenTable(run.place, "pdf_table", options, tuple(header), rows, tuple(sample), trusted, run.pages[0])


def _judge(seen: Seen, silent: list[int], lines: int, unmapped: int) -> None:
    pages = len(seen.accounts)
    if silent and len(silent) == pages:
        seen.reason = f"None of the {pages} pages has text: they are pictures, which only OCR can read."
        remedy = "Ask the publisher for the text, or install Tesseract and read it with the reader 'scan'."
        seen.findings.append(Finding("needs_ocr", "error", seen.reason, silent[0], value=str(pages), remedy=remedy))
    elif silent:
        message = f"{len(silent)} of {pages} pages have no text, the first of them page {silent[0]}."
        remedy = f"Look at it: `ftadata sources inspect FILE --page {silent[0]} --image page.png`."
        seen.findings.append(Finding("page_without_text", "warning", message, silent[0], remedy=remedy))
    if unmapped:
        message = f"{unmapped:,} characters have no Unicode value and are read as U+FFFD."
        seen.findings.append(Finding("unmapped_characters", "warning", message, value=str(unmapped)))
    slow = Counter(account.engine for account in seen.accounts)["pdfplumber"]
    if slow:
        message = f"{slow} of {pages} pages were read by pdfplumber, for turned text or signs that are not certain."
        seen.findings.append(Finding("slow_pages", "info", message, value=str(slow)))
    if lines:
        message = f"{lines:,} lines of text stand outside tables."
        seen.findings.append(Finding("text_outside_table", "info", message, value=str(lines)))
    if not seen.tables and seen.reason is None:
        seen.reason = (
            f"It is prose: {seen.paragraphs:,} paragraphs on {pages:,} page{'s' * (pages > 1)} and no table; articles, "
            f"annexes and other numbered parts: {len(seen.articles):,}. The reader `pdf_prose` reads it; no "
            "rows of a tariff are in it."
        )
