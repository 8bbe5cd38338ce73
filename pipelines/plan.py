"""What has to be done: the units of work, what each is made from, and which are fresh.

A unit's fingerprint is the hash of the code, the YAML and the accepted extractions it depends on; a document's is the
hash of its bytes, its accepted extraction and the code of the readers. Planning reads small files only: it imports
neither Dagster nor Great Expectations, so that a run with nothing to do ends at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pipelines.home import Home
from sources.content import content_files
from sources.registry import Registry, sources_root
from sources.specs import DocumentSpec, Spec

CODE = Path(__file__).resolve().parent.parent
COMPUTING = ("sources", "transforms", "warehouse")
JUDGING = (*COMPUTING, "validations")
PUBLISHING = (*JUDGING, "publish")
HS = "hs"
"""The folder of the Harmonized System, which every schedule rests on."""


@dataclass(frozen=True)
class Unit:
    """A unit of work: name in the store, kind (`common`, `hs`, `tariff`, `regime`, `schedule`) and its owner's id."""

    name: str
    kind: str
    owner: str
    fingerprint: str


@dataclass(frozen=True)
class Plan:
    """Every unit of an installation, in the order in which they are made."""

    units: tuple[Unit, ...]
    judgement: str

    @cached_property
    def by_name(self) -> dict[str, Unit]:
        """The units by name."""
        return {unit.name: unit for unit in self.units}

    def stale(self, home: Home) -> tuple[Unit, ...]:
        """The units that have to be made."""
        states = home.states
        return tuple(unit for unit in self.units if not states.is_fresh(unit.name, unit.fingerprint))


@lru_cache(maxsize=8)
def code_hash(packages: tuple[str, ...]) -> str:
    """Hash of every source file of some packages, by its name and content."""
    found = [p for name in packages for ext in ("*.py", "*.sql", "*.html") for p in (CODE / name).rglob(ext)]
    found += [p for name in packages for p in (CODE / name).glob("*.yml")]  # vocabularies that all regimes share
    digest = hashlib.sha256()
    for path in sorted(found):
        digest.update(str(path.relative_to(CODE)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def fingerprint(*parts: object) -> str:
    """Hash of some values; specs are taken by their content."""
    return hashlib.sha256(json.dumps([_plain(p) for p in parts], sort_keys=True).encode()).hexdigest()


def _plain(part: object) -> Any:
    if isinstance(part, Spec):
        return part.model_dump(mode="json")
    if isinstance(part, dict):
        return {str(k): _plain(v) for k, v in part.items()}
    if isinstance(part, list | tuple):
        return [_plain(p) for p in part]
    return part if isinstance(part, str | int | float | bool) or part is None else str(part)


def extraction_path(document: DocumentSpec, registry: Registry, home: Home) -> Path | None:
    """The accepted extraction of a document: the installation's own before the repository's; None if there is none."""
    own = home.extractions / f"{document.id}.csv"
    shipped = registry.folders[f"document:{document.id}"] / "extractions" / f"{document.id}.csv"
    return next((path for path in (own, shipped) if path.is_file()), None)


def file_hash(path: Path | None) -> str | None:
    """SHA-256 of a small file, or None."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path else None


def content_hash(roots: Iterable[Path]) -> str:
    """Hash of every piece of prose below some folders of sources, by its place and content.

    Prose is said when the tables of a release are put together: it is no unit, and what is judged depends on it.
    """
    digest = hashlib.sha256()
    for root in roots:
        for file in content_files([root]):
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def make_plan(registry: Registry, home: Home) -> Plan:
    """The units that the registry describes, with their fingerprints."""
    code = code_hash(COMPUTING)

    def documents(ids: Iterable[str]) -> list[Any]:
        specs = [registry.documents[i] for i in sorted(set(ids))]
        return [
            (spec, file_hash(extraction_path(spec, registry, home)), registry.corrections_of(spec.id)) for spec in specs
        ]

    shared = [f for f in folder_names(registry) if f not in registry.regimes and f != HS]
    beside = [(documents(documents_in(registry, f)), _side_files(registry, f), _decisions(registry, f)) for f in shared]
    common = Unit("common", "common", "common", fingerprint(code, registry.parties, registry.groups, beside))
    hs_documents = documents_in(registry, HS)
    hs = Unit(
        "hs",
        "hs",
        "hs",
        fingerprint(code, documents(hs_documents), _side_files(registry, HS), _decisions(registry, HS)),
    )
    units = [common, hs]
    for tariff in registry.tariffs.values():
        made_from = fingerprint(
            code,
            hs.fingerprint,
            tariff,
            registry.nomenclatures[tariff.nomenclature],
            documents([tariff.document]),
        )
        units.append(Unit(f"tariff-{tariff.id}", "tariff", tariff.id, made_from))
    for regime in registry.regimes.values():
        served = [d for d, regimes in registry.document_regimes.items() if regime.id in regimes]
        made_from = fingerprint(
            code,
            hs.fingerprint,
            regime,
            documents(served),
            _decisions(registry, regime.id),
            _side_files(registry, regime.id),
        )
        units.append(Unit(f"regime-{regime.id}", "regime", regime.id, made_from))
        for schedule in registry.schedules_of(regime.id):
            made_from = fingerprint(
                code,
                hs.fingerprint,
                schedule,
                registry.staging_of(schedule),
                regime.staging,
                registry.nomenclatures[schedule.nomenclature],
                documents([schedule.document]),
            )
            units.append(Unit(f"schedule-{schedule.id}", "schedule", schedule.id, made_from))
    prose = content_hash([sources_root(), home.sources])
    judged = fingerprint(code_hash(JUDGING), prose, [(u.name, u.fingerprint) for u in units])
    return Plan(tuple(units), judged)


def folder_names(registry: Registry) -> tuple[str, ...]:
    """The names of the folders of sources, in order."""
    return tuple(sorted({path.name for path in registry.folders.values()}))


def documents_in(registry: Registry, folder: str) -> list[str]:
    """The documents of a folder that serve no regime; those that do are made with their regime."""
    return [
        document
        for document, regimes in registry.document_regimes.items()
        if not regimes and registry.folders[f"document:{document}"].name == folder
    ]


def _decisions(registry: Registry, folder_name: str) -> list[Spec]:
    """The questions of a folder, with the answers recorded since."""
    return [decision for folder, decision in registry.decisions if folder == folder_name]


def _side_files(registry: Registry, folder_name: str) -> list[tuple[str, str | None]]:
    """Further files of a folder (rules, provisions, articles, material pairs) by name and hash."""
    folders = {path for path in registry.folders.values() if path.name == folder_name}
    found = [f for folder in folders for pattern in ("*.yml", "*.csv") for f in folder.glob(pattern)]
    return sorted((f.name, file_hash(f)) for f in found)
