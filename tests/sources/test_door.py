from __future__ import annotations

import contextlib
import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from reportlab.lib import pdfencrypt
from reportlab.pdfgen.canvas import Canvas

from sources.door import FileKind, Limits, inspect_door
from sources.door_macros import holds_statements
from sources.errors import FtaError
from sources.readers.ole import SIGNATURE, CompoundFile


def pdf(pages: int = 1, password: str | None = None, owner: str | None = None) -> bytes:
    out = io.BytesIO()
    lock = pdfencrypt.StandardEncryption(password or "", ownerPassword=owner or password) if password or owner else None
    canvas = Canvas(out, encrypt=lock)
    for _ in range(pages):
        canvas.drawString(72, 720, "Schedule")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def packed_objects(objects: bytes) -> bytes:
    """A stream of packed objects before the cross-reference table."""
    body = zlib.compress(b"7 0 " + objects)
    head = b"9 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(body)
    return head + body + b"\nendstream\nendobj\nxref\n"


def pdf_with_a_file() -> bytes:
    out = io.BytesIO()
    document = pypdfium2.PdfDocument(pdf())
    document.new_attachment("rates.xlsx").set_data(b"PK")
    document.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.active.append(["Code", "Rate"])
    book.save(out)
    return out.getvalue()


def packed(members: dict[str, bytes], start: bytes | None = None) -> bytes:
    """A zip of those members, after those of another archive."""
    kept: dict[str, bytes] = {}
    if start is not None:
        with zipfile.ZipFile(io.BytesIO(start)) as archive:
            kept = {name: archive.read(name) for name in archive.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (kept | members).items():
            archive.writestr(name, content)
    return out.getvalue()


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file with streams of any length, all in the long chain."""
    size = 512
    fat: list[int] = []
    body = b""
    entries = [("Root Entry", 5, 0xFFFFFFFE, 0)]

    def chain(content: bytes) -> int:
        nonlocal body
        first, count = len(fat), max(1, -(-len(content) // size))
        fat.extend([*range(first + 1, first + count), 0xFFFFFFFE])
        body += content.ljust(count * size, b"\x00")
        return first

    for name, content in streams.items():
        entries.append((name, 2, chain(content), len(content)))
    directory = b""
    for name, kind, first, length in entries:
        encoded = name.encode("utf-16-le") + b"\x00\x00"
        entry = encoded.ljust(64, b"\x00") + struct.pack("<HBB", len(encoded), kind, 1)
        directory += entry.ljust(116, b"\x00") + struct.pack("<II", first, length) + bytes(4)
    directory_at = chain(directory)
    fat_at = len(fat)
    fat.append(0xFFFFFFFD)
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(size, b"\xff")
    header = bytearray(SIGNATURE.ljust(size, b"\x00"))
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", header, 44, 1, directory_at, 0, 0, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, fat_at)
    header[80:512] = b"\xff" * 432
    return bytes(header) + body + table


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def xls(*records: bytes, **streams: bytes) -> bytes:
    stream = record(0x809, bytes(16)) + b"".join(records) + record(0x0A, b"")
    return compound({"Workbook": stream, **streams})


def vba_module(source: bytes) -> bytes:
    """A module's stream: some cache, then its source as an uncompressed chunk would not hide it."""
    literal = b"".join(b"\x00" + source[at : at + 8] for at in range(0, len(source), 8))
    return b"cache" + b"\x01" + struct.pack("<H", 0xB000 | (len(literal) + 2 - 3)) + literal


RELATION = '<Relationships><Relationship Id="r9" Type="http://x/{}" Target="http://e.example" TargetMode="External"/>'
EMPTY = b'Attribute VB_Name = "M"\r\nOption Explicit\r\n'
VIRUS = b'Attribute VB_Name = "M"\r\nSub Auto_Open()\r\nShell "calc"\r\nEnd Sub\r\n'
PROJECT = b"Module=M\r\n"
LINK = struct.pack("<HH", 1, 9) + b"\x00book.xls"
DDE = struct.pack("<HH", 1, 9) + b"\x00cmd\x03/c x"

HOSTILE: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "an empty file": ("a.pdf", "empty_file", lambda: b""),
    "a program with the name of a PDF": ("a.pdf", "unsupported_kind", lambda: b"MZ\x90\x00" + bytes(100)),
    "a web page saved as a PDF": ("a.pdf", "unsupported_kind", lambda: b"\n<!DOCTYPE html><html>Not found</html>"),
    "a picture": ("a.png", "unsupported_kind", lambda: b"\x89PNG\r\n\x1a\n" + bytes(30)),
    "a RAR archive": ("a.zip", "unsupported_kind", lambda: b"Rar!\x1a\x07" + bytes(30)),
    "bytes that are no text": ("a.txt", "unsupported_kind", lambda: b"abc\x00\x01\x02def"),
    "a PDF with the name of a workbook": ("a.xlsx", "wrong_extension", pdf),
    "a workbook with the name of a PDF": ("a.pdf", "wrong_extension", xlsx),
    "a text with the name of a JSON file": ("a.json", "wrong_extension", lambda: b"{not json"),
    "a PDF that is a zip archive too": ("a.pdf", "polyglot", lambda: pdf() + packed({"a.txt": b"a"})),
    "a zip archive behind other bytes": ("a.xml", "polyglot", lambda: b"<a/> " + packed({"a.txt": b"a"})),
    "a text that is a PDF too": ("a.txt", "polyglot", lambda: b"hello\n" + pdf()),
    "a workbook that is a zip archive too": ("a.xls", "polyglot", lambda: xls() + packed({"a.txt": b"a"})),
    "a PDF with a password": ("a.pdf", "document_encrypted", lambda: pdf(password="secret")),
    "half a PDF without its objects": ("a.pdf", "document_unreadable", lambda: b"%PDF-1.7\n" + bytes(200)),
    "a PDF that launches a program": (
        "a.pdf",
        "active_content",
        lambda: pdf().replace(b"/Type /Catalog", b"/OpenAction << /S /Launch /F (x) >> /Type /Catalog"),
    ),
    "a PDF that runs a script when it is opened": (
        "a.pdf",
        "active_content",
        lambda: pdf().replace(b"/Type /Catalog", b"/OpenAction << /S /JavaScript /JS (x) >> /Type /Catalog"),
    ),
    "a PDF that hides a script among packed objects": (
        "a.pdf",
        "active_content",
        lambda: pdf().replace(b"xref\n", packed_objects(b"<< /S /JavaScript /JS (x) >>"), 1),
    ),
    "a PDF with a script of its own": (
        "a.pdf",
        "active_content",
        lambda: pdf().replace(
            b"/Type /Catalog",
            b"/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (x) >>] >> >> /Type /Catalog",
        ),
    ),
    "a PDF with a file inside": ("a.pdf", "embedded_object", lambda: pdf_with_a_file()),
    "a zip bomb": ("a.zip", "zip_bomb", lambda: packed({"a.txt": bytes(20_000_000)})),
    "an archive within an archive": ("a.zip", "nested_archive", lambda: packed({"b.txt": packed({"a.txt": b"a"})})),
    "an archive by its name": ("a.zip", "nested_archive", lambda: packed({"b.tar": b"x"})),
    "a member above its folder": ("a.zip", "path_traversal", lambda: packed({"../a.txt": b"a"})),
    "a member at the root": ("a.zip", "path_traversal", lambda: packed({"/etc/passwd": b"a"})),
    "a member on a drive": ("a.zip", "path_traversal", lambda: packed({"C:\\a.txt": b"a"})),
    "a damaged archive": ("a.zip", "document_unreadable", lambda: packed({"a.txt": b"a" * 99})[:60]),
    "a workbook with macros": (
        "a.xlsx",
        "macros",
        lambda: packed({"xl/vbaProject.bin": compound({"PROJECT": PROJECT, "M": vba_module(VIRUS)})}, xlsx()),
    ),
    "a workbook with macros that cannot be read": (
        "a.xlsm",
        "macros",
        lambda: packed({"xl/vbaProject.bin": compound({"PROJECT": PROJECT, "M": b"?"})}, xlsx()),
    ),
    "a workbook with a macro sheet": ("a.xlsx", "macros", lambda: packed({"xl/macrosheets/s.xml": b"<a/>"}, xlsx())),
    "a workbook with links": (
        "a.xlsx",
        "external_links",
        lambda: packed({"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}, xlsx()),
    ),
    "a workbook that fetches a picture": (
        "a.xlsx",
        "external_links",
        lambda: packed({"xl/worksheets/_rels/sheet1.xml.rels": RELATION.format("image").encode()}, xlsx()),
    ),
    "a Word document with a template from elsewhere": (
        "a.docx",
        "external_links",
        lambda: packed(
            {
                "[Content_Types].xml": b"<Types>wordprocessingml.document.main</Types>",
                "word/_rels/settings.xml.rels": RELATION.format("attachedTemplate").encode(),
            }
        ),
    ),
    "a Word document with a DDE field": (
        "a.docx",
        "dde",
        lambda: packed(
            {
                "[Content_Types].xml": b"<Types>wordprocessingml.document.main</Types>",
                "word/document.xml": b'<w:p><w:instrText>DDEAUTO c:\\cmd.exe "/k calc"</w:instrText></w:p>',
            }
        ),
    ),
    "a workbook with DDE": (
        "a.xlsx",
        "dde",
        lambda: packed({"xl/externalLinks/externalLink1.xml": b"<ddeLink ddeService='cmd'/>"}, xlsx()),
    ),
    "a workbook with DDE in a formula": (
        "a.xlsx",
        "dde",
        lambda: packed({"xl/worksheets/sheet1.xml": b"<worksheet><f>cmd|'/c calc'!A0</f></worksheet>"}, xlsx()),
    ),
    "a workbook with a file inside": (
        "a.xlsx",
        "embedded_object",
        lambda: packed({"xl/embeddings/oleObject1.bin": b"x"}, xlsx()),
    ),
    "a workbook with entities": (
        "a.xlsx",
        "xml_doctype",
        lambda: packed({"xl/styles.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}, xlsx()),
    ),
    "a workbook with entities in UTF-16": (
        "a.xlsx",
        "xml_doctype",
        lambda: packed({"xl/styles.xml": '\ufeff<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16-le")}, xlsx()),
    ),
    "an Office file with a password": (
        "a.xlsx",
        "document_encrypted",
        lambda: compound({"EncryptedPackage": bytes(9000), "EncryptionInfo": b"x"}),
    ),
    "an old Word document": ("a.doc", "unsupported_kind", lambda: compound({"WordDocument": b"x"})),
    "an old workbook with a password": ("a.xls", "document_encrypted", lambda: xls(record(0x2F, bytes(6)))),
    "an old workbook with a macro sheet": ("a.xls", "macros", lambda: xls(record(0x85, bytes(5) + b"\x01\x01\x00M"))),
    "an old workbook with macros": (
        "a.xls",
        "macros",
        lambda: xls(_VBA_PROJECT_CUR=b"x", PROJECT=PROJECT, M=vba_module(VIRUS)),
    ),
    "an old workbook with links": ("a.xls", "external_links", lambda: xls(record(0x1AE, LINK))),
    "an old workbook with DDE": ("a.xls", "dde", lambda: xls(record(0x1AE, DDE))),
    "an old workbook with a file inside": ("a.xls", "embedded_object", lambda: xls(MBD0001=b"x")),
    "billions of laughs": (
        "a.xml",
        "xml_doctype",
        lambda: b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>',
    ),
    "XML that fetches a file": (
        "a.xml",
        "xml_doctype",
        lambda: b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>',
    ),
    "XML without an end of depth": ("a.xml", "xml_too_deep", lambda: b"<a>" * 9000),
    "half an XML file": ("a.xml", "document_unreadable", lambda: b"<treaty><article>"),
}


def look(tmp_path: Path, name: str, content: bytes, **limits: int) -> FileKind:
    file = tmp_path / name
    file.write_bytes(content)
    return inspect_door(file, Limits(**limits))


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason_and_a_mend(tmp_path: Path, case: str) -> None:
    name, code, content = HOSTILE[case]
    with pytest.raises(FtaError) as caught:
        look(tmp_path, name, content())
    assert caught.value.code == code
    assert caught.value.where["file"] == name
    assert caught.value.message.endswith(".")
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", pdf(), "pdf"),
        ("a.xlsx", xlsx(), "xlsx"),
        ("a.xls", xls(), "xls"),
        ("a.zip", packed({"a/b.txt": b"a", "c.txt": b"c"}), "zip"),
        ("a.json", b' {"a": [1]}', "json"),
        ("a.xml", b'<?xml version="1.0"?><a>b</a>', "xml"),
        ("a.csv", b"a,b\n1,2\n", "text"),
        ("a.txt", "Līdz".encode("utf-16"), "text"),
        ("ab12cd", pdf(), "pdf"),
    ],
)
def test_a_plain_file_is_known_by_its_content(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    seen = look(tmp_path, name, content)
    assert (seen.kind, seen.size) == (kind, len(content))
    assert seen.readers


def test_limits_of_size_pages_and_members_are_held(tmp_path: Path) -> None:
    for limits, content, name, code in (
        ({"size": 100}, pdf(), "a.pdf", "file_too_large"),
        ({"pages": 2}, pdf(3), "a.pdf", "too_many_pages"),
        ({"members": 1}, packed({"a.txt": b"a", "b.txt": b"b"}), "a.zip", "zip_bomb"),
        ({"unpacked": 10}, packed({"a.txt": bytes(11)}), "a.zip", "zip_bomb"),
    ):
        with pytest.raises(FtaError) as caught:
            look(tmp_path, name, content, **limits)
        assert caught.value.code == code


def test_a_member_that_says_it_is_small_and_is_not_is_refused(tmp_path: Path) -> None:
    content = bytearray(packed({"a.txt": bytes(100_000)}))
    for at, offset in ((content.find(b"PK\x03\x04"), 22), (content.find(b"PK\x01\x02"), 24)):
        struct.pack_into("<I", content, at + offset, 10)
    with pytest.raises(FtaError) as caught:
        look(tmp_path, "a.zip", bytes(content))
    assert caught.value.code in {"zip_bomb", "document_unreadable"}


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    content = bytearray(packed({"a.txt": bytes(999), "b.txt": bytes(999)}))
    second = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, second + 42, 0)
    with pytest.raises(FtaError) as caught:
        look(tmp_path, "a.zip", bytes(content))
    assert caught.value.code == "zip_bomb"


def test_the_same_name_twice_in_an_archive_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "one")
        archive.writestr("A.txt", "two")
    with pytest.raises(FtaError) as caught:
        look(tmp_path, "a.zip", out.getvalue())
    assert caught.value.code == "polyglot"


def test_a_pdf_that_opens_without_a_password_comes_in_and_is_noted(tmp_path: Path) -> None:
    seen = look(tmp_path, "a.pdf", pdf(owner="owner"))
    assert [finding.code for finding in seen.findings] == ["restricted_pdf"]


def test_a_link_to_a_web_page_is_no_danger(tmp_path: Path) -> None:
    part = RELATION.format("hyperlink").encode()
    assert look(tmp_path, "a.xlsx", packed({"xl/worksheets/_rels/sheet1.xml.rels": part}, xlsx())).kind == "xlsx"


def test_an_empty_macro_project_comes_in_and_is_noted(tmp_path: Path) -> None:
    seen = look(tmp_path, "a.xls", xls(_VBA_PROJECT_CUR=b"x", PROJECT=PROJECT, M=vba_module(EMPTY)))
    assert [finding.code for finding in seen.findings] == ["empty_macros"]


def test_a_project_with_a_module_that_is_not_found_counts_as_macros() -> None:
    assert holds_statements(CompoundFile(compound({"PROJECT": PROJECT * 2, "M": vba_module(EMPTY)})))
    assert not holds_statements(CompoundFile(compound({"PROJECT": PROJECT, "M": vba_module(EMPTY)})))


@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=4))
@settings(max_examples=20, deadline=None)
def test_streams_of_a_compound_file_come_back(contents: list[bytes]) -> None:
    streams = {f"S{number}": content for number, content in enumerate(contents)}
    container = CompoundFile(compound(streams))
    assert {name: container.stream(name) for name in container.streams} == streams


SEEDS = [content() for _, _, content in HOSTILE.values() if len(content()) < 200_000] + [pdf(), xlsx(), xls()]


@given(st.sampled_from(SEEDS), st.data())
@settings(max_examples=150, deadline=None)
def test_no_mutation_breaks_the_door(
    tmp_path_factory: pytest.TempPathFactory, seed: bytes, data: st.DataObject
) -> None:
    content = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 6))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file = tmp_path_factory.getbasetemp() / "mutated"
    file.write_bytes(bytes(content[: data.draw(st.integers(1, max(1, len(content))))]))
    begun = time.monotonic()
    with contextlib.suppress(FtaError):
        inspect_door(file)
    assert time.monotonic() - begun < 5


@pytest.mark.documents
def test_every_held_document_comes_in(documents: Path) -> None:
    for file in sorted(documents.rglob("*.*")):
        if file.is_file():
            assert inspect_door(file).size == file.stat().st_size
