"""Publishing: whether there is a release to make, what is in it, and how it comes to stand in its place.

A release is refused unless the judgement is bound to exactly the tables that would be written. It is written beside
its place, written again and compared (C48), verified as a consumer would (C50), flushed, renamed, and only then named
in the listings. The bytes of each file are the matter of `publish.writing`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from publish.changelog import headline, summarise
from publish.changes import ChangeRow, change_rows
from publish.differences import differences, differing
from publish.feed import refresh_listings
from publish.manifest import (
    MANIFEST,
    SUMS,
    contract,
    parse_sums,
    read_manifest,
    read_tables,
    released,
    sha256_of,
    shapes,
)
from publish.reasons import Upstream, upstream
from publish.shape import shape_of
from publish.staging import clear, only_publisher
from publish.twice import files_that_differ, put_in_place
from publish.versions import Contract, Version, next_step
from publish.writing import Plan, write_release
from sources.errors import Exit, FtaError
from warehouse.content import NOT_JUDGED, canonical_order, content_hash, joined_hash
from warehouse.rows import build
from warehouse.tables import TABLES, arrow_schema

ENTITIES = ("regime", "schedule", "document")
"""Tables whose rows stand, in `change`, for everything that came with them."""


@dataclass(frozen=True)
class ReleaseInput:
    """What is to be published.

    Attributes:
        tables: tables of `warehouse.tables` in their published schema; one that is absent is empty.
        inputs: everything that was read: `document_id`, `sha256`, `extraction_sha256` and `path` (a name, not a place
            on this machine); `document_id` is None for an input that is no document.
        code_version: hash of the code.
        judgement: `passed`, `blocking` (rules), `content_hash` (of what was judged).
        approved_by: who approved, or None.
        note: words for the changelog, or None.
        accepted_quarantine: schedules that may be published with the rows of the last release.
        source_date_epoch: seconds since 1970: the time that the release states.
    """

    tables: Mapping[str, pa.Table]
    inputs: list[dict[str, Any]]
    code_version: str
    judgement: Mapping[str, Any]
    source_date_epoch: int
    approved_by: str | None = None
    note: str | None = None
    accepted_quarantine: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Published:
    """What publishing gave.

    Attributes:
        version: of the release made, or of the latest where nothing changed.
        path: its directory.
        changed: whether a release was made.
        counts: rows of each table.
        summary: rows added, removed and changed, by reason, regime and table, and the most important changes.
        message: the same in one sentence.
    """

    version: str
    path: Path
    changed: bool
    counts: dict[str, int]
    summary: Mapping[str, Any]
    message: str


@dataclass(frozen=True)
class Older:
    """The release before, as far as it is needed."""

    path: Path
    manifest: dict[str, Any]


def publish(
    public_dir: Path, release_input: ReleaseInput, secret_key: str | None = None, *, write_twice: bool = True
) -> Published:
    """Write the next immutable release, unless nothing changed.

    Args:
        public_dir: the web root; releases stand in `releases/` under it.
        release_input: what is to be published.
        secret_key: line of an Ed25519 key to sign with, see `publish.signing.key_from`.
        write_twice: write everything a second time and compare the bytes (C48).

    Raises:
        FtaError: `judgement_not_bound`, `blocking_rule`, `quarantine_not_accepted`, `unknown_schedule`, `locked`,
            `release_altered`, `unexplained_change`, `release_faulty`, `cannot_write`.
    """
    tables, hashes = _canonical(release_input.tables)
    _demand_judgement(release_input, joined_hash(hashes))
    _demand_quarantine_accepted(release_input)
    releases = public_dir / "releases"
    try:
        with only_publisher(releases):
            clear(releases)
            refresh_listings(releases)
            older = _latest(releases)
            if older is not None and _is_same(older, hashes):
                return _nothing_new(older)
            plan = make_plan(release_input, tables, hashes, older)
            place = put_in_place(releases, plan, secret_key, write_twice)
            refresh_listings(releases)
    except (OSError, sqlite3.OperationalError) as error:
        raise FtaError(
            "cannot_write", f"The release could not be written: {error}.",
            where={"path": str(releases)}, exit_code=Exit.REFUSED,
            remedy="Make room or give leave to write there, then publish again; the last release still stands.",
        ) from error  # fmt: skip
    counts = {name: table.num_rows for name, table in plan.tables.items()}
    return Published(plan.version, place, True, counts, plan.summary, headline(plan.step, plan.summary))


def _canonical(tables: Mapping[str, pa.Table]) -> tuple[dict[str, pa.Table], dict[str, str]]:
    """Every table of the vocabulary in its schema and order, and its hash; `change` is made later and so empty."""

    def ready(name: str) -> tuple[pa.Table, str]:
        schema = arrow_schema(name)
        table = tables.get(name) if name != "change" else None
        held = schema.empty_table() if table is None else table.select(schema.names)
        held = held if held.schema.equals(schema) else held.cast(schema)
        ordered = canonical_order(held, TABLES[name].natural_key)
        return ordered, content_hash(ordered, TABLES[name].natural_key)

    with ThreadPoolExecutor(2) as two:  # Arrow, and not Python, has most of the work
        found = dict(zip(TABLES, two.map(ready, TABLES), strict=True))
    return {name: table for name, (table, _) in found.items()}, {name: said for name, (_, said) in found.items()}


def _demand_judgement(given: ReleaseInput, judged: str) -> None:
    stated = given.judgement.get("content_hash")
    if stated != judged:
        raise FtaError(
            "judgement_not_bound", f"What was judged is not what would be published: {stated} against {judged}.",
            remedy="Run `ftadata refresh` so that exactly this data is judged.", exit_code=Exit.REFUSED,
        )  # fmt: skip
    blocking = list(given.judgement.get("blocking", ()))
    if blocking or not given.judgement.get("passed", False):
        raise FtaError(
            "blocking_rule", f"Rules that block a release fail: {', '.join(blocking) or 'the judgement did not pass'}.",
            remedy="See `ftadata check`.", exit_code=Exit.FAILED,
        )  # fmt: skip


def _demand_quarantine_accepted(given: ReleaseInput) -> None:
    schedules = given.tables.get("schedule")
    rows = schedules.to_pylist() if schedules is not None else []
    unknown = set(given.accepted_quarantine) - {row["schedule_id"] for row in rows}
    if unknown:
        raise FtaError(
            "unknown_schedule", f"There is no schedule {', '.join(sorted(unknown))} in this data.",
            remedy="`ftadata review` names the schedules in quarantine.", exit_code=Exit.WRONG_USE,
        )  # fmt: skip
    carried = {str(row["schedule_id"]) for row in rows if row["status"] == "carried_forward"}
    if waiting := sorted(carried - set(given.accepted_quarantine)):
        raise FtaError(
            "quarantine_not_accepted",
            f"In quarantine, with the rows of the last release: {', '.join(waiting)}.",
            where={"schedule": ", ".join(waiting)}, exit_code=Exit.REFUSED,
            remedy="Mend the source, or accept it: "
            + " ".join(["ftadata publish", *(f"--accept-quarantine {name}" for name in waiting)]),
        )  # fmt: skip


def _latest(releases: Path) -> Older | None:
    """The newest release that stands, its manifest checked against its own sums."""
    standing = list(released(releases).values())
    if not standing:
        return None
    return Older(standing[-1], trusted_manifest(standing[-1]))


def trusted_manifest(directory: Path) -> dict[str, Any]:
    """The manifest of a release.

    Raises:
        FtaError: `release_altered`, where it is not the one that SHA256SUMS names.
    """
    manifest = read_manifest(directory)
    try:
        stated = parse_sums((directory / SUMS).read_text(encoding="utf-8")).get(MANIFEST)
    except (OSError, ValueError):
        stated = None
    if stated != sha256_of(directory / MANIFEST):
        raise FtaError(
            "release_altered", "The manifest is not the one that SHA256SUMS names.",
            where={"path": str(directory / MANIFEST)}, exit_code=Exit.DOCUMENT,
            remedy="See what else differs with `ftadata verify`, and put the published files back.",
        )  # fmt: skip
    return manifest


def _is_same(older: Older, hashes: Mapping[str, str]) -> bool:
    """Whether the older release holds the same rows in the same shape.

    Its `change` table does not count, nor do the results of judging it: they speak of the release before it.
    """
    stated = older.manifest["tables"]
    if stated.keys() != hashes.keys():
        return False
    if any(shape.types() != shape_of(name).types() for name, shape in shapes(older.manifest).items()):
        return False
    return all(stated[name]["content_hash"] == hashes[name] for name in hashes if name not in NOT_JUDGED)


def _nothing_new(older: Older) -> Published:
    version = str(older.manifest["version"])
    counts = {name: facts["rows"] for name, facts in older.manifest["tables"].items()}
    nothing = {"rows": {"added": 0, "removed": 0, "changed": 0}}
    return Published(version, older.path, False, counts, nothing, f"Nothing changed since release {version}.")


def preview(public_dir: Path, release_input: ReleaseInput) -> dict[str, Any]:
    """What the next release would be, without writing it: `next` version, a sentence, counts and important changes.

    Raises:
        FtaError: `release_altered` or `unexplained_change`.
    """
    tables, hashes = _canonical(release_input.tables)
    older = _latest(public_dir / "releases")
    if older is not None and _is_same(older, hashes):
        made = _nothing_new(older)
        return {"next": made.version, "summary": made.message, "rows": made.summary["rows"], "important": []}
    plan = make_plan(release_input, tables, hashes, older)
    return {"next": plan.version, "summary": headline(plan.step, plan.summary), **plan.summary}


def make_plan(
    given: ReleaseInput, tables: Mapping[str, pa.Table], hashes: Mapping[str, str], older: Older | None
) -> Plan:
    """What the next release is made from: its version, changes with their reasons, and story.

    Args:
        given: what is to be published.
        tables: all of it in canonical order.
        hashes: content hash of each table.
        older: the release before, or None.

    Raises:
        FtaError: `release_altered` or `unexplained_change`.
    """
    after = Contract(
        {name: shape_of(name).types() for name in TABLES},
        frozenset(map(str, tables["regime"].column("regime_id").to_pylist())),
        frozenset(map(str, tables["schedule"].column("schedule_id").to_pylist())),
    )
    inputs = sorted(given.inputs, key=lambda entry: (str(entry.get("document_id") or ""), str(entry.get("path") or "")))
    made_from = upstream({"inputs": inputs, "code_version": given.code_version})
    if older is None:
        step = next_step(None, None, after)
        nothing = Upstream({}, {}, {}, given.code_version)
        diffs, reasons = differences({}, tables, nothing, made_from, ENTITIES)
        before: Mapping[str, pa.Table] = {}
    else:
        step = next_step(Version.parse(older.manifest["version"]), contract(older.manifest), after)
        before = read_tables(older.path, older.manifest)
        names = differing(older.manifest, hashes)
        diffs, reasons = differences(before, tables, upstream(older.manifest), made_from, names)
    rows = list(change_rows(diffs, str(step.version), reasons))
    ledger = build("change", (row for row in rows if not _came_with_an_entity(row)))
    return Plan(
        step=step,
        previous=str(older.manifest["version"]) if older else None,
        tables={**tables, "change": ledger},
        hashes={**hashes, "change": content_hash(ledger, TABLES["change"].natural_key)},
        content_hash=joined_hash(hashes),
        changes=build("change", rows),
        summary=summarise(diffs, reasons, before, tables),
        older_changelog=(older.path / "CHANGELOG.md").read_text(encoding="utf-8") if older else None,
        inputs=inputs,
        code_version=given.code_version,
        judgement=given.judgement,
        approval={
            "approved_by": given.approved_by,
            "note": given.note,
            "accepted_quarantine": sorted(given.accepted_quarantine),
        },
        epoch=given.source_date_epoch,
    )


def _came_with_an_entity(row: ChangeRow) -> bool:
    """Whether a row was added with a regime, schedule or document that stands in the ledger itself."""
    return row["op"] == "added" and row["reason"] == "source_added" and row["table_name"] not in ENTITIES


def rebuild(release_dir: Path, given: ReleaseInput, scratch: Path, secret_key: str | None = None) -> list[str]:
    """Build a published release again from its inputs and name the files that came out otherwise.

    Args:
        release_dir: the published release; the release it follows must stand beside it.
        given: its inputs, with the approval and the time that its manifest states.
        scratch: an empty directory to build in.
        secret_key: the key it was signed with; without it a signed release's key and manifest cannot come out alike.

    Raises:
        FtaError: `release_altered`, or the release before is not at hand.
    """
    manifest = trusted_manifest(release_dir)
    older = None
    if manifest["previous"] is not None:
        path = release_dir.resolve().parent / f"v{manifest['previous']}"
        older = Older(path, trusted_manifest(path))
    tables, hashes = _canonical(given.tables)
    write_release(scratch, make_plan(given, tables, hashes, older), secret_key)
    return files_that_differ(release_dir, scratch)
