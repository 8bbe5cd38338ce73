"""Coverage as a person reads it: a matrix of what is held, and what to obtain next, the most useful first.

The rows come from `transforms.regimes.coverage_rows`; nothing is known here that does not stand in them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from pipelines.output import table

Row = dict[str, Any]
SUBJECTS = {
    "tariff": "tariff",
    "mfn": "MFN",
    "own_hs2022": "HS 2022",
    "origin_rules": "origin rules",
    "provisions": "provisions",
    "legal_text": "legal text",
}
_STATES = {"held": "held", "partial": "partly", "superseded": "superseded", "not_held": "-"}
_WIDEST = 110


def to_obtain(coverage: Sequence[Row]) -> list[Row]:
    """What is not held in full, by what is said of it: the note, and the places of the matrix that it would fill.

    Returns:
        rows of `note`, `state` and `fills` (`regime_id`, `importer`, `subject`), those that fill most first.
    """
    found: dict[tuple[str, str], list[Row]] = {}
    for row in coverage:
        if row["state"] != "held" and row["subject"] != "own_hs2022" and row["note"]:
            place = {name: row[name] for name in ("regime_id", "importer", "subject")}
            found.setdefault((row["note"], row["state"]), []).append(place)
    wanted = [{"note": note, "state": state, "fills": fills} for (note, state), fills in found.items()]
    return sorted(wanted, key=lambda each: (-len(each["fills"]), each["note"]))


def render_coverage(coverage: Sequence[Row], width: int = _WIDEST) -> str:
    """The matrix, one row for each regime and importer, and the list of what to obtain.

    Args:
        coverage: rows of table `coverage`.
        width: of the terminal; the matrix fits 80 columns, and lines of text are never longer than 110.
    """
    held: dict[tuple[str, str], dict[str, str]] = {}
    for row in coverage:
        held.setdefault((row["regime_id"], row["importer"]), {})[row["subject"]] = _STATES[row["state"]]
    cells = [
        [regime, "all" if importer == "*" else importer, *(states.get(subject, "") for subject in SUBJECTS)]
        for (regime, importer), states in held.items()
    ]
    matrix = table(["regime", "importer", *SUBJECTS.values()], cells)
    width = min(width, _WIDEST)
    legend = (
        "A dash is not held; a blank does not apply. `all`: the parties that have no row of their own. `HS 2022`: "
        "a party's own schedule in HS 2022, beside an older one that is carried there."
    )
    wanted = "\n".join(_wanted(to_obtain(coverage), width))
    return "\n\n".join([matrix, textwrap.fill(legend, width), wanted])


def _wanted(rows: list[Row], width: int) -> Iterator[str]:
    yield "To obtain, what fills most first:"
    for number, row in enumerate(rows, start=1):
        places: dict[str, list[str]] = {}
        for fill in row["fills"]:
            importer = "" if fill["importer"] == "*" else f" of {fill['importer']}"
            places.setdefault(f"{SUBJECTS[fill['subject']]}{importer}", []).append(fill["regime_id"])
        fills = "; ".join(f"{what}: {', '.join(regimes)}" for what, regimes in places.items())
        yield ""
        yield textwrap.fill(f"{number}. {row['note']}", width, subsequent_indent="   ", break_on_hyphens=False)
        yield textwrap.fill(f"fills {fills}", width, initial_indent="   ", subsequent_indent="   ")
