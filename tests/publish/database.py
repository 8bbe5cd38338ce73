"""A release's SQLite in memory or in a file, with the release writer's tables, for the tests of views and queries."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from publish import views
from publish.open_release import ReleaseConnection
from publish.sqlite import ddl, stored_tables
from warehouse.tables import TABLES


def database(tables: Mapping[str, pa.Table], path: Path | None = None) -> ReleaseConnection:
    """Write every table as the release writer defines it, and install the views; release `1.0.0`."""
    connection = sqlite3.connect(path or ":memory:", factory=ReleaseConnection, isolation_level=None)
    connection.release = "1.0.0"
    connection.execute("BEGIN")  # in a file each row would else be a transaction of its own
    for name in TABLES:
        put_table(connection, name, tables[name])
    connection.execute("COMMIT")
    views.install(connection)
    return connection


def put_table(connection: sqlite3.Connection, name: str, table: pa.Table) -> None:
    """Create a table as the release writer defines it, and fill it row by row, which a database in memory allows."""
    for statement in ddl(name):
        connection.execute(statement)
    for part, rows in stored_tables(name, table).items():
        marks = ", ".join("?" * rows.num_columns)
        values = zip(*(column.to_pylist() for column in rows.columns), strict=True)
        connection.executemany(f"INSERT INTO {part} VALUES ({marks})", values)
