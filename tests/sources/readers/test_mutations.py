"""Every reader over damaged files: it reads them or says what is wrong, soon, and loses nothing silently.

The damage is drawn from fixed seeds, the same few files on every machine; `--fuzz-seconds 600` goes on for longer.
"""

from __future__ import annotations

import io
import itertools
import random
import re
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from reportlab.pdfgen.canvas import Canvas

from sources.door import Limits
from sources.errors import FtaError
from sources.readers import (
    delimited,
    flat_text,
    json_tree,
    load_reader,
    pdf_table,
    scan,
    text_lines,
    word_table,
    workbook,
    xml_text,
)
from sources.reading import Reading
from sources.registry import load_registry
from sources.worker import read_in_worker

sys.path.insert(0, str(Path(__file__).parent))

from pdf_sheets import COLUMNS, schedule

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


def made_schedule(style: str) -> bytes:
    rows = [[f"01{n:02}.21.00", f"- - Goods {n}\nof a kind", f"{n}%", "0"] for n in range(12)]
    with tempfile.TemporaryDirectory() as folder:
        return schedule(Path(folder) / "a.pdf", [rows] * 2, style=style).read_bytes()


LINES = "NO. HS CODE DESCRIPTION\n" + "\n".join(f"{n} 01{n:02}.10 - Text\nwrapped" for n in range(1, 60))
FLAT = "Code Text 2009 2010 " + " ".join(f"01{n:02}.10 - Text {n}% 0%" for n in range(60))
XML = "<treaty>" + "".join(f'<article number="{n}">Words &amp; {n}</article>' for n in range(60)) + "</treaty>"

LONGEST = 20  # seconds: far more than any of these files takes, far less than a reader that hangs
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
    "pdf_table": (pdf_table, tuple(COLUMNS), {}, lambda: made_schedule("lines"), "a.pdf"),
    "pdf_table, level rules": (pdf_table, tuple(COLUMNS), {"rules": "horizontal"},
                               lambda: made_schedule("horizontal"), "a.pdf"),
    "pdf_table, no rules": (pdf_table, tuple(COLUMNS), {"rules": "none"}, lambda: made_schedule("none"), "a.pdf"),
}  # fmt: skip
HELD = (
    "ckfta-annex-2a-kh", "unsd-hs2007-hs2002", "uk-dcts-rule-sets", "acfta-sl-kh", "nz-tariff-2022-01-01",
    "jp-tariff-2026-07-09",
)  # fmt: skip
PLAIN = {  # documents that no description reads
    "word_table": ("uk-dcts/psr-ldc.docx", (), {}),
    "xml_text": ("acfta/agreement-text-tota.xml", ("@number", "text"), {}),
    "scan": ("atiga/first-protocol-scan.pdf", (), {}),
}
FEWER_PAGES = {"ckfta-annex-2a-kh": {"pages": [1, 3]}}
GUARDED = ("workbook", "word_table", "pdf_table")  # formats with a checksum: damage of what they hold must not pass


def mutate(content: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, a piece cut out, put twice, or the end cut off."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(data) or 1), chance.randint(1, 64)
        match chance.randrange(8):
            case 0:
                del data[at : at + length]
            case 1:
                data[at:at] = data[at : at + length]
            case 2:
                data = data[: max(1, at)]
            case 3:
                other = chance.randrange(len(data) or 1)
                data[at : at + length], data[other : other + length] = (
                    data[other : other + length], data[at : at + length],
                )  # fmt: skip
            case 4 | 5 if data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            case _:
                data[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(data)


def check(reading: Reading) -> None:
    """What holds of every reading: rows as wide as the header, each with a place of its own, all accounted for."""
    assert all(len(row.cells) == len(reading.header) for row in reading.rows)
    assert len({row.locator for row in reading.rows}) == len(reading.rows)
    assert sum(account.rows for account in reading.accounts) == len(reading.rows)


def shake(
    reader: Any,
    columns: tuple[str, ...],
    options: dict[str, Any],
    content: bytes,
    file: Path,
    seed: int,
    rounds: Iterable[int],
) -> int:
    chance, done = random.Random(seed), 0
    for _ in rounds:
        file.write_bytes(mutate(content, chance))
        one = time.monotonic()
        try:
            check(reader.read(file, columns=columns, options=options))
        except FtaError as error:
            refusal = error
        else:
            refusal = None
        assert refusal is None or (refusal.code and refusal.remedy)
        assert time.monotonic() - one < LONGEST
        done += 1
    return done


Rounds = Callable[[int], Iterator[int]]


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> Rounds:
    """So many rounds, the same on every machine; or as many as there is time for, where that is asked for."""
    seconds = request.config.getoption("--fuzz-seconds")

    def count(number: int) -> Iterator[int]:
        begun = time.monotonic()
        for done in itertools.count():
            if done >= number if seconds is None else time.monotonic() - begun >= seconds:
                return
            yield done

    return count


@pytest.fixture(autouse=True)
def no_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


@pytest.mark.parametrize("name", MADE)
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, name: str, rounds: Rounds) -> None:
    reader, columns, options, made, suffix = MADE[name]
    assert shake(reader, columns, options, made(), tmp_path / suffix, 1, rounds(25)) > 3


@pytest.mark.documents
@pytest.mark.parametrize("name", HELD)
def test_a_damaged_held_document_is_read_or_refused(documents: Path, tmp_path: Path, name: str, rounds: Rounds) -> None:
    document = load_registry().document(name)
    assert document.reader is not None
    assert document.file is not None
    reader = load_reader(document.reader.name)
    columns = tuple(column.header for column in document.reader.columns)
    options = document.reader.options | FEWER_PAGES.get(name, {})
    content = (documents / document.file).read_bytes()
    assert shake(reader, columns, options, content, tmp_path / Path(document.file).name, 2, rounds(2)) > 0


@pytest.mark.documents
@pytest.mark.parametrize("name", PLAIN)
def test_a_damaged_document_that_no_description_reads_is_read_or_refused(
    documents: Path, tmp_path: Path, name: str, rounds: Rounds
) -> None:
    path, columns, options = PLAIN[name]
    content = (documents / path).read_bytes()
    assert shake(MADE[name][0], columns, options, content, tmp_path / Path(path).name, 2, rounds(2)) > 0


@pytest.mark.parametrize("name", [name for name in MADE if name.split(",")[0] in GUARDED])
def test_damage_to_what_a_guarded_format_holds_is_never_silent(tmp_path: Path, name: str, rounds: Rounds) -> None:
    reader, columns, options, made, suffix = MADE[name]
    content, file, chance = made(), tmp_path / suffix, random.Random(3)
    file.write_bytes(content)
    whole = reader.read(file, columns=columns, options=options)
    refused = noted = 0
    places = _held_bytes(content)
    for _ in rounds(25):
        spoiled = bytearray(content)
        spoiled[chance.choice(places)] ^= 1 << chance.randrange(8)
        file.write_bytes(spoiled)
        try:
            reading = reader.read(file, columns=columns, options=options)
        except FtaError:
            refused += 1
            continue
        said = {finding.code for finding in reading.findings} - {finding.code for finding in whole.findings}
        noted += bool(said)
        assert said or [row.cells for row in reading.rows] == [row.cells for row in whole.rows]
    assert refused + noted


def _held_bytes(content: bytes) -> list[int]:
    """Where a file keeps its cells: a PDF's page streams, an archive's members."""
    if content.startswith(b"%PDF-"):
        starts = [found.end() for found in re.finditer(rb"(?<!end)stream\r?\n", content)]
        return [at for start in starts for at in range(start, content.index(b"endstream", start) - 2)]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = next(m for m in archive.infolist() if m.filename.endswith(("sheet1.xml", "document.xml")))
    start = sheet.header_offset + 30 + len(sheet.filename)
    return list(range(start, start + sheet.compress_size))


def test_a_damaged_file_brings_no_worker_down_and_ends_in_time(tmp_path: Path) -> None:
    reader, columns, options, made, suffix = MADE["pdf_table"]
    chance, file = random.Random(4), tmp_path / suffix
    for _ in range(3):
        file.write_bytes(mutate(made(), chance))
        one = time.monotonic()
        refusal = None
        try:
            check(read_in_worker(file, reader.NAME, columns, options, Limits(seconds=10)))
        except FtaError as error:
            refusal = error
        assert refusal is None or refusal.code not in ("reader_failed", "reader_crashed")
        assert time.monotonic() - one < 15


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
