"""Rules of duties and states: what a cell says is what is published, and every duty can be read again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sources.specs import DutySpec
from transforms.duties import CANONICAL, duty_id, duty_row, parse_duty, print_duty
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
    """The base duty cells of a schedule: continuations joined to their line, corrections made."""
    schedule = desk.context.registry.schedules[schedule_id]
    column = schedule.columns.get("base_duty")
    if column is None:
        return
    rows = desk.con.execute(
        """with cells as (
            select s.source_row_id, coalesce(s.continues, s.source_row_id) as line, s.page, s.row_no,
                   case when c.correction_id is not null and coalesce(s.cells ->> $path, '') = coalesce(c.expected, '')
                        then c.replacement else s.cells ->> $path end as text
            from source_row s left join correction c
                 on c.document_id = s.document_id and c.locator = s.locator and c.column_name = $name
            where s.document_id in (select document_id from schedule where schedule_id = $schedule)),
        joined as (
            select line, coalesce(string_agg(text, chr(10) order by page, row_no) filter (where text <> ''), '') as text
            from cells group by line)
        select c.row_key, c.line_code, c.state, c.base_duty_id, j.text
        from concession c join joined j on j.line = c.source_row_id where c.schedule_id = $schedule""",
        {"path": f'$."{column}"', "name": column, "schedule": schedule_id},
    ).fetchall()
    said: dict[str, tuple[str, str | None]] = {}
    for key, line, state, base, text in rows:
        if text not in said:
            said[text] = _says(text, schedule.duty)
        wanted, duty = said[text]
        agrees = base == duty if wanted in ("ok", "free") else (state, base) == (wanted, duty)
        yield schedule_id, key, not agrees, f"line {line}: the cell {text!r} says {wanted}, the concession {state}"


def _says(text: str, spec: DutySpec) -> tuple[str, str | None]:
    cell = parse_duty(text, spec)
    return cell.state, duty_id(cell.duty) if cell.duty else None


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
