"""What a release changed for a trader: rates, MFN duties and rules of origin, before and after, with the reason.

Read from the release's own `changes.parquet`; where a change names only a cell, the rest of its row is looked up in the
release's tables. Releases of any age are read: a column that one does not have is empty. How it is shown is the matter
of `publish.site.changes`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from publish.formats import to_text
from publish.manifest import read_manifest
from publish.site.rates import NUMBERS, OPEN, Period

pc: Any = pyarrow.compute  # its stubs know chunked arrays only in part

SUBJECTS = {"hs2022_preference_rate": "rate", "hs2022_mfn_rate": "mfn", "origin_rule": "rule"}
"""Tables whose rows say something of a product, and what."""
ROSE, LOST, RULE, FELL, OTHER, CAME = range(6)
"""What matters to a trader, most first: a rate that rises, one that is no longer held, a rule, a rate that falls, any
other change, something that was not held before."""
Text = Mapping[str, str | None]


class Step(NamedTuple):
    """A period of a rate, or a rule: what it was and what it is; None where it was or is not there."""

    start: str
    before: Period | str | None
    after: Period | str | None


@dataclass(frozen=True)
class Move:
    """The same change for some codes.

    Attributes:
        subject: `rate`, `mfn` or `rule`.
        regime_id: the regime; None for an MFN duty.
        importer, exporter: codes of a party or group; None for a rule.
        codes: subheadings of HS 2022; for a rule the codes or ranges (`5201–5203`) it stands at, in its own edition,
            or none where it is the general rule.
        places: headings on whose account it is told, or chapters where its codes name no heading.
        edition: edition of the codes of a rule, else None.
        steps: what changed, by period.
        reason: one of the reasons of table `change`.
        rank: one of `ROSE` to `CAME`.
        size: points by which a rate moved most.
    """

    subject: str
    regime_id: str | None
    importer: str | None
    exporter: str | None
    codes: tuple[str, ...]
    places: tuple[str, ...]
    edition: str | None
    steps: tuple[Step, ...]
    reason: str
    rank: int
    size: float


@dataclass(frozen=True)
class Changes:
    """What a release changed.

    Attributes:
        moves: what matters to traders, the most important first.
        counts: for each table and operation, how many rows, by reason.
    """

    moves: tuple[Move, ...]
    counts: Mapping[tuple[str, str], Mapping[str, int]]


def read_changes(release_dir: Path) -> Changes:
    """The changes of a release; none where it does not list them."""
    path = release_dir / "changes.parquet"
    if not path.is_file():
        return Changes((), {})
    table = pq.read_table(path)
    rows = table.group_by(["table_name", "op", "reason", "changed_row_key"]).aggregate([])
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    told = [rows.column(name).to_pylist() for name in ("table_name", "op", "reason")]
    for name, op, reason in zip(*told, strict=True):
        counts[name, op][reason] += 1
    found: list[Move] = []
    for name, subject in SUBJECTS.items():
        some = table.filter(pc.equal(table.column("table_name"), name))
        found += _moves(subject, _sides(release_dir, name, some.to_pylist())) if some.num_rows else []
    return Changes(tuple(sorted(found, key=lambda move: (move.rank, -move.size, move.codes))), counts)


def _sides(
    release_dir: Path, name: str, changes: list[dict[str, Any]]
) -> Iterator[tuple[Text | None, Text | None, str]]:
    """Rows before and after, with the reason."""
    cells: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for change in changes:
        if change["op"] == "changed":
            cells[change["changed_row_key"]].append(change)
        elif change["op"] == "added":
            yield None, json.loads(change["new"]), change["reason"]
        else:
            yield json.loads(change["old"]), None, change["reason"]
    for row in _rows(release_dir, name, cells) if cells else ():
        own = cells[str(row["row_key"])]
        yield {**row, **{str(cell["column_name"]): cell["old"] for cell in own}}, row, own[0]["reason"]


def _rows(release_dir: Path, name: str, keys: Iterable[str]) -> list[dict[str, str | None]]:
    path = release_dir / read_manifest(release_dir)["tables"][name]["parquet"]["path"]
    table = pq.read_table(path)
    wanted = pc.is_in(table.column("row_key"), value_set=pa.array(sorted(keys), pa.string()))
    return to_text(table.filter(wanted)).to_pylist()


def _moves(subject: str, sides: Iterable[tuple[Text | None, Text | None, str]]) -> list[Move]:
    """Changes with the same steps and reason at the same place are one move for all their codes."""
    by_code: dict[tuple[Any, ...], list[Step]] = defaultdict(list)
    for before, after, reason in sides:
        row = after or before or {}
        old, new = (_words(before), _words(after)) if subject == "rule" else (_period(before), _period(after))
        if old != new:
            who = (row.get("regime_id"), row.get("importer"), row.get("exporter"), row.get("hs_edition"))
            more = (row.get("schedule_id"), row.get("kind"))
            by_code[who, more, *_place(row), reason].append(Step(row.get("valid_from") or "", old, new))
    alike: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for (who, more, code, places, reason), steps in by_code.items():
        alike[who, more, places, reason, tuple(sorted(steps, key=lambda step: step.start))].append(code)
    return [
        Move(
            subject, who[0], who[1], who[2], tuple(sorted(filter(None, codes))), places, who[3], steps, reason,
            *_weight(steps),
        )
        for (who, _, places, reason, steps), codes in alike.items()
    ]  # fmt: skip


def _place(row: Text) -> tuple[str, tuple[str, ...]]:
    """The code or range of a row, and the headings or chapters on whose account it is told."""
    first, last = row.get("hs6") or row.get("code_from") or "", row.get("code_to") or ""
    code = f"{first}–{last}" if last not in ("", first) else first
    if len(first) >= 4 or not first:
        return code, (first[:4],) if first else ()
    return code, tuple(f"{chapter:02}" for chapter in range(int(first), int((last or first)[:2]) + 1))


def _words(row: Text | None) -> str | None:
    return None if row is None else row["rule_text"]


def _period(row: Text | None) -> Period | None:
    """A rate as pages show it; the counts of lines behind it are not part of what a trader is told."""
    if row is None:
        return None
    rate, most, low, high = (_number(row.get(f"{name}_pct")) for name in ("rate", "rate_max", "min", "max"))
    return Period(str(row["valid_from"]), row.get("valid_to") or OPEN, str(row["state"]), rate, most, None,
                  row.get("reason"), low, high)  # fmt: skip


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _weight(steps: Iterable[Step]) -> tuple[int, float]:
    """What matters most of some steps, and by how many points it moved."""
    return min((_step_weight(step) for step in steps), key=lambda found: (found[0], -found[1]))


def _step_weight(step: Step) -> tuple[int, float]:
    before, after = step.before, step.after
    if before is None or after is None:
        return (CAME if before is None else LOST), 0.0
    if not isinstance(before, Period) or not isinstance(after, Period):
        return RULE, 0.0
    if before.is_number and after.state == "not_held":
        return LOST, 0.0
    if before.state in NUMBERS and after.state in NUMBERS and before.rate is not None and after.rate is not None:
        moved = after.rate - before.rate
        return (ROSE if moved > 0 else FELL if moved < 0 else OTHER), abs(moved)
    return OTHER, 0.0
