"""What tables have in common: a key, words of closed vocabularies, and columns that many of them have."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlmodel import SQLModel

from warehouse.columns import column

EDITIONS = ("HS 2002", "HS 2007", "HS 2012", "HS 2017", "HS 2022")
LAYERS = ("treaty_annex", "partner_transposed", "domestic_instrument", "derived")
STATES = (
    "ok", "free", "excluded", "unbound", "not_applicable", "ceiling", "unparsed", "ambiguous", "not_held",
)  # fmt: skip
RELATIONS = ("1:1", "1:n", "n:1", "n:n")
EVIDENCE = ("S", "D", "R", "U")
COVERED = ("tariff", "own_hs2022", "mfn", "origin_rules", "provisions", "legal_text")
DIFFERENCE_KINDS = ("rate", "state", "duty", "only_ours", "only_own")


class FtaTable(SQLModel):
    """What every table has: a stable `row_key`, and the columns it is hashed from.

    Where `key_plain` names columns, their values stand in the `row_key` as they are, after a short hash of those of
    `key_hashed`; else it is a hash of the whole natural key.
    """

    natural_key: ClassVar[tuple[str, ...]] = ()
    key_hashed: ClassVar[tuple[str, ...]] = ()
    key_plain: ClassVar[tuple[str, ...]] = ()
    row_key: str = column(
        "code", "Stable key, made from the table's name and natural key.", primary_key=True, example="mzxw6ytboi2g"
    )


def first_day() -> Any:
    """The column `valid_from`."""
    return column("date", "First day on which the row holds.", example="2022-12-01")


def day_after() -> Any:
    """The column `valid_to`."""
    return column(
        "date",
        "First day on which the row no longer holds; null only where the law leaves it open.",
        nullable=True,
        example="2023-01-01",
    )


def importer() -> Any:
    """The column `importer`."""
    return column("code", "Country that takes the duty, ISO 3166 alpha-2.", references="party.party_id", example="KR")


def legal_layer() -> Any:
    """The column `layer` of rates."""
    return column(
        "code",
        "Legal layer: the treaty annex, the partner's tariff, a domestic instrument, or our own computation.",
        enum=LAYERS,
    )


def evidence() -> Any:
    """The column `evidence` of facts that somebody wrote down."""
    return column(
        "code",
        "How well the fact is founded: S Ministry document, D held document, R public source not held, U unverified.",
        enum=EVIDENCE,
    )


def stating_row() -> Any:
    """The column `source_row_id` of facts that a row of a document states."""
    return column(
        "code", "Row of the document that states this fact.", nullable=True, references="source_row.source_row_id"
    )


def percentage(description: str) -> Any:
    """A column of percentages, null where there is none."""
    return column("rate", description, nullable=True, unit="percentage points")
