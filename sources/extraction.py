"""From rows as read to the fact columns of a document, and back to a plain CSV that a person accepts.

An extraction holds the facts of a document (codes, rates, categories, rule phrases) with the place of every row; words
never enter it. What a row is (line, heading, continuation) is decided here by the patterns in the document's YAML.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sources.errors import FtaError
from sources.reading import Reading, Row
from sources.specs import ColumnSpec, DocumentSpec, ReaderSpec

Role = Literal["line", "heading", "continuation", "rejected"]
ROLES: tuple[str, ...] = ("line", "heading", "continuation", "rejected")
FORMAT = "ftadata extraction 1"
_PART = "part: "
PLACE = ("locator", "page", "row", "bbox", "role")


class ExtractedRow(NamedTuple):
    """A row of an extraction.

    Attributes:
        locator: place a person can find, such as `page 1, row 4`.
        page: page, or number of the sheet or member.
        row_no: row on it, from 1.
        bbox: `x0 top x1 bottom` in points, or empty.
        role: `line`, `heading`, `continuation` or `rejected`.
        cells: the fact columns as read; lines of a cell are joined by a newline.
    """

    locator: str
    page: int
    row_no: int
    bbox: str
    role: Role
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of an accepted extraction that were accepted later than the rest, from the same document.

    Attributes:
        rows: which, as a person reads it: `pages 3-5,57` or `page 12, row 4; page 13, row 1`.
        reader: the reader, with its version, that read them.
    """

    rows: str
    reader: str
    accepted_by: str
    accepted_on: date


@dataclass(frozen=True)
class Extraction:
    """The facts of one document, as a candidate (`accepted_by` is None) or accepted; `parts` from first to last."""

    document_id: str
    sha256: str
    reader: str
    accepted_by: str | None
    accepted_on: date | None
    columns: tuple[str, ...]
    rows: tuple[ExtractedRow, ...]
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell, or a whole row (`column` is None), that differs between two extractions of one document."""

    page: int
    locator: str
    column: str | None
    accepted: str | None
    candidate: str | None


def extract(document: DocumentSpec, reading: Reading) -> Extraction:
    """The candidate extraction of a document that has just been read.

    Raises:
        FtaError: the document's YAML says no reader.
    """
    spec = reader_of(document)
    rows = tuple(map(_Facts(spec).of, reading.rows))
    reader = f"{reading.reader} {reading.reader_version}"
    return Extraction(document.id, reading.sha256, reader, None, None, spec.facts, rows)


def reader_of(document: DocumentSpec) -> ReaderSpec:
    """The reader of a document.

    Raises:
        FtaError: its YAML says none.
    """
    if document.reader is None:
        raise FtaError(
            "no_reader",
            f"{document.id} is held for reference; no rows are read from it.",
            where={"document": document.id},
            remedy="Give it a `reader` in its documents.yml to read rows from it.",
        )
    return document.reader


class _Facts:
    """Takes the facts out of the rows of a document, its patterns compiled once."""

    def __init__(self, spec: ReaderSpec) -> None:
        place = {column.name: at for at, column in enumerate(spec.columns)}
        facts = [column for column in spec.columns if column.fact]
        self.width = len(spec.columns)
        self.roles = [(rule.role, [(place[n], _whole(p)) for n, p in rule.when.items()]) for rule in spec.roles]
        self.facts = [(column.name, place[column.name], column.take) for column in facts]
        self.spec = spec

    def of(self, row: Row) -> ExtractedRow:
        """The row with its role and its fact cells."""
        cells = row.cells
        if len(cells) != self.width:
            raise ValueError(f"{row.locator} has {len(cells)} cells, not {self.width}")
        role = self.role(cells)
        facts = {name: cells[at] if take is None else _taken(cells[at], take) for name, at, take in self.facts}
        if role == "line" and any(True for _ in faults(facts, self.spec)):
            role = "rejected"
        box = "" if row.bbox is None else "{:.1f} {:.1f} {:.1f} {:.1f}".format(*row.bbox)
        return ExtractedRow(row.locator, row.page, row.row_no, box, role, facts)

    def role(self, cells: Sequence[str]) -> Role:
        """What a row is: the first role all of whose patterns fit."""
        for role, tests in self.roles:
            for at, fits in tests:
                if not fits(cells[at]):
                    break
            else:
                return role
        return "rejected"


def _whole(pattern: str) -> Callable[[str], Any]:
    return re.compile(pattern, re.DOTALL).fullmatch


def _taken(cell: str, take: str) -> str:
    """The fact in a cell of words."""
    found = re.search(take, cell, re.DOTALL)
    if found is None:
        return ""
    return "/".join(part or "" for part in found.groups()) if found.groups() else found.group()


def faults(cells: dict[str, str], spec: ReaderSpec) -> Iterator[tuple[ColumnSpec, str, str]]:
    """What is wrong with the fact cells of a line: column, value seen, what was expected."""
    for column in spec.columns:
        if not column.fact:
            continue
        value = cells.get(column.name, "")
        if not value.strip():
            if column.required:
                yield column, value, f"a value in column {column.header!r}"
        elif column.pattern and not re.fullmatch(column.pattern, value, re.DOTALL):
            yield column, value, f"text of the form {column.pattern}"


# --- the accepted CSV ------------------------------------------------------------------------------------------------


def write_csv(extraction: Extraction) -> str:
    """An extraction as the text of its CSV; `docs/architecture.md` shows the form."""
    out = io.StringIO()
    for name, value in (
        ("document", extraction.document_id),
        ("sha256", extraction.sha256),
        ("reader", extraction.reader),
        ("accepted_by", extraction.accepted_by or ""),
        ("accepted_on", extraction.accepted_on.isoformat() if extraction.accepted_on else ""),
    ):
        out.write(f"# {FORMAT}\n" if name == "document" else "")
        out.write(f"# {name}: {value}\n")
    for part in extraction.parts:
        out.write(f"# {_PART}{part.accepted_on} | {part.reader} | {part.rows} | {part.accepted_by}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*PLACE, *extraction.columns])
    for row in extraction.rows:
        cells = [_escape(row.cells[name]) for name in extraction.columns]
        writer.writerow([row.locator, row.page, row.row_no, row.bbox, row.role, *cells])
    return out.getvalue()


@dataclass(frozen=True)
class Head:
    """What the head of an accepted CSV says, without its rows."""

    document_id: str
    sha256: str
    reader: str
    accepted_by: str | None
    accepted_on: date | None
    parts: tuple[Part, ...] = ()


def read_head(path: Path) -> Head:
    """The head of an accepted extraction.

    Raises:
        FtaError: the file is not an extraction.
    """
    with path.open(encoding="utf-8") as file:
        return _head(path, [line.rstrip("\n") for line in takewhile(lambda line: line.startswith("# "), file)])


def _head(path: Path, lines: list[str]) -> Head:
    if not lines or lines[0] != f"# {FORMAT}":
        raise _bad_csv(path, 1, lines[0] if lines else "", f"`# {FORMAT}` on the first line")
    said = {key: value for key, _, value in (line[2:].partition(": ") for line in lines)}
    on = said.get("accepted_on")
    return Head(
        said.get("document", ""),
        said.get("sha256", ""),
        said.get("reader", ""),
        said.get("accepted_by") or None,
        date.fromisoformat(on) if on else None,
        tuple(_part(line[len("# " + _PART) :]) for line in lines if line.startswith("# " + _PART)),
    )


def _part(text: str) -> Part:
    on, reader, rows, by = text.split(" | ", 3)
    return Part(rows, reader, by, date.fromisoformat(on))


def read_csv(path: Path, document: DocumentSpec | None = None) -> Extraction:
    """An accepted extraction from its CSV.

    Raises:
        FtaError: the file is not an extraction, a line is ragged or a role unknown, or (with `document`) its columns
            are not the document's fact columns.
    """
    lines = path.read_text(encoding="utf-8").split("\n")
    heading = list(takewhile(lambda line: line.startswith("# "), lines))
    head = _head(path, heading)
    reader = csv.reader(lines[len(heading) :])
    names = next(reader, [])
    columns = tuple(names[len(PLACE) :])
    expected = document.reader.facts if document and document.reader else columns
    if tuple(names[: len(PLACE)]) != PLACE or columns != expected:
        raise _bad_csv(path, len(heading) + 1, ",".join(names), ",".join([*PLACE, *expected]))
    rows = tuple(_csv_rows(path, enumerate(reader, len(heading) + 2), columns))
    return Extraction(
        head.document_id, head.sha256, head.reader, head.accepted_by, head.accepted_on, columns, rows, head.parts
    )


def _csv_rows(path: Path, body: Iterable[tuple[int, list[str]]], columns: tuple[str, ...]) -> Iterator[ExtractedRow]:
    width = len(PLACE) + len(columns)
    for number, cells in body:
        if not cells:
            continue
        if len(cells) != width:
            raise _bad_csv(path, number, ",".join(cells), f"{width} cells")
        locator, page, row_no, bbox, role, *facts = cells
        if role not in ROLES or not page.isdigit() or not row_no.isdigit():
            raise _bad_csv(path, number, ",".join(cells[:5]), f"a page, a row and a role among {', '.join(ROLES)}")
        facts = [_unescape(value) if "\\" in value else value for value in facts]
        yield ExtractedRow(locator, int(page), int(row_no), bbox, role, dict(zip(columns, facts, strict=True)))  # type: ignore[arg-type]


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


def _unescape(value: str) -> str:
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r"}.get(m.group(1), m.group(1)), value)


def _bad_csv(path: Path, line: int, value: str, expected: str) -> FtaError:
    return FtaError(
        "bad_extraction",
        f"{path.name}, line {line}: saw {value[:200]!r}, expected {expected}.",
        where={"file": path.name, "line": line},
        remedy="Restore the file from version control, or make it again with `ftadata sources accept`.",
    )


# --- comparing -------------------------------------------------------------------------------------------------------


def content_sha256(extraction: Extraction) -> str:
    """Hash of an extraction's CSV, as the manifest names it."""
    return hashlib.sha256(write_csv(extraction).encode()).hexdigest()


def compare(accepted: Extraction, candidate: Extraction) -> list[Difference]:
    """Every cell and row in which a candidate differs from the accepted extraction, page by page.

    Rows of a page are aligned by their facts, so that one row put in does not make every row below it differ; a row
    that only moved on its page differs in its place alone and is reported with column `locator`.
    """
    found: list[Difference] = []
    pages = {p: list(rows) for p, rows in groupby(accepted.rows, key=lambda row: row.page)}
    new = {p: list(rows) for p, rows in groupby(candidate.rows, key=lambda row: row.page)}
    for page in sorted(pages.keys() | new.keys()):
        old_rows, new_rows = pages.get(page, []), new.get(page, [])
        if old_rows != new_rows:
            found += _compare_page(page, old_rows, new_rows)
    return found


def _compare_page(page: int, old: list[ExtractedRow], new: list[ExtractedRow]) -> Iterator[Difference]:
    for before, after in align(old, new):
        if before is not None and after is not None:
            yield from _compare_rows(page, before, after)
        elif before is not None:
            yield Difference(page, before.locator, None, _show(before), None)
        elif after is not None:
            yield Difference(page, after.locator, None, None, _show(after))


def align(
    old: Sequence[ExtractedRow], new: Sequence[ExtractedRow]
) -> Iterator[tuple[ExtractedRow | None, ExtractedRow | None]]:
    """The rows of one page in two extractions side by side, by the columns that both have; None where there is none."""
    shared = [name for name in old[0].cells if name in new[0].cells] if old and new else []

    def facts(rows: Sequence[ExtractedRow]) -> list[tuple[str, ...]]:
        return [(row.role, *(row.cells[name] for name in shared)) for row in rows]

    matcher = SequenceMatcher(None, facts(old), facts(new), autojunk=False)
    for _, a0, a1, b0, b1 in matcher.get_opcodes():
        paired = min(a1 - a0, b1 - b0)
        yield from zip(old[a0 : a0 + paired], new[b0 : b0 + paired], strict=True)
        yield from ((row, None) for row in old[a0 + paired : a1])
        yield from ((None, row) for row in new[b0 + paired : b1])


def _compare_rows(page: int, before: ExtractedRow, after: ExtractedRow) -> Iterator[Difference]:
    for name in ("locator", "bbox", "role"):
        if getattr(before, name) != getattr(after, name):
            yield Difference(page, before.locator, name, getattr(before, name), getattr(after, name))
    for name in {**before.cells, **after.cells}:
        if before.cells.get(name) != after.cells.get(name):
            yield Difference(page, before.locator, name, before.cells.get(name), after.cells.get(name))


def _show(row: ExtractedRow) -> str:
    return " | ".join([row.role, *(value.replace("\n", " / ") for value in row.cells.values())])
