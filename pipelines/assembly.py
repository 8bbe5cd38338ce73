"""Puts the tables of all units together as a release would hold them, quarantined schedules as the last release had
them, with the words that state their facts; and names every input for the manifest.

Prose is said last, from exactly the rows that are released beside it, so that it can never contradict them.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute

from pipelines.home import Home
from pipelines.plan import COMPUTING, Plan, code_hash, content_hash, extraction_path, file_hash, fingerprint
from publish.manifest import read_manifest, read_tables, released
from sources.content import FOLDER, load_content
from sources.extraction import read_head
from sources.registry import Registry, sources_root
from transforms.content import Said, content_rows, render
from transforms.hs_differences import difference_table
from warehouse.arrow_files import mapped_tables, write_files
from warehouse.carry import carry_forward
from warehouse.content import canonical_order, table_content_hash
from warehouse.rows import build
from warehouse.store import put_together, read_table
from warehouse.tables import TABLES

pc: Any = pyarrow.compute  # its stubs know chunked arrays only in part

Tables = dict[str, pa.Table]


@dataclass(frozen=True)
class Made:
    """A table with what is known of it.

    Attributes:
        content_hash: of its rows.
        made_of: hash of the files of units that it was put together from; None where it was made otherwise.
        file: where it is kept already, and mapped from; None where it was made now.
    """

    table: pa.Table
    content_hash: str
    made_of: str | None = None
    file: Path | None = None


@dataclass(frozen=True)
class Assembled:
    """What a release made now would hold, but for judgement and changes.

    Attributes:
        carried: schedules that keep the rows of the last release.
        absent: quarantined schedules of which the last release held nothing.
        made: the tables with what is known of them, and `said` prose as it was said with them; nothing of either where
            the tables were kept from before.
    """

    tables: Tables
    carried: tuple[str, ...]
    absent: tuple[str, ...]
    made: Mapping[str, Made] = field(default_factory=dict)
    said: Said | None = None

    @property
    def hashes(self) -> dict[str, str]:
        """The content hash of each table that was made."""
        return {name: made.content_hash for name, made in self.made.items()}


def previous_tables(home: Home, names: Collection[str] | None = None) -> Tables | None:
    """The tables of the last release, or those named of them; None where nothing is published."""
    standing = list(released(home.public / "releases").values())
    if not standing:
        return None
    manifest = read_manifest(standing[-1])
    return read_tables(standing[-1], manifest, None if names is None else sorted({*names} & {*manifest["tables"]}))


def broken_schedules(plan: Plan, home: Home) -> dict[str, list[str]]:
    """Schedules whose unit could not be made, or was made from something else, with the reason."""
    found: dict[str, list[str]] = {}
    for unit in plan.units:
        if unit.kind != "schedule":
            continue
        state = home.states.state(unit.name)
        if state is None or state.error is not None or state.fingerprint != unit.fingerprint:
            error = (state.error if state else None) or {"message": "It has not been made yet: run `ftadata refresh`."}
            found[unit.owner] = [error["message"]]
    return found


def assemble_release(plan: Plan, home: Home, quarantined: Collection[str]) -> Assembled:
    """The tables of all units, for a quarantined schedule its rows of the last release; and prose.

    A table made of the same files as the one that was judged last is that one. The others are made two at a time, each
    from its parts alone, so that the parts of all tables are never held together.

    Raises:
        FtaError: a piece of content is not a piece (`sources.content.load_content`).
    """
    files = {
        unit.name: home.store.files(unit.name)
        for unit in plan.units
        if not (unit.kind == "schedule" and unit.owner in quarantined)
    }
    previous = previous_tables(home) if quarantined else None
    carried = {schedule: carry_forward(previous, schedule) if previous else {} for schedule in sorted(quarantined)}
    kept = {} if quarantined else _kept(home)
    with ThreadPoolExecutor(max_workers=2) as two:
        made = dict(zip(TABLES, two.map(lambda name: _made(name, files, carried, kept.get(name)), TABLES), strict=True))
    tables = {name: one.table for name, one in made.items()}
    said = render(load_content(sources_root(), home.sources), tables)
    further = {name: build(name, rows) for name, rows in content_rows(said[0]).items()}
    further["hs2022_difference"] = difference_table(tables["schedule"], tables["hs2022_preference_rate"])
    made |= {name: Made(table, table_content_hash(name, table)) for name, table in further.items()}
    return Assembled(
        tables | further,
        tuple(schedule for schedule, rows in carried.items() if rows),
        tuple(schedule for schedule, rows in carried.items() if not rows),
        made,
        said,
    )


def _made(name: str, files: Mapping[str, Mapping[str, Path]], carried: Mapping[str, Tables], kept: Made | None) -> Made:
    """A table put together from the files of units and carried rows; the one that is kept, if made of the same."""
    parts = {unit: of_unit[name] for unit, of_unit in files.items() if name in of_unit}
    made_of = fingerprint(code_hash(COMPUTING), [(unit, file_hash(parts[unit])) for unit in sorted(parts)])
    if kept is not None and kept.made_of == made_of:
        return kept
    found = {unit: read_table(file, name) for unit, file in parts.items()}
    rows = {f"carried-{schedule}": tables[name] for schedule, tables in carried.items() if name in tables}
    if name == "document":
        found = {unit: _without(table, rows.values()) for unit, table in found.items()}
    table = put_together(name, [part for _, part in sorted({**found, **rows}.items())])
    return Made(table, table_content_hash(name, table), None if carried else made_of)


def _without(documents: pa.Table, carried: Iterable[pa.Table]) -> pa.Table:
    """Documents without those that carried rows point at, which stand as the last release described them."""
    for rows in carried:
        documents = documents.filter(
            pc.invert(pc.is_in(documents["document_id"], rows["document_id"].combine_chunks()))
        )
    return documents


def keep_assembled(plan: Plan, home: Home, assembled: Assembled) -> None:
    """Keep what was judged, in the place of what was before, so that it need not be put together again.

    A file that holds what it held stays; the folder has no name that counts until all of it is there.
    """
    beside = home.assembled / f"writing.{os.getpid()}"
    home.assembled.mkdir(parents=True, exist_ok=True)
    stays = {name: made.file for name, made in assembled.made.items() if made.file}
    if stays:
        next(iter(stays.values())).parent.replace(beside)
    else:
        beside.mkdir()
    for file in beside.iterdir():
        if file.stem not in stays:
            file.unlink()  # and not overwritten: somebody may be looking into it
    changed = {name: table for name, table in assembled.tables.items() if name not in stays}
    write_files(beside, {name: canonical_order(table, TABLES[name].natural_key) for name, table in changed.items()})
    known = {name: [made.content_hash, made.made_of] for name, made in assembled.made.items()}
    (beside / _KNOWN).write_text(json.dumps(known), encoding="utf-8")
    for other in home.assembled.iterdir():
        if other != beside:
            shutil.rmtree(other)
    beside.replace(home.assembled / plan.judgement)


_KNOWN = "known.json"
"""Beside the tables that are kept: the content hash of each, and what it was made of."""


def _kept(home: Home) -> dict[str, Made]:
    """The tables that were judged last, as they are kept; none where nothing is."""
    known = next((file for file in home.assembled.glob(f"*/{_KNOWN}") if not file.parent.suffix), None)
    if known is None:
        return {}
    said = json.loads(known.read_text(encoding="utf-8"))
    kept = mapped_tables(known.parent)
    return {
        name: Made(kept[name], content_hash, made_of, known.parent / f"{name}.arrow")
        for name, (content_hash, made_of) in said.items()
        if made_of is not None
    }


def kept_or_assembled(plan: Plan, home: Home, quarantined: Collection[str]) -> Assembled:
    """What was judged last, where it was made from this plan and nothing is in quarantine; else assembled anew."""
    folder = home.assembled / plan.judgement
    if quarantined or not folder.is_dir():
        return assemble_release(plan, home, quarantined)
    return Assembled(mapped_tables(folder), (), ())


def inputs(registry: Registry, home: Home) -> list[dict[str, Any]]:
    """Every input of a release: documents with their hash and that of their accepted extraction, then the YAML.

    The hash of a document is that of the bytes whose extraction was accepted, which may be others than its description
    expects: a new issue is accepted on purpose, and is then the law.
    """
    found: list[dict[str, Any]] = []
    for document in registry.documents.values():
        accepted = extraction_path(document, registry, home)
        found.append(
            {
                "document_id": document.id,
                "sha256": read_head(accepted).sha256 if accepted else document.sha256,
                "extraction_sha256": file_hash(accepted),
                "path": f"{registry.folders[f'document:{document.id}'].name}/documents.yml",
            }
        )
    for file in sorted(home.sources.glob("*.yml")):
        found.append({"document_id": None, "sha256": file_hash(file), "extraction_sha256": None, "path": file.name})
    for folder in sorted(set(registry.folders.values()), key=lambda path: path.name):
        for file in sorted([*folder.rglob("*.yml"), *folder.glob("*.csv")]):
            path = f"{folder.name}/{file.relative_to(folder).as_posix()}"
            found.append({"document_id": None, "sha256": file_hash(file), "extraction_sha256": None, "path": path})
    content = content_hash([sources_root(), home.sources])
    found.append({"document_id": None, "sha256": content, "extraction_sha256": None, "path": FOLDER})
    return found
