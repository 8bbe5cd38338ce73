"""Readers, one a format: each turns a file into `sources.reading.Reading` and knows nothing of tariffs.

Here stands only the list of readers by name; a reader's module is imported when it is asked for, so that the list
costs nothing to look at. Every reader offers `NAME`, `VERSION` and `read(path, *, columns, options)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from sources.errors import Exit, FtaError
from sources.reading import Reading

READERS: dict[str, str] = {
    "delimited": "sources.readers.delimited",
    "flat_text": "sources.readers.flat_text",
    "json_tree": "sources.readers.json_tree",
    "pdf_prose": "sources.readers.pdf_prose",
    "pdf_table": "sources.readers.pdf_table",
    "scan": "sources.readers.scan",
    "text_lines": "sources.readers.text_lines",
    "word_table": "sources.readers.word_table",
    "workbook": "sources.readers.workbook",
    "xml_text": "sources.readers.xml_text",
}


class Reader(Protocol):
    """What every reader's module offers.

    `columns` are the headers as printed, in order; a document whose headers differ is refused (`header_changed`).
    `options` are the reader's own, as its docstring lists them; an unknown one is refused (`unknown_option`).
    """

    NAME: str
    VERSION: str

    def read(self, path: Path, *, columns: Sequence[str], options: Mapping[str, Any]) -> Reading:
        """Read the whole document."""
        ...


def load_reader(name: str) -> Reader:
    """The reader of that name.

    Raises:
        FtaError: `unknown_reader`.
    """
    module = READERS.get(name)
    if module is None:
        raise FtaError(
            "unknown_reader",
            f"There is no reader {name!r}.",
            remedy=f"Name one of {', '.join(sorted(READERS))} in the document's description.",
            exit_code=Exit.WRONG_USE,
        )
    return cast(Reader, import_module(module))
