"""Our transposition held against a party's own HS 2022 schedule of the same regime, for a person to work through.

The party's schedule wins where it is held; what differs says where ours is wrong, or where the party chose.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.correlations import LATEST
from warehouse.rows import build

TABLE = "hs2022_difference"
PAIR = ("regime_id", "importer", "exporter")

Row = dict[str, Any]


def difference_table(schedules: pa.Table, rates: pa.Table) -> pa.Table:
    """Table `hs2022_difference`: every schedule carried from an older edition against the party's own in HS 2022.

    Args:
        schedules: table `schedule`; a superseded one is compared with nothing.
        rates: table `hs2022_preference_rate`.
    """
    found: list[Row] = []
    for ours, own in own_schedules(schedules.to_pylist()):
        names = {name: ours[name] for name in ("schedule_id", *PAIR)} | {"own_schedule_id": own["schedule_id"]}
        found += ({**names, **row} for row in differences(_of(rates, ours), _of(rates, own)))
    return build(TABLE, found)


def own_schedules(schedules: list[Row]) -> list[tuple[Row, Row]]:
    """Every schedule of an older edition with each schedule in HS 2022 of the same regime, importer and exporter."""
    standing = [schedule for schedule in schedules if schedule["status"] != "superseded"]
    return [
        (ours, own)
        for ours in standing
        for own in standing
        if ours["hs_edition"] != LATEST == own["hs_edition"] and all(ours[name] == own[name] for name in PAIR)
    ]


def _of(rates: pa.Table, schedule: Row) -> pa.Table:
    return rates.filter(pc.equal(rates["schedule_id"], pa.scalar(schedule["schedule_id"])))


def differences(ours: pa.Table, partys_own: pa.Table) -> Iterator[Row]:
    """Where our transposition of a schedule differs from the party's own HS 2022 schedule.

    Both are rows of `hs2022_preference_rate` of one importer and exporter, ours carried from an older edition, the
    party's own read in HS 2022. Compared are the codes and days for which we publish a state of our own: where ours is
    `ambiguous` or `not_held` it claims nothing that could differ. The same holds for the party's rows.

    Yields:
        One row for each code and stretch of days: `kind` is `rate` (two rates), `state` (a rate against none, or two
        states), `duty` (two duties that are no single rate), `only_ours` or `only_own` (the other has no row for
        these days); then state, rate and `row_key` of both. Sorted by code and day; stretches that follow each other
        and differ in nothing are one.
    """
    mine, theirs = _by_code(ours), _by_code(partys_own)
    for hs6 in sorted(mine.keys() | theirs.keys()):
        yield from _of_code(mine[hs6], theirs[hs6])


def _by_code(table: pa.Table) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in table.sort_by([("hs6", "ascending"), ("valid_from", "ascending")]).to_pylist():
        found[row["hs6"]].append(row)
    return found


def _of_code(mine: list[Row], theirs: list[Row]) -> Iterator[Row]:
    days = sorted({day for row in (*mine, *theirs) for day in (row["valid_from"], row["valid_to"]) if day is not None})
    waiting: Row | None = None
    for place, day in enumerate(days):
        until = days[place + 1] if place + 1 < len(days) else None
        found = _difference(_on(mine, day), _on(theirs, day), day, until)
        if waiting and found and waiting["valid_to"] == day and _same(waiting, found):
            waiting["valid_to"] = until
            continue
        if waiting:
            yield waiting
        waiting = found
    if waiting:
        yield waiting


def _on(rows: list[Row], day: str) -> Row | None:
    """The row of a code that holds on a day; rows do not overlap."""
    place = bisect_right(rows, day, key=lambda row: str(row["valid_from"])) - 1
    row = rows[place] if place >= 0 else None
    return row if row and (row["valid_to"] is None or day < row["valid_to"]) else None


def _difference(our: Row | None, own: Row | None, day: str, until: str | None) -> Row | None:
    kind = _kind(our, own)
    if kind is None:
        return None
    names = ("state", "rate_pct", "row_key")
    sides = {f"{side}_{name}": row and row[name] for side, row in (("our", our), ("own", own)) for name in names}
    return {"hs6": (our or own or {})["hs6"], "valid_from": day, "valid_to": until, "kind": kind, **sides}


def _kind(our: Row | None, own: Row | None) -> str | None:
    """What kind of difference two rows make; None where they agree or one of them claims nothing."""
    if any(row and row["state"] in ("ambiguous", "not_held") for row in (our, own)):
        return None
    if our is None or own is None:
        return None if our is own else "only_ours" if our else "only_own"
    if our["rate_pct"] is not None and own["rate_pct"] is not None:
        return None if our["rate_pct"] == own["rate_pct"] else "rate"
    if our["state"] != own["state"] or our["rate_pct"] != own["rate_pct"]:
        return "state"
    alike = our["duty_id"] == own["duty_id"] and our["rate_max_pct"] == own["rate_max_pct"]
    return None if alike else "duty"


def _same(before: Row, after: Row) -> bool:
    return all(before[name] == after[name] for name in before if name not in ("valid_from", "valid_to"))
