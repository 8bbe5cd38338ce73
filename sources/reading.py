"""What every reader yields, whatever the format: rows as they stand, an account per page, and findings.

A reader knows nothing of tariffs. It does not decide what a row means, mends nothing and drops nothing: what it could
not place in a row is a finding. What columns mean is said in YAML and applied in `sources.extraction`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Row(NamedTuple):
    """One row of one table.

    Attributes:
        locator: place a person can find: `page 1, row 4`, `sheet 'AU', row 12`, `member 'c01.txt', line 88`.
        page: page (or number of the sheet or member), from 1.
        row_no: row on that page, sheet or member, from 1; printed header rows are not counted.
        bbox: box in points from the page's top left (x0, top, x1, bottom), for PDFs.
        cells: text of each column in the order of the header; lines in a cell are joined by a newline.
    """

    locator: str
    page: int
    row_no: int
    bbox: tuple[float, float, float, float] | None
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageAccount:
    """How one page (sheet, member) was read: `engine` names the code path, such as `pdfium` or `pdfplumber`."""

    page: int
    rows: int
    tables: int
    engine: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know about a document, at a place, with what to do.

    Attributes:
        code: such as `page_without_table`, `header_changed`, `merged_cell`, `text_outside_table`, `ragged_row`.
        severity: `error` (the document cannot be used), `warning` or `info`.
    """

    code: str
    severity: str
    message: str
    page: int | None = None
    row_no: int | None = None
    value: str | None = None
    expected: str | None = None
    remedy: str = ""


@dataclass(frozen=True)
class Reading:
    """One document as read.

    Attributes:
        sha256: of the bytes read.
        reader: name of the reader, with `reader_version`, which changes whenever its output may change.
        header: the header cells, in order.
        rows: every row under the header, in reading order.
    """

    sha256: str
    reader: str
    reader_version: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    accounts: tuple[PageAccount, ...]
    findings: tuple[Finding, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)
