"""Writes a release beside its place, has it written again and compared (C48), verifies it (C50) and sets it in place.

A large one is written the second time by another process, and then the two share the looking: both processors are at
work, and the two see the same tables in the same files. What is written is the matter of
`publish.writing`; whether it should be is that of `publish.release`.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from publish.manifest import PUBLIC_KEY, SUMS, parse_sums
from publish.sharing import processes
from publish.signing import public_key_of
from publish.staging import settle, stage, swap
from publish.verify import verify
from publish.writing import Plan, write_release
from sources.errors import Exit, FtaError
from warehouse.arrow_files import mapped_tables, write_files
from warehouse.tables import TABLES

MANY_ROWS = 100_000
"""A release of more rows is written the second time by another process; one of fewer is written before it starts."""


def put_in_place(releases: Path, plan: Plan, secret_key: str | None, write_twice: bool) -> Path:
    """Write a release beside its place, once or twice, verify it, and set it in its place.

    Raises:
        FtaError: `release_faulty`, where the second writing gave other bytes or verification finds a fault.
    """
    staged = stage(releases, f"v{plan.version}")
    again = stage(releases, f"v{plan.version}-again-{os.getpid()}") if write_twice else staged
    shared = stage(releases, f"v{plan.version}-tables-{os.getpid()}")
    try:
        with _beside(plan) as pool:
            second = _write_again(pool, shared, again, plan, secret_key) if write_twice else None
            write_release(staged, plan, secret_key)
            report = verify(staged, public_key_of(secret_key) if secret_key else None, pool)
            if second is not None:
                second.result()
        faults = [f"{path}: written twice, the bytes differ (C48)." for path in files_that_differ(staged, again)]
        faults += [f"{fault.path}: {fault.message}" for fault in report.faults]
        if faults:
            raise _faulty(" ".join(faults[:5]))
        place = releases / f"v{plan.version}"
        settle(staged, place)
    except sqlite3.IntegrityError as error:
        raise _faulty(f"fta.sqlite: {error}.") from error
    except BrokenExecutor as error:
        raise _faulty(f"the process that writes it a second time ended: {error}.") from error
    finally:
        for directory in (staged, again, shared):
            shutil.rmtree(directory, ignore_errors=True)
    if secret_key is not None:
        swap(releases / PUBLIC_KEY, public_key_of(secret_key).encode())
    return place


def _beside(plan: Plan) -> Executor:
    """Who writes a release the second time: for a large one a process, which has the other processor to itself.

    A process of its own also hashes otherwise and has another memory: what depends on either comes out otherwise.
    """
    if sum(table.num_rows for table in plan.tables.values()) > MANY_ROWS:
        return processes(1)
    return ThreadPoolExecutor(1)


def _write_again(pool: Executor, shared: Path, again: Path, plan: Plan, secret_key: str | None) -> Future[None]:
    """Have a release written by somebody else; another process is given the tables in files of the folder `shared`."""
    if isinstance(pool, ThreadPoolExecutor):
        return pool.submit(write_release, again, plan, secret_key)
    write_files(shared, plan.tables)
    return pool.submit(write_from_files, write_release, shared, again, replace(plan, tables={}), secret_key)


def write_from_files(write: Callable[..., None], tables: Path, directory: Path, plan: Plan, *more: Any) -> None:
    """Write a release whose tables stand in files of a folder."""
    held = mapped_tables(tables)
    write(directory, replace(plan, tables={name: held[name] for name in TABLES}), *more)


def _faulty(what: str) -> FtaError:
    return FtaError(
        "release_faulty", f"The release as written is faulty: {what}", exit_code=Exit.FAILED,
        remedy="Nothing was published and the last release stands; mend what is named and publish again.",
    )  # fmt: skip


def files_that_differ(one: Path, other: Path) -> list[str]:
    """Paths whose hashes differ between two release directories, or that only one has; by their SHA256SUMS."""
    sums = [parse_sums((directory / SUMS).read_text(encoding="utf-8")) for directory in (one, other)]
    return sorted(path for path in sums[0].keys() | sums[1].keys() if sums[0].get(path) != sums[1].get(path))
