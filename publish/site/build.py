"""Builds the site of a release: every page in every language, its assets and search index, and puts it in its place.

A site made from the same release by the same code is not made again.
"""

from __future__ import annotations

import gc
import json
import shutil
import sqlite3
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from multiprocessing import cpu_count
from pathlib import Path
from typing import Any

from publish.collecting import uncollected
from publish.manifest import files_in, read_manifest
from publish.open_release import open_release
from publish.own_code import hash_of_code
from publish.sharing import processes, side_by_side
from publish.site import agreements, assess, changes, content, data, explore, hs, plain
from publish.site.assets import WORKER, assets_hash, worker, write_assets, write_pictures
from publish.site.facts import Facts
from publish.site.pages import Maker, Page
from publish.site.render import render
from publish.site.search_index import write_search_index
from publish.site.swapping import ASSETS, read_mark, settle
from publish.site.words import LANGUAGES
from publish.staging import cannot_write, clear, only_publisher, stage

MAKERS: tuple[Maker, ...] = (
    plain.pages, hs.pages, agreements.pages, assess.pages, content.pages, data.pages, explore.pages,
    changes.pages,
)  # fmt: skip
"""Everything that makes pages, in no particular order."""

NAV = (
    ("find", ""), ("origin", "origin/"), ("agreements", "agreements/"), ("hs", "hs/"), ("explore", "explore/"),
    ("exporter", f"guides/{content.EXPORTER}/"),
    ("help", "help/"), ("news", "news/"), ("data", "data/"), ("about", "about/"),
)  # fmt: skip
"""The navigation: key of its words, and page."""

_MANY = 1_000
"""Nodes of the nomenclature from which on pages are written by several processes."""
_DESKS = 4
"""Processes at most that write pages, with this one; each of them reads the release."""


@dataclass(frozen=True)
class SiteReport:
    """What came of building the site.

    Attributes:
        path: the web root.
        pages: pages in all languages.
        size: bytes of all pages and assets.
        changed: whether it was made; False where the same site stood already.
    """

    path: Path
    pages: int
    size: int
    changed: bool

    def as_json(self) -> dict[str, Any]:
        """The report as one document."""
        return {"path": str(self.path), "pages": self.pages, "bytes": self.size, "changed": self.changed}


def writers() -> ProcessPoolExecutor:
    """Processes that write the web root with this one, so that together they are as many as processors, up to four."""
    return processes(max(min(cpu_count(), _DESKS) - 1, 1))


def build_site(public_dir: Path, release_dir: Path, pool: ProcessPoolExecutor | None = None) -> SiteReport:
    """Build the site of a release into the web root, unless it stands there already.

    Args:
        public_dir: the web root, with `releases/`.
        release_dir: the release.
        pool: `writers` that write other things as well; else the site has its own.

    Raises:
        FtaError: `no_manifest`, `bad_manifest`, `no_release` or `release_unreadable`, where it is no release;
            `locked`, where another is building; `cannot_write`.
    """
    manifest = read_manifest(release_dir)
    releases = _releases(public_dir)
    made_from = _fingerprint(manifest, releases)
    try:
        with only_publisher(public_dir), uncollected():
            mark = read_mark(public_dir)
            if mark is not None and mark.get("made_from") == made_from:
                return SiteReport(public_dir, mark["pages"], mark["bytes"], False)
            clear(public_dir)
            staged = stage(public_dir, "site")
            try:
                with closing(open_release(release_dir)) as connection:
                    facts = Facts(connection, manifest, release_dir, releases)
                    pages = _write(staged, public_dir, facts, pool)
                size = sum((staged / path).stat().st_size for path in files_in(staged))
                report = SiteReport(public_dir, pages, size, True)
                mark = {"release": facts.version, "made_from": made_from, "pages": pages, "bytes": size}
                settle(staged, public_dir, LANGUAGES, mark)
            finally:
                shutil.rmtree(staged, ignore_errors=True)
            return report
    except (OSError, sqlite3.OperationalError) as error:
        raise cannot_write("The site", public_dir, error) from error


def _releases(public: Path) -> tuple[dict[str, Any], ...]:
    """The entries of the list of releases, the newest first; none where there is no list."""
    listing = public / "releases" / "index.json"
    if not listing.is_file():
        return ()
    return tuple(json.loads(listing.read_text(encoding="utf-8"))["releases"])


def _fingerprint(manifest: dict[str, Any], releases: tuple[dict[str, Any], ...]) -> str:
    """A hash of everything a site is made from: the release, the list of releases, and the code."""
    return sha256(json.dumps([manifest, releases, assets_hash(), hash_of_code()], sort_keys=True).encode()).hexdigest()


def _write(staged: Path, public: Path, facts: Facts, pool: ProcessPoolExecutor | None) -> int:
    """Write everything; how many pages there are."""
    assets = staged / ASSETS
    assets.mkdir()
    around = {
        "assets": f"{ASSETS}/{assets_hash()}/",
        "release": facts.version,
        "published_on": facts.day,
        "index": write_search_index(assets, facts),
        "home_party": facts.home,
        "nav": [entry for entry in NAV if entry[0] != "exporter" or content.EXPORTER in facts.guides],
        "places": content.places(facts, write_pictures(assets, facts)),
        "changed": changes.touched(facts),
        "kept": {},
    }
    shared = _Shared(staged, facts.directory, facts.manifest, facts.releases, around)
    jobs = [*range(len(MAKERS)), *hs.sections_with_headings(facts)]
    desk = _Desk(staged, facts, around)
    cut = partial(write_assets, assets, public / ASSETS)  # the font is cut while pages are written
    if len(facts.nodes) > _MANY:
        with writers() if pool is None else nullcontext(pool) as others:
            count = sum(side_by_side(others, jobs, partial(_do, shared), desk.write, cut))
    else:
        cut()
        count = sum(map(desk.write, jobs))
    for name in ("index.html", "404.html"):
        (staged / name).write_text(plain.root_page(name, around), encoding="utf-8")
    (staged / WORKER).write_text(worker(), encoding="utf-8")
    return count


@dataclass(frozen=True)
class _Shared:
    """What a writer of pages in another process starts from."""

    staged: Path
    release: Path
    manifest: Mapping[str, Any]
    releases: tuple[Mapping[str, Any], ...]
    around: Mapping[str, Any]


class _Desk:
    """A writer of pages: it reads what they say once and writes each in every language."""

    def __init__(self, staged: Path, facts: Facts, around: Mapping[str, Any]) -> None:
        self.staged = staged
        self._facts, self._around = facts, around
        self._headings = hs.Headings(facts)

    def write(self, job: int | str) -> int:
        """Write the pages of a maker, by its number, or of a section's headings; how many there are."""
        pages = MAKERS[job](self._facts) if isinstance(job, int) else self._headings.pages(job)
        count = sum(self._page(page) for page in pages)
        gc.collect(0)  # what templates leave behind, where nobody else looks for it
        return count

    def _page(self, page: Page) -> int:
        for lang in LANGUAGES:
            place = self.staged / lang / page.path
            place.mkdir(parents=True, exist_ok=True)
            for name, text in (("index.html", render(page, lang, self._around)), *page.files.items()):
                (place / name).write_bytes(text.encode())
        return len(LANGUAGES)


_DESK: list[_Desk] = []
"""The desk of one of the `writers`, once it has written a page."""


def _do(shared: _Shared, job: int | str) -> int:
    if not _DESK or _DESK[0].staged != shared.staged:
        gc.disable()  # as `uncollected`, for as long as the process lives
        facts = Facts(open_release(shared.release), shared.manifest, shared.release, shared.releases)
        _DESK[:] = [_Desk(shared.staged, facts, shared.around)]
    return _DESK[0].write(job)
