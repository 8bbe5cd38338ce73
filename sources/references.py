"""Holds descriptions together: what one names another has, and what two say of one thing is the same.

Each fault names the file and the key in it, before any document is read. What a key may hold by itself is in
`sources.specs`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from sources.errors import Exit, FtaError
from sources.readers import READERS
from sources.specs import DocumentSpec, ReaderSpec, ScheduleSpec, TariffSpec

if TYPE_CHECKING:
    from sources.registry import Registry

FILES = {
    "regime": "regime.yml",
    "document": "documents.yml",
    "schedule": "schedules.yml",
    "tariff": "tariffs.yml",
    "nomenclature": "nomenclatures.yml",
    "party": "parties.yml",
    "group": "groups.yml",
}
"""The file in which each kind of thing is described."""

Fault = tuple[str, str]
"""What is wrong, and what to do."""


def check_references(registry: Registry) -> None:
    """Hold every reference between descriptions to something that exists.

    Raises:
        FtaError: `bad_description`, for the first that leads nowhere or that contradicts another.
    """
    for kind, name, (message, remedy) in _faults(registry):
        folder = registry.folders.get(f"{kind}:{name}")
        where = {"file": f"{folder.name}/{FILES[kind]}"} if folder is not None else {}
        raise FtaError(
            "bad_description", f"{kind} {name} {message}", where=where, remedy=remedy, exit_code=Exit.WRONG_USE
        )


def _faults(registry: Registry) -> Iterator[tuple[str, str, Fault]]:
    parties = {*registry.parties, *registry.groups}
    for document in registry.documents.values():
        yield from (("document", document.id, fault) for fault in _of_document(document))
    for schedule in registry.schedules.values():
        folder = registry.folders[f"schedule:{schedule.id}"].name
        found = [*_missing("regime", folder, registry.regimes), *_of_rates(schedule, registry, parties)]
        yield from (("schedule", schedule.id, fault) for fault in found)
    for tariff in registry.tariffs.values():
        yield from (("tariff", tariff.id, fault) for fault in _of_rates(tariff, registry, parties))
    for regime in registry.regimes.values():
        found = [fault for each in regime.parties for fault in _missing("party", each.party, parties)]
        found += [fault for name in regime.documents for fault in _missing("document", name, registry.documents)]
        importers = [row.importer for row in regime.coverage if row.importer != "*"]
        found += [fault for name in importers for fault in _missing("party", name, parties)]
        yield from (("regime", regime.id, fault) for fault in found)
    for correction in registry.corrections:
        for fault in _missing("document", correction.document, registry.documents):
            yield "correction", correction.id, fault


def _missing(kind: str, name: str, known: Collection[str]) -> Iterator[Fault]:
    if name not in known:
        yield f"names the {kind} {name!r}, which is not described.", f"Describe the {kind}, or mend the name."


def _of_rates(spec: ScheduleSpec | TariffSpec, registry: Registry, parties: Collection[str]) -> Iterator[Fault]:
    """What is wrong with a schedule or tariff: its references, and an HS edition that is not its nomenclature's."""
    yield from _missing("document", spec.document, registry.documents)
    yield from _missing("nomenclature", spec.nomenclature, registry.nomenclatures)
    for party in (spec.importer, spec.exporter) if isinstance(spec, ScheduleSpec) else (spec.importer,):
        yield from _missing("party", party, parties)
    nomenclature, document = registry.nomenclatures.get(spec.nomenclature), registry.documents.get(spec.document)
    said = {
        f"nomenclature {spec.nomenclature}": nomenclature.hs_edition if nomenclature else None,
        f"document {spec.document}": document.hs_edition if document else None,
    }
    for owner, edition in said.items():
        if edition is not None and edition != spec.hs_edition:
            yield (
                f"says {spec.hs_edition}, and {owner} says {edition}.",
                "Look in the document which edition of the HS its codes are of, and mend the other `hs_edition`.",
            )


def _of_document(document: DocumentSpec) -> Iterator[Fault]:
    if document.known_from and document.known_until and document.known_until <= document.known_from:
        yield f"is known until {document.known_until}, and from {document.known_from}.", "Mend one of the two days."
    if document.reader is not None:
        yield from _of_reader(document.reader)


def _of_reader(reader: ReaderSpec) -> Iterator[Fault]:
    """A reader that there is; columns of distinct names; roles that look at these; patterns that can be read."""
    yield from (
        (f"names the reader {name!r}, which there is not.", f"Name one of {', '.join(sorted(READERS))}.")
        for name in {reader.name} - READERS.keys()
    )
    names = [column.name for column in reader.columns]
    for name, count in Counter(names).items():
        if count > 1:
            yield f"has {count} columns with the name {name!r}.", "Give each column a name of its own."
    for role in reader.roles:
        for name in role.when.keys() - set(names):
            yield (
                f"tells a {role.role} by the column {name!r}, which it does not have.",
                f"Write under `when` one of {', '.join(names)}.",
            )
    patterns = [(f"column {c.name}", text) for c in reader.columns for text in (c.pattern, c.take) if text]
    patterns += [(f"role {role.role}", text) for role in reader.roles for text in role.when.values()]
    for place, text in patterns:
        try:
            re.compile(text)
        except re.error as error:
            yield (
                f"has the pattern {text!r} ({place}), which is no regular expression: {error}.",
                "Mend it; a bracket, star or dot that is meant as such stands behind a backslash.",
            )
