"""The shape and loader of `law.yml`: articles and penalties of Cambodian law in the project's own words.

Rows of tables are made in `transforms.law`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from sources.origin_specs import ROOT, load
from sources.specs import Spec, Text

SanctionKind = Literal[
    "written_warning", "suspension_of_business", "transitional_penalty", "fine", "imprisonment_and_fine"
]


class LawArticleSpec(Spec):
    """One article: its heading and what it says, in the project's words."""

    number: Text
    heading: str
    en: str
    km: str


class PenaltySpec(Spec):
    """One sanction: lowest and highest amount in `currency`, shortest and longest term in years."""

    article: Text
    en: str
    km: str
    kind: SanctionKind
    amount: tuple[int, int] | None = None
    years: tuple[int, int] | None = None


class LawSpec(Spec):
    """One law."""

    document: str
    currency: str = "KHR"
    articles: tuple[LawArticleSpec, ...]
    penalties: tuple[PenaltySpec, ...] = ()


def load_laws(root: Path = ROOT) -> tuple[LawSpec, ...]:
    """Every `law.yml` of the folders of `sources`.

    Raises:
        FtaError: a file is not valid YAML or has keys that are unknown, missing or of the wrong shape.
    """
    return tuple(load(file, LawSpec) for file in sorted(root.glob("*/law.yml")))
