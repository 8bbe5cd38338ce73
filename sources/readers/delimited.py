"""Texts whose cells are set apart by a character (CSV, TSV), with a header and every row as long as it.

Many come out of a spreadsheet: titles may stand above the header, a header may take several rows, and codes may have
lost the zero they begin with. What of that is so the description says; nothing is guessed.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from sources.readers.cells import code_text
from sources.readers.members import Member, check_options, decode, refuse
from sources.reading import Finding, PageAccount, Reading, Row

NAME = "delimited"
VERSION = "1"

_OPTIONS = ("codes", "encoding", "header_row", "separator")
_LONGEST_CELL = 1_000_000


def read(path: Path, *, columns: Sequence[str], options: Mapping[str, Any]) -> Reading:
    """Read a delimited text whole.

    Args:
        path: the file.
        columns: headers as printed; empty: those of the file.
        options: `encoding` (utf-8 by default), `separator` (a comma by default); `header_row`, the row or rows of the
            header (1 by default; the words of several are joined, and what stands above is passed over); `codes`, per
            header a picture such as `0000.00.00`, by which a cell of digits alone that begins with no zero is
            written, as in the reader `workbook`.

    Returns:
        Rows with locators `line 12`; `row_no` is the line on which a row begins, the first line being 1.

    Raises:
        FtaError: `header_changed`, `duplicate_header`, `ragged_row` (a row longer or shorter than the header: nobody
            can say which cell is missing), `wrong_encoding`, `document_unreadable`, `unknown_option`,
            `unknown_column`.
    """
    check_options(NAME, options, _OPTIONS)
    data = path.read_bytes()
    text = decode(Member(1, None, data), str(options.get("encoding", "utf-8")))
    csv.field_size_limit(_LONGEST_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=str(options.get("separator", ",")), strict=True)
    try:
        header = _header(lines, options.get("header_row", 1))
        _check_header(header, columns, path)
        rows, blank, begun = [], 0, lines.line_num + 1
        for cells in lines:
            if not any(cells):
                blank += 1
            elif len(cells) != len(header):
                message = f"The line has {len(cells)} cells and the header {len(header)}."
                remedy = "Look for a quotation mark or a separator inside a cell, and correct the file at its source."
                raise refuse("ragged_row", message, remedy, file=path.name, line=begun, value=len(cells))
            else:
                clean = tuple(cell.replace("\r\n", "\n").replace("\r", "\n").strip() for cell in cells)
                rows.append(Row(f"line {begun}", 1, begun, None, clean))
            begun = lines.line_num + 1
    except csv.Error as error:
        message = f"The text breaks off or is quoted wrongly near line {lines.line_num}: {error}."
        raise refuse("document_unreadable", message, "Ask for the file again.", file=path.name) from error
    rows, findings = _with_codes(rows, header, options.get("codes", {}))
    if blank:
        findings.insert(0, Finding("blank_row", "info", f"{blank} blank lines were passed over.", value=str(blank)))
    account = PageAccount(1, len(rows), 1, "csv")
    names = tuple(columns) or tuple(header)
    return Reading(hashlib.sha256(data).hexdigest(), NAME, VERSION, names, tuple(rows), (account,), tuple(findings))


def _header(lines: Iterator[list[str]], option: int | Sequence[int]) -> list[str]:
    """The header, its rows joined column by column; the lines stand behind it afterwards."""
    numbers = [option] if isinstance(option, int) else list(option)
    rows = [cells for number, cells in enumerate(islice(lines, max(numbers)), start=1) if number in numbers]
    return [" ".join(word for word in map(str.strip, words) if word) for words in zip_longest(*rows, fillvalue="")]


def _with_codes(rows: list[Row], header: Sequence[str], pictures: Mapping[str, str]) -> tuple[list[Row], list[Finding]]:
    """The rows with the codes that a spreadsheet has turned into numbers, and how many there were."""
    places = {" ".join(name.split()): at for at, name in enumerate(header)}
    findings = []
    for name, picture in pictures.items():
        at = places.get(" ".join(name.split()))
        if at is None:
            message = f"The option `codes` names {name}, which is no column of the text."
            raise refuse("unknown_column", message, "Write the header as it is printed.")
        written = [_code(row.cells[at], picture) for row in rows]
        count = sum(code != row.cells[at] for code, row in zip(written, rows, strict=True))
        rows = [
            row._replace(cells=(*row.cells[:at], code, *row.cells[at + 1 :]))
            for code, row in zip(written, rows, strict=True)
        ]
        if count:
            message = f"{count} cells of the column {name!r} hold numbers, written as codes ({picture})."
            findings.append(Finding("code_as_number", "warning", message, value=str(count)))
    return rows, findings


def _code(text: str, picture: str) -> str:
    is_number = text.isascii() and text.isdigit() and (text == "0" or text[0] != "0")
    return (code_text(int(text), picture) if is_number else None) or text


def _check_header(header: list[str], columns: Sequence[str], path: Path) -> None:
    seen, expected = [" ".join(each.split()) for each in header], [" ".join(each.split()) for each in columns]
    if not seen or (expected and seen != expected):
        message = f"The header is {' | '.join(seen)!r}; the description expects {' | '.join(expected)!r}."
        remedy = "If the file is right, change `columns` in the description; otherwise check its separator."
        raise refuse("header_changed", message, remedy, file=path.name, value=" | ".join(seen))
    twice = [name for name, count in Counter(seen).items() if count > 1]
    if twice and not expected:
        message = f"The header {twice[0]!r} stands twice."
        raise refuse("duplicate_header", message, "Name the columns in the description.", file=path.name)
