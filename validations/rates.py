"""Rules of rates: what dated rates must be, given base, category, MFN and each other.

Duties and states as such are in `validations.duties`; here they are taken as read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from transforms.duties import CANONICAL, parse_duty
from validations.desk import Desk, Judge
from validations.judgement import RuleResult

NO_RATE = "('excluded', 'unbound', 'not_applicable', 'unparsed', 'not_held')"
TOLERANCE = Decimal("0.05")
"""Points by which a printed rate may differ from the computed one (C22)."""


def above_mfn(desk: Desk) -> Iterator[RuleResult]:
    """C19: on no day is a preference above the applied MFN rate, where both are one ad valorem rate."""
    overlap = "m.valid_from < coalesce(p.valid_to, '9999') and p.valid_from < coalesce(m.valid_to, '9999')"
    yield from desk.look(
        "C19", "preference_rate",
        f"""select p.schedule_id as subject, p.row_key, p.rate_pct > m.rate_pct as bad,
                   'line ' || p.line_code || ' from ' || p.valid_from || ': ' || p.rate_pct || ' where MFN is '
                   || m.rate_pct as detail
        from preference_rate p join schedule s using (schedule_id)
        join mfn_rate m on m.importer = p.importer and m.nomenclature_id = s.nomenclature_id
             and m.line_code = p.line_code and m.kind = 'applied' and {overlap}
        where p.rate_pct is not null and m.rate_pct is not null""",
    )  # fmt: skip
    yield from desk.look(
        "C19", "hs2022_preference_rate",
        f"""select p.schedule_id as subject, p.row_key, p.rate_pct > m.rate_pct as bad,
                   p.hs6 || ' from ' || p.valid_from || ': ' || p.rate_pct || ' where MFN is ' || m.rate_pct as detail
        from hs2022_preference_rate p
        join hs2022_mfn_rate m on m.importer = p.importer and m.hs6 = p.hs6 and m.kind = 'applied' and {overlap}
        where p.rate_pct is not null and m.rate_pct is not null""",
    )  # fmt: skip


def rising(desk: Desk) -> Iterator[RuleResult]:
    """C20: no rate is above that of the period before."""
    yield from desk.look(
        "C20", "preference_rate",
        """select subject, row_key, nth > 1 and rate_pct > former as bad,
                  'line ' || line_code || ' rises from ' || former || ' to ' || rate_pct || ' on '
                  || valid_from as detail
        from (select schedule_id as subject, row_key, line_code, valid_from, rate_pct,
                     row_number() over w as nth, lag(rate_pct) over w as former
              from preference_rate where rate_pct is not null
              window w as (partition by schedule_id, exporter, line_code, row_no order by valid_from))""",
    )  # fmt: skip


def final_rate(desk: Desk) -> Iterator[RuleResult]:
    """C21: the last period is open, and has what remains of the base rate when the category has run its course.

    A printed schedule that ends before its categories do is judged by C22 alone.
    """
    yield from desk.look(
        "C21", "preference_rate",
        f"""with last as (
            select * from preference_rate
            qualify row_number() over (
                partition by schedule_id, exporter, line_code, row_no order by valid_from desc) = 1)
        select p.schedule_id as subject, p.row_key,
               p.valid_to is not null or
               case when k.stages > 0 and k.cut = 1 then p.state <> 'free' or p.rate_pct <> 0
                    when k.stages = 0 then p.duty_id <> c.base_duty_id
                    else abs(p.rate_pct - d.rate_pct * (1 - k.cut)) >= 0.1 end as bad,
               'line ' || p.line_code || ', category ' || c.category || ', base ' || d.text || ' ends at '
               || coalesce(p.rate_pct::text, p.state) as detail
        from last p join schedule s using (schedule_id)
        join concession c using (schedule_id, line_code, row_no) join duty d on d.duty_id = c.base_duty_id
        join known_category k on k.schedule_id = p.schedule_id and k.category = c.category
        where s.completeness = 'full' and c.state not in {NO_RATE} and k.state is null
          and (p.derivation = 'computed' or p.valid_to is null)
          and not (k.stages > 0 and k.cut < 1 and d.rate_pct is null)""",
    )  # fmt: skip


def printed_as_computed(desk: Desk) -> Iterator[RuleResult]:
    """C22: a printed rate is the one computed from base and category, wherever the document gives both."""
    wanted = desk.rows(
        """select distinct c.schedule_id, c.category, d.text
        from concession c join duty d on d.duty_id = c.base_duty_id
        join known_category k on k.schedule_id = c.schedule_id and k.category = c.category
        where c.schedule_id in (select schedule_id from preference_rate where derivation = 'printed')"""
    )
    desk.lay(
        "computed_step",
        [row for schedule_id, category, text in wanted for row in _steps(desk, schedule_id, category, text)],
        {
            "schedule_id": pa.string(), "category": pa.string(), "text": pa.string(),
            "valid_from": pa.string(), "valid_to": pa.string(), "rate_pct": pa.decimal128(12, 6),
        },
    )  # fmt: skip
    yield from desk.look(
        "C22", "preference_rate",
        f"""select p.schedule_id as subject, p.row_key, abs(p.rate_pct - t.rate_pct) > {TOLERANCE} as bad,
                   'line ' || p.line_code || ' from ' || p.valid_from || ': printed ' || p.rate_pct || ', category '
                   || c.category || ' gives ' || t.rate_pct as detail
        from preference_rate p join concession c using (schedule_id, line_code, row_no)
        join duty d on d.duty_id = c.base_duty_id
        join computed_step t on t.schedule_id = c.schedule_id and t.category = c.category and t.text = d.text
             and t.valid_from < coalesce(p.valid_to, '9999') and p.valid_from < coalesce(t.valid_to, '9999')
        where p.derivation = 'printed' and p.rate_pct is not null and t.rate_pct is not null""",
    )  # fmt: skip


def categories_known(desk: Desk) -> Iterator[RuleResult]:
    """C23: a concession's category is described; a schedule with categories has one on each line not excluded."""
    yield from desk.look(
        "C23", "concession",
        f"""with staged as (select schedule_id, category from staging_category
                            union select schedule_id, category from known_category)
        select c.schedule_id as subject, c.row_key, s.category is null as bad,
               'line ' || c.line_code || ' has the category ' || coalesce(c.category, 'none') as detail
        from concession c left join staged s on s.schedule_id = c.schedule_id and s.category = c.category
        where c.category is not null
           or (c.state not in {NO_RATE} and c.schedule_id in (select schedule_id from staged))""",
    )  # fmt: skip


def excluded_bare(desk: Desk) -> Iterator[RuleResult]:
    """C24: what a schedule excludes, or leaves unbound, has no rate, no bound and no duty in any period."""
    yield from desk.look(
        "C24", "preference_rate",
        """select p.schedule_id as subject, p.row_key,
                  p.rate_pct is not null or p.rate_max_pct is not null or p.duty_id is not null as bad,
                  'line ' || p.line_code || ' is excluded and has the rate ' || coalesce(p.rate_pct::text, 'of a duty')
                  as detail
        from preference_rate p left join concession c using (schedule_id, line_code, row_no)
        where p.state in ('excluded', 'unbound') or c.state in ('excluded', 'unbound')""",
    )  # fmt: skip


def base_is_mfn(desk: Desk) -> Iterator[RuleResult]:
    """C25: base rates that are said to be the MFN rates of a day are those."""
    yield from desk.look(
        "C25", "concession",
        """select c.schedule_id as subject, c.row_key, m.duty_id is distinct from c.base_duty_id as bad,
                  'line ' || c.line_code || ' has another MFN rate on ' || k.base_from_mfn as detail
        from concession c join known_schedule k using (schedule_id) join schedule s using (schedule_id)
        join mfn_rate m on m.importer = s.importer and m.nomenclature_id = s.nomenclature_id
             and m.line_code = c.line_code and m.kind = 'applied' and m.valid_from <= k.base_from_mfn
             and coalesce(m.valid_to, '9999') > k.base_from_mfn
        where c.base_duty_id is not null""",
    )  # fmt: skip


def base_in_bands(desk: Desk) -> Iterator[RuleResult]:
    """C26: ad valorem base rates of an importer whose bands are known are in them; else a warning."""
    bands = [(importer, band) for importer, found in sorted(desk.context.duty_bands.items()) for band in found]
    desk.lay("duty_band", bands, {"importer": pa.string(), "band": pa.decimal128(12, 6)})
    yield from desk.look(
        "C26", "concession",
        """select c.schedule_id as subject, c.row_key, b.band is null as bad,
                  'line ' || c.line_code || ' has the base rate ' || d.text as detail
        from concession c join schedule s using (schedule_id) join duty d on d.duty_id = c.base_duty_id
        left join duty_band b on b.importer = s.importer and b.band = d.rate_pct
        where d.rate_pct is not null and s.importer in (select importer from duty_band)""",
        severity="W",
    )  # fmt: skip


def one_path(desk: Desk) -> Iterator[RuleResult]:
    """C28: lines of one base duty and category have the same dated duties; those off the common path are named."""
    yield from desk.look(
        "C28", "concession",
        """with paths as (
            select schedule_id, exporter, line_code, row_no,
                   string_agg(valid_from || ' ' || coalesce(duty_id, state), '; ' order by valid_from) as path
            from preference_rate group by all),
        walked as (
            select c.schedule_id, c.row_key, c.line_code, c.category, c.base_duty_id, p.exporter, p.path,
                   count(*) over (partition by c.schedule_id, p.exporter, c.base_duty_id, c.category, p.path) as walkers
            from concession c join paths p using (schedule_id, line_code, row_no)
            where c.base_duty_id is not null and c.category is not null)
        select schedule_id as subject, row_key, path <> first_value(path) over (
                   partition by schedule_id, exporter, base_duty_id, category order by walkers desc, path) as bad,
               'line ' || line_code || ' leaves the path of its base rate in category ' || category as detail
        from walked""",
    )  # fmt: skip


def _steps(desk: Desk, schedule_id: str, category: str, text: str) -> Iterator[tuple[Any, ...]]:
    """The computed periods of one base duty in one category, as rows."""
    from transforms.staging import expand

    registry = desk.context.registry
    schedule = registry.schedules[schedule_id]
    staging = registry.regime_of(schedule).staging
    duty = parse_duty(text, CANONICAL).duty
    if staging is None or duty is None:
        return
    for step in expand(duty, registry.staging_of(schedule)[category], staging):
        yield schedule_id, category, text, _iso(step.valid_from), _iso(step.valid_to), step.rate_pct


def _iso(day: date | str | None) -> str | None:
    return day.isoformat() if isinstance(day, date) else day


RULES: tuple[tuple[str, Judge], ...] = (
    ("C19", above_mfn),
    ("C20", rising),
    ("C21", final_rate),
    ("C22", printed_as_computed),
    ("C23", categories_known),
    ("C24", excluded_bare),
    ("C25", base_is_mfn),
    ("C26", base_in_bands),
    ("C28", one_path),
)
