"""A release's SQLite in memory or in a file, with the release writer's tables, for the tests of views and queries."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from publish import views
from publish.open_release import ReleaseConnection
from publish.sqlite import put_table
from warehouse.tables import TABLES


def database(tables: Mapping[str, pa.Table], path: Path | None = None) -> ReleaseConnection:
    """Write every table as the release writer defines it, and install the views; release `1.0.0`."""
    connection = sqlite3.connect(path or ":memory:", factory=ReleaseConnection, isolation_level=None)
    connection.release = "1.0.0"
    for name in TABLES:
        put_table(connection, name, tables[name])
    views.install(connection)
    return connection
