"""Rules of duties and states: what a cell says is what is published, and every duty can be read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pyarrow as pa

from sources.specs import ScheduleSpec
from transforms.duties import CANONICAL, Cell, duty_id, duty_row, parse_duty, print_duty
from transforms.prefixed import own_rates
from validations.desk import ALL, Desk, Judge, subject_of
from validations.judgement import RuleResult
from warehouse.tables import arrow_schema

RATE_TABLES = ("preference_rate", "mfn_rate", "hs2022_preference_rate", "hs2022_mfn_rate")


def states_match_rates(desk: Desk) -> Iterator[RuleResult]:
    """C10: free is zero and zero is free; a state without a rate has null; a rate is the rate of its duty."""
    for table in RATE_TABLES:
        bound = "r.rate_max_pct" if "rate_max_pct" in arrow_schema(table).names else "0"
        yield from desk.look(
            "C10", table,
            f"""select {subject_of(table)} as subject, r.row_key,
                       coalesce(r.rate_pct <> d.rate_pct, false) or case r.state
                           when 'free' then r.rate_pct is distinct from 0
                           when 'ok' then coalesce(r.rate_pct = 0, false) or (r.rate_pct is null
                               and coalesce(d.kind, 'none') in ('none', 'free', 'ad_valorem', 'text_only'))
                           when 'ceiling' then r.rate_pct is not null or {bound} is null
                           else r.rate_pct is not null end as bad,
                       'state ' || r.state || ' with the rate ' || coalesce(r.rate_pct::text, 'null')
                       || ' and the duty ' || coalesce(d.text, 'none') as detail
            from {table} r left join duty d using (duty_id)""",
        )  # fmt: skip


def cells_read_again(desk: Desk) -> Iterator[RuleResult]:
    """C10: a line's base duty cell, read again by the words of its schedule, gives its concession's duty and state.

    Most lines of a schedule say what others say: each pair of cells is read once, with each answer kept for it.
    """
    text = pa.string()
    columns = {"schedule_id": text, "which": text, "name": text}
    desk.lay("cell_column", _columns(desk.context.registry.schedules.values()), columns)
    desk.con.execute(_CELLS_BESIDE)
    said = desk.rows("select distinct schedule_id, state, base_duty_id, base, cell from cell_beside")
    desk.lay(
        "cell_read",
        _read_again(desk, said),
        {"schedule_id": text, "state": text, "base_duty_id": text, "base": text, "cell": text,
         "bad": pa.bool_(), "detail": text},
    )  # fmt: skip
    yield from desk.look(
        "C10", "concession",
        """select c.schedule_id as subject, c.row_key, r.bad, 'line ' || c.line_code || ': ' || r.detail as detail
        from cell_beside c join cell_read r on r.schedule_id = c.schedule_id and r.cell = c.cell
             and r.state is not distinct from c.state and r.base is not distinct from c.base
             and r.base_duty_id is not distinct from c.base_duty_id""",
    )  # fmt: skip


def duties_read_back(desk: Desk) -> Iterator[RuleResult]:
    """C27: the canonical text of a duty gives the same duty, part by part, and prints the same."""
    rows = desk.rows(
        "select row_key, duty_id, text, kind, rate_pct, components from duty where kind <> 'text_only' order by row_key"
    )
    yield from desk.weigh(
        "C27", "duty", ((ALL, key, not _reads_back(row), f"{row[1]!r} is kept as {row[2]}") for key, *row in rows)
    )


def _columns(schedules: Iterable[ScheduleSpec]) -> Iterator[tuple[str, str, str]]:
    """Of each schedule the columns of its base cell and of its decisive cell, which is the last printed."""
    for schedule in schedules:
        base = schedule.columns.get("base_duty")
        if decisive := list(schedule.printed.columns)[-1] if schedule.printed else base:
            yield schedule.id, "decisive", decisive
            if base:
                yield schedule.id, "base", base


_CELLS_BESIDE = """
    create or replace temp table cell_beside as
    with piece as (
        select k.schedule_id, k.which, coalesce(s.continues, s.source_row_id) as line, s.page, s.row_no,
               s.cells ->> ('$."' || k.name || '"') as printed, c.correction_id is not null
               and coalesce(printed, '') = coalesce(c.expected, '') as mended,
               coalesce(case when mended then c.replacement else printed end, '') as text
        from source_row s join schedule using (document_id) join cell_column k using (schedule_id)
        left join correction c
             on c.document_id = s.document_id and c.locator = s.locator and c.column_name = k.name),
    counted as (
        select schedule_id, which, line, count(*) filter (where text <> '') as pieces, max(text) as text
        from piece group by all),
    joined as (
        select schedule_id, which, line, string_agg(p.text, chr(10) order by page, row_no) as text
        from piece p join counted using (schedule_id, which, line) where pieces > 1 and p.text <> '' group by all),
    said as (
        select schedule_id, which, line, coalesce(j.text, c.text) as text
        from counted c left join joined j using (schedule_id, which, line))
    select c.schedule_id, c.row_key, c.line_code, c.state, c.base_duty_id, b.text as base, d.text as cell
    from concession c
    join said d on d.which = 'decisive' and d.schedule_id = c.schedule_id and d.line = c.source_row_id
    left join said b on b.which = 'base' and b.schedule_id = c.schedule_id and b.line = c.source_row_id
"""
"""Every concession beside its cells: continuations joined by line breaks, corrections made."""


def _read_again(desk: Desk, said: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """What each pair of cells says, beside the state and the base duty kept for it.

    A line whose cell stands on a row above it is left out: it says what that row says.
    """
    schedules = desk.context.registry.schedules

    @cache
    def read(schedule_id: str, text: str) -> Cell:
        return parse_duty(text, schedules[schedule_id].duty)

    for schedule_id, state, base_duty_id, base, cell in said:
        own = _own(cell, schedules[schedule_id])
        if schedules[schedule_id].inherit is not None and not own:
            continue
        duty = None if base is None else read(schedule_id, base).duty
        decided = read(schedule_id, own).state
        agrees = (state, base_duty_id) == (decided, duty_id(duty) if duty else None)
        seen = " and ".join(sorted({repr(own if base is None else base), repr(own)}))
        yield schedule_id, state, base_duty_id, base, cell, not agrees, f"{seen} reads {decided}, kept as {state}"


def _own(text: str, schedule: ScheduleSpec) -> str:
    """The cell, or of a cell for many partners the last rate of the schedule's own."""
    if schedule.prefix is None or schedule.printed is None:
        return text
    rates = own_rates(text, schedule.prefix, next(iter(schedule.printed.columns.values())))
    return rates[-1][1] if rates else text


def _reads_back(row: list[Any]) -> bool:
    key, text, kind, rate, components = row
    duty = parse_duty(text, CANONICAL).duty
    if duty is None or print_duty(duty) != text:
        return False
    again = duty_row(duty)
    return (again["duty_id"], again["kind"], again["rate_pct"], again["components"]) == (key, kind, rate, components)


RULES: tuple[tuple[str, Judge], ...] = (
    ("C10", states_match_rates),
    ("C10", cells_read_again),
    ("C27", duties_read_back),
)
