"""Reading XML from outside, element by element, without entities, document types or anything fetched.

Every reader of XML (workbooks, Word documents, legal texts) goes through here.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from sources.errors import Exit, FtaError

BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    KeyError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)
"""What Python's zipfile raises over a damaged archive: a package of XML parts, or a plain one."""

_DEEPEST = 256


def local_name(name: str) -> str:
    """An element's or attribute's name without its prefix."""
    return name[name.rfind(":") + 1 :]


def damaged(what: str, reason: str) -> FtaError:
    """The error for a file that does not hold together."""
    return FtaError(
        "document_unreadable",
        f"The {what} is damaged: {reason}.",
        remedy="Ask for the file again.",
        exit_code=Exit.DOCUMENT,
    )


def parse_xml(
    data: bytes,
    on_start: Callable[[str, dict[str, str]], None],
    *,
    on_text: Callable[[str], None] | None = None,
    on_end: Callable[[str], None] | None = None,
    what: str = "XML",
) -> None:
    """Parse a whole document; names come with their prefix, see `local_name`.

    Raises:
        FtaError: `xml_doctype`, `xml_too_deep`, `document_unreadable`.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def refuse(*_: object) -> None:
        raise FtaError(
            "xml_doctype",
            f"The {what} declares a document type, behind which entities can hide that expand without end.",
            remedy="Open the document in its program and save it again, or take the declaration out.",
            exit_code=Exit.DOCUMENT,
        )

    def deeper(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise FtaError(
                "xml_too_deep",
                f"The {what} nests its elements more than {_DEEPEST} deep.",
                remedy="No document of ours does; look at the file by hand.",
                exit_code=Exit.DOCUMENT,
            )
        on_start(name, attributes)

    def shallower(name: str) -> None:
        nonlocal depth
        depth -= 1
        if on_end is not None:
            on_end(name)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = on_start
    if on_end is not None:  # only a reader that keeps a stack can be hurt by depth
        parser.StartElementHandler = deeper
        parser.EndElementHandler = shallower
    if on_text is not None:
        parser.CharacterDataHandler = on_text
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise damaged(what, str(error)) from error
