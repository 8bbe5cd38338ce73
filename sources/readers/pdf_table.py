"""The reader of PDFs that hold one table over many pages: a tariff schedule, a list of rules of origin.

It takes the tables whose header is the expected one, lays each row's cells under that header, and says of everything
else on the pages what it is. It mends nothing: a row that does not fit its header is given and called ragged.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from operator import eq
from pathlib import Path
from typing import Any

from sources.errors import Exit, FtaError
from sources.readers.pdf_aligned import HORIZONTAL, NONE, read_aligned
from sources.readers.pdf_header import after, fold, header_of
from sources.readers.pdf_streams import damaged_streams
from sources.readers.pdf_tables import Line, PageRead, Table, TableRow, open_pdf, read_pages
from sources.reading import Finding, PageAccount, Reading, Row
from sources.wording import number_of

NAME = "pdf_table"
VERSION = "1"

ALL = "all"
RULES = (ALL, HORIZONTAL, NONE)
OPTIONS: dict[str, Any] = {"header_rows": 1, "pages": None, "rules": ALL}

SAME_EDGE = 2.0
"""Points within which two columns' edges are the same edge."""

_NOTES = {
    "ragged_row": ("error", "Text runs out of its cell into an empty one: it may be another column's value."),
    "text_over_rule": ("warning", "Text runs out of its cell over its neighbour; it is read whole, where it begins."),
    "row_unsure": ("warning", "No rule parts the rows, and it cannot be told where this one begins or ends."),
    "rows_together": ("error", "Several lines fill every column and no rule parts them: they may be several rows."),
    "raised": ("info", "A raised mark stands in the cell; it is read as a superscript, apart from the digits."),
}


def read(path: Path, *, columns: Sequence[str], options: Mapping[str, Any]) -> Reading:
    """Read every row of the tables whose header is `columns`.

    Args:
        path: the PDF.
        columns: the headers as printed, white space folded; a header of several rows is given column by column from
            top to bottom ("HS 2022 Heading").
        options: `header_rows` (how many rows the header has, default 1); `pages` (`[first, last]`, default all);
            `rules`: `all` (default), `horizontal` where only level rules part the rows, `none` where none do. Without
            upright rules the columns are told from the alignment of the text, and the header counts as one row.

    Returns:
        Rows in page order, numbered on each page from 1 without the header; an account of each page; and as findings
        `text_outside_table`, `page_furniture`, `page_without_table`, `page_empty`, `page_without_text`,
        `other_table`, `header_missing`, `header_repeated`, `row_under_header`, `merged_cell`, `empty_row`,
        `ragged_row`, `text_over_rule`, `row_unsure`, `rows_together`, `raised`, `unmapped_characters`,
        `damaged_stream`.

    Raises:
        FtaError: `header_changed`, `columns_unsure`, `document_unreadable`, `document_encrypted`, `needs_ocr`,
            `unknown_option`, `wrong_option`.
    """
    chosen = _options(options)
    work = _Work(path, tuple(map(fold, columns)), chosen["header_rows"] if chosen["rules"] == ALL else 1)
    with open_pdf(path) as document:
        total = document.pages
    numbers = range(1, total + 1)
    if chosen["pages"] is not None:
        first, last = chosen["pages"]
        numbers = range(first, min(last, total) + 1)
    if chosen["rules"] == ALL:
        found = read_pages(path, numbers)
    else:
        found = read_aligned(path, numbers, work.expected, chosen["rules"])
    for page in found:
        work.take(page)
    work.finish()
    work.findings += _damage(path)
    engines = Counter(account.engine for account in work.accounts)
    return Reading(
        sha256=_sha256(path),
        reader=NAME,
        reader_version=VERSION,
        header=work.expected,
        rows=tuple(work.rows),
        accounts=tuple(work.accounts),
        findings=tuple(work.findings),
        meta={"pages": total, "engines": dict(engines)},
    )


@dataclass
class _Work:
    """The document so far: what the next page means depends on the header seen before it."""

    path: Path
    expected: tuple[str, ...]
    header_rows: int
    rows: list[Row] = field(default_factory=list)
    accounts: list[PageAccount] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    edges: tuple[float, ...] = ()
    headers: int = 0
    printed: int = 0
    first_other: tuple[int, tuple[str, ...]] | None = None
    outside: list[tuple[int, Line, bool]] = field(default_factory=list)

    def take(self, page: PageRead) -> None:
        """Read one page."""
        self.printed += page.chars
        before, number, tables = len(self.rows), 0, 0
        started, top = bool(self.edges), 0.0
        for table in page.tables:
            body = self._body(table)
            if body is None:
                continue
            if not started:
                started, top = True, table.bbox[1]
            tables += 1
            for index in body:
                number += self._take_row(table, index, number + 1)
        self.accounts.append(PageAccount(page.page, len(self.rows) - before, tables, page.engine))
        self._look_at_page(page, tables)
        for line in page.outside:
            enclosed = any(_within(line, table.bbox) for table in page.tables)
            self.outside.append((page.page, line, enclosed or (started and line.bbox[1] > top and self._is_row(line))))

    def _body(self, table: Table) -> range | None:
        """The indexes of the table's rows that are not header, or None where the table is another one.

        Raises:
            FtaError: `header_changed`.
        """
        head, edges = header_of(table, self.header_rows)
        if head == self.expected:
            self.edges, self.headers = edges, self.headers + 1
            return range(self.header_rows, len(table.rows))
        if self._under_header(table.rows[0]) is not None:
            self.edges, self.headers = edges, self.headers + 1
            return range(len(table.rows))
        common = len({name.casefold() for name in head} & {name.casefold() for name in self.expected if name})
        if common * 2 >= len(self.expected):
            raise self._header_changed(table.page, head)
        if self.edges and _fits(table, self.edges):
            if self.headers > 1:
                self._find(
                    "header_missing", "warning", "The table has no header here, as it has on other pages.", table.page
                )
            return range(len(table.rows))
        self.first_other = self.first_other or (table.page, head)
        self._find(
            "other_table", "warning" if self.edges else "info",
            f"A table with another header ({number_of(len(table.rows), 'row')}) was not read.", table.page,
            value=" | ".join(head)[:120],
        )  # fmt: skip
        return None

    def _under_header(self, row: TableRow) -> tuple[str, ...] | None:
        """What stands under the header's words where no rule parts the header from the first row, else None."""
        if len(row.cells) != len(self.expected) or self.header_rows != 1:
            return None
        rests = []
        for cell, name in zip(row.cells, self.expected, strict=True):
            rest = after(cell or "", name)
            if rest is None:
                return None
            rests.append(rest)
        return tuple(rests)

    def _take_row(self, table: Table, index: int, number: int) -> bool:
        """Read one row; whether it counts as one, which a header printed again does not."""
        row, page = table.rows[index], table.page
        cells, faults = _lay(row, self.edges)
        if len(cells) == len(self.expected) and all(map(eq, map(fold, cells), self.expected)):
            self._find("header_repeated", "info", f"The header is printed again before row {number}.", page)
            return False
        under = self._under_header(row)
        if under is not None:
            cells = under
            faults.append(("row_under_header", "warning", "No rule parts the row from the header above it."))
        if any(cells):
            self.rows.append(Row(f"page {page}, row {number}", page, number, row.bbox, cells))
        else:
            self._find("empty_row", "info", "The row is ruled and empty; it is counted and not read.", page, number)
        shown = " | ".join(cells)[:200]
        for code, severity, message in faults:
            self._find(code, severity, message, page, number, shown, " | ".join(self.expected))
        for note in table.notes:
            if note.row == index:
                severity, message = _NOTES[note.code]
                self._find(note.code, severity, message, page, number, note.value)
        return True

    def _is_row(self, line: Line) -> bool:
        """Whether a line outside the tables stands in their columns as a row would."""
        if len(line.pieces) < min(3, len(self.expected)):
            return False
        places = [
            [
                n
                for n, (left, right) in enumerate(pairwise(self.edges))
                if left - 1 <= piece.x0 and piece.x1 <= right + 1
            ]
            for piece in line.pieces
        ]
        return all(places) and len({place[0] for place in places}) == len(places)

    def _look_at_page(self, page: PageRead, tables: int) -> None:
        if page.objects == 0:
            self._find("page_empty", "error", "Nothing at all is drawn on the page.", page.page)
        elif page.chars == 0:
            self._find("page_without_text", "error", "The page has pictures or lines but no text.", page.page)
        elif tables == 0:
            severity = "warning" if self.edges else "info"
            self._find("page_without_table", severity, "No table with the expected header is on the page.", page.page)
        if page.unmapped:
            message = f"{page.unmapped} characters have no Unicode value and are read as U+FFFD."
            self._find("unmapped_characters", "warning", message, page.page)

    def finish(self) -> None:
        """Judge the text outside the tables, and that there was a table at all.

        Raises:
            FtaError: `needs_ocr`, `header_changed`.
        """
        if self.printed == 0:
            raise FtaError(
                "needs_ocr",
                f"None of the {len(self.accounts)} pages has text: they are pictures.",
                where={"file": self.path.name},
                remedy="Get the text edition from the publisher, or read it with the reader 'scan'.",
                exit_code=Exit.DOCUMENT,
            )
        if not self.headers:
            page, head = self.first_other or (None, ())
            raise self._header_changed(page, head)
        self._judge_outside()
        self.findings.sort(key=lambda finding: (finding.page or 0, finding.row_no or 0))

    def _judge_outside(self) -> None:
        """Lines repeated from page to page are furniture, those that stand like rows are lost rows, the rest prose."""
        furniture = Counter({key: len(pages) for key, pages in _by_place(self.outside).items()})
        often = max(3, len(self.accounts) // 2 + 1)
        prose: Counter[int] = Counter()
        for page, line, like_row in self.outside:
            if furniture[_place(line)] >= often:
                continue
            if like_row:
                self._find(
                    "ragged_row", "error", "A row stands outside the ruled cells and was not read.", page,
                    value=line.text[:200], expected=" | ".join(self.expected),
                )  # fmt: skip
            else:
                prose[page] += 1
        for page, lines in prose.items():
            self._find("text_outside_table", "info", f"{lines} lines of text stand outside the table.", page)
        for (text, _), count in furniture.items():
            if count >= often:
                message = f"A line is repeated outside the table on {count} pages."
                self.findings.append(Finding("page_furniture", "info", message, value=text))

    def _find(
        self, code: str, severity: str, message: str, page: int, row: int | None = None, value: str | None = None,
        expected: str | None = None,
    ) -> None:  # fmt: skip
        remedy = "" if severity == "info" else f"Look at page {page} with `ftadata sources inspect --page {page}`."
        self.findings.append(Finding(code, severity, message, page, row, value, expected, remedy))

    def _header_changed(self, page: int | None, head: tuple[str, ...]) -> FtaError:
        seen = " | ".join(head) if head else "no table"
        return FtaError(
            "header_changed",
            f"The table's header is '{seen}', expected '{' | '.join(self.expected)}'.",
            where={"file": self.path.name} | ({} if page is None else {"page": page}),
            remedy="Compare the page with the document's description; mend `columns` if the publisher changed them.",
        )


def _damage(path: Path) -> list[Finding]:
    damaged, seen = damaged_streams(path)
    if not damaged:
        return []
    message = f"{damaged} of the file's {seen:,} compressed streams are damaged: text may be missing or altered."
    remedy = "Get the file again and compare its SHA-256 with the registered one."
    return [Finding("damaged_stream", "error", message, value=str(damaged), remedy=remedy)]


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        raise FtaError(
            "unknown_option",
            f"The reader {NAME} has no option {unknown[0]!r}.",
            remedy=f"Use {', '.join(OPTIONS)}.",
            exit_code=Exit.WRONG_USE,
        )
    chosen = OPTIONS | dict(options)
    if chosen["rules"] not in RULES:
        raise FtaError(
            "wrong_option",
            f"The option `rules` is {chosen['rules']!r}.",
            remedy=f"Use one of {', '.join(RULES)}.",
            exit_code=Exit.WRONG_USE,
        )
    return chosen


def _fits(table: Table, edges: Sequence[float]) -> bool:
    """Whether the table's first row has the header's columns, so that it continues the table of an earlier page."""
    boxes = [box for box in table.rows[0].boxes if box is not None]
    outer = abs(table.xs[0] - edges[0]) <= SAME_EDGE and abs(table.xs[-1] - edges[-1]) <= SAME_EDGE
    return outer and all(min(abs(box[0] - edge) for edge in edges) <= SAME_EDGE for box in boxes)


def _lay(row: TableRow, edges: tuple[float, ...]) -> tuple[tuple[str, ...], list[tuple[str, str, str]]]:
    """The row's cells under the header's columns, and what does not fit as (code, severity, message)."""
    cells: list[list[str]] = [[] for _ in pairwise(edges)]
    faults = []
    covered = 0
    for box, cell in zip(row.boxes, row.cells, strict=True):
        if box is None:
            continue
        first = _edge(edges, box[0])
        last = _edge(edges, box[2])
        if first is None or last is None or first >= len(cells):
            faults.append(("ragged_row", "error", "The row has a cell that stands under no column of the header."))
            first = max((n for n in range(len(cells)) if edges[n] <= box[0] + SAME_EDGE), default=0)
            last = first + 1
        elif last - first > 1:
            faults.append(("merged_cell", "warning", f"One cell covers columns {first + 1} to {last}."))
        if box[3] > row.bbox[3] + SAME_EDGE:
            faults.append(("merged_cell", "warning", f"The cell of column {first + 1} covers several rows."))
        covered += last - first
        if cell:
            cells[first].append(cell)
    if covered < len(cells):
        faults.append(("merged_cell", "warning", f"{len(cells) - covered} cells are covered from above or missing."))
    return tuple(" ".join(texts) for texts in cells), faults


@lru_cache(maxsize=1024)
def _edge(edges: tuple[float, ...], x: float) -> int | None:
    """Which edge of the header's columns stands at x."""
    nearest = min(range(len(edges)), key=lambda n: abs(edges[n] - x))
    return nearest if abs(edges[nearest] - x) <= SAME_EDGE else None


def _within(line: Line, box: tuple[float, float, float, float]) -> bool:
    middle = (line.bbox[1] + line.bbox[3]) / 2
    return box[1] < middle < box[3] and line.bbox[0] < box[2] and line.bbox[2] > box[0]


def _place(line: Line) -> tuple[str, int]:
    """What makes a line the same from page to page: its words without numbers, and its height on the page."""
    return re.sub(r"\d+", "#", line.text), round(line.bbox[1] / 5)


def _by_place(outside: Sequence[tuple[int, Line, bool]]) -> dict[tuple[str, int], set[int]]:
    pages: dict[tuple[str, int], set[int]] = {}
    for page, line, _ in outside:
        pages.setdefault(_place(line), set()).add(page)
    return pages


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
