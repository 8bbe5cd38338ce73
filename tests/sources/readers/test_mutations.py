"""Every reader over damaged files: it reads them or says what is wrong, soon, and loses nothing silently."""

from __future__ import annotations

import io
import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from reportlab.pdfgen.canvas import Canvas

from sources.errors import FtaError
from sources.readers import delimited, flat_text, json_tree, scan, text_lines, word_table, workbook, xml_text
from sources.reading import Reading

SECONDS = 1.5  # a case; with every case in turn a few seconds for the whole module
LIST = {"pattern": r"(\d+)\s+(\d{4}\.\d{2})\s+(.*)", "row_start": r"\d+ \d{4}\.\d{2} "}


def made_xlsx() -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in (["Code", "Rate"], *([f"0101.{number:02}", number / 100] for number in range(40))):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def made_pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.rect(50, 50, 100, 100)
    canvas.save()
    return out.getvalue()


def made_docx() -> bytes:
    cells = "".join(f"<w:tr><w:tc><w:p><w:r><w:t>{number}</w:t></w:r></w:p></w:tc></w:tr>" for number in range(20))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="w"><w:tbl>{cells}</w:tbl></w:document>')
    return out.getvalue()


def made_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", '[{"a": "1", "c": [{"a": "2"}]}]' + " " * 500)
    return out.getvalue()


LINES = "NO. HS CODE DESCRIPTION\n" + "\n".join(f"{n} 01{n:02}.10 - Text\nwrapped" for n in range(1, 60))
FLAT = "Code Text 2009 2010 " + " ".join(f"01{n:02}.10 - Text {n}% 0%" for n in range(60))
XML = "<treaty>" + "".join(f'<article number="{n}">Words &amp; {n}</article>' for n in range(60)) + "</treaty>"

Case = tuple[Any, tuple[str, ...], dict[str, Any], Callable[[], bytes], str]
MADE: dict[str, Case] = {
    "workbook": (workbook, ("Code", "Rate"), {}, made_xlsx, "a.xlsx"),
    "word_table": (word_table, (), {}, made_docx, "a.docx"),
    "scan": (scan, (), {}, made_pdf, "a.pdf"),
    "json_tree": (json_tree, ("a",), {"members": r".*\.json", "children": "c"}, made_zip, "a.zip"),
    "text_lines": (text_lines, ("NO.", "HS CODE", "DESCRIPTION"), LIST, LINES.encode, "a.txt"),
    "flat_text": (flat_text, ("Code", "Text", "2009", "2010"), {"code": r"\d{4}\.\d\d", "value": r"\d+%"}, FLAT.encode,
                  "a.txt"),
    "delimited": (delimited, (), {}, lambda: b"a,b\n" + b'"1\n2",3\n' * 60, "a.csv"),
    "xml_text": (xml_text, ("@number", "text"), {}, XML.encode, "a.xml"),
}  # fmt: skip
HELD = {
    "workbook": ("hs/unsd-hs2007-hs2002.xls", ("HS 2007", "HS 2002", "Relationship"), {"sheet": 1}),
    "word_table": ("uk-dcts/psr-ldc.docx", (), {}),
    "text_lines": ("acfta/cambodia-sensitive-list.txt", ("NO.", "HS CODE", "DESCRIPTION"), LIST),
    "xml_text": ("acfta/agreement-text-tota.xml", ("@number", "text"), {}),
    "json_tree": ("uk-dcts/rule-sets-ldc.json", ("heading", "rule"), {"items": "rule_sets", "children": "rules"}),
    "scan": ("atiga/first-protocol-scan.pdf", (), {}),
}


def mutate(content: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, a piece cut out, put twice, or the end cut off."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(data) or 1), chance.randint(1, 64)
        match chance.randrange(5):
            case 0:
                del data[at : at + length]
            case 1:
                data[at:at] = data[at : at + length]
            case 2:
                data = data[: max(1, at)]
            case _:
                data[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(data)


def check(reading: Reading) -> None:
    """What holds of every reading: rows as wide as the header, each with a place of its own, all accounted for."""
    assert all(len(row.cells) == len(reading.header) for row in reading.rows)
    assert len({row.locator for row in reading.rows}) == len(reading.rows)
    assert sum(account.rows for account in reading.accounts) == len(reading.rows)


def shake(reader: Any, columns: tuple[str, ...], options: dict[str, Any], content: bytes, file: Path, seed: int) -> int:
    chance, done, begun = random.Random(seed), 0, time.monotonic()
    while time.monotonic() - begun < SECONDS:
        file.write_bytes(mutate(content, chance))
        one = time.monotonic()
        try:
            check(reader.read(file, columns=columns, options=options))
        except FtaError as error:
            refusal = error
        else:
            refusal = None
        assert refusal is None or (refusal.code and refusal.remedy)
        assert time.monotonic() - one < 5
        done += 1
    return done


@pytest.fixture(autouse=True)
def no_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


@pytest.mark.parametrize("name", MADE)
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, name: str) -> None:
    reader, columns, options, made, suffix = MADE[name]
    assert shake(reader, columns, options, made(), tmp_path / suffix, seed=1) > 3


@pytest.mark.documents
@pytest.mark.parametrize("name", HELD)
def test_a_damaged_held_document_is_read_or_refused(documents: Path, tmp_path: Path, name: str) -> None:
    path, columns, options = HELD[name]
    content = (documents / path).read_bytes()
    assert shake(MADE[name][0], columns, options, content, tmp_path / Path(path).name, seed=2) > 0


@pytest.mark.parametrize("name", MADE)
def test_the_undamaged_file_satisfies_what_holds_of_every_reading(tmp_path: Path, name: str) -> None:
    reader, columns, options, made, suffix = MADE[name]
    file = tmp_path / suffix
    file.write_bytes(made())
    if name == "scan":
        with pytest.raises(FtaError, match="Tesseract"):
            reader.read(file, columns=columns, options=options)
    else:
        reading = reader.read(file, columns=columns, options=options)
        check(reading)
        assert len(reading.rows) > 1
