"""The regimes, their parties, and the documents that found them."""

from __future__ import annotations

from typing import ClassVar

from warehouse.columns import column
from warehouse.tables.base import LAYERS, FtaTable, day_after, evidence, first_day


class Party(FtaTable, table=True):
    """A country or customs territory."""

    __tablename__ = "party"
    natural_key: ClassVar[tuple[str, ...]] = ("party_id",)
    party_id: str = column("code", "ISO 3166-1 alpha-2 code.", example="KH")
    name_en: str = column("text", "English short name.", example="Cambodia")
    name_km: str | None = column("text", "Khmer name; a project translation unless reviewed.", nullable=True)
    is_home: int = column("flag", "1 for the party whose trade the dataset is about, else 0.")


class PartyGroup(FtaTable, table=True):
    """Membership of a country in a group that schedules name as one exporter."""

    __tablename__ = "party_group"
    natural_key: ClassVar[tuple[str, ...]] = ("group_id", "party_id", "valid_from")
    group_id: str = column("code", "Identifier of the group.", example="asean")
    party_id: str = column("code", "Member.", references="party.party_id")
    valid_from: str = first_day()
    valid_to: str | None = day_after()


class Regime(FtaTable, table=True):
    """A trade agreement or unilateral preference scheme."""

    __tablename__ = "regime"
    natural_key: ClassVar[tuple[str, ...]] = ("regime_id",)
    regime_id: str = column("code", "Identifier of the regime.")
    kind: str = column("code", "Agreement or unilateral preference.", enum=("fta", "unilateral"))
    short_name: str = column("text", "Name in common use.")
    name_en: str = column("text", "Full English name.")
    name_km: str | None = column("text", "Khmer name; a project translation unless reviewed.", nullable=True)
    party_form: str = column(
        "code", "Two parties or more; derived from the parties.", enum=("bilateral", "plurilateral")
    )
    side_form: str = column(
        "code",
        "Whether one side is a group; derived from the parties.",
        enum=("country_to_country", "country_to_group"),
    )
    status: str = column(
        "code",
        "Standing of the regime for Cambodia.",
        enum=("in_force", "signed", "lapsed", "partly_withdrawn", "unknown"),
    )
    signed_on: str | None = column("date", "Day of signature.", nullable=True)
    in_force_from: str | None = column("date", "Entry into force for Cambodia.", nullable=True)
    certificate_form: str | None = column("text", "Form of the proof of origin.", nullable=True)
    evidence: str = evidence()


class RegimeParty(FtaTable, table=True):
    """A party's place in a regime."""

    __tablename__ = "regime_party"
    natural_key: ClassVar[tuple[str, ...]] = ("regime_id", "party_id")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    party_id: str = column("code", "Party.", references="party.party_id")
    role: str = column(
        "code", "Whether the party gives, receives or exchanges preference.", enum=("grants", "receives", "both")
    )
    in_force_from: str | None = column("date", "Entry into force for this party; null where unknown.", nullable=True)
    in_force_to: str | None = column("date", "First day on which it no longer binds the party.", nullable=True)
    evidence: str = evidence()


class Document(FtaTable, table=True):
    """A source document, held or not."""

    __tablename__ = "document"
    natural_key: ClassVar[tuple[str, ...]] = ("document_id",)
    document_id: str = column("code", "Identifier of the document.")
    kind: str = column(
        "code",
        "What the document is.",
        enum=(
            "tariff_schedule",
            "national_tariff",
            "psr",
            "legal_text",
            "nomenclature",
            "correlation",
            "control_totals",
            "guide",
        ),
    )
    layer: str | None = column("code", "Legal layer of the rates in it.", nullable=True, enum=LAYERS)
    title: str = column("text", "Title in English.")
    publisher: str = column("text", "Who publishes it.")
    url: str | None = column("text", "Official address.", nullable=True)
    licence: str = column("text", "Licence; `unknown` is said as such.")
    publish_text: int = column("flag", "1 if its words may be published, else 0.")
    sha256: str | None = column("code", "SHA-256 of the bytes that were read.", nullable=True)
    holding: str = column(
        "code",
        "Whether its extraction is accepted, waits for acceptance, or it is not held.",
        enum=("accepted", "candidate", "not_held"),
    )
    pages: int | None = column("integer", "Pages, or sheets or members where it has no pages.", nullable=True)
    hs_edition: str | None = column("code", "HS edition of its codes.", nullable=True, example="HS 2017")
    completeness: str | None = column(
        "code", "A full schedule, or a list of some goods.", nullable=True, enum=("full", "list")
    )
    known_from: str | None = column("date", "First day of its authority.", nullable=True)
    known_until: str | None = column("date", "First day on which it is no longer known to be authority.", nullable=True)


class DocumentRegime(FtaTable, table=True):
    """Which regimes a document serves."""

    __tablename__ = "document_regime"
    natural_key: ClassVar[tuple[str, ...]] = ("document_id", "regime_id")
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")


class Article(FtaTable, table=True):
    """An article, annex or rule of a held legal text."""

    __tablename__ = "article"
    natural_key: ClassVar[tuple[str, ...]] = ("document_id", "number")
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    number: str = column("text", "Number as cited.", example="3.10")
    heading: str | None = column("text", "Its heading.", nullable=True)
    page_from: int | None = column("integer", "First page.", nullable=True)
    page_to: int | None = column("integer", "Last page.", nullable=True)


class Provision(FtaTable, table=True):
    """What a regime says on one point of origin or certification."""

    __tablename__ = "provision"
    natural_key: ClassVar[tuple[str, ...]] = ("regime_id", "code", "valid_from", "row_no")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    code: str = column("code", "Code of the provision.", example="de_minimis")
    row_no: int = column("integer", "1, or more where a regime has several rows for one code.")
    value: str = column("text", "Value from the code's closed vocabulary, or the number's words.")
    value_num: float | None = column("real", "The number.", nullable=True)
    unit: str | None = column(
        "code", "Unit of the number.", nullable=True, enum=("percent", "month", "year", "day", "USD")
    )
    text_en: str | None = column("text", "Plain English, written by the project.", nullable=True)
    text_km: str | None = column("text", "Plain Khmer, written by the project.", nullable=True)
    document_id: str | None = column(
        "code", "Document that states it.", nullable=True, references="document.document_id"
    )
    article: str | None = column("text", "Article that states it.", nullable=True)
    page: int | None = column("integer", "Page of the article.", nullable=True)
    valid_from: str | None = column("date", "First day on which it holds.", nullable=True)
    valid_to: str | None = day_after()
    evidence: str = evidence()
