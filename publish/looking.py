"""Looks at the tables of a release: that Parquet, CSV and SQLite hold what the manifest states, and its keys hold.

A fault is reported and the next thing is looked at; nothing is mended here.
"""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from adbc_driver_manager import Error as DatabaseError

from publish.formats import read_csv, read_parquet
from publish.manifest import shapes
from publish.shape import SQL_TYPES, Shape
from publish.sqlite import arrow_reader, open_immutable, read_sqlite
from warehouse.content import canonical_order, content_hash

UNREADABLE = (OSError, EOFError, zlib.error, pa.ArrowException, sqlite3.Error, DatabaseError, KeyError, ValueError)
DATABASE = "fta.sqlite"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        check: `files`, `hash`, `signature`, `manifest`, `readable`, `schema`, `count`, `content`, `keys`.
        path: file, relative to the release.
        message: what was found and what was expected.
    """

    check: str
    path: str
    message: str


@dataclass(frozen=True)
class Looked:
    """What looking at a part of a release gave: its faults, and the rows of the table if it was one."""

    faults: tuple[Fault, ...]
    rows: Mapping[str, int] = field(default_factory=dict)


def looks(manifest: Mapping[str, Any]) -> list[Callable[[Path], Looked]]:
    """What there is to look at: the database as a whole, and each table in all its formats, the largest last.

    Each takes the directory of the release and may be asked of another process.

    Raises:
        KeyError, TypeError, AttributeError or ValueError: the manifest is incomplete.
    """
    of_tables = sorted(shapes(manifest).items(), key=lambda item: int(manifest["tables"][item[0]]["rows"]))
    return [_database_as_a_whole, *(partial(_table, shape, manifest["tables"][name]) for name, shape in of_tables)]


def _table(shape: Shape, facts: Mapping[str, Any], directory: Path) -> Looked:
    """Look at a table in Parquet, CSV and SQLite: each holds the rows that the manifest states."""
    path = facts["parquet"]["path"]
    held = _read(path, shape, partial(read_parquet, directory / path))
    wrong = [held] if isinstance(held, Fault) else list(_content_faults(path, held, shape, facts))
    faults = [*wrong, *_csv_faults(directory, facts["csv"]["path"], shape, facts)]
    faults += _database_faults(directory, shape, facts, None if isinstance(held, Fault) or wrong else held)
    return Looked(tuple(faults), {} if isinstance(held, Fault) else {shape.name: held.num_rows})


def _read(path: str, shape: Shape, read: Callable[[], pa.Table]) -> pa.Table | Fault:
    try:
        return read()
    except UNREADABLE as error:
        return Fault("readable", path, f"Table {shape.name} cannot be read: {error}.")


def _content_faults(path: str, table: pa.Table, shape: Shape, facts: Mapping[str, Any]) -> Iterator[Fault]:
    if table.num_rows != facts["rows"]:
        yield Fault("count", path, f"Table {shape.name} has {table.num_rows} rows, the manifest says {facts['rows']}.")
    if not table.schema.equals(shape.schema):
        yield Fault("schema", path, f"Table {shape.name} has not the columns and types that the manifest states.")
        return
    keys = table.column("row_key")
    if len(keys.unique()) != len(keys):
        yield Fault("keys", path, f"Table {shape.name} has a row_key twice.")
    if content_hash(table, shape.natural_key) != facts["content_hash"]:
        yield Fault("content", path, f"Table {shape.name} does not hold the rows that the manifest states.")


def _csv_faults(directory: Path, path: str, shape: Shape, facts: Mapping[str, Any]) -> Iterator[Fault]:
    """The content hash is that of the CSV text itself; only where it is another are the rows looked at."""
    try:
        with gzip.open(directory / path, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except UNREADABLE as error:
        yield Fault("readable", path, f"Table {shape.name} cannot be read: {error}.")
        return
    if found != facts["content_hash"]:
        table = _read(path, shape, partial(read_csv, directory / path, shape))
        faults = [table] if isinstance(table, Fault) else list(_content_faults(path, table, shape, facts))
        yield from faults or [Fault("content", path, f"Table {shape.name} is not in its canonical text.")]


def _database_as_a_whole(directory: Path) -> Looked:
    """Look at the pages and the foreign keys of the SQLite file."""
    if not (directory / DATABASE).is_file():
        return Looked((Fault("readable", DATABASE, "The file is missing."),))
    faults: list[Fault] = []
    try:
        with closing(open_immutable(directory / DATABASE)) as connection:
            for (problem,) in connection.execute("PRAGMA integrity_check").fetchall():
                if problem != "ok":
                    faults.append(Fault("readable", DATABASE, f"SQLite finds: {problem}."))
            for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(10):
                said = f"A row of {table} refers to a row of {parent} that does not exist."
                faults.append(Fault("keys", DATABASE, said))
    except sqlite3.Error as error:
        faults.append(_no_database(error))
    return Looked(tuple(faults))


def _no_database(error: Exception) -> Fault:
    return Fault("readable", DATABASE, f"The database cannot be read: {error}.")


def _database_faults(directory: Path, shape: Shape, facts: Mapping[str, Any], rows: pa.Table | None) -> Iterator[Fault]:
    """A table of the SQLite file is compared with its right rows; without these, or where they differ, it is hashed."""
    if not (directory / DATABASE).is_file():
        return  # said of the whole
    try:
        with closing(open_immutable(directory / DATABASE)) as connection, arrow_reader(directory / DATABASE) as cursor:
            yield from _column_faults(connection, shape)
            held = _read(DATABASE, shape, partial(read_sqlite, cursor, shape))
    except (sqlite3.Error, DatabaseError) as error:
        yield _no_database(error)
        return
    if isinstance(held, Fault):
        yield held
    elif rows is None or not _same_rows(held, rows, shape):
        yield from _content_faults(DATABASE, held, shape, facts)


def _same_rows(table: pa.Table, other: pa.Table, shape: Shape) -> bool:
    one, two = (canonical_order(rows, shape.natural_key) for rows in (table, other))
    return bool(one.equals(two))


def _column_faults(connection: sqlite3.Connection, shape: Shape) -> Iterator[Fault]:
    """Before SQLite 3.41 a view's column that is made of several has no type: it is taken for the stated one."""
    held = {name: kind for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({shape.name})")}
    expected = {name: SQL_TYPES[kind] for name, kind in shape.types().items()}
    if {name: kind or expected.get(name) for name, kind in held.items()} != expected:
        yield Fault("schema", DATABASE, f"Table {shape.name} has not the columns and types that the manifest states.")
