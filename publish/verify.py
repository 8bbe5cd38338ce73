"""Checks a release as a consumer would, with nothing but its directory.

Hashes, signature, the exact set of files, counts, shapes, unique keys, foreign keys, and that SQLite, Parquet and CSV
hold the same rows (rule C50). A fault is reported and the next thing is looked at; nothing is mended here.
"""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from adbc_driver_manager import Error as DatabaseError

from publish.formats import read_csv, read_parquet
from publish.manifest import (
    MANIFEST,
    PUBLIC_KEY,
    SIGNATURE,
    SUMS,
    files_in,
    parse_sums,
    read_manifest,
    sha256_of,
    shapes,
)
from publish.shape import SQL_TYPES, Shape
from publish.signing import is_signed_by
from publish.sqlite import arrow_reader, open_immutable, read_sqlite
from publish.versions import Version
from sources.errors import FtaError
from warehouse.content import canonical_order, content_hash, joined_hash

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
class VerifyReport:
    """What a verification found.

    Attributes:
        version: of the release, or `unknown`.
        signed: `no`, `valid` (by the key given), `unpinned` (valid, by the key in the release itself) or `invalid`.
        files: files looked at.
        rows: rows of each table.
        faults: empty where the release is as it was published.
    """

    directory: str
    version: str
    signed: str
    files: int
    rows: dict[str, int]
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """The report in the shape that `ftadata verify --json` prints."""
        return {**asdict(self), "ok": self.ok, "faults": [asdict(fault) for fault in self.faults]}


def verify(directory: Path, public_key: str | None = None, beside: Executor | None = None) -> VerifyReport:
    """Check a release directory.

    Args:
        directory: a release, such as `releases/v1.0.0`.
        public_key: line of the publisher's public key; without it a signature is checked by the key in the release.
        beside: who looks into the database meanwhile; without it a thread does.
    """
    sums = _sums(directory)
    faults = [sums] if isinstance(sums, Fault) else list(_file_faults(directory, sums))
    try:
        manifest = read_manifest(directory)
    except FtaError as error:
        fault = Fault("manifest", MANIFEST, error.message)
        return VerifyReport(str(directory), "unknown", "no", 0, {}, (fault, *faults))
    signed, signature_faults = _signature(directory, manifest, public_key)
    faults += signature_faults
    rows: dict[str, int] = {}
    try:
        faults += [] if isinstance(sums, Fault) else _listing_faults(sums, manifest)
        with nullcontext(beside) if beside else ThreadPoolExecutor(1) as other:
            database = other.submit(database_faults, directory, manifest)
            faults += _table_faults(directory, manifest, rows)
            faults += database.result()
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        faults.append(Fault("manifest", MANIFEST, f"The manifest is incomplete: {error!r}."))
    version = str(manifest.get("version", "unknown"))
    if _is_of_a_release(name := directory.resolve().name) and name != f"v{version}":
        faults.append(Fault("manifest", MANIFEST, f"The directory is named {name}, the release {version}."))
    return VerifyReport(str(directory), version, signed, len(files_in(directory)), rows, tuple(faults))


def _is_of_a_release(name: str) -> bool:
    """Whether a directory is named as a release is; whoever keeps a copy may call it anything else."""
    try:
        return name == f"v{Version.parse(name)}"
    except ValueError:
        return False


def _sums(directory: Path) -> dict[str, str] | Fault:
    try:
        return parse_sums((directory / SUMS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return Fault("files", SUMS, f"SHA256SUMS cannot be read: {error}.")


def _file_faults(directory: Path, sums: Mapping[str, str]) -> Iterator[Fault]:
    """Files that are missing, too many or other than SHA256SUMS says; and links, which may lead elsewhere tomorrow."""
    held = set(files_in(directory)) - {SUMS, SIGNATURE}
    for path in sorted(sums.keys() - held):
        yield Fault("files", path, "The file is missing.")
    for path in sorted(held - sums.keys()):
        yield Fault("files", path, "The file is not part of the release.")
    for path in sorted(held & sums.keys()):
        if (found := sha256_of(directory / path)) != sums[path]:
            yield Fault("hash", path, f"The file was altered: its SHA-256 is {found}, not {sums[path]}.")
    for link in sorted(entry for entry in directory.rglob("*") if entry.is_symlink()):
        yield Fault("files", link.relative_to(directory).as_posix(), "This is a link, not a file of the release.")


def _listing_faults(sums: Mapping[str, str], manifest: Mapping[str, Any]) -> Iterator[Fault]:
    """Files that SHA256SUMS and the manifest do not name alike: one of the two was not made with the other."""
    tables = [facts[kind] for facts in manifest["tables"].values() for kind in ("parquet", "csv")]
    listed = {**manifest["files"], **{facts["path"]: facts for facts in tables}}
    stated = {path: facts["sha256"] for path, facts in listed.items()}
    for path in sorted((sums.keys() | stated.keys()) - {MANIFEST}):
        one, other = stated.get(path, "nothing"), sums.get(path, "nothing")
        if one != other:
            said = f"Of this file's SHA-256 the manifest says {one}, SHA256SUMS says {other}."
            yield Fault("manifest", path, said)


def _signature(directory: Path, manifest: Mapping[str, Any], public_key: str | None) -> tuple[str, list[Fault]]:
    stated, path = manifest.get("public_key"), directory / SIGNATURE
    if not path.is_file():
        if stated is None and public_key is None:
            return "no", []
        return "invalid", [Fault("signature", SIGNATURE, "The signature is missing.")]
    key = public_key or stated or ""
    try:
        good = is_signed_by(key, (directory / SUMS).read_bytes(), path.read_text(encoding="ascii"))
    except (FtaError, OSError, ValueError) as error:
        return "invalid", [Fault("signature", SIGNATURE, f"The signature cannot be checked: {error}.")]
    if not good:
        return "invalid", [Fault("signature", SIGNATURE, "The signature was not made over SHA256SUMS by this key.")]
    if (directory / PUBLIC_KEY).is_file() and (directory / PUBLIC_KEY).read_text(
        encoding="ascii"
    ).strip() != key.strip():
        return "invalid", [Fault("signature", PUBLIC_KEY, "The public key in the release is another.")]
    return ("valid" if public_key else "unpinned"), []


def _table_faults(directory: Path, manifest: Mapping[str, Any], rows: dict[str, int]) -> Iterator[Fault]:
    """Faults in the tables, format by format; `rows` is filled with the counts of the Parquet files."""
    stated = shapes(manifest)
    hashes = {name: manifest["tables"][name]["content_hash"] for name in stated}
    if joined_hash(hashes) != manifest["content_hash"]:
        yield Fault("content", MANIFEST, "The content hash of the release is not that of its tables.")
    for name, shape in stated.items():
        facts = manifest["tables"][name]
        path = facts["parquet"]["path"]
        found = _read(path, shape, partial(read_parquet, directory / path))
        if isinstance(found, Fault):
            yield found
        else:
            yield from _content_faults(path, found, shape, facts)
            rows[name] = found.num_rows
        yield from _csv_faults(directory, facts["csv"]["path"], shape, facts)


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


def database_faults(directory: Path, manifest: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with the SQLite file of a release: its pages, its keys, its columns, its rows."""
    if not (directory / DATABASE).is_file():
        return [Fault("readable", DATABASE, "The file is missing.")]
    faults: list[Fault] = []
    try:
        with closing(open_immutable(directory / DATABASE)) as connection, arrow_reader(directory / DATABASE) as rows:
            for (problem,) in connection.execute("PRAGMA integrity_check").fetchall():
                if problem != "ok":
                    faults.append(Fault("readable", DATABASE, f"SQLite finds: {problem}."))
            for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(10):
                said = f"A row of {table} refers to a row of {parent} that does not exist."
                faults.append(Fault("keys", DATABASE, said))
            for name, shape in shapes(manifest).items():
                faults += _column_faults(connection, shape)
                faults += _row_faults(rows, directory, shape, manifest["tables"][name])
    except (sqlite3.Error, DatabaseError) as error:
        faults.append(Fault("readable", DATABASE, f"The database cannot be read: {error}."))
    return faults


def _row_faults(cursor: Any, directory: Path, shape: Shape, facts: Mapping[str, Any]) -> Iterator[Fault]:
    """A table is compared with its Parquet file; where they differ, or that is another, its content is hashed."""
    held = _read(DATABASE, shape, partial(read_sqlite, cursor, shape))
    if isinstance(held, Fault):
        yield held
        return
    path = directory / facts["parquet"]["path"]
    twin = path.is_file() and sha256_of(path) == facts["parquet"]["sha256"]
    other = _read(path.name, shape, partial(read_parquet, path)) if twin else None
    if not isinstance(other, pa.Table) or not _same_rows(held, other, shape):
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
