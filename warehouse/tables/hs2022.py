"""The same rates in HS 2022, with what each is made of and what could not be placed."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from warehouse.columns import column
from warehouse.tables.base import (
    DIFFERENCE_KINDS,
    EDITIONS,
    RELATIONS,
    STATES,
    FtaTable,
    day_after,
    first_day,
    importer,
    legal_layer,
    percentage,
)

REASONS = (
    "merge_different_rates", "partial", "excluded_mix", "duty_kind_mix", "date_mix", "statistical_correlation_only",
    "no_line",
)  # fmt: skip


class Hs2022PreferenceRate(FtaTable, table=True):
    """A preferential rate carried to an HS 2022 subheading."""

    __tablename__ = "hs2022_preference_rate"
    natural_key: ClassVar[tuple[str, ...]] = ("schedule_id", "hs6", "valid_from")
    key_hashed: ClassVar[tuple[str, ...]] = ("schedule_id",)
    key_plain: ClassVar[tuple[str, ...]] = ("hs6", "valid_from")
    schedule_id: str = column("code", "Schedule.", references="schedule.schedule_id")
    regime_id: str = column("code", "Regime.", references="regime.regime_id")
    importer: str = importer()
    exporter: str = column("code", "Party or group whose goods get the rate.", example="KH")
    hs6: str = column("code", "HS 2022 subheading.", example="610910")
    valid_from: str = first_day()
    valid_to: str | None = day_after()
    rate_pct: Decimal | None = percentage("The rate, only where all contributors agree.")
    state: str = column("code", "State of the rate.", enum=STATES)
    reason: str | None = column("code", "Why the state is ambiguous or not held.", nullable=True, enum=REASONS)
    relation: str = column("code", "Relation of the older subheadings to this one.", enum=RELATIONS)
    min_pct: Decimal | None = percentage("Lowest ad valorem rate among contributors.")
    max_pct: Decimal | None = percentage("Highest ad valorem rate among contributors.")
    mean_pct: Decimal | None = percentage("Simple mean of their ad valorem rates.")
    n_lines: int = column("integer", "Contributing national lines.")
    n_distinct: int = column("integer", "Distinct duties or states among them.")
    n_free: int = column("integer", "Lines at zero.")
    n_excluded: int = column("integer", "Lines excluded or unbound.")
    n_non_ad_valorem: int = column("integer", "Lines whose duty is not one ad valorem rate.")
    layer: str = legal_layer()
    duty_id: str | None = column(
        "code", "The duty all contributors share, ad valorem or not.", nullable=True, references="duty.duty_id"
    )
    rate_max_pct: Decimal | None = percentage("Upper bound that all contributors share, where only a bound is known.")


class Hs2022MfnRate(FtaTable, table=True):
    """An MFN rate carried to an HS 2022 subheading."""

    __tablename__ = "hs2022_mfn_rate"
    natural_key: ClassVar[tuple[str, ...]] = ("importer", "hs6", "kind", "valid_from")
    key_hashed: ClassVar[tuple[str, ...]] = ("importer", "kind")
    key_plain: ClassVar[tuple[str, ...]] = ("hs6", "valid_from")
    importer: str = importer()
    hs6: str = column("code", "HS 2022 subheading.")
    kind: str = column("code", "Applied or bound.", enum=("applied", "bound"))
    valid_from: str = first_day()
    valid_to: str | None = day_after()
    rate_pct: Decimal | None = percentage("The rate, only where all contributors agree.")
    state: str = column("code", "State of the rate.", enum=STATES)
    reason: str | None = column("code", "Why the state is ambiguous or not held.", nullable=True, enum=REASONS)
    relation: str = column("code", "Relation of the older subheadings to this one.", enum=RELATIONS)
    min_pct: Decimal | None = percentage("Lowest ad valorem rate among contributors.")
    max_pct: Decimal | None = percentage("Highest ad valorem rate among contributors.")
    mean_pct: Decimal | None = percentage("Simple mean of their ad valorem rates.")
    n_lines: int = column("integer", "Contributing national lines.")
    n_distinct: int = column("integer", "Distinct duties or states among them.")
    n_free: int = column("integer", "Lines at zero.")
    n_excluded: int = column("integer", "Lines excluded or unbound.")
    n_non_ad_valorem: int = column("integer", "Lines whose duty is not one ad valorem rate.")
    layer: str = legal_layer()
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
    importer: str = importer()
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
    our_rate_pct: Decimal | None = percentage("The carried rate.")
    own_state: str | None = column("code", "State of the party's own rate.", nullable=True, enum=STATES)
    own_rate_pct: Decimal | None = percentage("The party's own rate.")
    our_row_key: str | None = column("code", "The carried rate: row of `hs2022_preference_rate`.", nullable=True)
    own_row_key: str | None = column("code", "The party's own rate: row of `hs2022_preference_rate`.", nullable=True)
