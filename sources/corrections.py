"""Mends dirty values of an extraction as `corrections.yml` says, and fails loudly where a target has changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sources.errors import FtaError
from sources.extraction import Extraction
from sources.specs import CorrectionSpec


def apply_corrections(extraction: Extraction, corrections: Iterable[CorrectionSpec]) -> Extraction:
    """The extraction with every correction made.

    Raises:
        FtaError: a correction names a place or column that is not there, or finds another value than it expects.
    """
    rows = {row.locator: row for row in extraction.rows}
    for correction in corrections:
        row = rows.get(correction.locator)
        seen = row.cells.get(correction.column) if row else None
        if row is None or seen != correction.expected:
            raise FtaError(
                "correction_stale",
                f"Correction {correction.id} expects {correction.expected!r} in column {correction.column!r}, "
                f"but {'there is no such row' if row is None else f'it is {seen!r}'}.",
                where={"document": extraction.document_id, "place": correction.locator},
                remedy="The source may have been mended: take the correction out of corrections.yml, or renew it.",
            )
        rows[correction.locator] = row._replace(cells={**row.cells, correction.column: correction.replacement})
    return replace(extraction, rows=tuple(rows[row.locator] for row in extraction.rows))
