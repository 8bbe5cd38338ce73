"""One judgement on one body of tables: the suites for columns and the rules across tables, weighed together.

Great Expectations, DuckDB and pandas are imported only when judging; a kept judgement is read by
`validations.judgement` without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pyarrow as pa

from validations.context import Context
from validations.judgement import Judgement, RuleResult, conclude, verdict
from validations.known import Known


def warm_up() -> None:
    """Import all that judging needs, which takes seconds."""
    import readability  # noqa: F401
    from khmernormalizer import khnormal  # noqa: F401

    from validations import desk, prose, suites  # noqa: F401
    from validations.expecting import great_expectations

    great_expectations()


def judge(tables: Mapping[str, pa.Table], context: Context, known: Known | None = None) -> Judgement:
    """Judge tables by every rule of the catalogue.

    Args:
        tables: tables of `warehouse.tables` by name; one that is absent is taken as empty.
        context: descriptions, last release and content hash.
        known: results on columns from before, to which those on tables that changed are added.

    Returns:
        Results on every rule; those of C50 are `not_applicable` until the publisher has files to compare.
    """
    from validations.suites import judge_columns

    with ThreadPoolExecutor(max_workers=1) as beside:  # DuckDB leaves the interpreter to Great Expectations
        across = beside.submit(lambda: list(judge_rules(tables, context)))
        results = [*judge_columns(tables, known), *across.result()]
    return conclude(context.content_hash, results, schedules_of(tables))


def judge_rules(tables: Mapping[str, pa.Table], context: Context) -> Iterator[RuleResult]:
    """Judge tables by the rules across tables alone, without Great Expectations; the themes in two halves at a time."""
    from validations import agreement, conversion, coverage, duties, origin, prose, rates, structure

    halves = ((structure, duties, coverage), (rates, origin, agreement, conversion, prose))
    with ThreadPoolExecutor(max_workers=len(halves)) as both:
        for results in both.map(lambda themes: _judge_themes(themes, tables, context), halves):
            yield from results
    yield verdict("C50", "all", "all", checked=0, failed=0)


def _judge_themes(themes: Sequence[ModuleType], tables: Mapping[str, pa.Table], context: Context) -> list[RuleResult]:
    """Judge by the rules of some themes, on a desk of their own."""
    from validations.desk import Desk

    with Desk(tables, context) as desk:
        return [result for theme in themes for _, judge_rule in theme.RULES for result in judge_rule(desk)]


def schedules_of(tables: Mapping[str, pa.Table]) -> dict[str, str]:
    """The document of each schedule, as far as the tables name them."""
    schedule = tables.get("schedule")
    if schedule is None or not {"schedule_id", "document_id"} <= set(schedule.column_names):
        return {}
    pairs = zip(schedule["schedule_id"].to_pylist(), schedule["document_id"].to_pylist(), strict=True)
    return {str(schedule_id): str(document_id) for schedule_id, document_id in pairs}
