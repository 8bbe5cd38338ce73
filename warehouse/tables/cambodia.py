"""Cambodia's own law: its articles, penalties and taxes, and preferences that were withdrawn from it."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from warehouse.columns import column
from warehouse.tables.base import FtaTable, day_after, evidence, first_day, percentage


class LawArticle(FtaTable, table=True):
    """An article of Cambodian law, in the project's words."""

    __tablename__ = "law_article"
    natural_key: ClassVar[tuple[str, ...]] = ("document_id", "number")
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    number: str = column("text", "Article number.")
    heading: str = column("text", "Heading, in the project's words.")
    summary_en: str = column("text", "What it says.")
    summary_km: str | None = column("text", "The same in Khmer.", nullable=True)


class LawPenalty(FtaTable, table=True):
    """A sanction of Cambodian law."""

    __tablename__ = "law_penalty"
    natural_key: ClassVar[tuple[str, ...]] = ("document_id", "article", "row_no")
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    article: str = column("text", "Article.")
    row_no: int = column("integer", "Number within the article.")
    offence_en: str = column("text", "Offence.")
    offence_km: str | None = column("text", "The same in Khmer.", nullable=True)
    kind: str = column("code", "Kind of sanction.")
    amount_min: float | None = column("real", "Lowest fine.", nullable=True)
    amount_max: float | None = column("real", "Highest fine.", nullable=True)
    currency: str | None = column("code", "ISO 4217.", nullable=True)
    years_min: float | None = column("real", "Shortest term.", nullable=True)
    years_max: float | None = column("real", "Longest term.", nullable=True)


class KhTax(FtaTable, table=True):
    """A Cambodian tax or fee."""

    __tablename__ = "kh_tax"
    natural_key: ClassVar[tuple[str, ...]] = ("subject", "code_from", "code_to", "tax")
    subject: str = column("text", "What is taxed.")
    code_from: str | None = column("code", "First HS code.", nullable=True)
    code_to: str | None = column("code", "Last HS code.", nullable=True)
    tax: str = column("code", "Tax or fee.")
    rate_pct: Decimal | None = percentage("Rate.")
    amount: float | None = column("real", "Amount.", nullable=True)
    currency: str | None = column("code", "ISO 4217.", nullable=True)
    unit: str | None = column("code", "Per what.", nullable=True)
    as_of: str = column("date", "Date of the source.")
    evidence: str = evidence()
    document_id: str | None = column(
        "code", "Document that states it.", nullable=True, references="document.document_id"
    )
    locator: str | None = column("text", "Place in the document.", nullable=True)


class PreferenceWithdrawal(FtaTable, table=True):
    """A withdrawal of preference."""

    __tablename__ = "preference_withdrawal"
    natural_key: ClassVar[tuple[str, ...]] = ("regime_id", "scope_en", "valid_from")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    scope_en: str = column("text", "What is withdrawn.")
    code_from: str | None = column("code", "First HS code.", nullable=True)
    code_to: str | None = column("code", "Last HS code.", nullable=True)
    valid_from: str = first_day()
    valid_to: str | None = day_after()
    state: str = column("code", "What is known of it.", enum=("held", "partial", "not_held"))
    evidence: str = evidence()
