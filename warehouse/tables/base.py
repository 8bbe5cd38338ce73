"""What all tables have in common: a key, and words of closed vocabularies."""

from __future__ import annotations

from typing import ClassVar

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
