"""Rules of origin."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from warehouse.columns import column
from warehouse.tables.base import EVIDENCE, FtaTable, day_after, percentage, stating_row


class OriginRule(FtaTable, table=True):
    """A product-specific or general rule of origin in its own edition."""

    __tablename__ = "origin_rule"
    natural_key: ClassVar[tuple[str, ...]] = (
        "regime_id",
        "document_id",
        "hs_edition",
        "code_from",
        "code_to",
        "is_ex",
        "row_no",
        "valid_from",
    )
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    hs_edition: str | None = column("code", "HS edition of the codes; null for a general rule.", nullable=True)
    code_from: str | None = column(
        "code", "First code of the range (2, 4 or 6 digits); null for a general rule.", nullable=True
    )
    code_to: str | None = column("code", "Last code of the range, inclusive.", nullable=True)
    is_ex: int = column("flag", "1 if the rule covers only part of the code.")
    row_no: int = column("integer", "1, or more where several rules stand at one code.")
    rule_text: str = column(
        "text", "The rule in canonical words, printed from the expression; the source's phrase where it was not read."
    )
    rule: str = column("json", 'The rule as an expression; null-equivalent `{"op":"TEXT"}` where it was not read.')
    parse_state: str = column("code", "How fully it was read.", enum=("full", "partial", "text_only"))
    valid_from: str | None = column("date", "First day on which it holds.", nullable=True)
    valid_to: str | None = day_after()
    superseded_by: str | None = column("code", "What replaced it.", nullable=True)
    evidence: str = column(
        "code",
        "How well the rule is founded: S Ministry document, D held document, R public source not held, U unverified.",
        enum=EVIDENCE,
    )
    locator: str = column("text", "Place in the document.")
    page: int | None = column("integer", "Page.", nullable=True)
    source_row_id: str | None = stating_row()


class Hs2022OriginRule(FtaTable, table=True):
    """The rule that applies to an HS 2022 subheading: an index into `origin_rule`."""

    __tablename__ = "hs2022_origin_rule"
    natural_key: ClassVar[tuple[str, ...]] = ("regime_id", "hs6", "origin_rule_row_key")
    key_plain: ClassVar[tuple[str, ...]] = ("origin_rule_row_key", "hs6")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    hs6: str = column("code", "HS 2022 subheading.")
    origin_rule_row_key: str = column("code", "The rule.", references="origin_rule.row_key")
    level: str = column("code", "Level the rule stands at.", enum=("subheading", "heading", "chapter", "general"))
    state: str = column(
        "code", "Whether it is the one rule that applies.", enum=("ok", "ambiguous", "superseded", "not_held")
    )


class DeMinimis(FtaTable, table=True):
    """Tolerance for non-originating materials that do not change classification."""

    __tablename__ = "de_minimis"
    natural_key: ClassVar[tuple[str, ...]] = ("regime_id", "code_from", "code_to", "basis", "valid_from")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    code_from: str = column("code", "First chapter or code.")
    code_to: str = column("code", "Last chapter or code.")
    basis: str = column("code", "What the percentage is of.", enum=("fob_value", "weight"))
    pct: Decimal | None = percentage("Percentage.")
    article: str | None = column("text", "Article.", nullable=True)
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    valid_from: str | None = column("date", "First day on which it holds.", nullable=True)
    valid_to: str | None = day_after()
