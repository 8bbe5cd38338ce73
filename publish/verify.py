"""Checks a release as a consumer would, with nothing but its directory.

Hashes, signature, the exact set of files, counts, shapes, unique keys, foreign keys, and that SQLite, Parquet and CSV
hold the same rows (rule C50). A fault is reported and the next thing is looked at; nothing is mended here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from publish.looking import Fault, Looked, looks
from publish.manifest import (
    MANIFEST,
    PUBLIC_KEY,
    SIGNATURE,
    SUMS,
    files_in,
    parse_sums,
    read_manifest,
    sha256_of,
)
from publish.sharing import side_by_side
from publish.signing import is_signed_by
from publish.versions import Version
from sources.errors import FtaError
from warehouse.content import joined_hash


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
        beside: one who shares the work; without it a thread does.
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
        faults += _joined_hash_faults(manifest)
        with nullcontext(beside) if beside else ThreadPoolExecutor(1) as other:
            look = partial(_look, directory)
            for looked in side_by_side(other, looks(manifest), look, look):
                faults += looked.faults
                rows |= looked.rows
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        faults.append(Fault("manifest", MANIFEST, f"The manifest is incomplete: {error!r}."))
    version = str(manifest.get("version", "unknown"))
    if _is_of_a_release(name := directory.resolve().name) and name != f"v{version}":
        faults.append(Fault("manifest", MANIFEST, f"The directory is named {name}, the release {version}."))
    return VerifyReport(str(directory), version, signed, len(files_in(directory)), rows, tuple(dict.fromkeys(faults)))


def _look(directory: Path, look: Callable[[Path], Looked]) -> Looked:
    return look(directory)


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


def _joined_hash_faults(manifest: Mapping[str, Any]) -> Iterator[Fault]:
    hashes = {name: facts["content_hash"] for name, facts in manifest["tables"].items()}
    if joined_hash(hashes) != manifest["content_hash"]:
        yield Fault("content", MANIFEST, "The content hash of the release is not that of its tables.")
