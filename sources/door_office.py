"""What is inside zip archives and Office files: bombs, members outside the archive, macros, links, objects.

Called by `sources.door`, which has already seen that the file is a zip archive or a compound file.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import PurePosixPath

from sources.door import FileKind, Limits, refusal
from sources.door_macros import holds_statements
from sources.errors import FtaError
from sources.readers.ole import SIGNATURE, CompoundFile
from sources.readers.xml_safe import BROKEN_ZIP
from sources.reading import Finding

_ARCHIVE_SUFFIXES = {".zip", ".rar", ".7z", ".gz", ".tgz", ".bz2", ".xz", ".tar", ".jar", ".cab", ".iso"}
_ARCHIVE_STARTS = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_DRIVE = re.compile(r"^[A-Za-z]:")
_DDE_FORMULA = re.compile(rb"<f\b[^>]*>[^<]*\|[^<]*![^<]*</f>|\bDDE(AUTO)?\b[^<]{0,200}<", re.IGNORECASE)
_EXTERNAL = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE)
_HYPERLINK = re.compile(rb"/hyperlink[\"']", re.IGNORECASE)
_RESAVE = "Open it in Office, save it as a plain .xlsx or .docx without them, look that nothing is lost, and take that."


def _open_zip(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except BROKEN_ZIP as error:
        message = f"The archive is damaged: {error}."
        raise refusal("document_unreadable", message, "Ask for the file again.") from error


def kind_of_zip(data: bytes) -> str:
    """`xlsx`, `docx` or `zip`, by what the archive says it holds.

    Raises:
        FtaError: `document_unreadable`, `unsupported_kind`.
    """
    with _open_zip(data) as archive:
        names = set(archive.namelist())
        if "[Content_Types].xml" not in names:
            return "zip"
        info = archive.getinfo("[Content_Types].xml")
        types = _unpack(archive, info, 10_000_000)
    if b"spreadsheetml.sheet.main" in types or b"sheet.macroEnabled.main" in types:
        return "xlsx"
    if b"wordprocessingml.document.main" in types or b"document.macroEnabled.main" in types:
        return "docx"
    message = "The file is an Office file that is neither a workbook (.xlsx) nor a document (.docx)."
    raise refusal("unsupported_kind", message, "Save it as .xlsx or .docx, or print it to PDF.")


def kind_of_compound(data: bytes) -> str:
    """`xls`, if the compound file holds a workbook.

    Raises:
        FtaError: `document_encrypted`, `unsupported_kind`, `document_unreadable`.
    """
    names = CompoundFile(data).names
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        message = "The Office file is protected by a password."
        raise refusal("document_encrypted", message, "Ask for a copy without a password.")
    if "Workbook" in names or "Book" in names:
        return "xls"
    what = "a Word 97 document" if "WordDocument" in names else "a binary Office file without a workbook"
    raise refusal("unsupported_kind", f"The file is {what}.", "Save it as .docx or .xlsx.")


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """A member's bytes, which may not be more than it says nor than `most`."""
    try:
        with archive.open(info) as member:
            content = member.read(most + 1)
    except BROKEN_ZIP as error:
        message = f"The member {info.filename!r} of the archive cannot be unpacked: {error}."
        raise refusal("document_unreadable", message, "Ask for the file again.", member=info.filename) from error
    if len(content) > most:
        message = f"The member {info.filename!r} unpacks to more than {most:,} bytes."
        raise refusal("zip_bomb", message, "Do not open it; ask the sender what it is.", member=info.filename)
    return content


def _check_names(infos: list[zipfile.ZipInfo]) -> None:
    seen = set[str]()
    for info in infos:
        name = info.orig_filename
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if ".." in parts or name.startswith(("/", "\\")) or _DRIVE.match(name) or "\x00" in name:
            message = f"The archive would write {name!r} outside its own folder."
            raise refusal("path_traversal", message, "Ask the sender for an archive made anew.", member=name)
        if info.external_attr >> 28 == 0xA:
            message = f"The archive's member {name!r} is a link to another place."
            raise refusal("path_traversal", message, "Ask the sender for the file itself.", member=name)
        if name.casefold() in seen:
            message = f"The archive holds {name!r} twice: nobody can say which one is meant."
            raise refusal("polyglot", message, "Ask the sender for an archive made anew.", member=name)
        seen.add(name.casefold())
        if info.flag_bits & 1:
            message = f"The archive's member {name!r} is protected by a password."
            raise refusal("document_encrypted", message, "Ask for a copy without a password.", member=name)


def _check_sizes(data: bytes, infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    remedy = "Do not open it; ask the sender what it is."
    if len(infos) > limits.members:
        message = f"The archive has {len(infos):,} members, more than the {limits.members:,} that are allowed."
        raise refusal("zip_bomb", message, remedy)
    total = sum(info.file_size for info in infos)
    if total > limits.unpacked:
        message = f"The archive unpacks to {total:,} bytes, more than the {limits.unpacked:,} that are allowed."
        raise refusal("zip_bomb", message, remedy)
    for info in infos:
        if info.file_size > 1_000_000 and info.file_size > limits.ratio * max(info.compress_size, 1):
            message = f"The member {info.filename!r} unpacks to {info.file_size // max(info.compress_size, 1)} times."
            raise refusal("zip_bomb", message, remedy, member=info.filename)
    starts = [info.header_offset for info in infos]
    if len(set(starts)) < len(starts) or sum(info.compress_size for info in infos) > len(data):
        raise refusal("zip_bomb", "Members of the archive overlap, as they do in a zip bomb.", remedy)
    if starts and min(starts) != 0:
        message = "Other bytes stand in front of the archive: two documents in one."
        raise refusal("polyglot", message, "Ask the sender for the archive alone.")


def inspect_package(data: bytes, limits: Limits) -> FileKind:
    """An archive or Office file, with every member unpacked once and looked at.

    Raises:
        FtaError: see `sources.door.inspect_door`.
    """
    kind, findings = kind_of_zip(data), list[Finding]()
    with _open_zip(data) as archive:
        infos = archive.infolist()
        _check_names(infos)
        _check_sizes(data, infos, limits)
        for info in infos:
            if not info.filename.endswith("/"):  # `is_dir` fails on a member without a name
                findings += _check_member(kind, info.filename, _unpack(archive, info, info.file_size))
    return FileKind(kind, len(data), members=tuple(info.filename for info in infos), findings=tuple(findings))


def _check_member(kind: str, name: str, content: bytes) -> list[Finding]:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _ARCHIVE_SUFFIXES or content.startswith(_ARCHIVE_STARTS):
        message = f"The archive holds another archive, {name!r}."
        raise refusal("nested_archive", message, "Unpack it by hand and add what is inside.", member=name)
    if kind == "zip":
        return []
    if name.lower().endswith("vbaproject.bin"):
        return _check_macros(CompoundFile(content))
    _check_part(name, content)
    return []


def _check_macros(container: CompoundFile) -> list[Finding]:
    if holds_statements(container):
        raise refusal("macros", "The Office file holds macros, which are programs.", _RESAVE)
    message = "The Office file has room for macros, and none is written there."
    return [Finding("empty_macros", "info", message)]


def _has_doctype(content: bytes) -> bool:
    """Whether XML declares a document type, in whatever encoding a parser would take."""
    return any(
        "<!DOCTYPE".encode(code) in content or "<!ENTITY".encode(code) in content
        for code in ("ascii", "utf-16-le", "utf-16-be")
    )


def _check_part(name: str, content: bytes) -> None:
    lower = name.lower()
    if "/macrosheets/" in lower:
        raise refusal("macros", "The Office file holds macros, which are programs.", _RESAVE, member=name)
    if "/embeddings/" in lower or "/activex/" in lower or content.startswith(SIGNATURE):
        raise refusal("embedded_object", "The Office file holds other files or controls.", _RESAVE, member=name)
    if "/externallinks/" in lower:
        code, what = (
            ("dde", "calls another program (DDE)")
            if b"ddeLink" in content
            else ("external_links", "takes values from another workbook")
        )
        raise refusal(code, f"The workbook {what}.", _RESAVE, member=name)
    if not lower.endswith((".xml", ".rels", ".vml")):
        return
    if _has_doctype(content):
        raise refusal("xml_doctype", "The Office file's XML declares a document type.", _RESAVE, member=name)
    if lower.endswith(".rels"):
        for relation in _EXTERNAL.findall(content):
            if not _HYPERLINK.search(relation):
                message = "The Office file fetches parts of itself from another place."
                raise refusal("external_links", message, _RESAVE, member=name)
    elif _DDE_FORMULA.search(content) and _calls_program(lower, content):
        raise refusal("dde", "The Office file calls another program (DDE).", _RESAVE, member=name)


def _calls_program(name: str, content: bytes) -> bool:
    """DDE in a formula (`cmd|'/c calc'!A0`), or in a field instruction of a Word document."""
    if name.startswith("word/"):
        fields = re.findall(rb"<w:(?:instrText|fldSimple)\b[^>]*>?[^<]*", content)
        return any(re.search(rb"\bDDE(AUTO)?\b", each, re.IGNORECASE) for each in fields)
    return re.search(rb"<f\b[^>]*>[^<|]*\|[^<]*![^<]*</f>", content) is not None


def inspect_xls(data: bytes) -> FileKind:
    """A binary workbook: no macros, no foreign links, no objects, no password.

    Raises:
        FtaError: `macros`, `external_links`, `dde`, `embedded_object`, `document_encrypted`, `document_unreadable`.
    """
    container = CompoundFile(data)
    names = container.names
    has_project = any(name.startswith("_VBA_PROJECT") or name == "VBA" for name in names)
    findings = _check_macros(container) if has_project else []
    if any(name.startswith("MBD") or name == "\x01Ole10Native" for name in names):
        raise refusal("embedded_object", "The workbook holds other files.", _RESAVE)
    stream = container.stream("Workbook" if "Workbook" in names else "Book")
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        error = _xls_fault(kind, stream[at + 4 : at + 4 + size])
        if error is not None:
            raise error
        if kind == 0x0A:
            break
        at += 4 + size
    return FileKind("xls", len(data), findings=tuple(findings))


def _xls_fault(kind: int, body: bytes) -> FtaError | None:
    if kind == 0x2F:
        message = "The workbook is protected by a password."
        return refusal("document_encrypted", message, "Ask for a copy without a password.")
    if kind == 0x85 and len(body) >= 6 and body[5] == 1:
        return refusal("macros", "The workbook has a sheet of macros, which are programs.", _RESAVE)
    if kind == 0x1AE and len(body) >= 4 and body[2:4] not in (b"\x01\x04", b"\x01\x3a"):
        if b"\x03" in body[4:]:
            return refusal("dde", "The workbook calls another program (DDE or OLE link).", _RESAVE)
        return refusal("external_links", "The workbook takes values from another workbook.", _RESAVE)
    return None
