"""Rules of the conversion to HS 2022: no code left out, no orphan, nothing ambiguous without its reason."""

from __future__ import annotations

from collections.abc import Iterator

from transforms.correlations import load_review
from validations.desk import ALL, Desk, Judge
from validations.judgement import RuleResult

RATES = (("hs2022_preference_rate", "schedule_id"), ("hs2022_mfn_rate", f"'{ALL}'"))

REACH = """
    reach(edition, code) as (
        select edition, code from hs_node where edition = 'HS 2022' and level = 6
        union
        select c.edition_from, c.code_from from hs_correlation c
        join reach r on r.edition = c.edition_to and r.code = c.code_to where c.material = 1)
"""
"""Subheadings of every edition from which pairs that decide a rate lead to HS 2022."""


def codes_complete(desk: Desk) -> Iterator[RuleResult]:
    """C44: every subheading of HS 2022 stands in every full schedule that has rates, and every rate's code exists.

    A line of a subheading that was deleted without a successor, as reviewed in `material.yml`, has no place in HS 2022.
    """
    yield from desk.look(
        "C44", "hs2022_preference_rate",
        """with wanted as (select code, row_key from hs_node where edition = 'HS 2022' and level = 6),
        held as (select distinct schedule_id, hs6 from hs2022_preference_rate),
        full_schedules as (select schedule_id from schedule where completeness = 'full'
                           and schedule_id in (select schedule_id from preference_rate))
        select f.schedule_id as subject, w.row_key, h.hs6 is null as bad, w.code || ' is missing' as detail
        from full_schedules f cross join wanted w left join held h on h.schedule_id = f.schedule_id and h.hs6 = w.code
        union all
        select r.schedule_id, r.row_key, w.code is null, r.hs6 || ' is no subheading of HS 2022'
        from hs2022_preference_rate r left join wanted w on w.code = r.hs6
        where exists (select 1 from wanted)""",
    )  # fmt: skip
    yield from desk.look(
        "C44", "hs2022_contributor",
        f"""with targets as (select row_key, schedule_id from hs2022_preference_rate
                             union all select row_key, '{ALL}' from hs2022_mfn_rate),
        sources as (select row_key from preference_rate union all select row_key from mfn_rate)
        select coalesce(t.schedule_id, '{ALL}') as subject, c.row_key, t.row_key is null or s.row_key is null as bad,
               'line ' || c.line_code || ' contributes to or from a rate that is not here' as detail
        from hs2022_contributor c left join targets t on t.row_key = c.rate_row_key
        left join sources s on s.row_key = c.source_rate_row_key""",
    )  # fmt: skip


def lines_carried(desk: Desk) -> Iterator[RuleResult]:
    """C44: a line whose subheading became a subheading of HS 2022 contributes; one that became none is a warning.

    A subheading became none where only statistics tie it on, or where it is reviewed as deleted without a successor
    (`sources/hs/material.yml`); one of which the correlation tables say nothing at all is an orphan.
    """
    ended = ", ".join(f"('{d.edition_from}', '{d.code}')" for d in load_review().without_successor)
    yield from desk.look(
        "C44", "preference_rate",
        f"""with recursive {REACH},
        ended(edition, code) as (
            values {ended or "('', '')"} union select edition_from, code_from from hs_correlation),
        used as (select distinct r.schedule_id, c.line_code
                 from hs2022_contributor c join preference_rate r on r.row_key = c.source_rate_row_key)
        select p.schedule_id as subject, p.row_key, u.line_code is null as bad,
               'line ' || p.line_code || ' goes to no HS 2022 code' as detail
        from preference_rate p join schedule s using (schedule_id)
        join tariff_line t on t.nomenclature_id = s.nomenclature_id and t.line_code = p.line_code
        left join reach on reach.edition = t.hs_edition and reach.code = t.hs6
        left join ended e on e.edition = t.hs_edition and e.code = t.hs6
        left join used u on u.schedule_id = p.schedule_id and u.line_code = p.line_code
        where p.schedule_id in (select schedule_id from hs2022_preference_rate)
          and (reach.code is not null or e.code is null)""",
    )  # fmt: skip
    yield from desk.look(
        "C44", "tariff_line",
        f"""with recursive {REACH}
        select s.schedule_id as subject, t.row_key, reach.code is null as bad,
               'subheading ' || t.hs6 || ' of line ' || t.line_code || ' became no subheading of HS 2022' as detail
        from schedule s join tariff_line t using (nomenclature_id)
        left join reach on reach.edition = t.hs_edition and reach.code = t.hs6
        where s.schedule_id in (select schedule_id from hs2022_preference_rate)""",
        severity="W",
    )  # fmt: skip


def ambiguity_explained(desk: Desk) -> Iterator[RuleResult]:
    """C45: an ambiguous rate is null, says why, and has contributors; one not held says why, or its lines do.

    Where only statistics tie a code to older ones nothing contributes, and the ties themselves must be there.
    """
    for table, subject in RATES:
        yield from desk.look(
            "C45", table,
            f"""with fed as (select distinct rate_row_key from hs2022_contributor),
            tied as (select distinct code_to from hs_correlation where edition_to = 'HS 2022' and material = 0)
            select {subject} as subject, r.row_key,
                   r.rate_pct is not null
                   or (r.reason is null and (r.state = 'ambiguous' or f.rate_row_key is null))
                   or (r.state = 'ambiguous' and f.rate_row_key is null
                       and (r.reason <> 'statistical_correlation_only' or t.code_to is null)) as bad,
                   r.hs6 || ' from ' || r.valid_from || ' is ' || r.state || ', reason ' || coalesce(r.reason, 'none')
                   as detail
            from {table} r left join fed f on f.rate_row_key = r.row_key left join tied t on t.code_to = r.hs6
            where r.state in ('ambiguous', 'not_held')""",
        )  # fmt: skip


def own_transposition(desk: Desk) -> Iterator[RuleResult]:
    """C46: where a party's own HS 2022 schedule is held beside an older one, our conversion of the older agrees.

    `ambiguous` and `not_held` claim nothing, and are not compared.
    """
    yield from desk.look(
        "C46", "hs2022_preference_rate",
        """select a.schedule_id as subject, a.row_key,
                  case when a.rate_pct is not null and b.rate_pct is not null then a.rate_pct <> b.rate_pct
                       else (a.rate_pct, a.state, a.duty_id) is distinct from (b.rate_pct, b.state, b.duty_id) end
                  as bad,
                  a.hs6 || ': ours ' || coalesce(a.rate_pct::text, a.state) || ', the party''s own '
                  || coalesce(b.rate_pct::text, b.state) as detail
        from hs2022_preference_rate a join schedule s on s.schedule_id = a.schedule_id and s.hs_edition <> 'HS 2022'
        join schedule o on o.regime_id = s.regime_id and o.importer = s.importer and o.exporter = s.exporter
             and o.hs_edition = 'HS 2022'
        join hs2022_preference_rate b on b.schedule_id = o.schedule_id and b.hs6 = a.hs6
             and b.valid_from < coalesce(a.valid_to, '9999') and a.valid_from < coalesce(b.valid_to, '9999')
        where a.state not in ('ambiguous', 'not_held') and b.state not in ('ambiguous', 'not_held')""",
    )  # fmt: skip


RULES: tuple[tuple[str, Judge], ...] = (
    ("C44", codes_complete),
    ("C44", lines_carried),
    ("C45", ambiguity_explained),
    ("C46", own_transposition),
)
