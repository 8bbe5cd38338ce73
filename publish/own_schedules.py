"""Where our conversion to HS 2022 differs from a party's own HS 2022 schedule, and of which parties none is held.

For the officer who works through the differences one by one; what a difference is, is in `transforms.hs_differences`.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from publish.evidence import rows


def own_schedules(connection: sqlite3.Connection, regime: str | None = None, hs: str = "") -> dict[str, Any]:
    """The differences of a release, and its coverage.

    Args:
        connection: a release (`open_release`).
        regime: only this regime.
        hs: only subheadings that begin with these digits; dots are ignored.

    Returns:
        `differences`, rows of `hs2022_difference`; `coverage`, one row for each importer whose schedule is carried from
        an older edition (`regime_id, importer, state, note`); `unplaced`, the lines that reach no HS 2022 rate.
    """
    of_regime = (regime, regime)
    code = f"{hs.replace('.', '')}%"
    return {
        "differences": rows(
            connection,
            "SELECT * FROM hs2022_difference WHERE (? IS NULL OR regime_id = ?) AND hs6 LIKE ?"
            " ORDER BY schedule_id, hs6, valid_from",
            (*of_regime, code),
        ),
        "coverage": rows(
            connection,
            "SELECT regime_id, importer, state, note FROM coverage WHERE subject = 'own_hs2022'"
            " AND (? IS NULL OR regime_id = ?) ORDER BY regime_id, importer",
            of_regime,
        ),
        "unplaced": rows(
            connection,
            "SELECT nomenclature_id, line_code, hs_edition, hs6, reason FROM hs2022_unplaced_line AS line"
            " WHERE hs6 LIKE ? AND (? IS NULL OR EXISTS (SELECT 1 FROM schedule AS s"
            " WHERE s.nomenclature_id = line.nomenclature_id AND s.regime_id = ?)) ORDER BY nomenclature_id, line_code",
            (code, *of_regime),
        ),
    }
