"""What a binary workbook (.xls, [MS-XLS]) says about its cells beside their values.

Values are read by calamine; here are only the things it does not tell: hidden rows and columns, percent formats,
formulas, comments, and cells that hold an error.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from sources.errors import Exit, FtaError
from sources.readers.layout import SheetLayout, is_percent
from sources.readers.ole import CompoundFile
from sources.readers.xml_safe import damaged

_BUILTIN_PERCENT = {9, 10}
_CELLS = {0x06, 0xBD, 0xBE, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x27E}


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    at, end = start, len(stream)
    header = struct.Struct("<HH")
    while at + 4 <= end:
        kind, size = header.unpack_from(stream, at)
        yield kind, at + 4, size
        at += 4 + size


def _format_text(body: bytes) -> str:
    if len(body) < 5:
        return ""
    return body[5:].decode("utf-16-le" if body[4] & 1 else "latin-1", "replace")


def _globals(stream: bytes) -> tuple[list[int], list[bool]]:
    positions: list[int] = []
    formats: dict[int, bool] = dict.fromkeys(_BUILTIN_PERCENT, True)
    styles: list[int] = []
    for kind, at, size in _records(stream, 0):
        body = stream[at : at + size]
        if kind == 0x2F:
            raise FtaError(
                "document_encrypted",
                "The workbook is protected by a password.",
                remedy="Ask the sender for a copy without a password.",
                exit_code=Exit.DOCUMENT,
            )
        if kind == 0x85 and size >= 4:
            positions.append(int.from_bytes(body[:4], "little"))
        elif kind == 0x41E:
            formats[int.from_bytes(body[:2], "little")] = is_percent(_format_text(body))
        elif kind == 0xE0:
            styles.append(int.from_bytes(body[2:4], "little"))
        elif kind == 0x0A:
            break
    return positions, [formats.get(style, False) for style in styles]


def _sheet(stream: bytes, start: int, percent_styles: list[bool]) -> SheetLayout:
    layout = SheetLayout()
    styles = len(percent_styles)
    cell, depth = struct.Struct("<HHH"), 0

    def note_style(row: int, column: int, style: int) -> None:
        if style < styles and percent_styles[style]:
            layout.percent.add((row, column))

    for kind, at, size in _records(stream, start):
        if kind == 0x809:
            depth += 1
        elif kind == 0x0A:
            depth -= 1
            if depth <= 0:
                break
        elif depth > 1 or size < 4 or at + size > len(stream):
            continue  # an embedded chart, or a record cut off by the end of the file
        elif kind in (0x203, 0x27E, 0x06, 0x205) and size >= 6:
            row, column, style = cell.unpack_from(stream, at)
            note_style(row, column, style)
            if kind == 0x06:
                layout.formulas[(row, column)] = True  # a result is always held
            elif kind == 0x205 and size >= 8 and stream[at + 7]:
                layout.errors.append((row, column))
        elif kind == 0xBD:
            row, first = struct.unpack_from("<HH", stream, at)
            for offset in range((size - 6) // 6):
                note_style(row, first + offset, struct.unpack_from("<H", stream, at + 4 + 6 * offset)[0])
        elif kind == 0x208 and size >= 16 and stream[at + 12] & 0x20:
            layout.hidden_rows.add(struct.unpack_from("<H", stream, at)[0])
        elif kind == 0x7D and size >= 10 and stream[at + 8] & 1:
            first, last = struct.unpack_from("<HH", stream, at)
            layout.hidden_columns.update(range(first, min(last, 255) + 1))
        elif kind == 0x1C:
            row, column = struct.unpack_from("<HH", stream, at)
            layout.comments.append((row, column))
    return layout


def check_xls(data: bytes) -> None:
    """Make sure that the workbook can be opened at all: chains that end, and no cell outside a sheet of 256 columns.

    One byte can move a cell to column 23,040, and a library would lay out all the cells between.

    Raises:
        FtaError: `document_unreadable`, `document_encrypted`.
    """
    container = CompoundFile(data)
    container.check()
    stream = _stream(container)
    for kind, at, size in _records(stream, 0):
        if kind in _CELLS and size >= 4 and at + 4 <= len(stream) and stream[at + 3]:
            column = int.from_bytes(stream[at + 2 : at + 4], "little")
            row = int.from_bytes(stream[at : at + 2], "little") + 1
            raise damaged("workbook", f"it holds a cell in column {column + 1} of row {row}, where sheets have 256")


def _stream(container: CompoundFile) -> bytes:
    name = next((name for name in ("Workbook", "Book") if name in container.streams), None)
    if name is None:
        raise damaged("workbook", "the binary Office file holds no workbook")
    return container.stream(name)


def xls_layout(data: bytes, sheet: int) -> SheetLayout:
    """Layout of one sheet.

    Args:
        data: the file.
        sheet: number of the sheet, from 0.

    Raises:
        FtaError: `document_unreadable`, `document_encrypted`.
    """
    stream = _stream(CompoundFile(data))
    positions, percent_styles = _globals(stream)
    return _sheet(stream, positions[sheet], percent_styles) if sheet < len(positions) else SheetLayout()
