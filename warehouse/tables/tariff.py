"""Tariff schedules as their documents state them: lines, duties, concessions, and the rates that follow."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from warehouse.columns import column
from warehouse.tables.base import (
    STATES,
    FtaTable,
    day_after,
    first_day,
    importer,
    legal_layer,
    percentage,
    stating_row,
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
    source_row_id: str | None = stating_row()


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
    rate_pct: Decimal | None = percentage("The rate, where the duty is one ad valorem rate or free.")
    components: str = column(
        "json", "Its parts: sign, percent or amount with currency, quantity and unit (UN/ECE Rec 20), and basis."
    )


class Schedule(FtaTable, table=True):
    """One importer's rates for one exporter under one regime, from one document."""

    __tablename__ = "schedule"
    natural_key: ClassVar[tuple[str, ...]] = ("schedule_id",)
    schedule_id: str = column("code", "Identifier of the schedule.")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    importer: str = importer()
    exporter: str = column("code", "Party or group whose goods get the rate.", example="KH")
    nomenclature_id: str = column("code", "Nomenclature of its lines.")
    hs_edition: str = column("code", "HS edition of its lines.")
    layer: str = legal_layer()
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
    source_row_id: str | None = stating_row()


class PreferenceRate(FtaTable, table=True):
    """The preferential duty on a tariff line in one period."""

    __tablename__ = "preference_rate"
    natural_key: ClassVar[tuple[str, ...]] = ("schedule_id", "line_code", "row_no", "valid_from")
    key_hashed: ClassVar[tuple[str, ...]] = ("schedule_id",)
    key_plain: ClassVar[tuple[str, ...]] = ("line_code", "row_no", "valid_from")
    schedule_id: str = column("code", "Schedule.", references="schedule.schedule_id")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    importer: str = importer()
    exporter: str = column("code", "Party or group whose goods get the rate.", example="KH")
    line_code: str = column("code", "Line.")
    row_no: int = column("integer", "Row of the concession, 1 unless a line has several.")
    valid_from: str = first_day()
    valid_to: str | None = day_after()
    duty_id: str | None = column("code", "The duty.", nullable=True, references="duty.duty_id")
    rate_pct: Decimal | None = percentage("The rate where it is one ad valorem rate; null is never a rate.")
    rate_max_pct: Decimal | None = percentage("Upper bound where only a bound is known.")
    state: str = column("code", "State of the rate.", enum=STATES)
    derivation: str = column(
        "code",
        "Printed in the document, computed from base and category, or a modality's bound.",
        enum=("printed", "computed", "modality"),
    )
    source_row_id: str | None = stating_row()


class MfnRate(FtaTable, table=True):
    """The most-favoured-nation duty on a tariff line."""

    __tablename__ = "mfn_rate"
    natural_key: ClassVar[tuple[str, ...]] = ("importer", "nomenclature_id", "line_code", "kind", "valid_from")
    key_hashed: ClassVar[tuple[str, ...]] = ("importer", "nomenclature_id", "kind")
    key_plain: ClassVar[tuple[str, ...]] = ("line_code", "valid_from")
    importer: str = importer()
    nomenclature_id: str = column("code", "Nomenclature.")
    line_code: str = column("code", "Line.")
    valid_from: str = first_day()
    valid_to: str | None = day_after()
    duty_id: str | None = column("code", "The duty.", nullable=True, references="duty.duty_id")
    rate_pct: Decimal | None = percentage("The rate where it is one ad valorem rate.")
    state: str = column("code", "State of the rate.", enum=STATES)
    kind: str = column("code", "Applied or bound.", enum=("applied", "bound"))
    source_row_id: str | None = stating_row()
