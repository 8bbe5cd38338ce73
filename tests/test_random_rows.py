"""Two hundred rows of every schedule, drawn at random, are what an independent reader finds at their place.

The independent reading shares no code with the project's readers: pdfplumber on the box that a row names, openpyxl and
xlrd on sheets, and the bare bytes of text and JSON. A row is found by its locator alone, as a person would find it.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from sources.extraction import ExtractedRow, read_csv
from sources.registry import load_registry
from sources.specs import DocumentSpec

pytestmark = pytest.mark.documents
REGISTRY = load_registry()
ROWS, PAGES = 200, 12
SCHEDULED = sorted({s.document for s in REGISTRY.schedules.values()} | {t.document for t in REGISTRY.tariffs.values()})
Find = Callable[[ExtractedRow], list[str]]
"""The texts that stand at a row's place."""


def squashed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@cache
def pdf(file: Path) -> Find:
    import pdfplumber

    book = pdfplumber.open(file)

    def find(row: ExtractedRow) -> list[str]:
        left, top, right, bottom = map(float, row.bbox.split())
        page = book.pages[row.page - 1]
        return [page.within_bbox((left, top, right, bottom), strict=False).extract_text()]

    return find


def sheet(file: Path) -> Find:
    cells: dict[str, list[list[str]]] = {}
    if file.suffix == ".xls":
        import xlrd

        for each in xlrd.open_workbook(file).sheets():
            cells[each.name] = [[str(value) for value in each.row_values(at)] for at in range(each.nrows)]
    else:
        import openpyxl

        for each in openpyxl.load_workbook(file, read_only=True, data_only=True):
            rows = each.iter_rows(values_only=True)
            cells[each.title] = [["" if value is None else str(value) for value in row] for row in rows]

    def find(row: ExtractedRow) -> list[str]:
        name, number = re.fullmatch(r"sheet '(.+)', row (\d+)", row.locator).groups()  # type: ignore[union-attr]
        return cells[name][int(number) - 1]

    return find


def member(file: Path, name: str) -> str:
    with zipfile.ZipFile(file) as archive:
        found = next(each for each in archive.namelist() if each.endswith(name))
        data = archive.read(found)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def lines(file: Path) -> Find:
    """A row of text goes on until the next line that begins with a code, or a blank one."""
    kept: dict[str, list[str]] = {}

    def find(row: ExtractedRow) -> list[str]:
        name, number = re.fullmatch(r"(?:member '(.+)', )?line (\d+)", row.locator).groups()  # type: ignore[union-attr]
        key = name or ""
        if key not in kept:
            text = member(file, name) if name else file.read_text(encoding="utf-8-sig")
            kept[key] = [line.rstrip("\r\n") for line in io.StringIO(text, newline=None)]
        first, *rest = kept[key][int(number) - 1 :]
        return [first, *takewhile(lambda line: line.strip() and not re.match(r"\s*\d{2}\.?\d{2}", line), rest)]

    return find


def tree(file: Path) -> Find:
    kept: dict[str, Any] = {}

    def find(row: ExtractedRow) -> list[str]:
        name, pointer = re.fullmatch(r"member '(.+)', item (\S+)", row.locator).groups()  # type: ignore[union-attr]
        if name not in kept:
            kept[name] = json.loads(member(file, name))
        node = kept[name]
        for part in pointer.strip("/").split("/"):
            node = node[int(part)] if isinstance(node, list) else node[part]
        return list(texts({key: value for key, value in node.items() if key != "children"}))

    return find


def texts(node: Any) -> Iterator[str]:
    """Every text and number in a piece of JSON."""
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from texts(each)
    elif node is not None:
        yield str(node)


def alike(cell: str, seen: str) -> bool:
    """Whether a cell is what is seen: the same signs, or the same number to six places."""
    if squashed(cell) == squashed(seen):
        return True
    try:
        return abs(Decimal(cell) - Decimal(seen)) < Decimal("0.0000005")
    except InvalidOperation:
        return False


def stands(cell: str, seen: list[str]) -> bool:
    return any(alike(cell, text) or squashed(cell) in squashed(text) for text in seen)


def finder(document: DocumentSpec, file: Path) -> Find:
    assert document.reader is not None
    if file.suffix == ".pdf":
        return pdf(file)
    if file.suffix in (".xls", ".xlsx"):
        return sheet(file)
    return tree(file) if document.reader.name == "json_tree" else lines(file)


@pytest.mark.parametrize("document_id", SCHEDULED)
def test_two_hundred_rows_say_what_stands_at_their_place(document_id: str, documents: Path) -> None:
    document = REGISTRY.documents[document_id]
    assert document.reader is not None
    assert document.file is not None
    folder = REGISTRY.folders[f"document:{document_id}"] / "extractions"
    rng = random.Random(document_id)
    held = [row for row in read_csv(folder / f"{document_id}.csv", document).rows if row.role == "line"]
    pages = sorted({row.page for row in held})
    chosen = set(rng.sample(pages, min(PAGES, len(pages))))
    candidates = [row for row in held if row.page in chosen]
    drawn = rng.sample(candidates, min(ROWS, len(candidates)))
    printed = {column.name for column in document.reader.columns if column.fact and column.take is None}
    find, compared = finder(document, documents / document.file), 0
    for row in drawn:
        seen = find(row)
        for name, cell in row.cells.items():
            if name in printed and cell:
                assert stands(cell, seen), f"{row.locator}, {name}: {cell!r} where {seen!r} stands"
                compared += 1
    assert compared >= len(drawn) > 0
