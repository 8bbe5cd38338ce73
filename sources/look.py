"""A look into a file nobody has described yet: what it is, the tables in it, and which reader reads them.

A look guesses where a description would say, and says that it guesses: nothing of it enters a release. It runs in a
worker process, by the same readers that read described documents; each kind of file has its own way of being looked
at, here for workbooks and Word documents, in `look_pdf`, `look_text` and `look_tree` for the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from sources.archive import sha256_of
from sources.door import LIMITS, FileKind, Limits
from sources.errors import FtaError
from sources.progress import Heard
from sources.readers.prose_numbers import Article
from sources.reading import Finding, PageAccount, Reading

SAMPLE, FIRST = 300, 20
"""About how many rows of a table are kept to guess its columns from, and how many of them are its first."""


def sample_of(reading: Reading) -> tuple[tuple[str, ...], ...]:
    """The first rows of a reading, and some from all over."""
    step = max(1, len(reading.rows) // (SAMPLE - FIRST))
    return tuple(row.cells for row in (*reading.rows[:FIRST], *reading.rows[FIRST::step]))


@dataclass(frozen=True, slots=True)
class SeenTable:
    """One table, or one that runs over pages or members.

    Attributes:
        place: where it stands, in words: `pages 1 to 199`, `sheet 'AU'`, `table 2`.
        reader: the reader that reads it, with the `options` it needs.
        header: headers as read, empty where none could be told.
        rows: how many rows stand under the header; None where the reader could not read it.
        sample: the first rows, and of tables that are read whole some from all over.
        trusted: whether the header is one that is repeated, or the only one possible, rather than a first row.
        page: the first page, of a PDF.
    """

    place: str
    reader: str
    options: dict[str, Any]
    header: tuple[str, ...]
    rows: int | None
    sample: tuple[tuple[str, ...], ...]
    trusted: bool = True
    page: int | None = None


@dataclass(frozen=True)
class Look:
    """What a file is and holds.

    Attributes:
        kind: as in `sources.door.FileKind`, as are `size`, `pages` and `members`.
        tables: the tables found, the largest of a kind of their own first in the order of the document.
        accounts: rows by page, sheet, table or member.
        text: the first lines that stand in no table.
        articles: articles, rules, chapters and annexes found in prose, with their pages (of a text, its lines).
        paragraphs: how many paragraphs the prose of a PDF has.
        findings: what a person should know, and what could not be read.
        reason: why no reader reads rows from it, where none does.
    """

    name: str
    sha256: str
    kind: str
    size: int
    pages: int | None
    members: tuple[str, ...]
    tables: tuple[SeenTable, ...] = ()
    accounts: tuple[PageAccount, ...] = ()
    text: tuple[str, ...] = ()
    articles: tuple[Article, ...] = ()
    paragraphs: int = 0
    findings: tuple[Finding, ...] = ()
    reason: str | None = None


@dataclass
class Seen:
    """What a way of looking has found so far; the fields of `Look`."""

    tables: list[SeenTable] = field(default_factory=list)
    accounts: list[PageAccount] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    paragraphs: int = 0
    findings: list[Finding] = field(default_factory=list)
    reason: str | None = None

    def take(self, place: str, reading: Reading, options: dict[str, Any], *, trusted: bool = True) -> None:
        """Add a table that a reader has read."""
        rows, header = len(reading.rows), reading.header
        self.tables.append(SeenTable(place, reading.reader, options, header, rows, sample_of(reading), trusted))
        self.accounts += reading.accounts
        self.findings += reading.findings

    def refused(self, place: str, error: FtaError) -> None:
        """Note what a reader said instead of reading."""
        page = error.where.get("page")
        self.findings.append(
            Finding(
                error.code,
                "error",
                f"{place}: {error.message}",
                page if isinstance(page, int) else None,
                value=str(error.where.get("value", "")) or None,
                remedy=error.remedy,
            )
        )


def look_at(
    path: Path,
    *,
    page: int | None = None,
    limits: Limits = LIMITS,
    name: str | None = None,
    heard: Heard | None = None,
) -> Look:
    """Let a worker look into a file.

    Args:
        path: the file.
        page: look at this page only, of a PDF.
        limits: what the file may cost.
        name: the name the file came with, where `path` has another.
        heard: called now and then with how many pages are looked at, and of how many.

    Raises:
        FtaError: the door refuses the file, or `no_such_page`.
    """
    from sources.worker import ask_worker

    answer = ask_worker({"do": "look", "page": page}, path, limits, name=name, heard=heard)
    tables = tuple(
        SeenTable(
            **{**each, "header": tuple(each["header"]), "sample": tuple(tuple(cells) for cells in each["sample"])}
        )
        for each in answer["tables"]
    )
    return Look(
        **{
            **answer,
            "members": tuple(answer["members"]),
            "tables": tables,
            "accounts": tuple(PageAccount(**each) for each in answer["accounts"]),
            "text": tuple(answer["text"]),
            "articles": tuple(Article(**{**each, "within": tuple(each["within"])}) for each in answer["articles"]),
            "findings": tuple(Finding(**each) for each in answer["findings"]),
        }
    )


def work(path: Path, kind: FileKind, task: dict[str, Any]) -> dict[str, Any]:
    """What a worker does: the look, as plain values."""
    seen = Seen(findings=list(kind.findings))
    module, function = _WAYS[kind.kind]
    getattr(import_module(module), function)(path, kind, seen, **({"page": task["page"]} if kind.kind == "pdf" else {}))
    if seen.reason is None and not seen.tables:
        seen.reason = seen.findings[-1].message if seen.findings else "There is no table in it."
    if seen.tables and not any(any(each.header) for each in seen.tables):
        message = "No table has a row on top that could be its header, so no description is drafted from them."
        remedy = "Look at the page (--page N --image page.png); name the columns and `header_rows` by hand."
        seen.findings.append(Finding("header_not_found", "warning", message, remedy=remedy))
    look = Look(
        name=task["name"],
        sha256=sha256_of(path),
        kind=kind.kind,
        size=kind.size,
        pages=kind.pages,
        members=kind.members,
        tables=tuple(seen.tables),
        accounts=tuple(seen.accounts),
        text=tuple(seen.text),
        articles=tuple(seen.articles),
        paragraphs=seen.paragraphs,
        findings=tuple(seen.findings),
        reason=seen.reason,
    )
    return asdict(look)


_WAYS = {
    "pdf": ("sources.look_pdf", "look_at_pdf"),
    "xlsx": ("sources.look", "look_at_workbook"),
    "xls": ("sources.look", "look_at_workbook"),
    "docx": ("sources.look", "look_at_word"),
    "json": ("sources.look_tree", "look_at_json"),
    "xml": ("sources.look_tree", "look_at_xml"),
    "text": ("sources.look_text", "look_at_text"),
    "zip": ("sources.look_text", "look_at_archive"),
}


# --- workbooks and Word documents ------------------------------------------------------------------------------------


def look_at_workbook(path: Path, kind: FileKind, seen: Seen) -> None:
    """Every sheet, hidden ones too, its header guessed."""
    from sources.readers import workbook

    number, sheets = 1, [dict[str, Any]()]
    while number <= len(sheets):
        place = f"sheet {number}"
        try:
            reading, options = _read_sheet(workbook.read, path, number)
            sheets = reading.meta["sheets"]
            place = f"sheet {reading.meta['sheet']!r}"
            header = reading.meta["header_rows"]
            found = {**options, "sheet": reading.meta["sheet"], "header_row": header if header[1:] else header[0]}
            seen.take(place, reading, found, trusted=False)
        except FtaError as error:
            if error.code == "document_unreadable":
                raise
            if error.code == "header_changed" and not error.where.get("value"):
                seen.findings.append(Finding("empty_sheet", "info", f"{place}: there is nothing on it."))
            else:
                seen.refused(place, error)
            if len(sheets) == 1:
                sheets = [dict[str, Any]()] * _sheets(path)
        number += 1
    seen.findings[:] = [each for each in dict.fromkeys(seen.findings) if each.code != "sheet_not_read"]


def _read_sheet(read: Callable[..., Reading], path: Path, number: int) -> tuple[Reading, dict[str, Any]]:
    """A sheet; numbers among its codes are taken as they are stored, column by column, so that the rest can be seen."""
    options: dict[str, Any] = {"sheet": number}
    while True:
        try:
            return read(path, columns=[], options=options), options
        except FtaError as error:
            column = str(error.where.get("column", ""))
            codes = options.get("codes", {})
            if error.code != "code_as_number" or not column or column in codes:
                raise
            options = {**options, "codes": {**codes, column: "as_stored"}}


def _sheets(path: Path) -> int:
    from python_calamine import CalamineWorkbook

    return len(CalamineWorkbook.from_path(path).sheet_names)


def look_at_word(path: Path, kind: FileKind, seen: Seen) -> None:
    """Every table; the first row of each is taken for its header."""
    from sources.readers import word_table

    for number in _numbers(seen):
        try:
            reading = word_table.read(path, columns=[], options={"table": number})
        except FtaError as error:
            if error.code == "header_changed":  # there is no table of that number
                break
            seen.refused(f"table {number}", error)
            continue
        seen.take(f"table {number}", reading, {"table": number}, trusted=False)
    seen.findings[:] = [each for each in dict.fromkeys(seen.findings) if each.code != "table_not_read"]


def _numbers(seen: Seen) -> Iterator[int]:
    """1, 2, 3 and on, as long as tables are found and not refused one after the other."""
    number = 0
    while number < 500:
        number += 1
        yield number
