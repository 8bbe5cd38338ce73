"""The shapes and loader of the YAML on rules of origin: rule sets, general rules, readings, processes.

A regime's `origin.yml` says which document states its product-specific rules and how, what its general rule is, and
what its text says of value content, tolerance, accumulation and transport. Nothing here reads a document or a phrase.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import Field, ValidationError

from sources.errors import FtaError
from sources.specs import Edition, Evidence, Spec, Text

ROOT = Path(__file__).resolve().parent
SpecT = TypeVar("SpecT", bound=Spec)


class CitationSpec(Spec):
    """Where a text says something: document, article and page; `note` for what stands in no held text."""

    document: str | None = None
    article: Text | None = None
    page: int | None = None
    note: str | None = None


class ReadingSpec(Spec):
    """A phrase that a person has read: its words in the document, the canonical words, and why they say the same."""

    phrase: str
    reading: str
    reason: str


class RuleSetSpec(Spec):
    """Product-specific rules of one document.

    Attributes:
        code_columns: extraction columns that carry codes, the narrowest first; the first that is filled counts.
        rule_column: extraction column of the rule's words.
        subheadings: control total of subheadings that the set resolves in its own edition.
        resolves_all: whether every subheading of the edition has a rule here, so that no general rule is needed.
        superseded_by: what replaced the set, from `valid_to`.
    """

    document: str
    hs_edition: Edition
    code_columns: tuple[str, ...] = ("subheading", "heading", "chapter")
    rule_column: str = "rule"
    subheadings: int | None = None
    resolves_all: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    superseded_by: str | None = None
    readings: tuple[ReadingSpec, ...] = ()


class GeneralRuleSpec(Spec):
    """The rule for goods that no product-specific rule covers, in canonical words."""

    rule: str
    at: CitationSpec
    evidence: Evidence
    valid_from: date | None = None
    valid_to: date | None = None


class DeMinimisSpec(Spec):
    """A tolerance: chapters or codes, basis and percentage."""

    code_from: str
    code_to: str
    basis: Literal["fob_value", "weight"]
    pct: Decimal
    at: CitationSpec
    valid_from: date | None = None
    valid_to: date | None = None


class FormulaSpec(Spec):
    """How value content is computed: the methods the text gives, what it is a share of, and where it says so."""

    methods: tuple[Literal["build_down", "build_up"], ...]
    basis: Literal["fob", "ex_works"] = "fob"
    at: CitationSpec


class AccumulationSpec(Spec):
    """Whether materials originating in other parties count as originating.

    Attributes:
        kind: `full` counts materials that originate in any party; `none` counts none.
        partial_from_pct: content from which a material counts in part, where the text has partial cumulation.
    """

    kind: Literal["originating_materials", "none"]
    partial_from_pct: Decimal | None = None
    at: CitationSpec


class OriginSpec(Spec):
    """What a regime says of origin, as far as an evaluator needs it."""

    sets: tuple[RuleSetSpec, ...] = ()
    general: GeneralRuleSpec | None = None
    de_minimis: tuple[DeMinimisSpec, ...] = ()
    formula: FormulaSpec | None = None
    accumulation: AccumulationSpec | None = None
    wholly_obtained: CitationSpec | None = None
    exclusively_produced: CitationSpec | None = None
    criteria: CitationSpec | None = None
    non_qualifying: CitationSpec | None = None
    non_qualifying_operations: tuple[str, ...] = ()
    direct_consignment: CitationSpec | None = None
    transit: Literal["unaltered", "not_allowed", "silent"] = "silent"


class ProcessSpec(Spec):
    """A process that rules name: plain words in English and Khmer, and other spellings found."""

    en: str
    km: str | None = None
    also: tuple[str, ...] = ()


class ProcessesSpec(Spec):
    """The vocabulary of processes and of minimal operations, by code."""

    processes: dict[str, ProcessSpec]
    minimal_operations: dict[str, ProcessSpec] = Field(default_factory=dict)


def load_origin(folder: Path) -> OriginSpec | None:
    """What a regime's `origin.yml` says, or None where it has none.

    Raises:
        FtaError: the file is not valid YAML or has keys that are unknown, missing or of the wrong shape.
    """
    file = folder / "origin.yml"
    return load(file, OriginSpec) if file.exists() else None


def load_origins(root: Path = ROOT) -> dict[str, OriginSpec]:
    """`load_origin` for every folder of `sources`, by the regime's id, in order."""
    found = ((folder.name, load_origin(folder)) for folder in sorted(root.iterdir()) if folder.is_dir())
    return {regime: spec for regime, spec in found if spec}


@cache
def load_processes(root: Path = ROOT) -> ProcessesSpec:
    """The vocabulary of processes.

    Raises:
        FtaError: as `load_origin`.
    """
    return load(root / "origin_processes.yml", ProcessesSpec)


def load(file: Path, model: type[SpecT]) -> SpecT:
    """One YAML file in the shape of `model`.

    Raises:
        FtaError: the file is not valid YAML, or a key is unknown, missing or of the wrong shape.
    """
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        return model.model_validate(content)
    except (yaml.YAMLError, ValidationError) as error:
        raise FtaError(
            "bad_yaml",
            f"{file.name} in {file.parent.name} cannot be used: {str(error)[:600]}",
            where={"file": f"{file.parent.name}/{file.name}"},
            remedy="Mend the key that is named; sources/origin_specs.py says what each may hold.",
        ) from error
