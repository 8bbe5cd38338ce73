"""Rules of structure across tables: lines and references exist, periods fit, every row is founded and accounted for.

What one column alone can show (patterns, vocabularies, nulls, uniqueness) is in `validations.suites`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from validations.desk import ALL, Desk, Judge, subject_of
from validations.judgement import RuleResult
from warehouse.tables import TABLES, arrow_schema, columns_of

PERIOD_KEYS = {
    "preference_rate": ("schedule_id", "exporter", "line_code", "row_no"),
    "mfn_rate": ("importer", "nomenclature_id", "line_code", "kind"),
    "hs2022_preference_rate": ("schedule_id", "exporter", "hs6"),
    "hs2022_mfn_rate": ("importer", "hs6", "kind"),
    "party_group": ("group_id", "party_id"),
}
"""Within which columns the periods of a table must not overlap."""

INTERVALS = (("valid_from", "valid_to"), ("in_force_from", "in_force_to"), ("known_from", "known_until"))

LINES = """
    lines as (select distinct nomenclature_id, line_code from tariff_line),
    parents as (
        select nomenclature_id, line_code from (
            select *, lead(line_code) over (partition by nomenclature_id order by line_code) as following from lines)
        where starts_with(following, line_code))
"""
"""Every line, and those with lines under them: a code sorts right before the codes that begin with it."""


def declarable(desk: Desk) -> Iterator[RuleResult]:
    """C02: no rate on a line that has lines under it."""
    for table in ("concession", "preference_rate"):
        yield from desk.look(
            "C02", table,
            f"""with {LINES}
            select r.schedule_id as subject, r.row_key, p.line_code is not null as bad,
                   'line ' || r.line_code || ' has lines under it' as detail
            from {table} r join schedule s using (schedule_id)
            left join parents p on p.nomenclature_id = s.nomenclature_id and p.line_code = r.line_code""",
        )  # fmt: skip
    yield from desk.look(
        "C02", "mfn_rate",
        f"""with {LINES}
        select '{ALL}' as subject, r.row_key, p.line_code is not null as bad,
               'line ' || r.line_code || ' has lines under it' as detail
        from mfn_rate r left join parents p using (nomenclature_id, line_code)""",
    )  # fmt: skip


def lines_exist(desk: Desk) -> Iterator[RuleResult]:
    """C03: every rate's line is in the nomenclature it names, and every line's subheading in its edition."""
    for table in ("concession", "preference_rate"):
        yield from desk.look(
            "C03", table,
            f"""with {LINES}
            select r.schedule_id as subject, r.row_key, l.line_code is null as bad,
                   'line ' || r.line_code || ' is not in ' || coalesce(s.nomenclature_id, 'any schedule') as detail
            from {table} r left join schedule s using (schedule_id)
            left join lines l on l.nomenclature_id = s.nomenclature_id and l.line_code = r.line_code""",
        )  # fmt: skip
    yield from desk.look(
        "C03", "mfn_rate",
        f"""with {LINES}
        select '{ALL}' as subject, r.row_key, l.line_code is null as bad,
               'line ' || r.line_code || ' is not in ' || r.nomenclature_id as detail
        from mfn_rate r left join lines l using (nomenclature_id, line_code)""",
    )  # fmt: skip
    yield from desk.look(
        "C03", "tariff_line",
        f"""select '{ALL}' as subject, t.row_key, n.code is null as bad,
                   'subheading ' || t.hs6 || ' of line ' || t.line_code || ' is not in ' || t.hs_edition as detail
        from tariff_line t left join hs_node n on n.edition = t.hs_edition and n.code = t.hs6 and n.level = 6
        where t.hs_edition in (select edition from hs_node)""",
    )  # fmt: skip


def references(desk: Desk) -> Iterator[RuleResult]:
    """C03: every value of a column that refers to another table is found there."""
    for table in filter(desk.tables.get, TABLES):
        parts = []
        for name, meta in columns_of(table).items():
            if meta.references:
                target, key = meta.references.split(".")
                parts.append(
                    f"""select {subject_of(table)} as subject, r.row_key,
                               r.{name} not in (select {key} from {target} where {key} is not null) as bad,
                               '{name} ' || r.{name} || ' is not in {target}' as detail
                    from {table} r where r.{name} is not null"""
                )
        if parts:
            yield from desk.look("C03", table, " union all ".join(parts))


def periods_run(desk: Desk) -> Iterator[RuleResult]:
    """C04: where both ends of a period are given, it begins before it ends."""
    for table in filter(desk.tables.get, TABLES):
        names = arrow_schema(table).names
        for start, end in INTERVALS:
            if start in names and end in names:
                yield from desk.look(
                    "C04", table,
                    f"""select {subject_of(table)} as subject, row_key, {start} >= {end} as bad,
                               'from ' || {start} || ' to ' || {end} as detail
                    from {table} where {start} is not null and {end} is not null""",
                )  # fmt: skip


def periods_apart(desk: Desk) -> Iterator[RuleResult]:
    """C05: a period ends before the next of the same line begins."""
    for table, keys in PERIOD_KEYS.items():
        yield from desk.look(
            "C05", table,
            f"""select subject, row_key, nth > 1 and (ended is null or ended > valid_from) as bad,
                       place || ': ' || valid_from || ' begins before ' || coalesce(ended, 'an open period') || ' ends'
                       as detail
            from (select {subject_of(table)} as subject, row_key, valid_from,
                         concat_ws(' ', {", ".join(keys)}) as place,
                         row_number() over w as nth, lag(valid_to) over w as ended
                  from {table} window w as (partition by {", ".join(keys)} order by valid_from, valid_to))""",
        )  # fmt: skip


def tree_stands(desk: Desk) -> Iterator[RuleResult]:
    """C06: sections 0, chapters 2, headings 4, subheadings 6; each under one of the level above in its edition."""
    yield from desk.look(
        "C06", "hs_node",
        f"""select '{ALL}' as subject, n.row_key,
                   case when n.level = 0 then n.parent_code is not null
                        when n.level = 2 and not s.sections then n.parent_code is not null and p.code is null
                        else p.code is null or p.level <> n.level - 2
                             or (n.level > 2 and not starts_with(n.code, p.code)) end as bad,
                   n.edition || ' ' || n.code || ' has the parent ' || coalesce(n.parent_code, 'none') as detail
        from hs_node n
        join (select edition, bool_or(level = 0) as sections from hs_node group by edition) s using (edition)
        left join hs_node p on p.edition = n.edition and p.code = n.parent_code""",
    )  # fmt: skip


def codes_fit(desk: Desk) -> Iterator[RuleResult]:
    """C07: codes have the digits of their level or nomenclature; a line begins with its subheading."""
    yield from desk.look(
        "C07", "hs_node",
        f"""select '{ALL}' as subject, row_key,
                   level > 0 and not regexp_full_match(code, '[0-9]{{' || level || '}}') as bad,
                   edition || ' ' || code || ' at level ' || level as detail from hs_node""",
    )  # fmt: skip
    yield from desk.look(
        "C07", "tariff_line",
        f"""select '{ALL}' as subject, t.row_key,
                   not starts_with(t.line_code, t.hs6) or coalesce(length(t.line_code) <> k.digits, false) as bad,
                   'line ' || t.line_code || ' of ' || t.hs6 || ' where ' || coalesce(k.digits::text, 'any number of')
                   || ' digits are the rule' as detail
        from tariff_line t left join known_nomenclature k using (nomenclature_id)""",
    )  # fmt: skip


def cells_match_header(desk: Desk) -> Iterator[RuleResult]:
    """C08: a row has no cell that its document's header does not know; a line has every cell that must be filled."""
    yield from desk.look(
        "C08", "source_row",
        """select r.document_id as subject, r.row_key,
                  not list_has_all(k.facts, json_keys(r.cells))
                  or (r.role = 'line' and not list_has_all(json_keys(r.cells), k.required)) as bad,
                  r.locator || ' has the cells ' || array_to_string(json_keys(r.cells), ', ') as detail
        from source_row r left join known_document k using (document_id)""",
    )  # fmt: skip


def headers_rise(desk: Desk) -> Iterator[RuleResult]:
    """C08: the days from which a schedule's printed columns hold rise from column to column."""
    schedules = desk.rows("select schedule_id, row_key from schedule order by schedule_id")
    found = []
    for schedule_id, key in schedules:
        spec = desk.context.registry.schedules.get(schedule_id)
        if spec is not None and spec.printed is not None:
            days = list(spec.printed.columns.values())
            rising = all(one < other for one, other in pairwise(days))
            found.append((schedule_id, key, not rising, "columns from " + ", ".join(day.isoformat() for day in days)))
    yield from desk.weigh("C08", "schedule", found)


def founded(desk: Desk) -> Iterator[RuleResult]:
    """C09: every fact has its source row (or document and place), and every held document the expected hash."""
    for table in ("tariff_line", "concession", "preference_rate", "mfn_rate"):
        yield from desk.look(
            "C09", table,
            f"""select {subject_of(table)} as subject, r.row_key, s.locator is null or s.locator = '' as bad,
                       'line ' || r.line_code || ' has the source row ' || coalesce(r.source_row_id, 'none') as detail
            from {table} r left join source_row s using (source_row_id)""",
        )  # fmt: skip
    yield from desk.look(
        "C09", "origin_rule",
        """select r.document_id as subject, r.row_key,
                  d.document_id is null or r.locator = '' or (r.source_row_id is not null and s.row_key is null) as bad,
                  'the rule for ' || coalesce(r.code_from, 'all goods') || ' stands at ' || r.locator as detail
        from origin_rule r left join document d using (document_id) left join source_row s using (source_row_id)""",
    )  # fmt: skip
    yield from desk.look(
        "C09", "document",
        """select d.document_id as subject, d.row_key, d.sha256 is distinct from k.sha256 or d.sha256 is null as bad,
                  'read ' || coalesce(d.sha256, 'none') || ', expected ' || coalesce(k.sha256, 'none') as detail
        from document d left join known_document k using (document_id) where d.holding <> 'not_held'""",
    )  # fmt: skip


def rows_accounted(desk: Desk) -> Iterator[RuleResult]:
    """C11: per page, rows read are the sum of their roles, and as many of each role are kept as counted."""
    yield from desk.look(
        "C11", "row_account",
        """with kept as (
            select document_id, page, count(*) filter (where role = 'line') as lines,
                   count(*) filter (where role = 'heading') as headings,
                   count(*) filter (where role = 'continuation') as continuations,
                   count(*) filter (where role = 'rejected') as rejected
            from source_row group by all)
        select coalesce(a.document_id, k.document_id) as subject, a.row_key,
               a.read <> a.lines + a.headings + a.continuations + a.rejected
               or (a.lines, a.headings, a.continuations, a.rejected) is distinct from
                  (coalesce(k.lines, 0), coalesce(k.headings, 0), coalesce(k.continuations, 0), coalesce(k.rejected, 0))
               as bad,
               'page ' || coalesce(a.page, k.page) || ': ' || coalesce(a.read, 0) || ' rows read, '
               || coalesce(k.lines + k.headings + k.continuations + k.rejected, 0) || ' kept' as detail
        from row_account a full join kept k using (document_id, page)""",
    )  # fmt: skip


RULES: tuple[tuple[str, Judge], ...] = (
    ("C02", declarable),
    ("C03", lines_exist),
    ("C03", references),
    ("C04", periods_run),
    ("C05", periods_apart),
    ("C06", tree_stands),
    ("C07", codes_fit),
    ("C08", cells_match_header),
    ("C08", headers_rise),
    ("C09", founded),
    ("C11", rows_accounted),
)
