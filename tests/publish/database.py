"""A release's SQLite in memory, made from Arrow tables, for the tests of views and queries."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from publish import views
from publish.open_release import ReleaseConnection
from warehouse.columns import SQL_TYPES
from warehouse.tables import TABLES, columns_of


def database(tables: Mapping[str, pa.Table], path: Path | None = None) -> ReleaseConnection:
    """Write every table, STRICT and keyed as the release writer does, and install the views."""
    connection = sqlite3.connect(path or ":memory:", factory=ReleaseConnection)
    connection.release = "1.0.0"
    for name in TABLES:
        columns = columns_of(name)
        kinds = ", ".join(
            f'"{column}" {SQL_TYPES[meta.kind].__name__.upper()}'.replace("INTEGER", "INTEGER")
            + (" PRIMARY KEY" if column == "row_key" else "")
            for column, meta in columns.items()
        )
        connection.execute(f"CREATE TABLE {name} ({kinds}) STRICT, WITHOUT ROWID")
        rows = (
            tuple(float(value) if isinstance(value, Decimal) else value for value in row)
            for row in zip(*(column.to_pylist() for column in tables[name].select(list(columns)).columns), strict=True)
        )
        connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)
    views.install(connection)
    return connection
