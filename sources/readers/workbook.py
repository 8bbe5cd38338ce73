"""Workbooks (.xlsx, .xls): one sheet's table, each cell as the file holds it.

Values come from calamine, which runs nothing and follows no link; formulas give the value the file holds. What a
person looking at Excel would not see, or would see differently, is a finding. Nothing is mended
unless an option says so.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetVisibleEnum,
)

from sources.errors import FtaError
from sources.readers.biff import check_xls, xls_layout
from sources.readers.cells import cell_text, code_text, looks_like_code, number_text, percent_text
from sources.readers.layout import Place, SheetLayout, column_letters, xlsx_layout
from sources.readers.ole import SIGNATURE
from sources.readers.sheet_findings import layout_findings, outside_findings, sheet_findings
from sources.readers.workbook_header import Table, find_table, fold, refuse
from sources.readers.xml_safe import BROKEN_ZIP, damaged
from sources.reading import Finding, PageAccount, Reading, Row

NAME = "workbook"
VERSION = "1"

_OPTIONS = ("sheet", "header_row", "percent", "codes")
_MOST_CELLS = 20_000_000


def _open(path: Path, data: bytes) -> CalamineWorkbook:
    if data.startswith(SIGNATURE):
        check_xls(data)
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError as error:
        raise refuse(
            "document_encrypted",
            "The workbook is protected by a password.",
            "Ask the sender for a copy without a password.",
            file=path.name,
        ) from error
    except (CalamineError, OSError, ValueError) as error:
        raise refuse(
            "document_unreadable",
            f"The workbook cannot be opened: {error}.",
            "Check that the file came over whole, and that it is a workbook.",
            file=path.name,
        ) from error


def _is_visible(sheet: SheetMetadata) -> bool:
    return bool(sheet.visible == SheetVisibleEnum.Visible)


def _sheet_number(book: CalamineWorkbook, wanted: Any, path: Path) -> int:
    names = book.sheet_names
    if wanted is None:
        visible = [i for i, sheet in enumerate(book.sheets_metadata) if _is_visible(sheet)]
        if len(visible) == 1:
            return visible[0]
    elif wanted in names:
        return names.index(wanted)
    elif isinstance(wanted, int) and 1 <= wanted <= len(names):
        return wanted - 1
    raise refuse(
        "sheet_not_named" if wanted is None else "sheet_missing",
        f"The workbook has the sheets {', '.join(map(repr, names))}; "
        + ("the description names none of them." if wanted is None else f"none of them is {wanted!r}."),
        "Set the reader's option `sheet` to one of them.",
        file=path.name,
    )


def _code_columns(table: Table, body: list[tuple[int, list[Any]]], codes: Mapping[str, str]) -> dict[int, str]:
    """Columns in which a number would be a damaged code: those named, and those whose text cells look like codes."""
    named = {fold(name): picture for name, picture in codes.items()}
    unknown = set(named) - {fold(text) for text in table.header}
    if unknown:
        raise refuse(
            "unknown_column",
            f"The option `codes` names {', '.join(sorted(unknown))}, which is no column of the sheet.",
            "Write the header as it is printed.",
        )
    found = {}
    for column, text in zip(table.columns, table.header, strict=True):
        if fold(text) in named:
            found[column] = named[fold(text)]
            continue
        texts = [row[column] for _, row in body if isinstance(row[column], str) and row[column].strip()]
        if len(texts) > 1 and sum(bool(looks_like_code(cell)) for cell in texts) > len(texts) / 2:
            found[column] = "refuse"
    return found


def _cells(
    table: Table, body: list[tuple[int, list[Any]]], layout: SheetLayout, options: Mapping[str, Any]
) -> tuple[list[tuple[str, ...]], list[Finding]]:
    """The text of every cell of the rows, and what was made of numbers among codes."""
    codes = _code_columns(table, body, options.get("codes", {}))
    headers = dict(zip(table.columns, table.header, strict=True))
    percent = layout.percent if options.get("percent", False) else frozenset[Place]()
    mended = dict.fromkeys(codes, 0)

    def text(row: int, column: int, value: Any) -> str:
        if column in codes and isinstance(value, int | float) and not isinstance(value, bool):
            mended[column] += 1
            return _code(value, codes[column], row, headers[column])
        if (row, column) in percent and isinstance(value, int | float):
            return percent_text(value)
        return cell_text(value)

    lines = [tuple([text(number, column, row[column]) for column in table.columns]) for number, row in body]
    findings = [
        Finding(
            "code_as_number",
            "warning",
            f"{count} cells of the column {headers[column]!r} hold numbers, written as codes ({codes[column]}).",
            value=str(count),
        )
        for column, count in mended.items()
        if count
    ]
    return lines, findings


def _code(value: float, picture: str, row: int, header: str) -> str:
    """A number in a column of codes, written as the picture says; refused where it does not fit, or there is none."""
    text = code_text(value, picture)
    if text is None:
        raise refuse(
            "code_as_number",
            f"The cell holds the number {number_text(value)} where its column holds codes: "
            "a zero at either end may be lost.",
            "If you know how the code was written, say so in the reader's option `codes`: "
            "`0000.00` writes 101.3 as 0101.30, `0000.00.00` writes 1013000 as 0101.30.00, "
            "`as_stored` keeps 1005 as 1005.",
            row=row + 1,
            column=header,
            value=number_text(value),
        )
    return text


def _body(rows: list[list[Any]], table: Table) -> tuple[list[tuple[int, list[Any]]], list[int]]:
    """Rows under the header that hold something, and the numbers of those that only repeat the header."""
    first, repeated, body = table.header_rows[-1] + 1, [], []
    header = [fold(text) for text in table.header]
    for number in range(first, len(rows)):
        row = rows[number]
        if not any(value != "" and str(value).strip() for value in row):
            continue
        if [fold(cell_text(row[column])) for column in table.columns[:2]] == header[:2] and [
            fold(cell_text(row[column])) for column in table.columns
        ] == header:
            repeated.append(number)
            continue
        body.append((number, row))
    return body, repeated


def _layout(data: bytes, number: int, name: str) -> SheetLayout:
    """The sheet's layout, read before its cells: two cells far apart would make calamine lay out all between them."""
    if data.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                layout = xlsx_layout(archive, number)
        except BROKEN_ZIP as error:
            raise damaged("workbook", str(error)) from error
    else:
        layout = xls_layout(data, number)
    bottom, right = layout.last
    if (bottom + 1) * (right + 1) > _MOST_CELLS:
        raise refuse(
            "sheet_too_large",
            f"The sheet reaches to {column_letters(right)}{bottom + 1}, which is more than {_MOST_CELLS:,} cells.",
            "Delete the stray cells far from the table (in Excel, Ctrl+End shows the last one) and save.",
            sheet=name,
        )
    return layout


def _values(book: CalamineWorkbook, number: int) -> tuple[list[list[Any]], list[Any]]:
    """Every cell from A1 on, and the merged ranges."""
    try:
        sheet: CalamineSheet = book.get_sheet_by_index(number)
        return sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []
    except (CalamineError, ValueError) as error:
        raise damaged("workbook", str(error)) from error


def _check_options(options: Mapping[str, Any]) -> None:
    unknown = set(options) - set(_OPTIONS)
    if unknown:
        raise refuse(
            "unknown_option",
            f"The workbook reader has no option {', '.join(sorted(unknown))}.",
            f"Its options are {', '.join(_OPTIONS)}.",
        )


def _sheets(book: CalamineWorkbook, read: int) -> list[dict[str, Any]]:
    return [
        {"number": n + 1, "name": each.name, "hidden": not _is_visible(each), "read": n == read}
        for n, each in enumerate(book.sheets_metadata)
    ]


def read(path: Path, *, columns: Sequence[str], options: Mapping[str, Any]) -> Reading:
    """Read the table of one sheet.

    Args:
        path: the workbook.
        columns: headers as printed, in order, line breaks counting as spaces. Columns without a header are passed
            over (and reported where they hold something) unless `""` stands for them here. None: a guess is made.
        options: `sheet`, a name or a number from 1 (needed where more than one is visible); `header_row`, the row or
            rows as Excel numbers them (otherwise the row that equals `columns` is looked for); `percent`, true to
            give numbers formatted in percent as `14%` instead of the stored 0.14; `codes`, per header what to do with
            numbers among codes: `as_stored`, or a picture such as `0000.00` or `0000.00.00`. Without it such a
            number is refused.

    Returns:
        Rows with `row_no` as Excel shows it, `page` the number of the sheet; blank rows are left out.

    Raises:
        FtaError: `document_unreadable`, `document_encrypted`, `sheet_missing`, `sheet_not_named`, `header_changed`,
            `code_as_number`, `unknown_column`, `unknown_option`, `sheet_too_large`.
    """
    _check_options(options)
    data = path.read_bytes()
    book = _open(path, data)
    number = _sheet_number(book, options.get("sheet"), path)
    name = book.sheet_names[number]
    layout = _layout(data, number, name)
    rows, merged = _values(book, number)
    try:
        table = find_table(rows, merged, columns, options.get("header_row"))
        body, repeated = _body(rows, table)
        lines, findings = _cells(table, body, layout, options)
    except FtaError as error:
        error.where = {"file": path.name, "sheet": name} | error.where
        raise
    shown = bool(options.get("percent"))
    findings += layout_findings(rows, body, merged, layout, table.header_rows, table.columns, shown)
    findings += outside_findings(rows, body, table.header_rows, table.columns, repeated)
    sheets = _sheets(book, number)
    return Reading(
        sha256=hashlib.sha256(data).hexdigest(),
        reader=NAME,
        reader_version=VERSION,
        header=table.header,
        rows=_rows(name, number + 1, [at for at, _ in body], lines),
        accounts=(PageAccount(number + 1, len(body), 1, "calamine"),),
        findings=(*findings, *sheet_findings(sheets)),
        meta={"sheets": sheets, "sheet": name, **_place(table)},
    )


def _rows(sheet: str, page: int, places: Sequence[int], lines: Sequence[tuple[str, ...]]) -> tuple[Row, ...]:
    return tuple(
        Row(f"sheet '{sheet}', row {at + 1}", page, at + 1, None, cells)
        for at, cells in zip(places, lines, strict=True)
    )


def _place(table: Table) -> dict[str, Any]:
    """Where the table stands, as Excel names rows and columns."""
    return {
        "header_rows": [at + 1 for at in table.header_rows],
        "columns": [column_letters(column) for column in table.columns],
    }
