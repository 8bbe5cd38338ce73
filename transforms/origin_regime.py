"""What the tables say of a regime, in the shape that the evaluation of origin needs, with the place of each statement.

Everything here comes from rows of `provision`, `de_minimis` and `regime_party`, so that a consumer of a release (the
site in a browser as much as the command line) evaluates with nothing but its tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

Row = Mapping[str, Any]
CERTIFICATE = (
    "certification",
    "certificate_exemption",
    "approved_exporter",
    "competent_authority",
    "validity_period",
    "retention_period",
    "third_party_invoicing",
    "back_to_back",
)
BEARS_ON: dict[str, Literal["value", "change"]] = {
    "listed_for_value_content": "value",
    "listed_for_change_or_process": "change",
}
METHODS: dict[str, tuple[Literal["build_down", "build_up"], ...]] = {
    "build_down_or_build_up": ("build_down", "build_up"),
    "build_down": ("build_down",),
}


@dataclass(frozen=True)
class Citation:
    """Where a text says something."""

    article: str | None = None
    document_id: str | None = None
    page: int | None = None


@dataclass(frozen=True)
class Regime:
    """A regime as the evaluation sees it; None stands for "its text is not held".

    Attributes:
        exporters: parties whose goods get the preference; `importers` those that give it.
        accumulates: whether materials that originate in another party count as originating.
        partial: least regional content, in per cent, from which a material of another Party that does not originate
            counts in part; None where no text says so.
        exclusive: whether goods made only from originating materials originate by that alone.
        operations: minimal operations that the text lists, or None.
        bears_on: what goods the list is for: all that claim by a rule, those that claim by value content, or those that
            claim by a change of classification or a process.
        methods: formulas of value content that the text knows.
        transit: whether goods may pass through other countries when nothing is done to them.
        tolerances: rows of `de_minimis`, or None.
        citations: place of each provision by code; `certificate` the provisions on proof.
    """

    regime_id: str
    exporters: frozenset[str]
    importers: frozenset[str]
    accumulates: bool | None = None
    partial: Decimal | None = None
    exclusive: bool | None = None
    operations: frozenset[str] | None = None
    bears_on: Literal["all", "value", "change"] = "all"
    methods: tuple[Literal["build_down", "build_up"], ...] = ("build_down",)
    transit: bool | None = None
    tolerances: tuple[Row, ...] | None = None
    citations: Mapping[str, Citation] = field(default_factory=dict)
    certificate: tuple[Row, ...] = ()

    @property
    def parties(self) -> tuple[str, ...]:
        """Every party, sorted."""
        return tuple(sorted(self.exporters | self.importers))

    def cite(self, code: str) -> Citation:
        """The place of a provision; empty where the text is not held."""
        return self.citations.get(code, Citation())


def regime_of(regime_id: str, parties: Iterable[Row], provisions: Iterable[Row], tolerances: Iterable[Row]) -> Regime:
    """A regime from the rows of its tables.

    Args:
        regime_id: the regime.
        parties: rows of `regime_party` of the regime.
        provisions: rows of `provision` of the regime, in force on the day asked for.
        tolerances: rows of `de_minimis` of the regime, in force on that day.
    """
    rows = sorted(provisions, key=lambda row: (row["code"], row["row_no"]))
    held = {row["code"] for row in rows if row["value"] != "not_held"}
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["code"], row)
    value = {code: row["value"] for code, row in first.items() if code in held}
    operations = {row["value"] for row in rows if row["code"] == "non_qualifying_operations" and row["row_no"] > 1}
    roles = [(row["party_id"], row["role"]) for row in parties]
    return Regime(
        regime_id=regime_id,
        exporters=frozenset(party for party, role in roles if role in ("receives", "both")),
        importers=frozenset(party for party, role in roles if role in ("grants", "both")),
        accumulates=value["accumulation"] != "silent" if "accumulation" in value else None,
        partial=_partial(first.get("accumulation")),
        exclusive=_is(value, "wholly_obtained", "defined_with_exclusive_production"),
        operations=frozenset(operations) if operations else None,
        bears_on=BEARS_ON.get(value.get("non_qualifying_operations", ""), "all"),
        methods=METHODS.get(value.get("value_added_calculation", ""), ("build_down",)),
        transit=value["direct_consignment"] != "silent" if "direct_consignment" in value else None,
        tolerances=tuple(tolerances) if "de_minimis" in held else None,
        citations={
            code: Citation(row["article"], row["document_id"], row["page"])
            for code, row in first.items()
            if code in held
        },
        certificate=tuple(row for row in rows if row["code"] in CERTIFICATE),
    )


def _partial(accumulation: Row | None) -> Decimal | None:
    """The least content of partial cumulation, where the row on accumulation says so."""
    if accumulation is None or accumulation["value"] != "originating_and_partial":
        return None
    return Decimal(str(accumulation["value_num"]))


def _is(value: Mapping[str, str], code: str, wanted: str) -> bool | None:
    return value[code] == wanted if code in value else None


def as_json(regime: Regime) -> dict[str, Any]:
    """The regime as plain JSON, for an evaluator in another language."""
    return {
        "regime_id": regime.regime_id,
        "exporters": sorted(regime.exporters),
        "importers": sorted(regime.importers),
        "accumulates": regime.accumulates,
        "partial": None if regime.partial is None else float(regime.partial),
        "exclusive": regime.exclusive,
        "operations": None if regime.operations is None else sorted(regime.operations),
        "bears_on": regime.bears_on,
        "methods": list(regime.methods),
        "transit": regime.transit,
        "tolerances": None
        if regime.tolerances is None
        else [
            {"code_from": r["code_from"], "code_to": r["code_to"], "basis": r["basis"], "pct": float(r["pct"])}
            for r in regime.tolerances
        ],
        "citations": {
            code: {"article": at.article, "document_id": at.document_id, "page": at.page}
            for code, at in sorted(regime.citations.items())
        },
    }
