"""From an extraction to tables `source_row`, `row_account` and, for rows that fit no role, `rejected_row`."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from functools import lru_cache
from typing import Any

from sources.extraction import ExtractedRow, Extraction, faults
from sources.specs import ReaderSpec
from warehouse.keys import stable_key

_PLAIN_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def source_row_id(document_id: str, locator: str) -> str:
    """The id of a row of a document: eight letters of the key of its document and page, then its number there.

    The last digits of the locator are the number; what stands before them is the page. Rows of a page stand beside each
    other by their ids, which half a million references repeat: they compress to almost nothing, where a hash does not.
    """
    page = locator.rstrip("0123456789")
    return _page_key(document_id, page) + locator[len(page) :]


@lru_cache(maxsize=4096)
def _page_key(document_id: str, page: str) -> str:
    return stable_key("source_row", [document_id, page])[:8]


def source_rows(extraction: Extraction) -> list[dict[str, Any]]:
    """Rows of table `source_row`; a continuation points at the row it continues, also over a page's end."""
    found: list[dict[str, Any]] = []
    continued: str | None = None
    for row in extraction.rows:
        row_id = source_row_id(extraction.document_id, row.locator)
        if row.role != "continuation":
            continued = row_id
        cells = {name: value for name, value in row.cells.items() if value}
        found.append(
            {
                "source_row_id": row_id,
                "document_id": extraction.document_id,
                "locator": row.locator,
                "page": row.page,
                "row_no": row.row_no,
                "bbox": row.bbox or None,
                "role": row.role,
                "continues": continued if row.role == "continuation" else None,
                "cells": _PLAIN_JSON(cells),
            }
        )
    return found


def row_accounts(extraction: Extraction) -> list[dict[str, Any]]:
    """Rows of table `row_account`: for each page, rows read and what became of them."""
    pages: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for (page, role), count in Counter([(row.page, row.role) for row in extraction.rows]).items():
        pages[page][role] = count
    return [
        {
            "document_id": extraction.document_id,
            "page": page,
            "read": counts.total(),
            "lines": counts["line"],
            "headings": counts["heading"],
            "continuations": counts["continuation"],
            "rejected": counts["rejected"],
        }
        for page, counts in sorted(pages.items())
    ]


def rejected_rows(extraction: Extraction, reader: ReaderSpec) -> list[dict[str, Any]]:
    """Rows of table `rejected_row` for the rows that could not be a line, a heading or a continuation."""
    return [
        rejected
        for row in extraction.rows
        if row.role == "rejected"
        for rejected in _why_rejected(extraction.document_id, row, reader)
    ]


def _why_rejected(document_id: str, row: ExtractedRow, reader: ReaderSpec) -> list[dict[str, Any]]:
    place = {"document_id": document_id, "locator": row.locator, "page": row.page, "row_no": row.row_no}
    remedy = (
        "Look at the page (`ftadata sources inspect`). If the document is right, mend how it is described; if it is "
        "wrong, add a correction."
    )
    why = [
        {
            **place,
            "column_name": column.name,
            "value": value,
            "expected": expected,
            "reason": "The cell does not fit its column.",
            "remedy": remedy,
        }
        for column, value, expected in faults(row.cells, reader)
    ]
    seen = " | ".join(row.cells.values())
    return why or [
        {
            **place,
            "column_name": None,
            "value": seen,
            "expected": "a row that fits one of the document's roles",
            "reason": "The row is neither a line, a heading nor a continuation.",
            "remedy": remedy,
        }
    ]
