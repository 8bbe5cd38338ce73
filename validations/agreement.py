"""Rules of agreements: dates in order, forms that follow from the parties, questions decided."""

from __future__ import annotations

from collections.abc import Iterator

from validations.desk import ALL, Desk, Judge
from validations.judgement import RuleResult


def dates_in_order(desk: Desk) -> Iterator[RuleResult]:
    """C38: signature, then entry into force; no party bound before the signature."""
    yield from desk.look(
        "C38", "regime",
        f"""select '{ALL}' as subject, row_key, signed_on > in_force_from as bad,
                   regime_id || ' is signed on ' || signed_on || ' and in force from ' || in_force_from as detail
        from regime where signed_on is not null and in_force_from is not null""",
    )  # fmt: skip
    yield from desk.look(
        "C38", "regime_party",
        f"""select '{ALL}' as subject, p.row_key, p.in_force_from < r.signed_on as bad,
                   p.party_id || ' is bound by ' || p.regime_id || ' from ' || p.in_force_from as detail
        from regime_party p join regime r using (regime_id)
        where p.in_force_from is not null and r.signed_on is not null""",
    )  # fmt: skip


def in_force_first(desk: Desk) -> Iterator[RuleResult]:
    """C39: a rate begins on the day its agreement is in force or later, and that day is known.

    The day is the first on which the agreement binds anybody; views clip a rate to the days on which it binds both.
    An importer's own tariff is evidence by itself that the preference is given, also where that day is not known.
    """
    yield from desk.look(
        "C39", "preference_rate",
        """with firsts as (
            select regime_id, min(day) as day from (
                select regime_id, in_force_from as day from regime union all
                select regime_id, in_force_from from regime_party) group by regime_id)
        select p.schedule_id as subject, p.row_key,
               case when f.day is null then s.layer not in ('partner_transposed', 'domestic_instrument')
                    else p.valid_from < f.day end as bad,
               'line ' || p.line_code || ' from ' || p.valid_from || ', in force from '
               || coalesce(f.day, 'a day unknown') as detail
        from preference_rate p join schedule s using (schedule_id) left join firsts f on f.regime_id = p.regime_id""",
    )  # fmt: skip


def forms_follow(desk: Desk) -> Iterator[RuleResult]:
    """C40: two parties are bilateral, more plurilateral; country to country where they are two countries."""
    yield from desk.look(
        "C40", "regime",
        f"""with counted as (
            select regime_id, count(*) = 2 as two, bool_or(party_id in (select group_id from party_group)) as grouped
            from regime_party group by regime_id)
        select '{ALL}' as subject, r.row_key,
               (r.party_form = 'bilateral') <> c.two
               or (r.side_form = 'country_to_country') <> (c.two and not c.grouped) as bad,
               r.regime_id || ' is said to be ' || r.party_form || ', ' || r.side_form as detail
        from regime r left join counted c using (regime_id)""",
    )  # fmt: skip


def decisions_taken(desk: Desk) -> Iterator[RuleResult]:
    """C42: a question on which sources disagree is decided."""
    yield from desk.look(
        "C42", "decision",
        f"""select '{ALL}' as subject, row_key, status <> 'decided' as bad,
                   decision_id || ' is open: ' || subject as detail
        from decision""",
    )  # fmt: skip


RULES: tuple[tuple[str, Judge], ...] = (
    ("C38", dates_in_order),
    ("C39", in_force_first),
    ("C40", forms_follow),
    ("C42", decisions_taken),
)
