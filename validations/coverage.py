"""Rules of coverage: what a schedule, a nomenclature or a rule set claims to hold in full, it holds in full.

Completeness is the schedule's own claim: lists of some goods are not held to what only full schedules promise.
"""

from __future__ import annotations

from collections.abc import Iterator

from validations.desk import ALL, Desk, Judge
from validations.judgement import RuleResult, verdict
from warehouse.tables import TABLES, arrow_schema

SHARE_LOST = 0.01
"""Share of a schedule's lines whose loss blocks (C17)."""

NO_KHMER = {"hs_node": "the project has written Khmer for a part of the codes only"}
"""Tables whose English has no Khmer yet, and why (C18)."""

HELD_LINES = """
    held as (select distinct schedule_id, line_code from concession
             union select distinct schedule_id, line_code from preference_rate)
"""


def chapters(desk: Desk) -> Iterator[RuleResult]:
    """C12: the lines of a full schedule stand in every chapter of its edition."""
    yield from desk.look(
        "C12", "schedule",
        f"""with {HELD_LINES},
        wanted as (select code, min(row_key) as row_key from hs_node where level = 2 group by code)
        select s.schedule_id as subject, w.row_key, h.chapter is null as bad, 'no line in chapter ' || w.code as detail
        from schedule s cross join wanted w
        left join (select distinct schedule_id, left(line_code, 2) as chapter from held) h
            on h.schedule_id = s.schedule_id and h.chapter = w.code
        where s.completeness = 'full'""",
    )  # fmt: skip


def control_totals(desk: Desk) -> Iterator[RuleResult]:
    """C13: lines of a schedule, subheadings with a rule, and nodes of an edition are as many as the source says."""
    yield from desk.look(
        "C13", "schedule",
        f"""with {HELD_LINES}
        select s.schedule_id as subject, s.row_key, count(h.line_code) <> k.lines as bad,
               count(h.line_code) || ' lines where the document has ' || k.lines as detail
        from schedule s join known_schedule k using (schedule_id) left join held h using (schedule_id)
        where k.lines is not null group by s.schedule_id, s.row_key, k.lines""",
    )  # fmt: skip
    for document_id, total in sorted(desk.context.rule_totals.items()):
        yield from desk.look(
            "C13", "origin_rule",
            f"""select d.document_id as subject, d.row_key, count(distinct r.code_from) <> {total} as bad,
                       count(distinct r.code_from) || ' subheadings with a rule, the document has {total}' as detail
            from document d left join origin_rule r on r.document_id = d.document_id and length(r.code_from) = 6
            where d.document_id = '{document_id}' group by d.document_id, d.row_key""",
        )  # fmt: skip
    nodes = {
        (edition, level): count
        for edition, level, count in desk.rows("select edition, level, count(distinct code) from hs_node group by all")
    }
    for edition, levels in desk.context.edition_totals.items():
        if not any(held == edition for held, _ in nodes):
            continue
        for level, total in levels.items():
            count = nodes.get((edition, level), 0)
            detail = f"{edition} has {count:,} codes of {level} digits where {total:,} are expected"
            yield verdict("C13", "hs_node", ALL, checked=max(count, total), failed=abs(count - total), detail=detail)


def mfn_complete(desk: Desk) -> Iterator[RuleResult]:
    """C14: where an importer's MFN tariff is held, every line of its nomenclature has one applied rate a day."""
    yield from desk.look(
        "C14", "mfn_rate",
        f"""with tariffs as (select distinct importer, nomenclature_id from mfn_rate where kind = 'applied'),
        rates as (select importer, nomenclature_id, line_code, count(*) as rows, count(distinct valid_from) as days
                  from mfn_rate where kind = 'applied' group by all)
        select '{ALL}' as subject, l.row_key, r.line_code is null or r.rows > r.days as bad,
               t.importer || ' line ' || l.line_code || ' has ' || coalesce(r.rows, 0) || ' applied MFN rates' as detail
        from tariffs t join tariff_line l using (nomenclature_id)
        left join rates r using (importer, nomenclature_id, line_code)
        union all
        select '{ALL}', c.row_key, true, 'MFN of ' || c.importer || ' is said to be held, and no rate of it is here'
        from coverage c where c.subject = 'mfn' and c.state = 'held' and c.importer <> '*'
          and c.importer not in (select importer from tariffs)""",
    )  # fmt: skip


def lines_answered(desk: Desk) -> Iterator[RuleResult]:
    """C15: every line of a full schedule's nomenclature, and every line row of its document, has an answer.

    A line that only schedules new since the last release know, and that one of that release holds in full without it,
    is theirs to explain: a code that is none must not put what stood before into quarantine.
    """
    yield from desk.look(
        "C15", "tariff_line",
        f"""with {HELD_LINES},
        known as (select distinct schedule_id from last_concession),
        named as (select s.nomenclature_id, h.line_code, h.schedule_id from held h join schedule s using (schedule_id)),
        old as (select nomenclature_id, line_code from named where schedule_id in (from known)
                union select nomenclature_id, line_code from mfn_rate),
        looked_at as (
            select s.schedule_id, s.nomenclature_id, t.row_key, t.line_code, h.line_code is null as bad,
                   bad and s.schedule_id in (from known) and o.line_code is null
                   and (s.nomenclature_id, t.line_code) in (select (nomenclature_id, line_code) from named) as is_news
            from schedule s join tariff_line t using (nomenclature_id)
            left join held h on h.schedule_id = s.schedule_id and h.line_code = t.line_code
            left join old o on o.nomenclature_id = s.nomenclature_id and o.line_code = t.line_code
            where s.completeness = 'full')
        select schedule_id as subject, row_key, bad,
               'line ' || line_code || ' has no concession and no exclusion' as detail
        from looked_at where not is_news
        union all
        select n.schedule_id, l.row_key, true,
               'line ' || l.line_code || ' is not in ' || l.nomenclature_id || ', which ' || l.schedule_id
               || ' holds in full; another nomenclature needs an id of its own'
        from looked_at l join named n using (nomenclature_id, line_code) where l.is_news""",
    )  # fmt: skip
    yield from desk.look(
        "C15", "source_row",
        f"""with {HELD_LINES},
        printed as (
            select r.row_key, s.schedule_id, r.locator,
                   regexp_replace(
                       (r.cells ->> ('$."' || k.line_column || '"'))
                       || coalesce(r.cells ->> ('$."' || k.line_end || '"'), ''), '[^0-9]', '', 'g') as line_code
            from source_row r join schedule s using (document_id) join known_schedule k using (schedule_id)
            where r.role = 'line' and s.completeness = 'full' and s.status = 'current')
        select p.schedule_id as subject, p.row_key, h.line_code is null as bad,
               'the line at ' || p.locator || ' has no concession and no exclusion' as detail
        from printed p left join held h using (schedule_id, line_code)""",
    )  # fmt: skip


def nothing_vanished(desk: Desk) -> Iterator[RuleResult]:
    """C17: the lines of the last release are still there; more than 1 % of a schedule gone is an error."""
    if desk.context.previous is None:
        yield verdict("C17", "concession", ALL, checked=0, failed=0)
        return
    for result in desk.look(
        "C17", "concession",
        """with now as (select distinct schedule_id, line_code from concession)
        select p.schedule_id as subject, p.row_key, n.line_code is null as bad,
               'line ' || p.line_code || ' was in the last release' as detail
        from last_concession p left join now n using (schedule_id, line_code)""",
    ):  # fmt: skip
        grave = result.failed > SHARE_LOST * result.checked
        yield verdict(
            "C17", result.table, result.subject, checked=result.checked, failed=result.failed, sample=result.sample,
            detail=f"{result.failed:,} lines of the last release are gone", severity="E" if grave else "W",
        )  # fmt: skip


def khmer_written(desk: Desk) -> Iterator[RuleResult]:
    """C18: a text that has a Khmer column has it filled wherever the English is."""
    for table in TABLES:
        names = arrow_schema(table).names
        for english in names:
            khmer = english.removesuffix("_en") + "_km"
            if english.endswith("_en") and khmer in names and table not in NO_KHMER and desk.tables.get(table):
                yield from desk.look(
                    "C18", table,
                    f"""select '{ALL}' as subject, row_key, coalesce(trim({khmer}), '') = '' as bad,
                               '{khmer} of ' || to_json(left({english}, 60)) || ' is empty' as detail
                    from {table} where {english} is not null""",
                )  # fmt: skip


def coverage_said(desk: Desk) -> Iterator[RuleResult]:
    """C51: tariffs are said to be held exactly where a schedule is, and every regime has its row on each subject."""
    yield from desk.look(
        "C51", "coverage",
        f"""with scheduled as (select distinct regime_id, importer from schedule where status <> 'superseded')
        select '{ALL}' as subject, c.row_key,
               (s.importer is not null) <> (c.state in ('held', 'partial', 'superseded')) as bad,
               c.regime_id || ': the tariff of ' || c.importer || ' is said to be ' || c.state as detail
        from coverage c left join scheduled s using (regime_id, importer)
        where c.subject = 'tariff' and c.importer <> '*'
        union all
        select '{ALL}', r.row_key, c.regime_id is null, r.regime_id || ' has no row on its ' || w.subject
        from regime r cross join (values ('tariff'), ('origin_rules'), ('provisions'), ('legal_text')) w(subject)
        left join (select distinct regime_id, subject from coverage) c using (regime_id, subject)
        union all
        select '{ALL}', s.row_key, c.regime_id is null, s.schedule_id || ' has no row in the coverage matrix'
        from schedule s left join coverage c
            on c.regime_id = s.regime_id and c.subject = 'tariff' and c.importer in (s.importer, '*')""",
    )  # fmt: skip


RULES: tuple[tuple[str, Judge], ...] = (
    ("C12", chapters),
    ("C13", control_totals),
    ("C14", mfn_complete),
    ("C15", lines_answered),
    ("C17", nothing_vanished),
    ("C18", khmer_written),
    ("C51", coverage_said),
)
