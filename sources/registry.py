"""Loads the YAML of `sources/` into one registry and checks that its parts fit together.

A folder is a regime or a body of sources (`hs`); each of its files is optional: `regime.yml`, `documents.yml`,
`schedules.yml`, `tariffs.yml`, `coverage.yml`, `corrections.yml`, `decisions.yml`. Nothing here reads a document.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from sources.errors import Exit, FtaError
from sources.references import FILES, check_references
from sources.specs import (
    CategorySpec,
    CorrectionSpec,
    CoverageSpec,
    DecisionSpec,
    DocumentSpec,
    GroupSpec,
    NomenclatureSpec,
    PartyNameSpec,
    RegimeSpec,
    ScheduleSpec,
    Spec,
    TariffSpec,
)
from sources.yaml_text import line_of, parse_yaml

ROOT = Path(__file__).resolve().parent

SpecT = TypeVar("SpecT", bound=Spec)


@dataclass(frozen=True)
class Registry:
    """Everything the YAML says, by id; `folders` names the folder each document, schedule and regime stands in."""

    regimes: Mapping[str, RegimeSpec]
    documents: Mapping[str, DocumentSpec]
    schedules: Mapping[str, ScheduleSpec]
    nomenclatures: Mapping[str, NomenclatureSpec]
    parties: Mapping[str, PartyNameSpec]
    groups: Mapping[str, GroupSpec]
    corrections: tuple[CorrectionSpec, ...]
    decisions: tuple[tuple[str, DecisionSpec], ...]
    folders: Mapping[str, Path] = field(default_factory=dict)
    tariffs: Mapping[str, TariffSpec] = field(default_factory=dict)

    def document(self, document_id: str) -> DocumentSpec:
        """A document by id.

        Raises:
            FtaError: there is none; the message names the nearest ids.
        """
        if document_id not in self.documents:
            raise FtaError(
                "unknown_document",
                f"There is no document {document_id!r}.",
                where={"document": document_id},
                remedy="`ftadata sources list` shows every document id.",
                exit_code=Exit.WRONG_USE,
            )
        return self.documents[document_id]

    def regime_of(self, schedule: ScheduleSpec) -> RegimeSpec:
        """The regime in whose folder a schedule stands."""
        return self.regimes[self.folders[f"schedule:{schedule.id}"].name]

    def schedules_of(self, regime_id: str) -> tuple[ScheduleSpec, ...]:
        """The schedules of a regime, by id."""
        return tuple(s for s in self.schedules.values() if self.folders[f"schedule:{s.id}"].name == regime_id)

    def corrections_of(self, document_id: str) -> tuple[CorrectionSpec, ...]:
        """The corrections of a document."""
        return tuple(c for c in self.corrections if c.document == document_id)

    def staging_of(self, schedule: ScheduleSpec) -> dict[str, CategorySpec]:
        """The categories of a schedule: its regime's, with its own added."""
        staging = self.regime_of(schedule).staging
        return {**(staging.categories if staging else {}), **schedule.staging}

    @cached_property
    def document_regimes(self) -> dict[str, tuple[str, ...]]:
        """Which regimes each document serves: that of its folder, those whose `documents` or schedules name it."""
        serves: dict[str, set[str]] = {d: set() for d in self.documents}
        for document_id in self.documents:
            folder = self.folders[f"document:{document_id}"].name
            if folder in self.regimes:
                serves[document_id].add(folder)
        for regime in self.regimes.values():
            for document_id in regime.documents:
                serves[document_id].add(regime.id)
        for schedule in self.schedules.values():
            serves[schedule.document].add(self.regime_of(schedule).id)
        return {d: tuple(sorted(regimes)) for d, regimes in serves.items()}


def sources_root() -> Path:
    """The folder of sources: `FTADATA_SOURCES`, where it is set, in place of the project's own."""
    return Path(os.environ.get("FTADATA_SOURCES") or ROOT)


def load_registry(root: Path | None = None, overlay: Path | None = None) -> Registry:
    """Load every folder under `root`, and under `overlay` where a data team adds sources of its own.

    Args:
        root: the folder of sources; `sources_root()` by default.
        overlay: a second folder, such as `data/sources`, which need not exist.

    Raises:
        FtaError: a file is not valid YAML, a key is unknown or missing, an id is used twice, or a reference leads
            nowhere; the message names the file and the key.
    """
    loader = _Loader()
    for base in [root or sources_root(), *([overlay] if overlay and overlay.is_dir() else [])]:
        for folder in sorted(p for p in base.iterdir() if p.is_dir()):
            if base is overlay:
                _check_names(folder)
            loader.folder(folder)
    if overlay and (file := overlay / "decided.yml").exists():
        loader.decided(file)
    registry = loader.registry()
    check_references(registry)
    return registry


def _check_names(folder: Path) -> None:
    """Refuse YAML that nobody would read: a file whose name is a slip would be passed over in silence.

    Raises:
        FtaError: a file is called otherwise than any in the project's own folders.
    """
    known = {file.name for file in ROOT.glob("*/*.yml")} | {*FILES.values(), "coverage.yml"}
    for file in sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")]):
        if file.name not in known:
            near = get_close_matches(file.name, known, n=1)
            remedy = f"Call it {near[0]}." if near else f"The files that are read: {', '.join(sorted(known))}."
            raise _bad_yaml(file, "no file of this name is read", remedy)


class _Loader:
    """Collects specs folder by folder; holds state only while loading."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, Any]] = {
            name: {} for name in ("regime", "document", "schedule", "tariff", "nomenclature", "party", "group")
        }
        self.corrections: list[CorrectionSpec] = []
        self.coverage: list[tuple[Path, list[CoverageSpec]]] = []
        self.decisions: list[tuple[str, DecisionSpec]] = []
        self.folders: dict[str, Path] = {}

    def folder(self, folder: Path) -> None:
        if (file := folder / "regime.yml").exists():
            self._add("regime", [_parse(RegimeSpec, _read_yaml(file), file, ())], file)
        for name, key, model in (
            ("documents.yml", "document", DocumentSpec),
            ("schedules.yml", "schedule", ScheduleSpec),
            ("tariffs.yml", "tariff", TariffSpec),
            ("nomenclatures.yml", "nomenclature", NomenclatureSpec),
            ("parties.yml", "party", PartyNameSpec),
            ("groups.yml", "group", GroupSpec),
        ):
            if (file := folder / name).exists():
                self._add(key, _list(model, file, name.removesuffix(".yml")), file)
        if (file := folder / "coverage.yml").exists():
            self.coverage.append((file, _list(CoverageSpec, file, "coverage")))
        if (file := folder / "corrections.yml").exists():
            self.corrections += _list(CorrectionSpec, file, "corrections")
        if (file := folder / "decisions.yml").exists():
            self.decisions += [(folder.name, d) for d in _list(DecisionSpec, file, "decisions")]

    def decided(self, file: Path) -> None:
        """Lay recorded answers over the open questions.

        Raises:
            FtaError: an answer is to no question, or has other keys than it should.
        """
        answers = _read_yaml(file)
        if unknown := sorted(answers.keys() - {d.id for _, d in self.decisions}):
            raise _bad_yaml(
                file, f"no question is called {', '.join(unknown)}", "Take the answer out, or mend its name."
            )
        for place, (folder, question) in enumerate(self.decisions):
            if question.id in answers:
                decided = {**question.model_dump(), **answers[question.id], "status": "decided"}
                self.decisions[place] = (folder, _parse(DecisionSpec, decided, file, (question.id,)))

    def _add(self, kind: str, specs: Iterable[Any], file: Path) -> None:
        for spec in specs:
            if spec.id in self.found[kind]:
                raise _bad_yaml(file, f"the {kind} {spec.id!r} is described twice", "Give each its own id.")
            self.found[kind][spec.id] = spec
            self.folders[f"{kind}:{spec.id}"] = file.parent

    def cover(self) -> None:
        """Lay rows of coverage over those that the regimes have on the same importer and subject.

        Raises:
            FtaError: a folder has rows of coverage, and there is no regime of that name.
        """
        for file, rows in self.coverage:
            regime: RegimeSpec | None = self.found["regime"].get(file.parent.name)
            if regime is None:
                raise _bad_yaml(file, f"there is no regime {file.parent.name!r}", "Name the folder after its regime.")
            known = {(row.importer, row.subject): row for row in (*regime.coverage, *rows)}
            self.found["regime"][regime.id] = regime.model_copy(update={"coverage": tuple(known.values())})

    def registry(self) -> Registry:
        self.cover()
        found = {kind: dict(sorted(specs.items())) for kind, specs in self.found.items()}
        return Registry(
            regimes=found["regime"],
            documents=found["document"],
            schedules=found["schedule"],
            tariffs=found["tariff"],
            nomenclatures=found["nomenclature"],
            parties=found["party"],
            groups=found["group"],
            corrections=tuple(self.corrections),
            decisions=tuple(self.decisions),
            folders=self.folders,
        )


def _list(model: type[SpecT], file: Path, key: str) -> list[SpecT]:
    content = _read_yaml(file)
    if set(content) != {key} or not isinstance(content[key], list):
        raise _bad_yaml(file, f"expected one key `{key}` with a list", f"Begin the file with `{key}:`.")
    return [_parse(model, item, file, (key, at)) for at, item in enumerate(content[key])]


def _read_yaml(file: Path) -> dict[str, Any]:
    try:
        content = parse_yaml(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise _bad_yaml(file, str(error).replace("\n", " "), "Mend the YAML.") from error
    except ValueError as error:
        raise _bad_yaml(file, f"a day that there is not, or bytes that are no text: {error}", "Mend it.") from error
    if not isinstance(content, dict):
        raise _bad_yaml(file, "expected keys and values", "See docs/add-a-schedule.md for an example.")
    return content


def _parse(model: type[SpecT], content: object, file: Path, at: tuple[str | int, ...]) -> SpecT:
    """A description from its part of a file, which stands there at `at` (keys, and numbers in lists)."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        slips = "; ".join(f"`{'.'.join(map(str, e['loc']))}`: {e['msg']}" for e in error.errors()[:5])
        name = content.get("id") if isinstance(content, dict) else None
        remedy = f"Mend these keys; `{model.__name__}` in sources/specs.py says what each means."
        line = line_of(file.read_text(encoding="utf-8"), (*at, *error.errors()[0]["loc"]))
        raise _bad_yaml(file, f"{name or model.__name__}: {slips}.", remedy, line=line) from error


def _bad_yaml(file: Path, message: str, remedy: str, **more: int) -> FtaError:
    where = {"file": f"{file.parent.name}/{file.name}", **more}
    return FtaError("bad_description", message, where=where, remedy=remedy, exit_code=Exit.WRONG_USE)
