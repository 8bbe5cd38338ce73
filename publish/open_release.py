"""Opens a release's SQLite for reading: the one door through which queries reach published data.

The connection is read-only and immutable, so that no query can change a release and none waits for a lock.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from sources.errors import Exit, FtaError

DATABASE = "fta.sqlite"


class ReleaseConnection(sqlite3.Connection):
    """A connection that knows which release it reads.

    Attributes:
        release: version, such as `1.2.0`; empty where it is not known.
        kept: what was asked of it once and is the same for many answers (`publish.evidence.once`).
    """

    release: str = ""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kept: dict[object, Any] = {}


def open_release(path: Path) -> ReleaseConnection:
    """Open a release read-only.

    Args:
        path: `fta.sqlite` itself, a release's directory, or a public directory, whose latest release is opened.

    Raises:
        FtaError: `no_release` where nothing is published there; `release_unreadable` where the file is no database.
    """
    database, version = _find(path)
    uri = f"{database.resolve().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, factory=ReleaseConnection)
    connection.release = version
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.DatabaseError as error:
        connection.close()
        raise FtaError(
            "release_unreadable", f"The release's database cannot be read: {error}.", where={"file": str(database)},
            remedy="Check the release with `ftadata verify`, and publish or download it again.",
            exit_code=Exit.DOCUMENT,
        ) from error  # fmt: skip
    return connection


def _find(path: Path) -> tuple[Path, str]:
    """The database and the version of its release."""
    if path.is_file():
        return path, _version(path.parent)
    for directory in (path, path / "releases"):
        latest = directory / "latest.json"
        if latest.is_file():
            version = str(json.loads(latest.read_text(encoding="utf-8"))["version"]).removeprefix("v")
            path = directory / f"v{version}"
            break
    if (path / DATABASE).is_file():
        return path / DATABASE, _version(path)
    raise FtaError(
        "no_release", "No release is published here.", where={"directory": str(path)},
        remedy="Run `ftadata run`, or name the directory of a release.", exit_code=Exit.WRONG_USE,
    )  # fmt: skip


def _version(directory: Path) -> str:
    manifest = directory / "manifest.json"
    if manifest.is_file():
        return str(json.loads(manifest.read_text(encoding="utf-8"))["version"]).removeprefix("v")
    return directory.name.removeprefix("v") if directory.name[:1] == "v" else ""
