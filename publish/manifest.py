"""What a release says of itself: its manifest, the list of its files with their hashes, and the releases of a place.

Reading is as important as writing: the manifest alone tells a later version of this project, or anybody, the shape of
every table, so that a release can be verified and compared without the code that made it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from publish.formats import read_parquet
from publish.shape import Shape, shape_from_json
from publish.versions import Contract, Version
from sources.errors import Exit, FtaError

FORMAT = "ftadata release 1"
MANIFEST, SUMS, SIGNATURE, PUBLIC_KEY = "manifest.json", "SHA256SUMS", "SHA256SUMS.sig", "ftadata.pub"


def as_json_bytes(value: object, *, compact: bool = False) -> bytes:
    """JSON as every file of a release has it: UTF-8, one space of indent unless compact, a last line end."""
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 1}
    return (json.dumps(value, ensure_ascii=False, **layout) + "\n").encode()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_in(directory: Path) -> list[str]:
    """Every file under a directory, as a relative path with forward slashes, sorted."""
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*") if not path.is_dir())


def file_facts(directory: Path, paths: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Size and hash of files, by relative path."""
    return {path: {"bytes": (directory / path).stat().st_size, "sha256": sha256_of(directory / path)} for path in paths}


def sums_text(directory: Path) -> bytes:
    """The content of SHA256SUMS, as `sha256sum --check` reads it: every file but itself and its signature."""
    held = (path for path in files_in(directory) if path not in (SUMS, SIGNATURE))
    return "".join(f"{sha256_of(directory / path)}  {path}\n" for path in held).encode()


def parse_sums(text: str) -> dict[str, str]:
    """Hash by path.

    Raises:
        ValueError: a line is not a hash, two spaces and a path inside the directory.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        digest, gap, path = line.partition("  ")
        parts = Path(path).parts
        if len(digest) != 64 or not gap or not parts or ".." in parts or Path(path).is_absolute():
            raise ValueError(f"{line!r} is not a hash, two spaces and a path")
        found[path] = digest
    return found


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest of a release.

    Raises:
        FtaError: `no_manifest` or `bad_manifest`.
    """
    path = directory / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FtaError(
            "no_manifest", "This directory holds no release: it has no manifest.json.", where={"path": str(directory)},
            remedy="Name the directory of a release, such as data/public/releases/v1.0.0.", exit_code=Exit.DOCUMENT,
        ) from error  # fmt: skip
    except ValueError as error:
        raise _bad_manifest(path, str(error)) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _bad_manifest(path, f"it is not of the format {FORMAT!r}")
    return manifest


def _bad_manifest(path: Path, why: str) -> FtaError:
    return FtaError(
        "bad_manifest", f"The manifest cannot be read: {why}.", where={"path": str(path)},
        remedy="Get the release again from where it was published.", exit_code=Exit.DOCUMENT,
    )  # fmt: skip


def shapes(manifest: Mapping[str, Any]) -> dict[str, Shape]:
    """The shape of every table of a release."""
    return {name: shape_from_json(name, stated) for name, stated in manifest["tables"].items()}


def contract(manifest: Mapping[str, Any]) -> Contract:
    """What consumers of a release rely on."""
    tables = {name: shape.types() for name, shape in shapes(manifest).items()}
    return Contract(tables, frozenset(manifest["regimes"]), frozenset(manifest["schedules"]))


def released(releases: Path) -> dict[Version, Path]:
    """Every whole release under a directory, oldest first."""
    found: dict[Version, Path] = {}
    for path in releases.glob("v*.*.*"):
        try:
            found[Version.parse(path.name)] = path
        except ValueError:
            continue
    return dict(sorted(found.items()))


def release_directory(path: Path) -> Path:
    """The release that a path means: itself, or the latest under a web root or a releases directory."""
    if (path / MANIFEST).is_file():
        return path
    for releases in (path / "releases", path):
        if (releases / "latest.json").is_file():
            latest = json.loads((releases / "latest.json").read_text(encoding="utf-8"))
            return releases / f"v{latest['version']}"
    return path


def read_tables(
    directory: Path, manifest: Mapping[str, Any], names: Iterable[str] | None = None
) -> dict[str, pa.Table]:
    """Tables of a release from its Parquet files, in canonical order.

    Each file is checked against the hash that the manifest states.

    Raises:
        FtaError: `release_altered`, where a file is missing or is another.
    """
    found: dict[str, pa.Table] = {}
    for name in manifest["tables"] if names is None else names:
        stated = manifest["tables"][name]["parquet"]
        path = directory / stated["path"]
        if not path.is_file() or sha256_of(path) != stated["sha256"]:
            raise FtaError(
                "release_altered", f"A file of release {manifest['version']} is missing or was altered.",
                where={"path": str(path)}, exit_code=Exit.DOCUMENT,
                remedy="See what else differs with `ftadata verify`, and put the published file back.",
            )  # fmt: skip
        found[name] = read_parquet(path)
    return found
