"""The door: what a file is by its content, and whether it may come in.

Nothing in a file is run, followed or fetched here. A file that could harm the reader, or that is not what its name
says, is refused with the reason and the mend. What is inside archives and Office files is in `sources.door_office`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from sources.errors import Exit, FtaError
from sources.reading import Finding

READERS_OF: dict[str, tuple[str, ...]] = {
    "pdf": ("pdf_table", "scan"),
    "xlsx": ("workbook",),
    "xls": ("workbook",),
    "docx": ("word_table",),
    "zip": ("text_lines", "json_tree"),
    "json": ("json_tree",),
    "xml": ("xml_text",),
    "text": ("text_lines", "delimited", "flat_text"),
}
"""Which readers read which kind of file."""

_SUFFIXES = {
    "pdf": {".pdf"},
    "xlsx": {".xlsx", ".xlsm"},
    "xls": {".xls"},
    "docx": {".docx", ".docm"},
    "zip": {".zip"},
    "json": {".json"},
    "xml": {".xml"},
    "text": {".txt", ".csv", ".tsv", ".md"},
}
_FOREIGN = {
    b"MZ": "a Windows program",
    b"\x7fELF": "a program",
    b"#!": "a script",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"II*\x00": "a picture",
    b"MM\x00*": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "a Rich Text document",
}
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_PDF_SIGNATURE, _ZIP_SIGNATURE, _ZIP_END = b"%PDF-", b"PK\x03\x04", b"PK\x05\x06"


@dataclass(frozen=True)
class Limits:
    """What one document may cost.

    Attributes:
        size: bytes of the file; `unpacked` bytes of an archive's members together; `ratio` of one member unpacked to
            packed; `members` of an archive.
        pages: of a PDF; `rows` that a reader may yield.
        seconds: until a worker is stopped; `memory` bytes of address space, `output` bytes it may write.
    """

    size: int = 200_000_000
    unpacked: int = 1_000_000_000
    ratio: int = 300
    members: int = 5_000
    pages: int = 10_000
    rows: int = 2_000_000
    seconds: float = 600.0
    memory: int = 3 << 30
    output: int = 1 << 30


LIMITS = Limits()
"""The limits that hold where nobody says otherwise: five times the largest document held."""


@dataclass(frozen=True)
class FileKind:
    """A file that may come in.

    Attributes:
        kind: `pdf`, `xlsx`, `xls`, `docx`, `zip`, `json`, `xml` or `text`.
        size: bytes.
        pages: of a PDF.
        members: names in an archive.
        findings: what is unusual without being dangerous.
    """

    kind: str
    size: int
    pages: int | None = None
    members: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    @property
    def readers(self) -> tuple[str, ...]:
        """Readers that read this kind, the usual one first."""
        return READERS_OF[self.kind]


def refusal(code: str, message: str, remedy: str, **where: object) -> FtaError:
    """The error with which the door refuses a file."""
    return FtaError(code, message, where=where, remedy=remedy, exit_code=Exit.DOCUMENT)


def inspect_door(path: Path, limits: Limits = LIMITS, *, name: str | None = None) -> FileKind:
    """Look at a file and say what it is.

    Opens the file with the libraries that read it: call it in a worker (`sources.worker.inspect_in_worker`) for a
    file from outside.

    Args:
        path: the file.
        limits: what it may cost.
        name: the name it came with, where `path` has another (the archive's names have no suffix).

    Raises:
        FtaError: `no_such_file`, `empty_file`, `file_too_large`, `unsupported_kind`, `wrong_extension`, `polyglot`,
            `document_unreadable`, `document_encrypted`, `too_many_pages`, `active_content`, `embedded_object`,
            `zip_bomb`, `nested_archive`, `path_traversal`, `macros`, `external_links`, `dde`, `xml_doctype`.
    """
    name = name or path.name
    try:
        data = _bytes(path, limits)
        kind = _kind(data)
        _check_suffix(name, kind)
        _check_polyglot(data, kind)
        return _INSIDE[kind](data, limits) if kind in _INSIDE else FileKind(kind, len(data))
    except FtaError as error:
        error.where = {"file": name} | error.where
        raise


def _bytes(path: Path, limits: Limits) -> bytes:
    if not path.is_file():
        raise refusal("no_such_file", f"There is no file {path}.", "Check the path.")
    size = path.stat().st_size
    if size == 0:
        raise refusal("empty_file", "The file is empty.", "Ask for it again.")
    if size > limits.size:
        message = f"The file is {size:,} bytes long, more than the {limits.size:,} that are allowed."
        raise refusal("file_too_large", message, "Split the document, or raise the limit `size` if it is right.")
    return path.read_bytes()


def _kind(data: bytes) -> str:
    from sources.door_office import kind_of_compound, kind_of_zip
    from sources.readers.ole import SIGNATURE

    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    for signature, what in _FOREIGN.items():
        if data.startswith(signature):
            raise _unsupported(what)
    if data.startswith(_ZIP_SIGNATURE) or data.startswith(_ZIP_END):
        return kind_of_zip(data)
    if data.startswith(SIGNATURE):
        return kind_of_compound(data)
    if start.startswith(_PDF_SIGNATURE):
        return "pdf"
    if _HTML.search(start):
        raise _unsupported("a web page")
    if start.startswith(b"<"):
        return "xml"
    if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _unsupported("of no kind that is known here: it holds bytes that are no text")
    return "json" if start[:1] in (b"{", b"[") and _is_json(data) else "text"


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        # A text may begin with a bracket too; a damaged JSON file is refused by its suffix, then by its reader.
        return False
    return True


def _unsupported(what: str) -> FtaError:
    return refusal(
        "unsupported_kind",
        f"The file is {what}.",
        "Take the document itself: a PDF, a workbook (.xlsx, .xls), a Word document (.docx), text, JSON, XML, or a "
        "plain .zip of texts.",
    )


def _check_suffix(name: str, kind: str) -> None:
    suffix = Path(name).suffix.lower()
    if suffix and suffix not in _SUFFIXES[kind]:
        raise refusal(
            "wrong_extension",
            f"The name ends in {suffix}, and the content is {kind}.",
            f"If the file is the right one, rename it to end in {' or '.join(sorted(_SUFFIXES[kind]))}.",
        )


def _check_polyglot(data: bytes, kind: str) -> None:
    """A file that two programs would read as two documents: nobody can say which of them was meant."""
    other = None
    if kind != "pdf" and _PDF_SIGNATURE in data[:1024] and kind not in ("text", "json", "xml"):
        other = "a PDF"
    if kind in ("text", "json", "xml") and data[:1024].count(_PDF_SIGNATURE) and b"%%EOF" in data:
        other = "a PDF"
    end = data.rfind(_ZIP_END, max(0, len(data) - 65_557))
    if kind not in ("zip", "xlsx", "docx") and end >= 0 and b"PK\x01\x02" in data:
        other = "a zip archive"
    if other:
        message = f"The file is {kind} and, read otherwise, {other}: two documents in one."
        raise refusal("polyglot", message, "Ask the sender for the document alone.")


def _inside_pdf(data: bytes, limits: Limits) -> FileKind:
    from sources.door_pdf import inspect_pdf

    return inspect_pdf(data, limits)


def _inside_xml(data: bytes, limits: Limits) -> FileKind:
    from sources.readers.xml_safe import parse_xml

    parse_xml(data, lambda name, attributes: None, on_end=lambda name: None)
    return FileKind("xml", len(data))


def _inside_package(data: bytes, limits: Limits) -> FileKind:
    from sources.door_office import inspect_package

    return inspect_package(data, limits)


def _inside_xls(data: bytes, limits: Limits) -> FileKind:
    from sources.door_office import inspect_xls

    return inspect_xls(data)


_INSIDE = {
    "pdf": _inside_pdf,
    "xml": _inside_xml,
    "xlsx": _inside_package,
    "docx": _inside_package,
    "zip": _inside_package,
    "xls": _inside_xls,
}
