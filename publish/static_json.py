"""Static JSON of a release in `api/v1/` of the web root, for consumers without SQL: plain files for any static host.

It is made from the release alone and can be made again from it at any time; the same release gives the same bytes. A
new set is written beside the old one and takes its place in one step; a file whose content is as it was is not written
again but linked, so that a mirror copies only what changed. Where release and code are those that the standing files
were made from, and these are as they were made, nothing is made again. What the files hold is said in
`publish.static_schemas`.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from publish.collecting import uncollected
from publish.manifest import MANIFEST, files_in, read_manifest
from publish.open_release import open_release
from publish.own_code import hash_of_code
from publish.staging import cannot_write, clear, only_publisher, stage, swap
from publish.static_compare import comparisons
from publish.static_content import API, content_pages
from publish.static_origin import origin_pages
from publish.static_pages import Page, as_bytes, encode
from publish.static_prose import prose_pages
from publish.static_rules import rule_pages
from publish.static_schemas import schemas


@dataclass(frozen=True)
class StaticReport:
    """What came of writing the static files.

    Attributes:
        path: the directory they stand in.
        files: how many there are.
        written: how many are new or have another content; 0 where nothing changed.
        removed: how many of the set before are no more.
        size: bytes of all.
        largest: path and bytes of the largest.
    """

    path: Path
    files: int
    written: int
    removed: int
    size: int
    largest: tuple[str, int]


def write_static_json(public_dir: Path, release_dir: Path) -> StaticReport:
    """Write the static JSON of a release.

    Args:
        public_dir: the web root; the files stand in `api/v1/` under it.
        release_dir: the release, such as `releases/v1.0.0` under the web root.

    Raises:
        FtaError: `no_manifest`, `bad_manifest`, `no_release` or `release_unreadable`, where it is no release;
            `locked`, where another writer is at work; `cannot_write`.
    """
    place = public_dir / "api" / API
    manifest = read_manifest(release_dir)
    try:
        with only_publisher(place.parent), closing(open_release(release_dir)) as connection, uncollected():
            clear(place.parent)
            made_from = _origin(release_dir)
            if (standing := _standing(place, made_from)) is not None:
                return standing
            day = date.fromisoformat(manifest["published_on"][:10])
            pages = chain(content_pages(connection, manifest), _schemas(), origin_pages(connection, day))
            encoded = ((path, as_bytes(encode(value))) for path, value in pages)
            files = chain(encoded, prose_pages(connection), rule_pages(connection), comparisons(connection))
            report, content = _replace(place, files)
            facts = {"made_from": made_from, "content": content, "size": report.size, "largest": report.largest}
            swap(_note(place), as_bytes(encode(facts)))
            return report
    except (OSError, sqlite3.OperationalError) as error:
        raise cannot_write("The static JSON", place, error) from error


def _origin(release_dir: Path) -> str:
    """A hash of all that the files are made from: the release, by its manifest, and the code."""
    return _hash((release_dir / MANIFEST).read_bytes() + hash_of_code().encode())


def _note(place: Path) -> Path:
    """Where it is noted what the standing files were made from."""
    return place.with_name(f".{place.name}.json")


def _standing(place: Path, made_from: str) -> StaticReport | None:
    """The report of files that stand as they were made, from the same things; None where they must be made again."""
    try:
        note = json.loads(_note(place).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    if note.get("made_from") != made_from or note.get("content") != _content(place):
        return None
    path, size = note["largest"]
    return StaticReport(place, len(files_in(place)), 0, 0, note["size"], (path, size))


def _content(place: Path) -> str:
    """The hash of a directory's content, as it stands."""
    paths = files_in(place) if place.is_dir() else []
    return _hash_of({path: _hash((place / path).read_bytes()) for path in paths})


def _hash_of(hashes: Mapping[str, str]) -> str:
    """A hash of files, from those of each by its path."""
    return _hash("".join(f"{path}\0{digest}\n" for path, digest in sorted(hashes.items())).encode())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _schemas() -> Iterator[tuple[str, Any]]:
    for kind, schema in schemas().items():
        yield f"schema/{kind}.json", schema


def _replace(place: Path, files: Iterable[Page]) -> tuple[StaticReport, str]:
    """Write files beside a directory, and let them take its place unless they are what stands there.

    Returns:
        What came of it, and the hash of the content (`_content`).
    """
    before = set(files_in(place)) if place.is_dir() else set()
    staged = stage(place.parent, place.name)
    sizes: dict[str, int] = {}
    hashes: dict[str, str] = {}
    folders: set[str] = set()
    written = 0
    try:
        for path, content in files:
            sizes[path], hashes[path] = len(content), _hash(content)
            if (folder := path.rpartition("/")[0]) not in folders:
                (staged / folder).mkdir(parents=True, exist_ok=True)
                folders.add(folder)
            written += _put(staged / path, content, place / path if path in before else None)
        removed = len(before - sizes.keys())
        if written or removed:
            exchange(staged, place)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    largest = max(sizes.items(), key=lambda item: (item[1], item[0]))
    return StaticReport(place, len(sizes), written, removed, sum(sizes.values()), largest), _hash_of(hashes)


def _put(path: Path, content: bytes, before: Path | None) -> bool:
    """Write a file, or link the one that stands with the same content; whether it was written."""
    if before is not None and before.read_bytes() == content:
        try:
            os.link(before, path)
        except OSError:  # a file system without hard links
            shutil.copy2(before, path)
        return False
    path.write_bytes(content)
    return True


def exchange(staged: Path, place: Path) -> None:
    """Let a directory take the place of another in one step; the other, if any, stands where the first was.

    On Linux the two are exchanged by one call of the kernel. Elsewhere, or on a file system that cannot, the old one
    is moved aside first: for a moment there is none.
    """
    if not place.exists():
        staged.rename(place)
    elif not _exchanged(staged, place):
        aside = staged.with_name(f"{staged.name}-old")
        place.rename(aside)
        staged.rename(place)
        aside.rename(staged)


def _exchanged(one: Path, other: Path) -> bool:
    """Have Linux exchange two paths (`renameat2` with RENAME_EXCHANGE, its flag 2); whether it could."""
    if sys.platform != "linux":
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    here = -100  # AT_FDCWD: paths are taken from the working directory
    return call is not None and call(here, os.fsencode(one), here, os.fsencode(other), 2) == 0
