"""The shape and loader of `facts.yml`: numbers that a document states and that no other table has a place for.

A term in a law, a share in a guide: each with its place, so that prose may refer to it instead of repeating it. Several
documents may stand in one file. Rows of tables are made in `transforms.taxes`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from sources.origin_specs import ROOT, load
from sources.specs import Evidence, Spec


class FactSpec(Spec):
    """One number.

    Attributes:
        en: what it is of, in English; `km` in Khmer.
        unit: `percent`, `year`, `month`, `day`, a currency, or another word of `transforms.speech.UNITS`.
        at: place in the document.
    """

    id: str
    en: str
    km: str
    num: Decimal
    unit: str | None = None
    at: str


class FactsSpec(Spec):
    """The numbers that one document states, as of its day."""

    document: str
    as_of: date
    evidence: Evidence
    facts: tuple[FactSpec, ...]


class FactFileSpec(Spec):
    """A `facts.yml`."""

    documents: tuple[FactsSpec, ...]


def load_facts(root: Path = ROOT) -> tuple[FactsSpec, ...]:
    """Every `facts.yml` of the folders of `sources`.

    Raises:
        FtaError: a file is not valid YAML or has keys that are unknown, missing or of the wrong shape.
    """
    return tuple(stated for file in sorted(root.glob("*/facts.yml")) for stated in load(file, FactFileSpec).documents)
