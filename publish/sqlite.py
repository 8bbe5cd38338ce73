"""The release's SQLite file: STRICT tables with their foreign keys, filled in canonical order, and read back.

Views, indexes for queries and full-text search are `publish.views`; only keys that the tables need to hold together
are made here. The file carries no time: the same rows give the same bytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
from adbc_driver_manager import Error as DatabaseError
from adbc_driver_sqlite.dbapi import connect

from publish.layout import LAYOUTS, column_ddl
from publish.layout import ddl as layout_ddl
from publish.parts import take_apart
from publish.shape import Shape
from warehouse.tables import TABLES, columns_of

pc: Any = pyarrow.compute  # its stubs know chunked arrays only in part

PAGE_SIZE = 8192
APPLICATION_ID = 0x46544144  # "FTAD"
CLUSTERED: dict[str, tuple[str, ...]] = {
    "hs2022_mfn_rate": ("hs6", "importer", "kind", "valid_from"),
    "hs_node": ("edition", "code"),
}
"""Large tables stored in the order of the key they are asked for by, and without any other index: half the size.

`row_key` of these tables, and of those of `publish.layout`, has no index: a question by it alone reads the whole table,
some hundredths of a second.
"""
UNGUARDED = ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA temp_store=MEMORY")
"""Settings for a file that counts for nothing until it is whole."""
ALL_ROWS = 2**31 - 2
"""Types of columns are told from all rows of a table, since a column may begin with a hundred thousand nulls."""


def write_sqlite(path: Path, tables: Mapping[str, pa.Table]) -> None:
    """Write all tables of the vocabulary to a new SQLite file, with the views of `publish.views`, vacuumed.

    Args:
        path: a file that does not exist yet.
        tables: every table of the vocabulary, in canonical order.

    Raises:
        sqlite3.IntegrityError: a row breaks a key or a column that must not be null.
        sqlite3.OperationalError: the file cannot be written.
    """
    from publish.views import install

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size={PAGE_SIZE}")
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        for name in TABLES:
            for statement in ddl(name):
                connection.execute(statement)
    with connect(path.resolve().as_uri(), autocommit=True) as filling, filling.cursor() as cursor:
        for setting in UNGUARDED:
            cursor.execute(setting)
        for name in TABLES:
            for part, rows in stored_tables(name, tables[name]).items():
                _fill(cursor, part, rows)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in UNGUARDED:
            connection.execute(setting)
        install(connection)
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode=DELETE")


def stored_tables(name: str, table: pa.Table) -> dict[str, pa.Table]:
    """A table of the vocabulary as SQLite stores it: itself or its parts, columns and rows in their order there."""
    if name in LAYOUTS:
        return take_apart(name, _stored(table))
    return {name: pa.table(_stored(_clustered(name, table)))}


def _fill(cursor: Any, table: str, rows: pa.Table) -> None:
    """Put rows into an empty table; the driver has one kind of error for all that SQLite says, which its words tell."""
    try:
        cursor.adbc_ingest(table, rows, mode="append")
    except DatabaseError as error:
        broken = "constraint failed" in str(error)
        raise (sqlite3.IntegrityError if broken else sqlite3.OperationalError)(str(error).splitlines()[0]) from error


def ddl(name: str) -> list[str]:
    """The statements that create a table of the vocabulary."""
    if name in LAYOUTS:
        return layout_ddl(name)
    targets = referenced_columns()
    key = CLUSTERED.get(name)
    lines = []
    for column in columns_of(name):
        if column == "row_key" and key is None:
            lines.append(column_ddl(name, column) + " PRIMARY KEY")
        else:
            lines.append(column_ddl(name, column) + (" UNIQUE" if (name, column) in targets else ""))
    if key is not None:
        lines.append(f"PRIMARY KEY ({', '.join(key)})")
    body = ",\n  ".join(lines)
    return [f"CREATE TABLE {name} (\n  {body}\n) STRICT{', WITHOUT ROWID' if key else ''}"]


def referenced_columns() -> frozenset[tuple[str, str]]:
    """Every (table, column) that a foreign key points to."""
    found = (meta.references for name in TABLES for meta in columns_of(name).values() if meta.references)
    return frozenset((text.split(".")[0], text.split(".")[1]) for text in found)


def _clustered(name: str, table: pa.Table) -> pa.Table:
    """The rows in the order in which they will be stored, so that pages are filled one after another."""
    key = CLUSTERED.get(name)
    return table.sort_by([(column, "ascending") for column in key]) if key else table


def _stored(table: pa.Table) -> dict[str, Any]:
    """The columns of a table as SQLite has them: rates and reals to six decimals."""
    columns: dict[str, Any] = {}
    for field in table.schema:
        values = table.column(field.name)
        number = pa.types.is_decimal(field.type) or pa.types.is_floating(field.type)
        columns[field.name] = pc.round(values.cast(pa.float64()), 6) if number else values
    return columns


def open_immutable(path: Path, *, one_thread: bool = True) -> sqlite3.Connection:
    """A read-only connection to a file that nothing writes to; with `one_thread` only its opener may use it."""
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, check_same_thread=one_thread)


@contextmanager
def arrow_reader(path: Path) -> Iterator[Any]:
    """A cursor of ADBC over a file that nothing writes to: rows come as Arrow columns, never as Python's objects.

    Raises:
        adbc_driver_manager.Error: the file cannot be opened.
    """
    with connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1") as connection, connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(ALL_ROWS)})
        yield cursor


def read_sqlite(cursor: Any, shape: Shape) -> pa.Table:
    """The rows of one table, in the types of its shape; their order is that of the file.

    Args:
        cursor: of `arrow_reader`.
        shape: the table with its columns.

    Raises:
        adbc_driver_manager.Error: the table or one of its columns is missing, or a column mixes types.
        pyarrow.ArrowInvalid: a value does not fit its column.
    """
    cursor.execute(f"SELECT {', '.join(shape.schema.names)} FROM {shape.name}")
    found = cursor.fetch_arrow_table()
    columns = [_column(found.column(field.name), field.type) for field in shape.schema]
    return pa.Table.from_arrays(columns, schema=shape.schema)


def _column(values: Any, kind: pa.DataType) -> Any:
    if pa.types.is_decimal(kind):
        return pc.round(values.cast(pa.float64()), 6).cast(kind)
    return values.cast(kind)
