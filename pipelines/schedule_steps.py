"""The work of a schedule's assets, stage by stage: source rows, lines and concessions, rates, HS 2022 rates.

A schedule goes through its stages in a folder beside its place and is committed whole at the last one; an error that a
document or its description is to blame for marks its unit as failed, and the others go on.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from pipelines.plan import Unit
from pipelines.work import LINES, Metrics, Work, kept, of_schedules, row_tables
from sources.specs import ScheduleSpec, TariffSpec
from transforms.hs_editions import Transposition, transpose_preference
from transforms.lines import Lines, duty_rows, read_lines, schedule_staging
from transforms.rates import preference_rates
from transforms.schedules import schedule_row, staging_category_rows
from warehouse.rows import build


def stage_source_rows(work: Work, regime: str) -> Metrics:
    """The rows of each stale schedule's document, every one accounted for."""

    def step(work: Work, unit: Unit, schedule: ScheduleSpec) -> Metrics:
        work.say(f"{schedule.id}: source rows")
        extraction = work.accepted(work.registry.document(schedule.document))
        tables = row_tables(work, [extraction])
        work.home.store.stage(unit.name)
        work.home.store.put(unit.name, tables)
        return {name: table.num_rows for name, table in tables.items()}

    return of_schedules(work, regime, step, first=True)


def stage_lines(work: Work, regime: str) -> Metrics:
    """Tariff lines, concessions, categories and duties of each stale schedule."""
    return of_schedules(work, regime, _stage_lines)


def _stage_lines(work: Work, unit: Unit, schedule: ScheduleSpec) -> Metrics:
    work.say(f"{schedule.id}: lines and concessions")
    store = work.home.store
    lines = _read(work, schedule)
    staging = schedule_staging(work.registry.regime_of(schedule), schedule)
    rejected = store.get_staged(unit.name, "rejected_row").to_pylist()
    known = [{k: v for k, v in row.items() if k != "row_key"} for row in rejected]
    tables = {
        "schedule": build("schedule", [schedule_row(schedule, work.registry.regime_of(schedule).id)]),
        "staging_category": build("staging_category", staging_category_rows(schedule, staging)),
        "tariff_line": build("tariff_line", lines.tariff_lines),
        "concession": build("concession", lines.concessions),
        "duty": build("duty", duty_rows(lines.duties.values())),
        "rejected_row": build("rejected_row", [*known, *lines.rejected]),
    }
    store.put(unit.name, tables)
    return {name: table.num_rows for name, table in tables.items()}


def _read(work: Work, schedule: ScheduleSpec) -> Lines:
    """The lines of a schedule; kept between its stages."""
    key = work.plan.by_name[f"schedule-{schedule.id}"].fingerprint
    return kept(LINES, key, lambda: _read_lines(work, schedule), lambda lines: len(lines.lines))


def _read_lines(work: Work, schedule: ScheduleSpec) -> Lines:
    extraction = work.accepted(work.registry.document(schedule.document))
    return read_lines(
        extraction,
        schedule,
        schedule_staging(work.registry.regime_of(schedule), schedule),
        digits=work.registry.nomenclatures[schedule.nomenclature].digits,
        subheadings=frozenset(work.concordance.codes(schedule.hs_edition)),
    )


def stage_rates(work: Work, regime: str) -> Metrics:
    """Dated rates of each stale schedule."""

    def step(work: Work, unit: Unit, schedule: ScheduleSpec) -> Metrics:
        work.say(f"{schedule.id}: rates")
        of = work.registry.regime_of(schedule)
        rates = preference_rates(schedule, of.id, _read(work, schedule), schedule_staging(of, schedule))
        known = work.home.store.get_staged(unit.name, "duty")
        more = build("duty", duty_rows(rates.duties.values()))
        duty = build("duty", _distinct([*known.to_pylist(), *more.to_pylist()]))
        work.home.store.put(unit.name, {"preference_rate": rates.table, "duty": duty})
        return {"preference_rate": rates.table.num_rows, "duty": duty.num_rows}

    return of_schedules(work, regime, step)


def _distinct(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({row["row_key"]: row for row in rows}.values())


def stage_hs2022_rates(work: Work, regime: str) -> Metrics:
    """HS 2022 rates of each stale schedule; the last stage, which commits the schedule."""
    return of_schedules(work, regime, _stage_hs2022_rates)


def _stage_hs2022_rates(work: Work, unit: Unit, schedule: ScheduleSpec) -> Metrics:
    work.say(f"{schedule.id}: HS 2022 rates")
    store = work.home.store
    carried = transpose_preference(
        store.get_staged(unit.name, "preference_rate"),
        store.get_staged(unit.name, "tariff_line"),
        work.concordance.ties(schedule.hs_edition),
        store.get_staged(unit.name, "schedule").to_pylist()[0],
    )
    made = {
        "hs2022_preference_rate": carried.rates,
        "hs2022_contributor": carried.contributors,
        "hs2022_unplaced_line": unplaced(schedule, carried),
    }
    store.put(unit.name, made)
    rows = store.staged_rows(unit.name)
    doubt = ambiguity(carried.rates)
    store.commit(unit.name, unit.fingerprint, {"rows": rows, **doubt})
    return {
        "hs2022_preference_rate": carried.rates.num_rows,
        "hs2022_contributor": carried.contributors.num_rows,
        "lines without a place in HS 2022": len(carried.unplaced),
        **doubt,
    }


def unplaced(written_in: ScheduleSpec | TariffSpec, carried: Transposition) -> pa.Table:
    """Table `hs2022_unplaced_line`: the lines that decide no HS 2022 rate."""
    rows = (line.row(written_in.nomenclature, written_in.hs_edition) for line in carried.unplaced)
    return build("hs2022_unplaced_line", rows)


def ambiguity(rates: pa.Table) -> Metrics:
    """Share of HS 2022 subheadings that are ambiguous in some period, in per cent, and the subheadings by reason."""
    by_code: dict[str, set[str]] = {}
    for code, state, reason in zip(*(rates[n].to_pylist() for n in ("hs6", "state", "reason")), strict=True):
        by_code.setdefault(code, set()).update([reason] if state == "ambiguous" else [])
    reasons: dict[str, int] = {}
    for found in by_code.values():
        for reason in found:
            reasons[reason] = reasons.get(reason, 0) + 1
    doubtful = sum(1 for found in by_code.values() if found)
    share = round(100 * doubtful / len(by_code), 1) if by_code else 0.0
    return {"ambiguous_pct": share, "ambiguous_by_reason": dict(sorted(reasons.items()))}
