"""What a sheet says about its cells beside their values, in one shape for both kinds of workbook, and its reading
from .xlsx. The binary .xls is in `sources.readers.biff`; what is done about it is in `sources.readers.workbook`.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field

from sources.readers.xml_safe import damaged, local_name, parse_xml

Place = tuple[int, int]
_BUILTIN_PERCENT = {"9", "10"}
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


@dataclass
class SheetLayout:
    """Places (row, column), both from 0, that a person should know about.

    Attributes:
        percent: cells with a number format in percent.
        formulas: cells computed by a formula, and whether the result is held as text.
        errors: cells that hold an error such as `#N/A`.
        comments: cells with a comment.
        last: the lowest row and the rightmost column that any cell names.
    """

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    percent: set[Place] = field(default_factory=set)
    formulas: dict[Place, bool] = field(default_factory=dict)
    errors: list[Place] = field(default_factory=list)
    comments: list[Place] = field(default_factory=list)
    last: Place = (-1, -1)


def is_percent(number_format: str) -> bool:
    """Whether a number format shows a fraction as a percentage (`0%`, `0.0%;-0.0%`), quoted signs apart."""
    return "%" in _QUOTED.sub("", number_format)


def column_letters(column: int) -> str:
    """Excel's letters of a column, from 0: `A`, `Z`, `AA`."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def place_of(reference: str) -> Place:
    """Row and column, from 0, of a reference such as `B5252`."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(reference[len(letters) :] or 1) - 1, column - 1


def _elements(data: bytes, *names: str) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []

    def on_start(name: str, attributes: dict[str, str]) -> None:
        local = local_name(name)
        if local in names:
            found.append((local, attributes))

    parse_xml(data, on_start, what="workbook")
    return found


def _related(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Relations of a part: id -> (type, path inside the archive)."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path not in archive.namelist():
        return {}
    relations = {}
    for _, attributes in _elements(archive.read(path), "Relationship"):
        target = attributes.get("Target", "")
        target = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        relations[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)
    return relations


def _percent_styles(archive: zipfile.ZipFile, styles: str | None) -> set[str]:
    if styles is None or styles not in archive.namelist():
        return set()
    formats, percent, inside = dict.fromkeys(_BUILTIN_PERCENT, True), set[str](), False
    number = 0

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside, number
        local = local_name(name)
        if local == "numFmt":
            formats[attributes.get("numFmtId", "")] = is_percent(attributes.get("formatCode", ""))
        elif local in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside = local == "cellXfs"
        elif inside and local == "xf":
            if formats.get(attributes.get("numFmtId", "0"), False):
                percent.add(str(number))
            number += 1

    parse_xml(archive.read(styles), on_start, what="workbook")
    return percent


def _scan_sheet(data: bytes, percent_styles: set[str]) -> SheetLayout:
    layout = SheetLayout()
    columns: dict[str, int] = {}
    row, column, digits, kind = -1, -1, 0, "n"
    bottom, right, percent = -1, -1, layout.percent

    def on_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, digits, kind, bottom, right
        if name == "v":  # two thirds of a sheet are cells and their values: this function is what reading takes
            return
        local = name[name.rfind(":") + 1 :]
        if local == "c":
            reference = attributes.get("r")
            if reference is None:
                column += 1
            else:
                letters = reference[:-digits]
                if letters not in columns:
                    columns[letters] = place_of(letters)[1]
                column = columns[letters]
            right = column if column > right else right
            bottom = row
            kind = attributes.get("t", "n")
            if kind == "n":
                if attributes.get("s") in percent_styles:
                    percent.add((row, column))
            elif kind == "e":
                layout.errors.append((row, column))
        elif local == "row":
            row, column = int(attributes.get("r", row + 2)) - 1, -1
            digits = len(str(row + 1))
            if attributes.get("hidden") in ("1", "true"):
                layout.hidden_rows.add(row)
        elif local == "f":
            layout.formulas[(row, column)] = kind == "str"
        elif local == "col" and attributes.get("hidden") in ("1", "true"):
            last = min(int(attributes.get("max", 0)), 16384)
            layout.hidden_columns.update(range(int(attributes.get("min", 1)) - 1, last))

    parse_xml(data, on_start, what="workbook")
    layout.last = (bottom, right)
    return layout


def xlsx_layout(archive: zipfile.ZipFile, sheet: int) -> SheetLayout:
    """Layout of one sheet of an .xlsx.

    Args:
        archive: the open workbook.
        sheet: number of the sheet, from 0, in the order of the tabs.

    Raises:
        FtaError: `document_unreadable`, `xml_doctype`.
    """
    main = next((path for kind, path in _related(archive, "").values() if kind == "officeDocument"), "xl/workbook.xml")
    if main not in archive.namelist():
        raise damaged("workbook", "it holds no workbook part")
    relations = _related(archive, main)
    sheets = [
        next((value for key, value in attributes.items() if key.endswith(":id")), "")
        for _, attributes in _elements(archive.read(main), "sheet")
    ]
    if sheet >= len(sheets) or relations.get(sheets[sheet], ("", ""))[1] not in archive.namelist():
        return SheetLayout()
    path = relations[sheets[sheet]][1]
    styles = next((target for kind, target in relations.values() if kind == "styles"), None)
    layout = _scan_sheet(archive.read(path), _percent_styles(archive, styles))
    for kind, target in _related(archive, path).values():
        if kind == "comments" and target in archive.namelist():
            layout.comments.extend(place_of(a.get("ref", "A1")) for _, a in _elements(archive.read(target), "comment"))
    return layout
