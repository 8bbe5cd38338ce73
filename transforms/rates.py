"""From a schedule's lines to dated rows of table `preference_rate`, computed from categories or printed.

Lines of equal terms have equal rates: each distinct set of terms is dated once and laid out over its lines as Arrow
columns, so that a schedule of twelve thousand lines takes a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from sources.errors import FtaError
from sources.specs import PrintedSpec, ScheduleSpec, StagingSpec
from transforms.columnar import row_keys, spread
from transforms.duties import Cell, duty_id
from transforms.duty_values import Duty
from transforms.line import Line
from transforms.lines import Lines
from transforms.seasons import Season
from transforms.source_rows import source_row_id
from transforms.staging import Step, bounded, expand
from warehouse.tables import arrow_schema

TABLE = "preference_rate"


@dataclass(frozen=True)
class Rates:
    """The dated rates of a schedule.

    Attributes:
        table: table `preference_rate` with `row_key`, sorted by its natural key.
        duties: the duties it refers to, by duty_id.
    """

    table: pa.Table
    duties: dict[str, Duty]


def preference_rates(schedule: ScheduleSpec, regime_id: str, lines: Lines, staging: StagingSpec | None) -> Rates:
    """The rates of a schedule, only periods in which a rate changes.

    Args:
        schedule: where it has `printed` columns these are its rates (`derivation` printed); else they are computed.
        regime_id: the regime of the schedule.
        lines: from `transforms.lines.read_lines`.
        staging: from `transforms.lines.schedule_staging`; not needed for printed rates.

    Raises:
        FtaError: rates have to be computed and there is no staging.
    """
    places: dict[tuple[object, ...], int] = {}
    dated: list[tuple[Step, ...]] = []
    term_of = np.empty(len(lines.lines), dtype=np.int64)
    for at, line in enumerate(lines.lines):
        place = places.setdefault(line.terms, len(dated))
        if place == len(dated):
            dated.append(steps_of(line, schedule, staging))
        term_of[at] = place
    steps = [step for group in dated for step in group]
    counts = np.array([len(group) for group in dated], dtype=np.int64)
    firsts = np.cumsum(counts) - counts
    owner, member = spread(firsts[term_of], counts[term_of])
    duties = {step.duty.text: step.duty for step in steps if step.duty is not None}
    ids = {text: duty_id(duty) for text, duty in sorted(duties.items())}
    sources = [
        source_row_id(schedule.document, line.stated[0].locator) if line.stated else row["source_row_id"]
        for line, row in zip(lines.lines, lines.concessions, strict=True)
    ]
    table = _table(schedule, regime_id, lines.concessions, sources, steps, ids, pa.array(owner), pa.array(member))
    return Rates(table, {key: duties[text] for text, key in ids.items()})


def steps_of(line: Line, schedule: ScheduleSpec, staging: StagingSpec | None) -> tuple[Step, ...]:
    """The dated steps of one line.

    Raises:
        FtaError: they have to be computed, and there is no staging or no such category.
    """
    if schedule.printed is not None:
        return printed_steps(line.printed, schedule.printed, line.days, line.season)
    category = (staging.categories if staging is not None else schedule.staging).get(line.category or "")
    if category is not None and category.bounds:
        return bounded(category)
    if staging is None or line.base is None or line.category not in staging.categories:
        raise FtaError(
            "no_staging",
            f"The rates of line {line.code} cannot be computed: category {line.category!r} is not known.",
            where={"schedule": schedule.id, "locator": line.place.locator},
            remedy="Give the regime a `staging` with this category, or the schedule `printed` columns.",
        )
    if line.base.duty is None or line.base.state not in ("ok", "free", "unparsed"):
        return (Step(staging.year_one, None, None, None, line.base.state),)
    return expand(line.base.duty, staging.categories[line.category], staging)


def printed_steps(
    cells: tuple[Cell, ...], printed: PrintedSpec, days: tuple[date, ...] = (), season: Season | None = None
) -> tuple[Step, ...]:
    """The dated steps of printed cells; equal neighbours are one step.

    Args:
        cells: in the order of their days.
        printed: says the days of the columns, and when the last of them ends.
        days: the cells' own days, where the columns do not say them.
        season: the part of every year to which all steps are cut.

    Raises:
        FtaError: there is a season, and no day on which the last cell ends.
    """
    changes: list[tuple[date, Cell]] = []
    for day, cell in zip(days or printed.columns.values(), cells, strict=True):
        if not changes or (changes[-1][1].state, changes[-1][1].duty) != (cell.state, cell.duty):
            changes.append((day, cell))
    ends = [*(day for day, _ in changes[1:]), printed.until]
    steps = tuple(
        Step(day, end, cell.duty, _rate(cell), cell.state) for (day, cell), end in zip(changes, ends, strict=True)
    )
    return steps if season is None else tuple(in_season(steps, season))


def in_season(steps: tuple[Step, ...], season: Season) -> Iterator[Step]:
    """The parts of steps that lie in a season.

    Raises:
        FtaError: a step is open, so that its seasons would never end.
    """
    for step in steps:
        if step.valid_to is None:
            raise FtaError(
                "season_without_end",
                "A rate holds for a part of every year, and no day is given on which the document stops being known.",
                remedy="Give `printed` an `until`, and the document a `known_until`.",
            )
        for start, end in season.periods(step.valid_from, step.valid_to):
            yield replace(step, valid_from=start, valid_to=end)


def _derivation(schedule: ScheduleSpec) -> str:
    if schedule.printed is not None:
        return "printed"
    return "modality" if schedule.staging and all(c.bounds for c in schedule.staging.values()) else "computed"


def _rate(cell: Cell) -> Any:
    """The rate of a cell; a duty that its state says does not apply is no rate."""
    return cell.duty.rate_pct if cell.duty is not None and cell.state in ("ok", "free") else None


def _table(
    schedule: ScheduleSpec,
    regime_id: str,
    concessions: list[dict[str, Any]],
    sources: list[str],
    steps: list[Step],
    ids: dict[str, str],
    owner: Any,
    member: Any,
) -> pa.Table:
    """Table `preference_rate`: row i is step `member[i]` of concession `owner[i]` (Arrow integer arrays)."""
    schema = arrow_schema(TABLE)

    def constant(value: str) -> Any:
        return pa.repeat(pa.scalar(value, pa.string()), len(owner))

    def of_line(name: str) -> Any:
        return pa.array([row[name] for row in concessions], schema.field(name).type).take(owner)

    def of_step(name: str, values: list[Any]) -> Any:
        return pa.array(values, schema.field(name).type).take(member)

    columns = {
        "schedule_id": constant(schedule.id),
        "regime_id": constant(regime_id),
        "importer": constant(schedule.importer),
        "exporter": constant(schedule.exporter),
        "line_code": of_line("line_code"),
        "row_no": of_line("row_no"),
        "valid_from": of_step("valid_from", [step.valid_from.isoformat() for step in steps]),
        "valid_to": of_step("valid_to", [step.valid_to.isoformat() if step.valid_to else None for step in steps]),
        "duty_id": of_step("duty_id", [ids[step.duty.text] if step.duty is not None else None for step in steps]),
        "rate_pct": of_step("rate_pct", [step.rate_pct for step in steps]),
        "rate_max_pct": of_step("rate_max_pct", [step.rate_max for step in steps]),
        "state": of_step("state", [step.state for step in steps]),
        "derivation": constant(_derivation(schedule)),
        "source_row_id": pa.array(sources, pa.string()).take(owner),
    }
    return pa.table({"row_key": row_keys(TABLE, columns), **columns}, schema=schema)
