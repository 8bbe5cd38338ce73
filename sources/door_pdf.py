"""What is inside a PDF at the door: how many pages, programs that would run when it is opened, files attached to it.

Called by `sources.door`, in a worker; nothing of the PDF is run.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from sources.door import FileKind, Limits, refusal
from sources.reading import Finding

_PROGRAM = re.compile(rb"/(?:Launch|JavaScript|JS)\b")
_OBJECTS = re.compile(rb"/ObjStm\b[^>]{0,400}>>\s*stream\r?\n")
_MOST_UNPACKED = 20_000_000


def inspect_pdf(data: bytes, limits: Limits) -> FileKind:
    """A PDF without programs or other files in it.

    Raises:
        FtaError: see `sources.door.inspect_door`.
    """
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            message = "The PDF is protected by a password."
            raise refusal("document_encrypted", message, "Ask for a copy without a password.") from error
        raise refusal("document_unreadable", f"The PDF cannot be opened: {error}.", "Ask for it again.") from error
    try:
        pages = len(document)
        scripts = pdfium.FPDFDoc_GetJavaScriptActionCount(document.raw)
        attached = pdfium.FPDFDoc_GetAttachmentCount(document.raw)
        locked = pdfium.FPDF_GetSecurityHandlerRevision(document.raw) != -1
    finally:
        document.close()
    if pages == 0:
        raise refusal("document_unreadable", "The PDF has no pages.", "Ask for it again.")
    if pages > limits.pages:
        message = f"The PDF has {pages:,} pages, more than the {limits.pages:,} that are allowed."
        raise refusal("too_many_pages", message, "Split it, or raise the limit `pages` if it is right.")
    if scripts > 0 or any(_PROGRAM.search(part) for part in _dictionaries(data)):
        message = "The PDF holds a program that would run when it is opened."
        raise refusal("active_content", message, "Print it to a new PDF and take that one.")
    if attached > 0:
        message = "The PDF carries other files inside."
        raise refusal("embedded_object", message, "Take the attached files out and add each as a document.")
    note = Finding("restricted_pdf", "info", "The PDF is encrypted without a password to open it; it was read.")
    return FileKind("pdf", len(data), pages=pages, findings=(note,) if locked else ())


def _dictionaries(data: bytes) -> Iterator[bytes]:
    """The bytes of a PDF's objects outside its streams of content, those that it holds compressed unpacked."""
    at = 0
    for found in re.finditer(rb">>\s*stream\r?\n", data):
        if found.start() >= at:
            yield data[at : found.start()]
            end = data.find(b"endstream", found.end())
            at = len(data) if end < 0 else end
    yield data[at:]
    for packed in _OBJECTS.finditer(data):
        try:
            yield zlib.decompressobj().decompress(data[packed.end() :], _MOST_UNPACKED)
        except zlib.error:
            continue  # packed otherwise, or damaged, which the reader says
