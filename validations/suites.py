"""Great Expectations suites for the columns of each table, made from the table definitions.

What one column or one key can show belongs here: columns present, nulls, uniqueness, vocabularies, patterns, ranges.
Each expectation carries the catalogue's rule in its `meta`. Rules that need two rows or two tables are elsewhere.

Great Expectations passes every map expectation on an empty frame, skips nulls, and fails on a missing column with an
exception inside: so an empty table is `not_applicable`, nulls have an expectation of their own, and expectations are
made only for columns that are there. A pass looks at counts; which rows are at fault is asked only of what failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from validations.expecting import Outcome, ask, expectation
from validations.judgement import RuleResult, verdict
from validations.known import Known
from warehouse.tables import TABLES, arrow_schema, columns_of

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

ALL = "all"
KEY = "row_key"
DATE = r"^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$"
PATTERNS = {
    "hs6": r"^\d{6}$",
    "hs6_from": r"^\d{6}$",
    "line_code": r"^\d{4,12}$",
    "stat_suffix": r"^\d+[A-Z]?$",
    "importer": r"^(?:[A-Z]{2}|\*)$",
    "party_id": r"^[A-Z]{2}$",
    "currency": r"^[A-Z]{3}$",
    "sha256": r"^[0-9a-f]{64}$",
}
"""Patterns of codes by column name (HS: digits only; ISO 3166 alpha-2; ISO 4217; SHA-256)."""
TABLE_PATTERNS = {
    ("hs_correlation", "code_from"): r"^\d{6}$",
    ("hs_correlation", "code_to"): r"^\d{6}$",
    ("origin_rule", "code_from"): r"^(?:\d{2}|\d{4}|\d{6})$",
    ("origin_rule", "code_to"): r"^(?:\d{2}|\d{4}|\d{6})$",
    ("de_minimis", "code_from"): r"^\d{2,6}$",
    ("de_minimis", "code_to"): r"^\d{2,6}$",
    ("hs_node", "code"): r"^(?:[IVX]+|\d{2}|\d{4}|\d{6})$",
}
RATE_RANGE = (0, 1000)
"""Ad valorem rates in percentage points (C26)."""
NOT_JUDGED = ("validation_result", "change")
"""Tables that come after judging."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing at fault: a row, or (subject None) the whole table."""

    subject: str | None
    key: str | None
    detail: str


def judge_columns(tables: Mapping[str, pa.Table], known: Known | None = None) -> Iterator[RuleResult]:
    """Judge the columns of every table by its suite.

    Args:
        tables: tables by name; absent and empty ones are `not_applicable`.
        known: results on tables judged before, which hold where the content is the same; those judged now are added.

    Yields:
        One result per rule, table and subject (schedule, document or `all`).
    """
    for name in TABLES:
        if name in NOT_JUDGED:
            continue
        table = tables.get(name)
        if table is None or not table.num_rows:
            yield verdict("C08", name, ALL, checked=0, failed=0)
            continue
        results = known.of(name, table) if known else None
        if results is None:
            results = tuple(_judge_table(name, as_frame(table), _types(name, table)))
            if known:
                known.add(name, results)
        yield from results


def expectations(name: str, present: list[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The expectations on a table: rule, expectation class, and its arguments.

    Args:
        name: the table.
        present: columns that are there; only these get expectations of their own.
    """
    yield "C08", "ExpectTableColumnsToMatchSet", {"column_set": arrow_schema(name).names, "exact_match": True}
    key = [column for column in TABLES[name].natural_key if column in present]
    if len(key) > 1:
        yield "C01", "ExpectCompoundColumnsToBeUnique", {"column_list": key, "ignore_row_if": "never"}
    elif key:
        yield "C01", "ExpectColumnValuesToBeUnique", {"column": key[0]}
    for column, meta in columns_of(name).items():
        if column not in present:
            continue
        if column == KEY:
            yield "C01", "ExpectColumnValuesToBeUnique", {"column": column}
        if not meta.nullable:
            yield "C08", "ExpectColumnValuesToNotBeNull", {"column": column}
        if meta.enum:
            yield "C31", "ExpectColumnValuesToBeInSet", {"column": column, "value_set": list(meta.enum)}
        if meta.kind == "flag":
            yield "C31", "ExpectColumnValuesToBeInSet", {"column": column, "value_set": [0, 1]}
        if meta.kind == "date":
            yield "C04", "ExpectColumnValuesToMatchRegex", {"column": column, "regex": DATE}
        if meta.kind == "rate":
            low, high = RATE_RANGE
            yield "C26", "ExpectColumnValuesToBeBetween", {"column": column, "min_value": low, "max_value": high}
        if pattern := _pattern(name, column):
            yield "C07", "ExpectColumnValuesToMatchRegex", {"column": column, "regex": pattern}


def _pattern(name: str, column: str) -> str | None:
    """What a code of a column looks like; a key by the recipe of its table."""
    if column != KEY:
        return TABLE_PATTERNS.get((name, column), PATTERNS.get(column))
    if not TABLES[name].key_plain:
        return r"^[a-z2-7]{12}$"
    return r"^[a-z2-7]{8}(?:-[0-9A-Z]+)+$" if TABLES[name].key_hashed else r"^[a-z2-7]{8}[0-9a-z-]*$"


def as_frame(table: pa.Table) -> pd.DataFrame:
    """A table as pandas sees it: text as text, rates as floats for comparison, nulls kept as nulls."""
    fields = [
        pa.field(f.name, pa.float64()) if pa.types.is_decimal(f.type) else f for f in table.schema
    ]  # fmt: skip
    frame: pd.DataFrame = table.cast(pa.schema(fields)).to_pandas(integer_object_nulls=True)
    return frame


def _judge_table(name: str, frame: pd.DataFrame, types: list[str]) -> Iterator[RuleResult]:
    asked = [
        (rule, arguments, expectation(kind, arguments))
        for rule, kind, arguments in expectations(name, list(frame.columns))
    ]
    faults: dict[str, list[Fault]] = {"C07": [Fault(None, None, text) for text in types]}
    subjects = _subjects(frame)
    for (rule, arguments, one), outcome in zip(asked, ask(frame, [one for *_, one in asked]), strict=True):
        found = faults.setdefault(rule, [])
        if not outcome.success:
            found += _faults(one, arguments, frame, subjects)
    checked = Counter(subjects)
    for rule in sorted(faults):
        for subject in sorted(checked):
            own = [fault for fault in faults[rule] if fault.subject in (subject, None)]
            yield verdict(
                rule, name, subject, checked=checked[subject], failed=len(own),
                sample=(fault.key for fault in own if fault.key), detail=own[0].detail if own else None,
            )  # fmt: skip


def _faults(failed: Expectation, arguments: Mapping[str, Any], frame: pd.DataFrame, subjects: list[str]) -> list[Fault]:
    """What breaks an expectation that failed: its rows, or the table as a whole where it is not about rows."""
    (found,) = ask(frame, [failed], "COMPLETE")
    rows = found.result.get("unexpected_index_list")
    if not rows:
        return [Fault(None, None, _whole_table(found) or failed.expectation_type)]
    columns = arguments.get("column_list") or [arguments.get("column", KEY)]
    keys = frame[KEY].tolist() if KEY in frame.columns else [None] * len(frame)
    seen = frame[columns].iloc[rows].itertuples(index=False, name=None)
    name = ", ".join(columns)
    return [
        Fault(subjects[row], keys[row], f"{name} is {', '.join(map(str, values))}")
        for row, values in zip(rows, seen, strict=True)
    ]


def _whole_table(found: Outcome) -> str:
    mismatched = found.result.get("details", {}).get("mismatched")
    if mismatched:
        return "; ".join(f"{how} columns: {', '.join(names)}" for how, names in sorted(mismatched.items()))
    return "; ".join(found.errors)


def _types(name: str, table: pa.Table) -> list[str]:
    """Columns whose type is not the published one."""
    return [
        f"{field.name} is {table.schema.field(field.name).type} where {field.type} is the rule"
        for field in arrow_schema(name)
        if field.name in table.column_names and table.schema.field(field.name).type != field.type
    ]


def _subjects(frame: pd.DataFrame) -> list[str]:
    for column in ("schedule_id", "document_id"):
        if column in frame.columns:
            return [str(value) if isinstance(value, str) else ALL for value in frame[column].tolist()]
    return [ALL] * len(frame)
