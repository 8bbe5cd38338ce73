"""Tables of Word documents (.docx), read from the document's XML: no style, field or link is followed.

A superscript is kept apart from the digits before it (`5¹`), words struck out by a tracked change are left out, and
both are findings.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sources.readers.members import check_options, refuse
from sources.readers.xml_safe import BROKEN_ZIP, damaged, local_name, parse_xml
from sources.reading import Finding, PageAccount, Reading, Row
from sources.wording import number_of

NAME = "word_table"
VERSION = "1"

_OPTIONS = ("table",)
_SUPERSCRIPT = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_MOST_SPAN = 200


@dataclass
class _Cell:
    lines: list[str] = field(default_factory=list)
    span: int = 1
    merged: bool = False


@dataclass
class _Table:
    rows: list[list[str]] = field(default_factory=list)
    merged: list[tuple[int, str]] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    cell: _Cell | None = None


class _Document:
    """Tables in the order in which they end; a table inside a cell is one of its own."""

    def __init__(self) -> None:
        self.tables: list[_Table] = []
        self.open: list[_Table] = []
        self.outside = 0
        self.noted: Counter[str] = Counter()
        self._words: list[str] = []
        self._reading = self._raised = False
        self._struck = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local_name(name)
        value = next((text for key, text in attributes.items() if local_name(key) == "val"), "")
        table = self.open[-1] if self.open else None
        cell = table.cell if table else None
        if name == "tbl":
            if cell is not None:
                self.noted["nested_table"] += 1
            self.open.append(_Table())
        elif name == "tr" and table:
            table.row = []
        elif name == "tc" and table:
            table.cell = _Cell()
        elif name == "gridSpan" and cell:
            cell.span = min(int(value), _MOST_SPAN) if value.isdigit() else 1
        elif name == "vMerge" and cell:
            cell.merged = value != "restart"
        elif name == "p":
            self._words = []
        elif name == "r":
            self._raised = False
        elif name == "vertAlign":
            self._raised = value == "superscript"
        elif name in ("del", "moveFrom"):
            self._struck += 1
            self.noted["tracked_change"] += 1
        elif name == "t":
            self._reading = not self._struck
        elif name in _MARKS and not self._struck:
            self._words.append(_MARKS[name])
        elif name in ("footnoteReference", "endnoteReference"):
            self.noted["footnote"] += 1

    def text(self, words: str) -> None:
        if not self._reading:
            return
        if self._raised:
            self.noted["superscript"] += 1
            words = words.translate(_SUPERSCRIPT)
        self._words.append(words)

    def end(self, name: str) -> None:
        name = local_name(name)
        table = self.open[-1] if self.open else None
        if name == "t":
            self._reading = False
        elif name in ("del", "moveFrom"):
            self._struck -= 1
        elif name == "p":
            words = "".join(self._words).strip()
            self._words = []
            if table and table.cell:
                table.cell.lines.append(words)
            elif words:
                self.outside += 1
        elif name == "tc" and table and table.cell:
            self._end_cell(table, table.cell)
        elif name == "tr" and table:
            table.rows.append(table.row)
        elif name == "tbl" and table:
            self.tables.append(self.open.pop())

    def _end_cell(self, table: _Table, cell: _Cell) -> None:
        if cell.span > 1 or cell.merged:
            table.merged.append((len(table.rows), "across" if cell.span > 1 else "down"))
        table.row += ["\n".join(cell.lines).strip(), *[""] * (cell.span - 1)]
        table.cell = None


def _document(data: bytes, path: Path) -> _Document:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            content = archive.read("word/document.xml")
    except BROKEN_ZIP as error:
        raise damaged("Word document", str(error)) from error
    document = _Document()
    parse_xml(content, document.start, on_text=document.text, on_end=document.end, what="Word document")
    return document


def _fold(cells: Sequence[str]) -> list[str]:
    return [" ".join(cell.split()) for cell in cells]


def _choose(document: _Document, columns: Sequence[str], number: Any, path: Path) -> int:
    expected, tables = _fold(columns), document.tables
    chosen = [number - 1] if isinstance(number, int) else range(len(tables))
    for each in chosen:
        if 0 <= each < len(tables) and tables[each].rows and (not expected or _fold(tables[each].rows[0]) == expected):
            return each
    seen = "; ".join(" | ".join(_fold(table.rows[0])) for table in tables[:5] if table.rows)
    message = f"No table has the header {' | '.join(expected)!r}; there are {len(tables)}: {seen}."
    remedy = "If the document is right, change `columns` or the option `table` in the description."
    raise refuse("header_changed", message, remedy, file=path.name, expected=" | ".join(expected), value=seen)


def read(path: Path, *, columns: Sequence[str], options: Mapping[str, Any]) -> Reading:
    """Read one table.

    Args:
        path: a .docx file.
        columns: headers as printed; empty: those of the table.
        options: `table`, its number from 1 (otherwise the first whose first row is `columns`).

    Returns:
        Rows with locators `table 1, row 5`, counted without the header; `page` is the number of the table, for a
        Word document has no pages of its own.

    Raises:
        FtaError: `header_changed`, `ragged_row`, `xml_doctype`, `document_unreadable`, `unknown_option`.
    """
    check_options(NAME, options, _OPTIONS)
    data = path.read_bytes()
    document = _document(data, path)
    number = _choose(document, columns, options.get("table"), path)
    table, page = document.tables[number], number + 1
    header = tuple(columns) or tuple(_fold(table.rows[0]))
    rows = []
    for row_no, cells in enumerate(table.rows[1:], 1):
        if len(cells) != len(header):
            message = f"The row has {len(cells)} cells and the header {len(header)}."
            raise refuse("ragged_row", message, "Correct the table in Word.", file=path.name, table=page, row=row_no)
        if any(cells):
            rows.append(Row(f"table {page}, row {row_no}", page, row_no, None, tuple(cells)))
    account = PageAccount(page, len(rows), 1, "docx")
    findings = _findings(document, table, page, len(table.rows) - 1 - len(rows))
    return Reading(hashlib.sha256(data).hexdigest(), NAME, VERSION, header, tuple(rows), (account,), findings)


_NOTES = {
    "nested_table": ("warning", "{n} tables stand inside a cell; they are tables of their own."),
    "tracked_change": ("warning", "{n} tracked deletions were left out; the document is not final."),
    "footnote": ("warning", "{n} marks of footnotes were left out."),
    "superscript": ("info", "{n} superscripts were kept apart from the text before them."),
}


def _findings(document: _Document, table: _Table, page: int, blank: int) -> tuple[Finding, ...]:
    found = [
        Finding("merged_cell", "warning", f"A cell is merged {way} others; they are empty.", page=page, row_no=row)
        for row, way in table.merged
        if row
    ]
    for code, count in sorted(document.noted.items()):
        severity, message = _NOTES[code]
        found.append(Finding(code, severity, message.format(n=count), value=str(count)))
    for code, count, noun, message in (
        ("text_outside_table", document.outside, "paragraph", "{n} outside the tables."),
        ("table_not_read", len(document.tables) - 1, "other table", "{n} not read."),
        ("blank_row", blank, "blank row", "{n} passed over."),
    ):
        if count:
            found.append(Finding(code, "info", message.format(n=number_of(count, noun)), value=str(count)))
    return tuple(found)
