"""Rules of origin rules and provisions: each subheading has its one rule, numbers and words are those of the source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from transforms.origin_language import loads, thresholds
from validations.desk import ALL, Desk, Judge
from validations.judgement import RuleResult, verdict

NUMBER = re.compile(r"\d+(?:\.\d+)?")
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|per\s?cent)|RVC\s*\(?(\d+(?:\.\d+)?)", re.IGNORECASE)
KHMER_DIGITS = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")
SLACK = 1e-9
"""Difference of shares that is only binary arithmetic (C34)."""


def rules_resolve(desk: Desk) -> Iterator[RuleResult]:
    """C16: in the rules' own edition, the narrowest level has one rule for a subheading, or says it is in doubt.

    Where none stands at a subheading, a regime whose rules are said to be held needs a general rule. Rules for part of
    a code (`is_ex`) leave the rest to the next level and are not counted.
    """
    yield from desk.look(
        "C16", "origin_rule",
        """with doubted as (select distinct origin_rule_row_key as row_key from hs2022_origin_rule
                            where state in ('ambiguous', 'superseded')),
        complete as (select regime_id from coverage where subject = 'origin_rules' and state = 'held'),
        general as (select distinct regime_id from origin_rule where code_from is null),
        sets as (select distinct regime_id, document_id, hs_edition from origin_rule where code_from is not null),
        nodes as (select edition, code, row_key from hs_node where level = 6),
        standing as (
            select o.regime_id, o.document_id, n.code, o.code_from, o.code_to, o.row_key, d.row_key is null as certain
            from origin_rule o join nodes n on n.edition = o.hs_edition
                 and n.code between o.code_from and rpad(o.code_to, 6, '9')
            left join doubted d on d.row_key = o.row_key where o.is_ex = 0
            qualify length(o.code_from)
                    = max(length(o.code_from)) over (partition by o.regime_id, o.document_id, n.code)),
        counted as (select regime_id, document_id, code, count(distinct (code_from, code_to)) as rules,
                           bool_or(certain) as certain, min(row_key) as row_key from standing group by all)
        select s.document_id as subject, coalesce(c.row_key, n.row_key) as row_key,
               case when c.code is null then g.regime_id is null and e.code is null and h.regime_id is not null
                    else c.rules > 1 and c.certain end as bad,
               n.code || ' has ' || coalesce(c.rules, 0) || ' rules of its own' as detail
        from sets s join nodes n on n.edition = s.hs_edition
        left join counted c on c.regime_id = s.regime_id and c.document_id = s.document_id and c.code = n.code
        left join general g on g.regime_id = s.regime_id left join complete h on h.regime_id = s.regime_id
        left join (select distinct regime_id, code from counted) e on e.regime_id = s.regime_id and e.code = n.code""",
    )  # fmt: skip
    yield from desk.look(
        "C16", "hs2022_origin_rule",
        f"""with complete as (select regime_id from coverage where subject = 'origin_rules' and state = 'held')
        select '{ALL}' as subject, min(row_key) as row_key, count(*) filter (where state = 'ok') > 1 as bad,
                   regime_id || ' ' || hs6 || ' has several rules that all say they are the one' as detail
        from hs2022_origin_rule group by regime_id, hs6
        union all
        select '{ALL}', n.row_key, i.hs6 is null, r.regime_id || ' ' || n.code || ' is not in the index of rules'
        from hs_node n
        cross join (select distinct i.regime_id from hs2022_origin_rule i semi join complete using (regime_id)) r
        left join (select distinct regime_id, hs6 from hs2022_origin_rule) i
            on i.regime_id = r.regime_id and i.hs6 = n.code
        where n.edition = 'HS 2022' and n.level = 6""",
    )  # fmt: skip


def thresholds_stand(desk: Desk) -> Iterator[RuleResult]:
    """C30: every percentage of a rule is a number of its text, and those of a text read fully are in the rule.

    The text is the canonical one and, where the rule was read from a row, the cells of that row and its continuations.
    """
    rows = desk.rows(
        """with words as (
            select coalesce(continues, source_row_id) as source_row_id,
                   string_agg(cells, ' ' order by page, row_no) as text
            from source_row where role in ('line', 'continuation')
                 and coalesce(continues, source_row_id) in (select source_row_id from origin_rule) group by 1)
        select o.document_id, o.row_key, o.rule, o.rule_text, o.parse_state, w.text
        from origin_rule o left join words w using (source_row_id)"""
    )
    yield from desk.weigh(
        "C30", "origin_rule",
        ((document_id, key, *_numbers_differ(rule, [t for t in (text, words) if t], state == "full"))
         for document_id, key, rule, text, state, words in rows),
    )  # fmt: skip


def expressions_known(desk: Desk) -> Iterator[RuleResult]:
    """C31: a rule's expression uses only the operators and keys of the language."""
    rows = desk.rows("select document_id, row_key, rule, code_from from origin_rule")
    known: dict[str, str | None] = {}
    for _, _, rule, _ in rows:
        if rule not in known:
            known[rule] = _unreadable(rule)
    yield from desk.weigh(
        "C31", "origin_rule",
        ((document_id, key, known[rule] is not None, f"the rule for {code or 'all goods'}: {known[rule]}")
         for document_id, key, rule, code in rows),
    )  # fmt: skip


def tolerances_apart(desk: Desk) -> Iterator[RuleResult]:
    """C32: within a regime and basis, ranges of codes overlap on no day."""
    yield from desk.look(
        "C32", "de_minimis",
        f"""with spans as (
            select *, rpad(code_from, 6, '0') as low, rpad(code_to, 6, '9') as high from de_minimis)
        select '{ALL}' as subject, a.row_key, bool_or(b.row_key is not null) as bad,
               a.regime_id || ' ' || a.code_from || ' to ' || a.code_to || ' shares codes with another range' as detail
        from spans a left join spans b on b.regime_id = a.regime_id and b.basis = a.basis and b.row_key <> a.row_key
             and b.low <= a.high and a.low <= b.high
             and coalesce(b.valid_from, '') < coalesce(a.valid_to, '9999')
             and coalesce(a.valid_from, '') < coalesce(b.valid_to, '9999')
        group by a.regime_id, a.row_key, a.code_from, a.code_to""",
    )  # fmt: skip


def editions_agree(desk: Desk) -> Iterator[RuleResult]:
    """C33: the rules of a regime stand in the HS edition of its schedules."""
    yield from desk.look(
        "C33", "origin_rule",
        """with editions as (
            select distinct regime_id, document_id, hs_edition from origin_rule where hs_edition is not null)
        select o.document_id as subject, s.row_key, o.hs_edition <> s.hs_edition as bad,
               'rules in ' || o.hs_edition || ', ' || s.schedule_id || ' in ' || s.hs_edition as detail
        from editions o join schedule s using (regime_id)""",
    )  # fmt: skip


def reading_not_worse(desk: Desk) -> Iterator[RuleResult]:
    """C34: the share of a document's rules that are read fully has not fallen since the last release."""
    if desk.context.previous is None:
        yield verdict("C34", "origin_rule", ALL, checked=0, failed=0)
        return
    yield from desk.look(
        "C34", "origin_rule",
        f"""with shares as (
            select document_id, avg((parse_state = 'full')::int) as share from origin_rule group by all),
        lasts as (select document_id, avg((parse_state = 'full')::int) as share from last_origin_rule group by all)
        select document_id as subject, d.row_key, l.share - s.share > {SLACK} as bad,
               'read fully: ' || round(100 * s.share, 1) || ' %, in the last release '
               || round(100 * l.share, 1) || ' %' as detail
        from shares s join lasts l using (document_id) left join document d using (document_id)""",
    )  # fmt: skip


def provisions_said(desk: Desk) -> Iterator[RuleResult]:
    """C43: the words of a provision state its number, and tolerances are those that the provisions state.

    Prose elsewhere takes its numbers from rows by reference, and cannot differ from them.
    """
    rows = desk.rows(
        "select row_key, regime_id, code, value_num, text_en, text_km from provision where value_num is not null"
    )
    yield from desk.weigh(
        "C43", "provision",
        ((ALL, key, any(Decimal(str(number)) not in _numbers(words or "") for words in (english, khmer)),
          f"{regime} {code} is {number:g}, which its words do not say")
         for key, regime, code, number, english, khmer in rows),
    )  # fmt: skip
    yield from desk.look(
        "C43", "de_minimis",
        f"""with said as (
            select regime_id, value_num as pct, unnest(
                case value when 'fob_value_or_weight' then ['fob_value', 'weight'] else [value] end) as basis
            from provision where code = 'de_minimis' and value_num is not null)
        select '{ALL}' as subject, d.row_key, s.pct is null as bad,
               d.regime_id || ' ' || d.code_from || ' to ' || d.code_to || ' tolerates ' || d.pct || ' % of ' || d.basis
               || ', which no provision says' as detail
        from de_minimis d left join (select distinct * from said) s
             on s.regime_id = d.regime_id and s.basis = d.basis and s.pct = d.pct""",
    )  # fmt: skip


def _numbers(words: str) -> set[Decimal]:
    """The numbers in English or Khmer words."""
    return {Decimal(found) for found in NUMBER.findall(words.translate(KHMER_DIGITS))}


@lru_cache(maxsize=8192)
def _thresholds(rule: str) -> frozenset[Decimal] | None:
    """The percentages of an expression, which many rules share; None where it cannot be read."""
    try:
        return frozenset(thresholds(loads(rule)))
    except (ValueError, KeyError, TypeError):
        return None


def _numbers_differ(rule: str, texts: list[str], full: bool) -> tuple[bool, str]:
    wanted = _thresholds(rule)
    if wanted is None:
        return False, "an expression that cannot be read is judged by C31"
    for text in texts:
        seen = {Decimal(number) for number in NUMBER.findall(text)}
        percents = {Decimal(one or other) for one, other in PERCENT.findall(text)}
        if strange := sorted(wanted - seen) or (sorted(percents - wanted) if full else []):
            return True, f"{strange[0]} stands in the rule or in its text, and not in both"
    return False, ""


def _unreadable(rule: str) -> str | None:
    try:
        loads(rule)
    except (ValueError, KeyError, TypeError) as error:
        return str(error) or type(error).__name__
    return None


RULES: tuple[tuple[str, Judge], ...] = (
    ("C16", rules_resolve),
    ("C30", thresholds_stand),
    ("C31", expressions_known),
    ("C32", tolerances_apart),
    ("C33", editions_agree),
    ("C34", reading_not_worse),
    ("C43", provisions_said),
)
