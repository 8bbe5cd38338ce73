"""Texts whose cells are set apart by a character (CSV, TSV), with one header line and every row as long as it."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sources.readers.members import Member, check_options, decode, refuse
from sources.reading import Finding, PageAccount, Reading, Row

NAME = "delimited"
VERSION = "1"

_OPTIONS = ("encoding", "separator")
_LONGEST_CELL = 1_000_000


def read(path: Path, *, columns: Sequence[str], options: Mapping[str, Any]) -> Reading:
    """Read a delimited text whole.

    Args:
        path: the file.
        columns: headers as printed; empty: those of the file.
        options: `encoding` (utf-8 by default), `separator` (a comma by default).

    Returns:
        Rows with locators `line 12`; `row_no` is the line on which a row begins, the header being line 1.

    Raises:
        FtaError: `header_changed`, `duplicate_header`, `ragged_row` (a row longer or shorter than the header: nobody
            can say which cell is missing), `wrong_encoding`, `document_unreadable`, `unknown_option`.
    """
    check_options(NAME, options, _OPTIONS)
    data = path.read_bytes()
    text = decode(Member(1, None, data), str(options.get("encoding", "utf-8")))
    csv.field_size_limit(_LONGEST_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=str(options.get("separator", ",")), strict=True)
    try:
        header = next(lines, [])
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
    findings = (
        (Finding("blank_row", "info", f"{blank} blank lines were passed over.", value=str(blank)),) if blank else ()
    )
    account = PageAccount(1, len(rows), 1, "csv")
    names = tuple(columns) or tuple(header)
    return Reading(hashlib.sha256(data).hexdigest(), NAME, VERSION, names, tuple(rows), (account,), findings)


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
