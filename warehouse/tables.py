"""The tables that consumers rely on: one definition for SQLite, Parquet, CSV and the data dictionary.

Each class is a table; its docstring is the table's description, `natural_key` names the columns that identify a row
and from which `row_key` is hashed (`warehouse.columns.stable_key`). Only definitions belong here: how tables are
stored and written is in `warehouse.store` and `publish`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

import pyarrow as pa
from sqlmodel import SQLModel

from warehouse.columns import ARROW_TYPES, LETTERS, SHORT, ColumnMeta, column, key_prefix, stable_key

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
    valid_from: str = column("date", "First day on which the row holds.", example="2022-12-01")
    valid_to: str | None = column(
        "date",
        "First day on which the row no longer holds; null only where the law leaves it open.",
        nullable=True,
        example="2023-01-01",
    )


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
    evidence: str = column(
        "code",
        "How well the fact is founded: S Ministry document, D held document, R public source not held, U unverified.",
        enum=EVIDENCE,
    )


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
    evidence: str = column(
        "code",
        "How well the fact is founded: S Ministry document, D held document, R public source not held, U unverified.",
        enum=EVIDENCE,
    )


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
    valid_to: str | None = column(
        "date",
        "First day on which the row no longer holds; null only where the law leaves it open.",
        nullable=True,
        example="2023-01-01",
    )
    evidence: str = column(
        "code",
        "How well the fact is founded: S Ministry document, D held document, R public source not held, U unverified.",
        enum=EVIDENCE,
    )


class HsNode(FtaTable, table=True):
    """A section, chapter, heading or subheading of one HS edition."""

    __tablename__ = "hs_node"
    natural_key: ClassVar[tuple[str, ...]] = ("edition", "code")
    key_hashed: ClassVar[tuple[str, ...]] = ("edition",)
    key_plain: ClassVar[tuple[str, ...]] = ("code",)
    edition: str = column("code", "HS edition.", enum=EDITIONS)
    code: str = column("code", "Section number in Roman digits, or 2, 4 or 6 digits.", example="610910")
    level: int = column("integer", "0 section, 2 chapter, 4 heading, 6 subheading.")
    parent_code: str | None = column("code", "Code of the parent in the same edition.", nullable=True)
    section: str | None = column("code", "Section in Roman digits.", nullable=True, example="XI")
    description_en: str | None = column(
        "text", "English description; HS 2022 only, where a free text is packaged.", nullable=True
    )
    description_km: str | None = column("text", "Khmer description; unofficial.", nullable=True)
    path_en: str | None = column("text", "Descriptions from chapter to code, joined by ` > `.", nullable=True)
    path_km: str | None = column(
        "text", "The same in Khmer; null unless each part has Khmer, so that no path mixes languages.", nullable=True
    )


class ProductWord(FtaTable, table=True):
    """An everyday word for goods in both languages, and a heading or subheading of HS 2022 where such goods stand."""

    __tablename__ = "product_word"
    natural_key: ClassVar[tuple[str, ...]] = ("term_en", "term_km", "code")
    term_en: str = column("text", "The word in English.", example="t-shirt")
    term_km: str = column("text", "The same in Khmer.", example="អាវយឺត")
    code: str = column("code", "Heading or subheading of HS 2022; four or six digits.", example="610910")
    row_no: int = column("integer", "Place among the codes of the word, 1 for the most usual.")
    status: str = column(
        "code", "Unofficial: the project's own; reviewed: by the Ministry.", enum=("unofficial", "reviewed")
    )


class HsCorrelation(FtaTable, table=True):
    """A pair of subheadings of two HS editions that share goods."""

    __tablename__ = "hs_correlation"
    natural_key: ClassVar[tuple[str, ...]] = ("edition_from", "code_from", "edition_to", "code_to")
    key_hashed: ClassVar[tuple[str, ...]] = ("edition_from", "edition_to")
    key_plain: ClassVar[tuple[str, ...]] = ("code_from", "code_to")
    edition_from: str = column("code", "Older edition.")
    code_from: str = column("code", "Subheading of the older edition.")
    edition_to: str = column("code", "Newer edition.")
    code_to: str = column("code", "Subheading of the newer edition.")
    relation: str = column("code", "Relation of older to newer: 1:1, 1:n, n:1 or n:n.", enum=RELATIONS)
    material: int = column(
        "flag", "1 if the pair carries trade that decides a rate; 0 where the tie is statistical only (see `source`)."
    )
    source: str = column("text", "Document and, for a pair that is not material, the reviewed reason.")
    source_row_id: str | None = column(
        "code", "Row of the correlation sheet.", nullable=True, references="source_row.source_row_id"
    )


class TariffLine(FtaTable, table=True):
    """A line of a national nomenclature or tariff."""

    __tablename__ = "tariff_line"
    natural_key: ClassVar[tuple[str, ...]] = ("nomenclature_id", "line_code", "stat_suffix")
    key_hashed: ClassVar[tuple[str, ...]] = ("nomenclature_id",)
    key_plain: ClassVar[tuple[str, ...]] = ("line_code", "stat_suffix")
    nomenclature_id: str = column("code", "Nomenclature.", example="kr-hsk-2019")
    line_code: str = column("code", "Digits of the line.", example="6109101000")
    stat_suffix: str | None = column("code", "Statistical suffix, where the nomenclature has one.", nullable=True)
    hs_edition: str = column("code", "HS edition of its first six digits.", example="HS 2017")
    hs6: str = column("code", "Subheading in that edition.", example="610910")
    description_en: str | None = column(
        "text", "National description; only where its licence lets it be published.", nullable=True
    )
    condition_text: str | None = column("text", "Condition in words that the line depends on.", nullable=True)
    source_row_id: str | None = column(
        "code", "Row of the document that states this fact.", nullable=True, references="source_row.source_row_id"
    )


class Duty(FtaTable, table=True):
    """A duty as printed or computed, taken apart."""

    __tablename__ = "duty"
    natural_key: ClassVar[tuple[str, ...]] = ("duty_id",)
    duty_id: str = column("code", "Hash of the canonical text.")
    text: str = column(
        "text",
        "Canonical text; reading it again gives the same duty.",
        example="28% or 2,052 KRW/kg, whichever is greater",
    )
    kind: str = column(
        "code",
        "Kind of duty.",
        enum=("free", "ad_valorem", "specific", "compound", "mixed_max", "mixed_min", "alternatives", "text_only"),
    )
    rate_pct: Decimal | None = column(
        "rate", "The rate, where the duty is one ad valorem rate or free.", nullable=True, unit="percentage points"
    )
    components: str = column(
        "json", "Its parts: sign, percent or amount with currency, quantity and unit (UN/ECE Rec 20), and basis."
    )


class Schedule(FtaTable, table=True):
    """One importer's rates for one exporter under one regime, from one document."""

    __tablename__ = "schedule"
    natural_key: ClassVar[tuple[str, ...]] = ("schedule_id",)
    schedule_id: str = column("code", "Identifier of the schedule.")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    importer: str = column(
        "code", "Country that takes the duty, ISO 3166 alpha-2.", references="party.party_id", example="KR"
    )
    exporter: str = column("code", "Party or group whose goods get the rate.", example="KH")
    nomenclature_id: str = column("code", "Nomenclature of its lines.")
    hs_edition: str = column("code", "HS edition of its lines.")
    layer: str = column(
        "code",
        "Legal layer: the treaty annex, the partner's tariff, a domestic instrument, or our own computation.",
        enum=LAYERS,
    )
    completeness: str = column("code", "A full schedule, or a list of some goods.", enum=("full", "list"))
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    base_is: str | None = column("text", "What the base rate is; never an MFN rate unless it says so.", nullable=True)
    status: str = column(
        "code",
        "Whether its rows are current, kept from the last release, or superseded.",
        enum=("current", "carried_forward", "superseded"),
    )


class StagingCategory(FtaTable, table=True):
    """A staging category of a schedule and the rule that expands it."""

    __tablename__ = "staging_category"
    natural_key: ClassVar[tuple[str, ...]] = ("schedule_id", "category")
    schedule_id: str = column("code", "Schedule.", references="schedule.schedule_id")
    category: str = column("code", "Category as printed.", example="15")
    text_en: str = column("text", "What it does, in the project's words.")
    rule: str = column("json", "The rule that expands it to dated rates.")


class Concession(FtaTable, table=True):
    """What a schedule gives for a line: base rate and category."""

    __tablename__ = "concession"
    natural_key: ClassVar[tuple[str, ...]] = ("schedule_id", "line_code", "row_no")
    key_hashed: ClassVar[tuple[str, ...]] = ("schedule_id",)
    key_plain: ClassVar[tuple[str, ...]] = ("line_code", "row_no")
    schedule_id: str = column("code", "Schedule.", references="schedule.schedule_id")
    line_code: str = column("code", "Line.")
    row_no: int = column("integer", "1, or more where a schedule has several concessions for one line (by condition).")
    base_duty_id: str | None = column("code", "Base duty.", nullable=True, references="duty.duty_id")
    category: str | None = column("code", "Staging category as printed.", nullable=True)
    state: str = column("code", "State of the concession.", enum=STATES)
    source_row_id: str | None = column(
        "code", "Row of the document that states this fact.", nullable=True, references="source_row.source_row_id"
    )


class PreferenceRate(FtaTable, table=True):
    """The preferential duty on a tariff line in one period."""

    __tablename__ = "preference_rate"
    natural_key: ClassVar[tuple[str, ...]] = ("schedule_id", "line_code", "row_no", "valid_from")
    key_hashed: ClassVar[tuple[str, ...]] = ("schedule_id",)
    key_plain: ClassVar[tuple[str, ...]] = ("line_code", "row_no", "valid_from")
    schedule_id: str = column("code", "Schedule.", references="schedule.schedule_id")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    importer: str = column(
        "code", "Country that takes the duty, ISO 3166 alpha-2.", references="party.party_id", example="KR"
    )
    exporter: str = column("code", "Party or group whose goods get the rate.", example="KH")
    line_code: str = column("code", "Line.")
    row_no: int = column("integer", "Row of the concession, 1 unless a line has several.")
    valid_from: str = column("date", "First day on which the row holds.", example="2022-12-01")
    valid_to: str | None = column(
        "date",
        "First day on which the row no longer holds; null only where the law leaves it open.",
        nullable=True,
        example="2023-01-01",
    )
    duty_id: str | None = column("code", "The duty.", nullable=True, references="duty.duty_id")
    rate_pct: Decimal | None = column(
        "rate",
        "The rate where it is one ad valorem rate; null is never a rate.",
        nullable=True,
        unit="percentage points",
    )
    rate_max_pct: Decimal | None = column(
        "rate", "Upper bound where only a bound is known.", nullable=True, unit="percentage points"
    )
    state: str = column("code", "State of the rate.", enum=STATES)
    derivation: str = column(
        "code",
        "Printed in the document, computed from base and category, or a modality's bound.",
        enum=("printed", "computed", "modality"),
    )
    source_row_id: str | None = column(
        "code", "Row of the document that states this fact.", nullable=True, references="source_row.source_row_id"
    )


class MfnRate(FtaTable, table=True):
    """The most-favoured-nation duty on a tariff line."""

    __tablename__ = "mfn_rate"
    natural_key: ClassVar[tuple[str, ...]] = ("importer", "nomenclature_id", "line_code", "kind", "valid_from")
    key_hashed: ClassVar[tuple[str, ...]] = ("importer", "nomenclature_id", "kind")
    key_plain: ClassVar[tuple[str, ...]] = ("line_code", "valid_from")
    importer: str = column(
        "code", "Country that takes the duty, ISO 3166 alpha-2.", references="party.party_id", example="KR"
    )
    nomenclature_id: str = column("code", "Nomenclature.")
    line_code: str = column("code", "Line.")
    valid_from: str = column("date", "First day on which the row holds.", example="2022-12-01")
    valid_to: str | None = column(
        "date",
        "First day on which the row no longer holds; null only where the law leaves it open.",
        nullable=True,
        example="2023-01-01",
    )
    duty_id: str | None = column("code", "The duty.", nullable=True, references="duty.duty_id")
    rate_pct: Decimal | None = column(
        "rate", "The rate where it is one ad valorem rate.", nullable=True, unit="percentage points"
    )
    state: str = column("code", "State of the rate.", enum=STATES)
    kind: str = column("code", "Applied or bound.", enum=("applied", "bound"))
    source_row_id: str | None = column(
        "code", "Row of the document that states this fact.", nullable=True, references="source_row.source_row_id"
    )


class Hs2022PreferenceRate(FtaTable, table=True):
    """A preferential rate carried to an HS 2022 subheading."""

    __tablename__ = "hs2022_preference_rate"
    natural_key: ClassVar[tuple[str, ...]] = ("schedule_id", "hs6", "valid_from")
    key_hashed: ClassVar[tuple[str, ...]] = ("schedule_id",)
    key_plain: ClassVar[tuple[str, ...]] = ("hs6", "valid_from")
    schedule_id: str = column("code", "Schedule.", references="schedule.schedule_id")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    importer: str = column(
        "code", "Country that takes the duty, ISO 3166 alpha-2.", references="party.party_id", example="KR"
    )
    exporter: str = column("code", "Party or group whose goods get the rate.", example="KH")
    hs6: str = column("code", "HS 2022 subheading.", example="610910")
    valid_from: str = column("date", "First day on which the row holds.", example="2022-12-01")
    valid_to: str | None = column(
        "date",
        "First day on which the row no longer holds; null only where the law leaves it open.",
        nullable=True,
        example="2023-01-01",
    )
    rate_pct: Decimal | None = column(
        "rate", "The rate, only where all contributors agree.", nullable=True, unit="percentage points"
    )
    state: str = column("code", "State of the rate.", enum=STATES)
    reason: str | None = column(
        "code",
        "Why the state is ambiguous or not held.",
        nullable=True,
        enum=(
            "merge_different_rates",
            "partial",
            "excluded_mix",
            "duty_kind_mix",
            "date_mix",
            "statistical_correlation_only",
            "no_line",
        ),
    )
    relation: str = column("code", "Relation of the older subheadings to this one.", enum=RELATIONS)
    min_pct: Decimal | None = column(
        "rate", "Lowest ad valorem rate among contributors.", nullable=True, unit="percentage points"
    )
    max_pct: Decimal | None = column(
        "rate", "Highest ad valorem rate among contributors.", nullable=True, unit="percentage points"
    )
    mean_pct: Decimal | None = column(
        "rate", "Simple mean of their ad valorem rates.", nullable=True, unit="percentage points"
    )
    n_lines: int = column("integer", "Contributing national lines.")
    n_distinct: int = column("integer", "Distinct duties or states among them.")
    n_free: int = column("integer", "Lines at zero.")
    n_excluded: int = column("integer", "Lines excluded or unbound.")
    n_non_ad_valorem: int = column("integer", "Lines whose duty is not one ad valorem rate.")
    layer: str = column(
        "code",
        "Legal layer: the treaty annex, the partner's tariff, a domestic instrument, or our own computation.",
        enum=LAYERS,
    )
    duty_id: str | None = column(
        "code", "The duty all contributors share, ad valorem or not.", nullable=True, references="duty.duty_id"
    )
    rate_max_pct: Decimal | None = column(
        "rate",
        "Upper bound that all contributors share, where only a bound is known.",
        nullable=True,
        unit="percentage points",
    )


class Hs2022MfnRate(FtaTable, table=True):
    """An MFN rate carried to an HS 2022 subheading."""

    __tablename__ = "hs2022_mfn_rate"
    natural_key: ClassVar[tuple[str, ...]] = ("importer", "hs6", "kind", "valid_from")
    key_hashed: ClassVar[tuple[str, ...]] = ("importer", "kind")
    key_plain: ClassVar[tuple[str, ...]] = ("hs6", "valid_from")
    importer: str = column(
        "code", "Country that takes the duty, ISO 3166 alpha-2.", references="party.party_id", example="KR"
    )
    hs6: str = column("code", "HS 2022 subheading.")
    kind: str = column("code", "Applied or bound.", enum=("applied", "bound"))
    valid_from: str = column("date", "First day on which the row holds.", example="2022-12-01")
    valid_to: str | None = column(
        "date",
        "First day on which the row no longer holds; null only where the law leaves it open.",
        nullable=True,
        example="2023-01-01",
    )
    rate_pct: Decimal | None = column(
        "rate", "The rate, only where all contributors agree.", nullable=True, unit="percentage points"
    )
    state: str = column("code", "State of the rate.", enum=STATES)
    reason: str | None = column(
        "code",
        "Why the state is ambiguous or not held.",
        nullable=True,
        enum=(
            "merge_different_rates",
            "partial",
            "excluded_mix",
            "duty_kind_mix",
            "date_mix",
            "statistical_correlation_only",
            "no_line",
        ),
    )
    relation: str = column("code", "Relation of the older subheadings to this one.", enum=RELATIONS)
    min_pct: Decimal | None = column(
        "rate", "Lowest ad valorem rate among contributors.", nullable=True, unit="percentage points"
    )
    max_pct: Decimal | None = column(
        "rate", "Highest ad valorem rate among contributors.", nullable=True, unit="percentage points"
    )
    mean_pct: Decimal | None = column(
        "rate", "Simple mean of their ad valorem rates.", nullable=True, unit="percentage points"
    )
    n_lines: int = column("integer", "Contributing national lines.")
    n_distinct: int = column("integer", "Distinct duties or states among them.")
    n_free: int = column("integer", "Lines at zero.")
    n_excluded: int = column("integer", "Lines excluded or unbound.")
    n_non_ad_valorem: int = column("integer", "Lines whose duty is not one ad valorem rate.")
    layer: str = column(
        "code",
        "Legal layer: the treaty annex, the partner's tariff, a domestic instrument, or our own computation.",
        enum=LAYERS,
    )
    duty_id: str | None = column(
        "code", "The duty all contributors share, ad valorem or not.", nullable=True, references="duty.duty_id"
    )


class Hs2022Contributor(FtaTable, table=True):
    """A national line's rate that went into an HS 2022 rate.

    The thousands of lines that only a statistical tie leads to went into nothing and are not listed: the rate says
    `statistical_correlation_only`, and `hs_correlation` has the ties with `material` 0.
    """

    __tablename__ = "hs2022_contributor"
    natural_key: ClassVar[tuple[str, ...]] = ("rate_row_key", "source_rate_row_key")
    key_plain: ClassVar[tuple[str, ...]] = natural_key
    rate_row_key: str = column("code", "Row of `hs2022_preference_rate` or `hs2022_mfn_rate`.")
    source_rate_row_key: str = column("code", "Row of `preference_rate` or `mfn_rate`.")
    line_code: str = column("code", "National line.")
    hs6_from: str = column("code", "Its subheading in its own edition.")
    relation: str = column("code", "Relation of that subheading to the HS 2022 one.", enum=RELATIONS)


class Hs2022UnplacedLine(FtaTable, table=True):
    """A national line that decides no HS 2022 rate, so that nobody misses it there without knowing why."""

    __tablename__ = "hs2022_unplaced_line"
    natural_key: ClassVar[tuple[str, ...]] = ("nomenclature_id", "line_code")
    nomenclature_id: str = column("code", "Nomenclature of the line.")
    line_code: str = column("code", "The line.", example="8548909000")
    hs_edition: str = column("code", "HS edition of the line.", enum=EDITIONS)
    hs6: str = column("code", "Subheading of the line in that edition.")
    reason: str = column(
        "code",
        "The subheading is in no sheet of its edition, was deleted without a successor, or only statistics tie it on.",
        enum=("not_in_edition", "no_successor", "statistical_correlation_only"),
    )


class Hs2022Difference(FtaTable, table=True):
    """Where a schedule carried to HS 2022 differs from the party's own HS 2022 schedule of the same regime.

    The party's own schedule wins; a row says where the conversion, or the party's, is to be looked at. Compared are the
    codes and days of which both state something: `ambiguous` and `not_held` differ from nothing.
    """

    __tablename__ = "hs2022_difference"
    natural_key: ClassVar[tuple[str, ...]] = ("schedule_id", "own_schedule_id", "hs6", "valid_from")
    schedule_id: str = column("code", "Schedule carried from an older edition.", references="schedule.schedule_id")
    own_schedule_id: str = column("code", "The party's own schedule in HS 2022.", references="schedule.schedule_id")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    importer: str = column(
        "code", "Country that takes the duty, ISO 3166 alpha-2.", references="party.party_id", example="KR"
    )
    exporter: str = column("code", "Party or group whose goods get the rate.", example="KH")
    hs6: str = column("code", "HS 2022 subheading.", example="610910")
    valid_from: str = column("date", "First day on which the two differ so.", example="2022-12-01")
    valid_to: str | None = column(
        "date", "First day on which they no longer do; null where no end is known.", nullable=True, example="2023-01-01"
    )
    kind: str = column(
        "code",
        "Two rates, two states or a rate against none, two duties that are no single rate, or a row only one has.",
        enum=DIFFERENCE_KINDS,
    )
    our_state: str | None = column("code", "State of the carried rate.", nullable=True, enum=STATES)
    our_rate_pct: Decimal | None = column("rate", "The carried rate.", nullable=True, unit="percentage points")
    own_state: str | None = column("code", "State of the party's own rate.", nullable=True, enum=STATES)
    own_rate_pct: Decimal | None = column("rate", "The party's own rate.", nullable=True, unit="percentage points")
    our_row_key: str | None = column("code", "The carried rate: row of `hs2022_preference_rate`.", nullable=True)
    own_row_key: str | None = column("code", "The party's own rate: row of `hs2022_preference_rate`.", nullable=True)


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
    valid_to: str | None = column(
        "date",
        "First day on which the row no longer holds; null only where the law leaves it open.",
        nullable=True,
        example="2023-01-01",
    )
    superseded_by: str | None = column("code", "What replaced it.", nullable=True)
    evidence: str = column(
        "code",
        "How well the rule is founded: S Ministry document, D held document, R public source not held, U unverified.",
        enum=EVIDENCE,
    )
    locator: str = column("text", "Place in the document.")
    page: int | None = column("integer", "Page.", nullable=True)
    source_row_id: str | None = column(
        "code", "Row of the document that states this fact.", nullable=True, references="source_row.source_row_id"
    )


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
    pct: Decimal | None = column("rate", "Percentage.", nullable=True, unit="percentage points")
    article: str | None = column("text", "Article.", nullable=True)
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    valid_from: str | None = column("date", "First day on which it holds.", nullable=True)
    valid_to: str | None = column(
        "date",
        "First day on which the row no longer holds; null only where the law leaves it open.",
        nullable=True,
        example="2023-01-01",
    )


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
    rate_pct: Decimal | None = column("rate", "Rate.", nullable=True, unit="percentage points")
    amount: float | None = column("real", "Amount.", nullable=True)
    currency: str | None = column("code", "ISO 4217.", nullable=True)
    unit: str | None = column("code", "Per what.", nullable=True)
    as_of: str = column("date", "Date of the source.")
    evidence: str = column(
        "code",
        "How well the fact is founded: S Ministry document, D held document, R public source not held, U unverified.",
        enum=EVIDENCE,
    )
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
    valid_from: str = column("date", "First day on which the row holds.", example="2022-12-01")
    valid_to: str | None = column(
        "date",
        "First day on which the row no longer holds; null only where the law leaves it open.",
        nullable=True,
        example="2023-01-01",
    )
    state: str = column("code", "What is known of it.", enum=("held", "partial", "not_held"))
    evidence: str = column(
        "code",
        "How well the fact is founded: S Ministry document, D held document, R public source not held, U unverified.",
        enum=EVIDENCE,
    )


class Prose(SQLModel):
    """What every table of prose has: who stands for the words, of which day they are, and what rows they rest on."""

    as_of: str | None = column("date", "Date of the facts that no row of the dataset dates.", nullable=True)
    status: str = column(
        "code", "Draft until somebody other than its writer has read both languages.", enum=("draft", "reviewed")
    )
    reviewer: str | None = column("text", "Who has read both languages.", nullable=True)
    note_km: str | None = column(
        "text", "What the Khmer is until it is reviewed: a translation by the project, unofficial.", nullable=True
    )
    rests_on: str = column(
        "json", "The rows whose facts the words state, each as `table:row_key`.", example='["regime:k3xv2mznd6yqh4ra"]'
    )
    source: str = column("text", "What the words rest on.")


class GlossaryTerm(Prose, FtaTable, table=True):
    """A term explained, in Markdown; a link `term:x` leads to the term x."""

    __tablename__ = "glossary_term"
    natural_key: ClassVar[tuple[str, ...]] = ("term_id",)
    term_id: str = column("code", "Identifier.")
    term_en: str = column("text", "English term.")
    term_km: str | None = column("text", "Khmer term.", nullable=True)
    definition_en: str = column("text", "English definition.")
    definition_km: str | None = column("text", "Khmer definition.", nullable=True)
    related: str = column("json", "Terms that a reader may want next.", example='["rules-of-origin"]')


class Faq(Prose, FtaTable, table=True):
    """A question and its answer, in Markdown."""

    __tablename__ = "faq"
    natural_key: ClassVar[tuple[str, ...]] = ("faq_id",)
    faq_id: str = column("code", "Identifier.")
    topic: str | None = column("code", "Heading under which it is listed.", nullable=True)
    question_en: str = column("text", "Question.")
    question_km: str | None = column("text", "Question in Khmer.", nullable=True)
    answer_en: str = column("text", "Answer.")
    answer_km: str | None = column("text", "Answer in Khmer.", nullable=True)
    related: str = column("json", "Questions that a reader may want next.", example="[]")


class GuideStep(Prose, FtaTable, table=True):
    """A step of a guide, in Markdown."""

    __tablename__ = "guide_step"
    natural_key: ClassVar[tuple[str, ...]] = ("guide_id", "step_no")
    guide_id: str = column("code", "Guide; the text block of the same identifier introduces it.")
    step_no: int = column("integer", "Step.")
    title_en: str = column("text", "Title.")
    title_km: str | None = column("text", "Title in Khmer.", nullable=True)
    text_en: str = column("text", "Text.")
    text_km: str | None = column("text", "Text in Khmer.", nullable=True)


class TextBlock(Prose, FtaTable, table=True):
    """A piece of prose shown by the portal, in Markdown."""

    __tablename__ = "text_block"
    natural_key: ClassVar[tuple[str, ...]] = ("block_id",)
    block_id: str = column("code", "Identifier.")
    subject: str = column("code", "What it is about.")
    regime_id: str | None = column(
        "code", "The one regime that it is about.", nullable=True, references="regime.regime_id"
    )
    title_en: str = column("text", "Title.")
    title_km: str | None = column("text", "Title in Khmer.", nullable=True)
    text_en: str = column("text", "Text.")
    text_km: str | None = column("text", "Text in Khmer.", nullable=True)


class Picture(Prose, FtaTable, table=True):
    """A picture that prose shows as `picture:x`, drawn by the project as SVG with words in either language."""

    __tablename__ = "picture"
    natural_key: ClassVar[tuple[str, ...]] = ("picture_id",)
    picture_id: str = column("code", "Identifier.")
    title_en: str = column("text", "What it shows.")
    title_km: str | None = column("text", "What it shows, in Khmer.", nullable=True)
    svg_en: str = column("text", "The picture with English words.")
    svg_km: str | None = column("text", "The picture with Khmer words.", nullable=True)


class StatedFact(FtaTable, table=True):
    """A number that a guide or law states and no other table holds: a term, a share, a count; dated and marked."""

    __tablename__ = "stated_fact"
    natural_key: ClassVar[tuple[str, ...]] = ("fact_id",)
    fact_id: str = column("code", "Identifier.", example="customs-reassessment")
    subject_en: str = column("text", "What the number is of.")
    subject_km: str = column("text", "The same in Khmer.")
    value_num: float = column("real", "The number.")
    unit: str | None = column("code", "Unit of the number.", nullable=True, example="year")
    as_of: str = column("date", "Date of the source.")
    evidence: str = column(
        "code",
        "How well the fact is founded: S Ministry document, D held document, R public source not held, U unverified.",
        enum=EVIDENCE,
    )
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    locator: str = column("text", "Place in the document.")


class SourceRow(FtaTable, table=True):
    """A row as read from a document: its place and its fact cells."""

    __tablename__ = "source_row"
    natural_key: ClassVar[tuple[str, ...]] = ("document_id", "locator")
    key_plain: ClassVar[tuple[str, ...]] = ("source_row_id",)
    source_row_id: str = column(
        "code",
        "Identifier of the row: eight letters for the document and page, then the row's own number.",
        example="k7qa2bcd4",
    )
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    locator: str = column(
        "text", "Place: page and row, sheet and row, zip member and line, or XML path.", example="page 1, row 4"
    )
    page: int | None = column("integer", "Page, where the document has pages.", nullable=True)
    row_no: int = column("integer", "Row on its page or sheet, from 1; the printed header is not counted.")
    bbox: str | None = column(
        "text",
        "Box in points from the page's top left: x0 top x1 bottom.",
        nullable=True,
        unit="points",
        example="57.6 201.3 538.6 212.5",
    )
    role: str = column("code", "What the row is.", enum=("line", "heading", "continuation", "rejected"))
    continues: str | None = column("code", "The row that a continuation continues.", nullable=True)
    cells: str = column("json", "Fact columns as read.")


class RowAccount(FtaTable, table=True):
    """Every row of a page accounted for: read = lines + headings + continuations + rejected."""

    __tablename__ = "row_account"
    natural_key: ClassVar[tuple[str, ...]] = ("document_id", "page")
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    page: int = column("integer", "Page, or the number of the sheet or member.")
    read: int = column("integer", "Rows read.")
    lines: int = column("integer", "Rows used.")
    headings: int = column("integer", "Headings.")
    continuations: int = column("integer", "Continuations joined to the row before.")
    rejected: int = column("integer", "Rows rejected.")


class RejectedRow(FtaTable, table=True):
    """A row that could not be used, and why."""

    __tablename__ = "rejected_row"
    natural_key: ClassVar[tuple[str, ...]] = ("document_id", "locator", "column_name")
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    locator: str = column("text", "Place.")
    page: int | None = column("integer", "Page.", nullable=True)
    row_no: int = column("integer", "Row.")
    column_name: str | None = column("text", "Column at fault.", nullable=True)
    value: str | None = column("text", "Value seen.", nullable=True)
    expected: str = column("text", "What was expected.")
    reason: str = column("text", "Why it was rejected.")
    remedy: str = column("text", "What to do.")


class Correction(FtaTable, table=True):
    """A mended value."""

    __tablename__ = "correction"
    natural_key: ClassVar[tuple[str, ...]] = ("correction_id",)
    correction_id: str = column("code", "Identifier.")
    document_id: str = column("code", "Document that states it.", references="document.document_id")
    locator: str = column("text", "Place.")
    column_name: str = column("text", "Column.")
    expected: str | None = column("text", "Value the correction expects to find.", nullable=True)
    replacement: str | None = column("text", "Value put in its place.", nullable=True)
    reason: str = column("text", "Why.")
    provider: str = column("text", "Who.")
    made_on: str = column("date", "When.")


class Decision(FtaTable, table=True):
    """A question of policy or doubt, and what was decided."""

    __tablename__ = "decision"
    natural_key: ClassVar[tuple[str, ...]] = ("decision_id",)
    decision_id: str = column("code", "Identifier.")
    regime_id: str | None = column("code", "Regime it concerns.", nullable=True)
    subject: str = column("text", "What it is about.")
    question_en: str = column("text", "The question.")
    question_km: str | None = column("text", "The question in Khmer.", nullable=True)
    options: str = column("json", "Possible answers, each with its evidence.")
    chosen: str | None = column("text", "The answer followed.", nullable=True)
    status: str = column(
        "code", "Open: followed until somebody decides; decided: by the Ministry.", enum=("open", "decided")
    )
    decided_by: str | None = column("text", "Who decided.", nullable=True)
    decided_on: str | None = column("date", "When.", nullable=True)
    evidence: str = column("text", "Where the doubt comes from.")


class ValidationResult(FtaTable, table=True):
    """The judgement of one rule on one subject."""

    __tablename__ = "validation_result"
    natural_key: ClassVar[tuple[str, ...]] = ("rule", "table_name", "subject")
    rule: str = column("code", "Rule of the catalogue.", example="C11")
    severity: str = column("code", "Error, warning or information.", enum=("E", "W", "I"))
    table_name: str = column("code", "Table judged.")
    subject: str = column("code", "Schedule, document or `all`.")
    status: str = column("code", "Outcome.", enum=("pass", "fail", "not_applicable"))
    checked: int = column("integer", "Rows looked at.")
    failed: int = column("integer", "Rows at fault.")
    sample: str = column("json", "Up to ten row keys at fault.")
    message: str = column("text", "What was found, and what to do.")


class Coverage(FtaTable, table=True):
    """What is held and what is not."""

    __tablename__ = "coverage"
    natural_key: ClassVar[tuple[str, ...]] = ("regime_id", "importer", "subject")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    importer: str = column("code", "Importer, or `*` where it does not depend on one.")
    subject: str = column("code", "Subject.", enum=COVERED)
    state: str = column("code", "Holding.", enum=("held", "partial", "superseded", "not_held"))
    as_of: str | None = column("date", "Date of what is held.", nullable=True)
    note: str | None = column("text", "What is missing and where it is published.", nullable=True)


class Change(FtaTable, table=True):
    """A difference from the previous release."""

    __tablename__ = "change"
    natural_key: ClassVar[tuple[str, ...]] = ("release", "table_name", "changed_row_key", "op", "column_name")
    release: str = column("code", "Release that made the change.", example="1.0.0")
    table_name: str = column("code", "Table.")
    changed_row_key: str = column("code", "Row.")
    op: str = column("code", "What happened.", enum=("added", "removed", "changed"))
    column_name: str | None = column("code", "Column, for a changed row.", nullable=True)
    old: str | None = column("text", "Old value.", nullable=True)
    new: str | None = column("text", "New value.", nullable=True)
    reason: str = column(
        "code", "Where the change comes from.", enum=("law", "source_added", "correction", "transposition", "pipeline")
    )


TABLES: dict[str, type[FtaTable]] = {table.__tablename__: table for table in FtaTable.__subclasses__()}  # type: ignore[misc]


def columns_of(table: str) -> dict[str, ColumnMeta]:
    """The columns of a table in their published order: `row_key` first, what all prose has last."""
    found = {c.name: c.info["meta"] for c in TABLES[table].__table__.columns}  # type: ignore[attr-defined]
    shared = Prose.model_fields if issubclass(TABLES[table], Prose) else {}
    last = {name: found.pop(name) for name in shared}
    return {"row_key": found.pop("row_key"), **found, **last}


def arrow_schema(table: str) -> pa.Schema:
    """The pyarrow schema of a table; text, int64, double and decimal(12,6) only."""
    return pa.schema(
        [pa.field(name, ARROW_TYPES[meta.kind], meta.nullable) for name, meta in columns_of(table).items()]
    )


def row_key(table: str, row: Mapping[str, Any]) -> str:
    """The `row_key` of one row, from the natural key of its table."""
    return _recipe(table)(row)


@cache
def _recipe(table: str) -> Callable[[Mapping[str, Any]], str]:
    """How the `row_key` of a row of a table is made.

    Codes, row numbers and days stand in it as they are, joined by hyphens after the hash of the rest; a day is written
    without its own (20230101), a null is left out. Rows that are alike stand beside each other by such keys, and a
    million of them compress to a tenth of what hashes take.
    """
    kind = TABLES[table]
    if not kind.key_plain:
        return lambda row: stable_key(table, [row.get(name) for name in kind.natural_key])
    plain = [(name, name in dates_of(table)) for name in kind.key_plain]

    def put_together(row: Mapping[str, Any]) -> str:
        parts = [key_prefix(table, *[row.get(name) for name in kind.key_hashed])] if kind.key_hashed else []
        for name, is_day in plain:
            if (value := row.get(name)) is not None:
                parts.append(value.replace("-", "") if is_day else str(value))
        return "-".join(parts)

    return put_together


@cache
def dates_of(table: str) -> frozenset[str]:
    """The columns of a table that hold days."""
    return frozenset(name for name, meta in columns_of(table).items() if meta.kind == "date")


def said_by_key(table: str, key: str) -> dict[str, str] | None:
    """What a `row_key` says of the first column that stands in it as it is; None where no row of the table can have it.

    Few rows share that value and it is what tables are stored by, so that a row is found without reading its table.
    """
    kind, pieces = TABLES[table], key.split("-")
    if not kind.key_plain:
        return {} if len(key) == LETTERS else None
    if kind.key_hashed:
        fits = 1 < len(pieces) <= 1 + len(kind.key_plain) and len(pieces[0]) == SHORT
        return {kind.key_plain[0]: pieces[1]} if fits else None
    return {kind.key_plain[0]: key} if len(kind.key_plain) == 1 else {}


def build(table: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as an Arrow table of the published schema, with `row_key` filled, sorted by natural key.

    Raises:
        KeyError: a row carries a column that the table does not have.
        pyarrow.ArrowInvalid: a value does not fit its column, or a column that must not be null is null.
    """
    schema, given = arrow_schema(table), list(rows)
    if unknown := {name for row in given for name in row} - set(schema.names):
        raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
    columns: dict[str, list[Any]] = {n: [row.get(n) for row in given] for n in schema.names if n != "row_key"}
    columns["row_key"] = list(map(_recipe(table), given))
    built = pa.table({name: pa.array(columns[name], schema.field(name).type) for name in schema.names}, schema=schema)
    built.validate(full=True)
    for field in schema:
        if not field.nullable and built.column(field.name).null_count:
            raise pa.ArrowInvalid(f"{table}.{field.name} must not be null")
    order = [*TABLES[table].natural_key, "row_key"]
    return built.sort_by([(name, "ascending") for name in dict.fromkeys(order)])
