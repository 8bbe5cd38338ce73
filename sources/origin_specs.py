"""The shapes and loader of the YAML on rules of origin: rule sets, general rules, readings, processes.

A regime's `origin.yml` says which document states its product-specific rules and how, and what its general rule is;
what its text says of tolerance, accumulation or transport stands in `provisions.yml`. Nothing here reads a phrase.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import Field, ValidationError

from sources.errors import FtaError
from sources.specs import Edition, Evidence, Spec, Text
from sources.yaml_text import parse_yaml

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


class SerialRuleSpec(Spec):
    """The rule of the entries from serial `first` to `last`; `alone` where nothing else may confer origin on them."""

    first: int
    last: int
    rule: str
    alone: bool = False


class LostRuleSpec(Spec):
    """A rule that the document must have had and the held copy has not: its code, where it would stand, how we know."""

    code: str
    page: int
    locator: str
    reason: str


class RuleSetSpec(Spec):
    """Product-specific rules of one document.

    Attributes:
        code_columns: extraction columns that carry codes, the narrowest first; the first that is filled counts.
        range_columns: columns of the first and last code of a range, filled up with 0 and 9, in place of the above.
        joint_column: column that says how a rule's rows are joined (`or`): each row is then an alternative of its own.
        rule_column: extraction column of the rule's words.
        rule: canonical words of the one rule that holds for every row of the document, where its rows carry none.
        by_serial: the same where it depends on the entry's serial number, which stands in `serial_column`.
        besides: what else may confer origin on these goods and is not held; meeting the rule is enough, failing it
            decides nothing.
        subheadings: control total of subheadings that the set resolves in its own edition.
        resolves_all: whether every subheading of the edition has a rule here, so that no general rule is needed.
        superseded_by: what replaced the set, from `valid_to`.
        lost: rules that are missing from the held copy; their goods have a rule that is not known.
        evidence: how well the rules are founded; the document is held unless it says otherwise.
    """

    document: str
    hs_edition: Edition
    code_columns: tuple[str, ...] = ("subheading", "heading", "chapter")
    range_columns: tuple[str, str] | None = None
    joint_column: str | None = None
    rule_column: str = "rule"
    rule: str | None = None
    serial_column: str = "serial"
    by_serial: tuple[SerialRuleSpec, ...] = ()
    besides: str | None = None
    subheadings: int | None = None
    resolves_all: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    superseded_by: str | None = None
    evidence: Evidence = "D"
    readings: tuple[ReadingSpec, ...] = ()
    lost: tuple[LostRuleSpec, ...] = ()


class GeneralRuleSpec(Spec):
    """The rule for goods that no product-specific rule covers, in canonical words.

    Attributes:
        exceptions_held: whether the product-specific rules that take its place are held; else it is in doubt for every
            good.
    """

    rule: str
    at: CitationSpec
    evidence: Evidence
    exceptions_held: bool = True
    valid_from: date | None = None
    valid_to: date | None = None


class OriginSpec(Spec):
    """A regime's product-specific rules by document, and its general rules, if a set does not cover everything."""

    sets: tuple[RuleSetSpec, ...] = ()
    general: tuple[GeneralRuleSpec, ...] = ()


class ProcessSpec(Spec):
    """A process that rules name: plain words in English and Khmer, and other spellings found."""

    en: str
    km: str | None = None
    also: tuple[str, ...] = ()


class ProcessesSpec(Spec):
    """The vocabulary of processes, of minimal operations and of kinds of material, by code.

    A kind under another is named after it: `fibre.silk` is a `fibre`.
    """

    processes: dict[str, ProcessSpec]
    minimal_operations: dict[str, ProcessSpec] = Field(default_factory=dict)
    materials: dict[str, ProcessSpec] = Field(default_factory=dict)


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
        content: Any = parse_yaml(file.read_text(encoding="utf-8"))
        return model.model_validate(content)
    except (yaml.YAMLError, ValidationError) as error:
        raise FtaError(
            "bad_yaml",
            f"{file.name} in {file.parent.name} cannot be used: {str(error)[:600]}",
            where={"file": f"{file.parent.name}/{file.name}"},
            remedy="Mend the key that is named; sources/origin_specs.py says what each may hold.",
        ) from error
