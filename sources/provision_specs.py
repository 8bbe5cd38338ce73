"""The shapes and loader of the YAML on provisions: the closed vocabulary, and what each regime says.

A regime's `provisions.yml` answers every code of `sources/provision_codes.yml`, with article and page. Rows of tables
are made in `transforms.provisions`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from sources.errors import FtaError
from sources.origin_specs import ROOT, load
from sources.specs import Evidence, Spec, Text

Unit = Literal["percent", "month", "year", "day", "USD"]


class WordsSpec(Spec):
    """Plain words in English and Khmer; `{num}`, `{scope_en}` and `{scope_km}` stand for what a row says."""

    en: str
    km: str


class CodeSpec(Spec):
    """One code: its name, the values it may have, and (where its value is a number) words by unit."""

    en: str
    km: str
    values: dict[str, WordsSpec] = Field(default_factory=dict)
    number: dict[Unit, WordsSpec] = Field(default_factory=dict)


class ProvisionCodes(Spec):
    """The 22 codes, and the words of the two values that every code may have."""

    silent: WordsSpec
    not_held: WordsSpec
    codes: dict[str, CodeSpec]


class ProvisionSpec(Spec):
    """What a regime says on one point.

    Attributes:
        value: a value of the code's vocabulary, `silent` or `not_held`; None where the value is a number with a unit.
        operations: codes of minimal operations that the text lists.
        document: where it differs from that of the file.
    """

    code: str
    value: str | None = None
    num: Decimal | None = None
    unit: Unit | None = None
    article: Text | None = None
    page: int | None = None
    text_en: str | None = None
    text_km: str | None = None
    scope_en: str | None = None
    scope_km: str | None = None
    operations: tuple[str, ...] = ()
    document: str | None = None
    evidence: Evidence | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class DeMinimisSpec(Spec):
    """A tolerance for a range of chapters or codes."""

    code_from: str
    code_to: str
    basis: Literal["fob_value", "weight"]
    pct: Decimal
    article: Text
    document: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class ProvisionsSpec(Spec):
    """One regime's provisions; `document`, `evidence` and `valid_from` hold for every row that says no other."""

    document: str | None = None
    evidence: Evidence
    valid_from: date | None = None
    provisions: tuple[ProvisionSpec, ...]
    de_minimis: tuple[DeMinimisSpec, ...] = ()


@cache
def load_codes(root: Path = ROOT) -> ProvisionCodes:
    """The vocabulary of provisions.

    Raises:
        FtaError: the file is not valid YAML or has keys that are unknown, missing or of the wrong shape.
    """
    return load(root / "provision_codes.yml", ProvisionCodes)


def load_provisions(root: Path = ROOT) -> dict[str, ProvisionsSpec]:
    """The `provisions.yml` of every folder, by the folder's name; each answers every code, in the closed vocabulary.

    Raises:
        FtaError: as `load_codes`, or a code is missing or unknown, or a value is not in its vocabulary.
    """
    codes = load_codes(root)
    found: dict[str, ProvisionsSpec] = {}
    for file in sorted(root.glob("*/provisions.yml")):
        found[file.parent.name] = spec = load(file, ProvisionsSpec)
        _check(file, spec, codes)
    return found


def _check(file: Path, spec: ProvisionsSpec, codes: ProvisionCodes) -> None:
    given = {provision.code for provision in spec.provisions}
    if given != codes.codes.keys():
        differ = ", ".join(sorted(given ^ codes.codes.keys()))
        raise _bad(file, f"codes that are missing or unknown: {differ}")
    for provision in spec.provisions:
        code = codes.codes[provision.code]
        if provision.value is None and (provision.num is None or provision.unit not in code.number):
            raise _bad(file, f"{provision.code} has neither a value nor a number with a unit of its own")
        if provision.value not in (None, "silent", "not_held", *code.values):
            raise _bad(file, f"{provision.code} cannot be {provision.value!r}, only {', '.join(code.values)}")
        if provision.value not in ("silent", "not_held") and not provision.article:
            raise _bad(file, f"{provision.code} names no article")


def _bad(file: Path, what: str) -> FtaError:
    return FtaError(
        "bad_provisions",
        f"{file.parent.name}/{file.name}: {what}.",
        where={"file": f"{file.parent.name}/{file.name}"},
        remedy="Mend the row; sources/provision_codes.yml has every code and its values.",
    )
