"""How a release comes to stand in its place: one publisher at a time, written beside, flushed, renamed in one step.

Nothing here knows what is in a release. After a crash at any point, what is visible is either the old state or the
new; what was left half-written begins with a dot and is cleared by the next publisher.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sources.errors import Exit, FtaError

STAGING = ".staging-"
LOCK = ".publish.lock"


@contextmanager
def only_publisher(releases: Path) -> Iterator[None]:
    """Hold the lock of a releases directory; it is let go even if the process is killed.

    Raises:
        FtaError: `locked`, where another process holds it.
    """
    releases.mkdir(parents=True, exist_ok=True)
    lock = FileLock(releases / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise FtaError(
            "locked", "Another publisher is at work here.", where={"directory": str(releases)},
            remedy="Wait until it has ended, then publish again.", exit_code=Exit.REFUSED,
        ) from error  # fmt: skip
    try:
        yield
    finally:
        lock.release()


def cannot_write(what: str, place: Path, error: Exception) -> FtaError:
    """The error for something made from a release that could not be written; the release itself is whole."""
    return FtaError(
        "cannot_write", f"{what} could not be written: {error}.", where={"path": str(place)},
        remedy="Make room or give leave to write there, then run again; the release itself stands.",
        exit_code=Exit.REFUSED,
    )  # fmt: skip


def clear(releases: Path) -> None:
    """Remove what a killed publisher left behind; call it under the lock only.

    A directory is renamed first: a process of the killed publisher that still writes there finds no such place.
    """
    for leftover in releases.glob(f"{STAGING}*"):
        if leftover.is_dir():
            aside = leftover.with_name(f"{leftover.name}-{os.getpid()}")
            leftover.rename(aside)
            shutil.rmtree(aside)
        else:
            leftover.unlink()


def stage(releases: Path, name: str) -> Path:
    """A new, empty directory beside the releases."""
    directory = releases / f"{STAGING}{name}"
    directory.mkdir()
    return directory


def settle(directory: Path, place: Path) -> None:
    """Flush a staged directory to the disk and rename it into its place in one step.

    Raises:
        FtaError: `release_exists`, where something stands there already; a release is never overwritten.
    """
    if place.exists():
        raise FtaError(
            "release_exists", "There is something in the place of this release already.", where={"path": str(place)},
            remedy="Find out what it is; a release is never overwritten.", exit_code=Exit.REFUSED,
        )  # fmt: skip
    for folder, _, files in os.walk(directory, topdown=False):
        for file in files:
            flush(Path(folder, file))
        flush(Path(folder))
    os.rename(directory, place)  # noqa: PTH104  # one system call, as its reader should see
    flush(place.parent)


def swap(path: Path, content: bytes) -> None:
    """Replace a file's content in one step, where it differs."""
    if path.is_file() and path.read_bytes() == content:
        return
    beside = path.with_name(f"{STAGING}{path.name}")
    beside.write_bytes(content)
    flush(beside)
    os.replace(beside, path)  # noqa: PTH105
    flush(path.parent)


def flush(path: Path) -> None:
    """Have the disk hold a file, or a directory's entries."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
