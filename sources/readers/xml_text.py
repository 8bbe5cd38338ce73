"""XML texts: one row for every element of a name, such as an article, with its attributes and its words."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sources.readers.members import check_options, refuse
from sources.readers.xml_safe import local_name, parse_xml
from sources.reading import Finding, PageAccount, Reading, Row

NAME = "xml_text"
VERSION = "1"

_OPTIONS = ("element",)
_TEXT = "text"


@dataclass
class _Open:
    """An element whose end has not come yet."""

    name: str
    step: str
    attributes: dict[str, str]
    seen: Counter[str] = field(default_factory=Counter)
    words: list[str] = field(default_factory=list)


class _Collector:
    """Keeps the stack of open elements, and a row for each wanted one that ends."""

    def __init__(self, element: str, columns: Sequence[str]) -> None:
        self.element, self.columns = element, columns
        self.stack: list[_Open] = []
        self.rows: list[Row] = []
        self.names: Counter[str] = Counter()
        self.unread: Counter[str] = Counter()
        self.filled: set[str] = set()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local_name(name)
        number = 1
        if self.stack:
            self.stack[-1].seen[name] += 1
            number = self.stack[-1].seen[name]
        self.names[name] += 1
        self.stack.append(
            _Open(name, f"{name}[{number}]", {local_name(key): value for key, value in attributes.items()})
        )

    def text(self, words: str) -> None:
        for each in self.stack:
            if each.name == self.element:
                each.words.append(words)

    def end(self, _: str) -> None:
        if self.stack[-1].name == self.element:
            self._add_row(self.stack[-1])
        self.stack.pop()

    def _add_row(self, element: _Open) -> None:
        number = len(self.rows) + 1
        cells = tuple(self._cell(element, column) for column in self.columns)
        self.filled.update(column for column, cell in zip(self.columns, cells, strict=True) if cell)
        self.unread.update(key for key in element.attributes if f"@{key}" not in self.columns)
        place = "/" + "/".join(each.step for each in self.stack)
        self.rows.append(Row(f"element {place}", 1, number, None, cells))

    def _cell(self, element: _Open, column: str) -> str:
        if column == _TEXT:
            return "".join(element.words).strip()
        owner, _, attribute = column.rpartition("@")
        holders = [each for each in self.stack if each.name == owner] if owner else [element]
        return holders[-1].attributes.get(attribute, "").strip() if holders else ""


def read(path: Path, *, columns: Sequence[str], options: Mapping[str, Any]) -> Reading:
    """Read every element of one name.

    Args:
        path: the file.
        columns: `@number` is an attribute of the element, `chapter@name` one of the nearest element around it, `text`
            its words.
        options: `element`, the name (`article` by default).

    Returns:
        Rows with the path of their element, `element /treaty[1]/body[1]/chapter[2]/article[3]`.

    Raises:
        FtaError: `header_changed` (no such element, or a column that no element fills), `xml_doctype`,
            `document_unreadable`, `unknown_option`.
    """
    check_options(NAME, options, _OPTIONS)
    data, element = path.read_bytes(), str(options.get("element", "article"))
    names = tuple(columns) or (_TEXT,)
    collector = _Collector(element, names)
    parse_xml(data, collector.start, on_text=collector.text, on_end=collector.end)
    empty = [name for name in names if name not in collector.filled]
    if not collector.rows or empty:
        message = (
            f"No element {element!r} fills the column {empty[0]!r}." if collector.rows else f"There is no {element!r}."
        )
        seen = ", ".join(name for name, _ in collector.names.most_common(12))
        raise refuse("header_changed", message, f"The file has the elements {seen}.", file=path.name)
    findings = tuple(
        Finding(
            "unread_attribute", "info", f"{count} elements have the attribute {name!r}, which was not read.", value=name
        )
        for name, count in sorted(collector.unread.items())
    )
    account = PageAccount(1, len(collector.rows), 1, "expat")
    return Reading(hashlib.sha256(data).hexdigest(), NAME, VERSION, names, tuple(collector.rows), (account,), findings)
