"""Rules of duties and states: what a cell says is what is published, and every duty can be read again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sources.specs import ScheduleSpec
from transforms.duties import CANONICAL, Cell, duty_id, duty_row, parse_duty, print_duty
from transforms.prefixed import own_rates
from validations.desk import ALL, Desk, Judge, subject_of
from validations.judgement import RuleResult, verdict
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
    """C10: a line's base duty cell, read again by the words of its schedule, gives its concession's duty and state."""
    found = [row for schedule_id in desk.context.registry.schedules for row in _cells(desk, schedule_id)]
    if found:
        yield from desk.weigh("C10", "concession", found)
    else:
        yield verdict("C10", "concession", ALL, checked=0, failed=0)


def duties_read_back(desk: Desk) -> Iterator[RuleResult]:
    """C27: the canonical text of a duty gives the same duty, part by part, and prints the same."""
    rows = desk.rows(
        "select row_key, duty_id, text, kind, rate_pct, components from duty where kind <> 'text_only' order by row_key"
    )
    yield from desk.weigh(
        "C27", "duty", ((ALL, key, not _reads_back(row), f"{row[1]!r} is kept as {row[2]}") for key, *row in rows)
    )


def _cells(desk: Desk, schedule_id: str) -> Iterator[tuple[str, str, bool, str]]:
    """A schedule's concessions, each beside what its base cell and its decisive cell (the last printed) say.

    A line whose cell stands on a row above it is left out: it says what that row says.
    """
    schedule = desk.context.registry.schedules[schedule_id]
    base_column = schedule.columns.get("base_duty")
    decisive = list(schedule.printed.columns)[-1] if schedule.printed else base_column
    if decisive is None:
        return
    base_cells = _texts(desk, schedule_id, base_column) if base_column else {}
    cells = {row: _own(text, schedule) for row, text in _texts(desk, schedule_id, decisive).items()}
    said: dict[str, Cell] = {}
    for key, line, state, base, row in desk.con.execute(
        "select row_key, line_code, state, base_duty_id, source_row_id from concession where schedule_id = ?",
        [schedule_id],
    ).fetchall():
        if row not in cells or (schedule.inherit is not None and not cells[row]):
            continue
        for text in (cells[row], base_cells.get(row, "")):
            if text not in said:
                said[text] = parse_duty(text, schedule.duty)
        duty = said[base_cells[row]].duty if row in base_cells else None
        agrees = (state, base) == (said[cells[row]].state, duty_id(duty) if duty else None)
        seen = " and ".join(sorted({repr(base_cells.get(row, cells[row])), repr(cells[row])}))
        yield schedule_id, key, not agrees, f"line {line}: {seen} reads {said[cells[row]].state}, kept as {state}"


def _own(text: str, schedule: ScheduleSpec) -> str:
    """The cell, or of a cell for many partners the last rate of the schedule's own."""
    if schedule.prefix is None or schedule.printed is None:
        return text
    rates = own_rates(text, schedule.prefix, next(iter(schedule.printed.columns.values())))
    return rates[-1][1] if rates else text


def _texts(desk: Desk, schedule_id: str, column: str) -> dict[str, str]:
    """The cells of a column by line row: continuations joined by line breaks, corrections made."""
    rows = desk.con.execute(
        """with cells as (
            select coalesce(s.continues, s.source_row_id) as line, s.page, s.row_no,
                   case when c.correction_id is not null and coalesce(s.cells ->> $path, '') = coalesce(c.expected, '')
                        then c.replacement else s.cells ->> $path end as text
            from source_row s left join correction c
                 on c.document_id = s.document_id and c.locator = s.locator and c.column_name = $name
            where s.document_id in (select document_id from schedule where schedule_id = $schedule))
        select line, coalesce(string_agg(text, chr(10) order by page, row_no) filter (where text <> ''), '')
        from cells group by line""",
        {"path": f'$."{column}"', "name": column, "schedule": schedule_id},
    ).fetchall()
    return dict(rows)


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
