"""The tables that consumers rely on: one definition for SQLite, Parquet, CSV and the data dictionary.

Each class is a table; its docstring is the table's description, `natural_key` names the columns that identify a row
and from which `row_key` is made (`warehouse.keys`). Only definitions belong here: how tables are stored and written is
in `warehouse.store` and `publish`.
"""

from __future__ import annotations

import pyarrow as pa

from warehouse.columns import ARROW_TYPES, ColumnMeta
from warehouse.tables import (
    cambodia,
    guidance,
    hs2022,
    nomenclature,
    origin,
    provenance,
    regimes,
    standing,
    tariff,
)
from warehouse.tables.base import FtaTable

ROOMS = (regimes, nomenclature, tariff, hs2022, origin, cambodia, guidance, provenance, standing)
"""The modules of tables, in the order in which tables are published."""

TABLES: dict[str, type[FtaTable]] = {
    table.__tablename__: table  # type: ignore[misc]
    for room in ROOMS
    for table in vars(room).values()
    if isinstance(table, type) and issubclass(table, FtaTable) and table.__module__ == room.__name__
}


def columns_of(table: str) -> dict[str, ColumnMeta]:
    """The columns of a table in their published order: `row_key` first, what all prose has last."""
    found = {c.name: c.info["meta"] for c in TABLES[table].__table__.columns}  # type: ignore[attr-defined]
    shared = guidance.Prose.model_fields if issubclass(TABLES[table], guidance.Prose) else {}
    last = {name: found.pop(name) for name in shared}
    return {"row_key": found.pop("row_key"), **found, **last}


def arrow_schema(table: str) -> pa.Schema:
    """The pyarrow schema of a table; text, int64, double and decimal(12,6) only."""
    return pa.schema(
        [pa.field(name, ARROW_TYPES[meta.kind], meta.nullable) for name, meta in columns_of(table).items()]
    )
