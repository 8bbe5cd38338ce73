"""Puts the tables of all units together as a release would hold them, quarantined schedules as the last release had
them, with the words that state their facts; and names every input for the manifest.

Prose is said last, from exactly the rows that are released beside it, so that it can never contradict them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute

from pipelines.home import Home
from pipelines.plan import Plan, content_hash, extraction_path, file_hash
from publish.manifest import read_manifest, read_tables, released
from sources.content import FOLDER, load_content
from sources.registry import Registry, sources_root
from transforms.content import Said, content_rows, render
from transforms.hs_differences import difference_table
from warehouse.arrow_files import mapped_tables, write_files
from warehouse.carry import carry_forward
from warehouse.content import canonical_order
from warehouse.store import assemble
from warehouse.tables import TABLES, build

pc: Any = pyarrow.compute  # its stubs know chunked arrays only in part

Tables = dict[str, pa.Table]


@dataclass(frozen=True)
class Assembled:
    """What a release made now would hold, but for judgement and changes.

    Attributes:
        carried: schedules that keep the rows of the last release.
        absent: quarantined schedules of which the last release held nothing.
        said: prose as it was said with these tables; None where they were kept from before.
    """

    tables: Tables
    carried: tuple[str, ...]
    absent: tuple[str, ...]
    said: Said | None = None


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

    Raises:
        FtaError: a piece of content is not a piece (`sources.content.load_content`).
    """
    units = {
        unit.name: home.store.tables(unit.name)
        for unit in plan.units
        if not (unit.kind == "schedule" and unit.owner in quarantined)
    }
    carried: list[str] = []
    absent: list[str] = []
    previous = previous_tables(home) if quarantined else None
    for schedule in sorted(quarantined):
        rows = carry_forward(previous or {}, schedule) if previous else {}
        (carried if rows else absent).append(schedule)
        documents = rows.pop("document", None)
        if documents is not None:
            _replace_documents(units, documents)
        units[f"carried-{schedule}"] = rows
    tables = assemble(units)
    said = render(load_content(sources_root(), home.sources), tables)
    tables |= {name: build(name, rows) for name, rows in content_rows(said[0]).items()}
    tables["hs2022_difference"] = difference_table(tables["schedule"], tables["hs2022_preference_rate"])
    return Assembled(tables, tuple(carried), tuple(absent), said)


def keep_assembled(plan: Plan, home: Home, tables: Tables) -> None:
    """Keep what was judged, in the place of what was before, so that publishing need not put it together again."""
    beside = home.assembled / f"writing.{os.getpid()}"
    shutil.rmtree(home.assembled, ignore_errors=True)
    beside.mkdir(parents=True)
    write_files(beside, {name: canonical_order(table, TABLES[name].natural_key) for name, table in tables.items()})
    beside.replace(home.assembled / plan.judgement)


def kept_or_assembled(plan: Plan, home: Home, quarantined: Collection[str]) -> Assembled:
    """What was judged last, where it was made from this plan and nothing is in quarantine; else assembled anew."""
    folder = home.assembled / plan.judgement
    if quarantined or not folder.is_dir():
        return assemble_release(plan, home, quarantined)
    return Assembled(mapped_tables(folder), (), ())


def _replace_documents(units: dict[str, Tables], documents: pa.Table) -> None:
    """Let a document that carried rows point at stand as the last release described it."""
    for tables in units.values():
        if "document" in tables:
            ids = documents.column("document_id").combine_chunks()
            others = tables["document"].filter(pc.invert(pc.is_in(tables["document"].column("document_id"), ids)))
            if others.num_rows < tables["document"].num_rows:
                tables["document"] = pa.concat_tables([others, documents])


def inputs(registry: Registry, home: Home) -> list[dict[str, Any]]:
    """Every input of a release: documents with their hash and that of their accepted extraction, then the YAML."""
    found: list[dict[str, Any]] = []
    for document in registry.documents.values():
        accepted = extraction_path(document, registry, home)
        found.append(
            {
                "document_id": document.id,
                "sha256": document.sha256,
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
