"""What judging needs to know beyond the tables themselves: the descriptions they came from, and what came before.

All of it is data that the caller passes in; no agreement and no country is named by a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import yaml
from pydantic import Field, ValidationError

from sources.content import Piece
from sources.errors import Exit, FtaError
from sources.registry import ROOT, Registry
from sources.specs import Spec
from sources.yaml_text import parse_yaml
from transforms.content import Said

LOOKED_AT = ("concession", "origin_rule")
"""Tables of the last release that rules look at."""

LIMITS = ROOT / "common" / "judging.yml"

EDITION_TOTALS: Mapping[str, Mapping[int, int]] = {"HS 2022": {2: 96, 4: 1228, 6: 5612}}
"""Chapters, headings and subheadings of an HS edition (WCO, HS Nomenclature 2022; chapter 77 is reserved)."""


@dataclass(frozen=True)
class Context:
    """What a body of tables is judged against.

    Attributes:
        registry: the descriptions: control totals and words of schedules, expected hashes, facts of documents,
            categories, digits of nomenclatures.
        content_hash: of exactly the tables that are judged, computed by the caller.
        previous: tables of the last release (`LOOKED_AT` at least), or None where there is none.
        duty_bands: by importer, the ad valorem base rates that its tariff knows.
        rule_totals: by document, its control total of subheadings with a rule of origin.
        edition_totals: by HS edition and level, the number of nodes.
        base_from_mfn: by schedule whose base rates are the applied MFN rates of one day, that day (ISO).
        countries: English names of countries that prose may name as partners, with their ISO codes.
        pieces: the sources of all prose.
        said: the pieces as they were said with the tables; where it is not given, they are said again.
    """

    registry: Registry
    content_hash: str
    previous: Mapping[str, pa.Table] | None = None
    duty_bands: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)
    rule_totals: Mapping[str, int] = field(default_factory=dict)
    edition_totals: Mapping[str, Mapping[int, int]] = field(default_factory=lambda: EDITION_TOTALS)
    base_from_mfn: Mapping[str, str] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)
    pieces: tuple[Piece, ...] = ()
    said: Said | None = None


class Limits(Spec):
    """What `sources/common/judging.yml` says; its keys are those of `Context`."""

    duty_bands: dict[str, tuple[Decimal, ...]] = Field(default_factory=dict)
    rule_totals: dict[str, int] = Field(default_factory=dict)
    base_from_mfn: dict[str, str] = Field(default_factory=dict)
    countries: dict[str, str] = Field(default_factory=dict)


def context_of(
    registry: Registry,
    content_hash: str,
    previous: Mapping[str, pa.Table] | None = None,
    limits: Path = LIMITS,
    pieces: tuple[Piece, ...] = (),
    said: Said | None = None,
) -> Context:
    """The context of a registry, with the limits of `judging.yml`; parties are countries that prose may name.

    Raises:
        FtaError: the file of limits is not as `Limits` says.
    """
    try:
        given = Limits.model_validate(parse_yaml(limits.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise FtaError(
            "bad_description",
            str(error).replace("\n", " "),
            where={"file": f"{limits.parent.name}/{limits.name}"},
            remedy="Mend the file; `validations/context.py` says its keys.",
            exit_code=Exit.WRONG_USE,
        ) from error
    return Context(
        registry=registry,
        content_hash=content_hash,
        previous=previous,
        duty_bands=given.duty_bands,
        rule_totals=given.rule_totals,
        base_from_mfn=given.base_from_mfn,
        countries={**given.countries, **{party.name_en: party.id for party in registry.parties.values()}},
        pieces=pieces,
        said=said,
    )
