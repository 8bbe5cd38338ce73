"""Rows put together as tables of the published schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from warehouse.keys import recipe
from warehouse.tables import TABLES, arrow_schema


def build(table: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as an Arrow table of the published schema, with `row_key` filled, sorted by natural key.

    Raises:
        KeyError: a row carries a column that the table does not have.
        pyarrow.ArrowInvalid: a value does not fit its column, or a column that must not be null is null.
    """
    schema, given = arrow_schema(table), list(rows)
    if unknown := {name for row in given for name in row} - set(schema.names):
        raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
    columns: dict[str, list[Any]] = {n: [row.get(n) for row in given] for n in schema.names if n != "row_key"}
    columns["row_key"] = list(map(recipe(table), given))
    built = pa.table({name: pa.array(columns[name], schema.field(name).type) for name in schema.names}, schema=schema)
    built.validate(full=True)
    for field in schema:
        if not field.nullable and built.column(field.name).null_count:
            raise pa.ArrowInvalid(f"{table}.{field.name} must not be null")
    order = [*TABLES[table].natural_key, "row_key"]
    return built.sort_by([(name, "ascending") for name in dict.fromkeys(order)])
