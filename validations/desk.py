"""The desk that rules across tables are judged at: every table at hand in DuckDB, and one way to look at rows.

A rule is a query that gives every row it looks at, with what is wrong or not; counting, sampling and wording happen
here, so that no rule can look at less than it says. Which rules there are is in the modules by theme.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from sources.specs import DocumentSpec
from validations.catalogue import Severity
from validations.context import LOOKED_AT, Context
from validations.judgement import SAMPLE, RuleResult, verdict
from warehouse.tables import TABLES, arrow_schema

ALL = "all"


class Desk:
    """Tables of one body of data, and the context, in DuckDB.

    Tables bear their published names, those of the last release (`LOOKED_AT`) the prefix `last_`, and what the context
    knows `known_schedule`, `known_document`, `known_nomenclature` and `known_category`.
    """

    def __init__(self, tables: Mapping[str, pa.Table], context: Context) -> None:
        self.tables = tables
        self.context = context
        self.con = duckdb.connect(":memory:")
        for name in TABLES:
            self.con.register(name, conform(name, tables.get(name)))
        for name in LOOKED_AT:
            self.con.register(f"last_{name}", conform(name, (context.previous or {}).get(name)))
        for name, table in _known(context).items():
            self.con.register(name, table)

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.con.close()

    def look(self, rule: str, table: str, rows: str, *, severity: Severity | None = None) -> Iterator[RuleResult]:
        """Judge a rule by a query.

        Args:
            rule: id in the catalogue.
            table: table that is judged.
            rows: query giving `subject`, `row_key`, `bad` and `detail` of every row looked at; a row for which `bad`
                cannot be said (null) is at fault.
            severity: where it is not the catalogue's.

        Yields:
            One result per subject; one `not_applicable` where there are no rows.
        """
        counts = self.rows(
            f"""select subject, count(*), count(*) filter (where coalesce(bad, true))
            from ({rows}) group by subject order by subject"""
        )
        if not counts:
            yield verdict(rule, table, ALL, checked=0, failed=0, severity=severity)
        faults = self._faults(rows) if any(failed for *_, failed in counts) else {}
        for subject, checked, failed in counts:
            sample, detail = faults.get(subject, ((), None))
            yield verdict(
                rule, table, subject,
                checked=checked, failed=failed, sample=sample, detail=detail, severity=severity,
            )  # fmt: skip

    def _faults(self, rows: str) -> dict[str, tuple[list[str], str | None]]:
        """By subject some keys of rows at fault and the first of what is wrong; asked only where rows are at fault."""
        found = self.rows(
            f"""select subject, min(row_key, {SAMPLE}), min(detail)
            from ({rows}) where coalesce(bad, true) group by subject"""
        )
        return {subject: (sample or [], detail) for subject, sample, detail in found}

    def weigh(self, rule: str, table: str, rows: Iterable[tuple[str, str, bool, str]]) -> Iterator[RuleResult]:
        """Judge a rule by rows that Python looked at: subject, row key, whether it is bad, and what is seen."""
        text = pa.string()
        self.lay("weighed", rows, {"subject": text, "row_key": text, "bad": pa.bool_(), "detail": text})
        yield from self.look(rule, table, "select * from weighed")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.con.execute(query).fetchall()

    def lay(self, name: str, rows: Iterable[tuple[Any, ...]], columns: Mapping[str, pa.DataType]) -> None:
        """Put computed rows on the desk under a name."""
        self.con.register(name, _table(list(rows), columns))


Judge = Callable[[Desk], Iterator[RuleResult]]
"""A rule across tables."""


def conform(name: str, table: pa.Table | None) -> pa.Table:
    """A table with the published columns and types, empty where there is none.

    A missing column, or one whose values do not fit its type, is all null: the suites say so, and rules go on.
    """
    schema = arrow_schema(name)
    if table is None:
        return schema.empty_table()
    if table.schema.equals(schema):
        return table
    return pa.table([_column(table, field) for field in schema], names=schema.names)


def subject_of(table: str) -> str:
    """SQL for the subject of a row: its schedule, else its document, else `all` (also where it names none)."""
    names = arrow_schema(table).names
    found = next((column for column in ("schedule_id", "document_id") if column in names), None)
    return f"'{ALL}'" if found is None else f"coalesce({found}, '{ALL}')"


def _column(table: pa.Table, field: pa.Field[Any]) -> Any:
    nothing = pa.nulls(table.num_rows, field.type)
    if field.name not in table.schema.names:
        return nothing
    try:
        return table.column(field.name).cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return nothing


def _columns(document: DocumentSpec) -> tuple[list[str], list[str]]:
    """The fact columns of a document, and those of them that a line must fill."""
    facts = [column for column in document.reader.columns if column.fact] if document.reader else []
    return [column.name for column in facts], [column.name for column in facts if column.required]


def _known(context: Context) -> dict[str, pa.Table]:
    """What the registry says, as tables."""
    registry = context.registry
    text, number = pa.string(), pa.int64()
    return {
        "known_schedule": _table(
            [
                (
                    s.id,
                    s.lines,
                    s.columns.get("line_code"),
                    s.columns.get("line_code_end"),
                    context.base_from_mfn.get(s.id),
                )
                for s in registry.schedules.values()
            ],
            {"schedule_id": text, "lines": number, "line_column": text, "line_end": text, "base_from_mfn": text},
        ),
        "known_document": _table(
            [(d.id, d.sha256, *_columns(d)) for d in registry.documents.values()],
            {"document_id": text, "sha256": text, "facts": pa.list_(text), "required": pa.list_(text)},
        ),
        "known_nomenclature": _table(
            [(n.id, n.digits) for n in registry.nomenclatures.values()], {"nomenclature_id": text, "digits": number}
        ),
        "known_category": _table(
            [
                (s.id, name, c.stages, c.cut, c.state)
                for s in registry.schedules.values()
                for name, c in registry.staging_of(s).items()
            ],
            {"schedule_id": text, "category": text, "stages": number, "cut": pa.decimal128(12, 6), "state": text},
        ),
    }


def _table(rows: list[tuple[Any, ...]], columns: Mapping[str, pa.DataType]) -> pa.Table:
    arrays = [pa.array([row[i] for row in rows], type=kind) for i, kind in enumerate(columns.values())]
    return pa.table(arrays, names=list(columns))
