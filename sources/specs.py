"""The shapes of the YAML that describes sources: regimes, documents, schedules, corrections, decisions.

Each model says what a key means and refuses keys it does not know, so that a slip of the pen in YAML is an error
with its place. Loading and cross-checking is in `sources.registry`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Edition = Literal["HS 2002", "HS 2007", "HS 2012", "HS 2017", "HS 2022"]
Layer = Literal["treaty_annex", "partner_transposed", "domestic_instrument", "derived"]
Evidence = Literal["S", "D", "R", "U"]
Completeness = Literal["full", "list"]
State = Literal["excluded", "unbound", "not_applicable", "free", "not_held"]


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_as_text)]


class Spec(BaseModel):
    """Base of all: immutable, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class ColumnSpec(Spec):
    """One column of a document's tables.

    Attributes:
        name: name of the column in extractions.
        header: header as printed; a line break counts as a space. Where it differs, reading is refused.
        fact: whether its cells may stand in the repository (codes, rates, categories, rule phrases).
        pattern: regular expression that a non-empty cell of a line matches in full.
        required: whether a line must fill it.
        take: regular expression for the fact in a column of words: only its groups (or the match, where it has
            none) are kept, joined by `/`; a cell without a match is empty. Roles still see the cell as printed.
    """

    name: str
    header: str
    fact: bool
    pattern: str | None = None
    required: bool = False
    take: str | None = None


class RoleSpec(Spec):
    """When a row plays a role: every named column matches its pattern in full (`""` means empty). First match wins."""

    role: Literal["line", "heading", "continuation"]
    when: dict[str, str]


class ReaderSpec(Spec):
    """How a document is read.

    Attributes:
        name: reader in `sources/readers` (`pdf_table`, `workbook`, ...).
        options: options of that reader, such as `sheet` or `header_rows`.
        columns: the columns, in the order of the header.
        roles: how a row's role is known; a row that matches none is rejected.
    """

    name: str
    options: dict[str, Any] = Field(default_factory=dict)
    columns: tuple[ColumnSpec, ...] = ()
    roles: tuple[RoleSpec, ...] = ()

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the fact columns, in the order of the header."""
        return tuple(column.name for column in self.columns if column.fact)


class DocumentSpec(Spec):
    """A source document; the columns of table `document` with the file and how it is read.

    Attributes:
        file: path under a documents directory.
        sha256: expected hash; None for a document that is not held.
        reader: None where nothing of it is read as rows.
    """

    id: str
    kind: str
    title: str
    publisher: str
    url: str | None = None
    licence: str
    publish_text: bool = False
    layer: Layer | None = None
    hs_edition: Edition | None = None
    completeness: Completeness | None = None
    known_from: date | None = None
    known_until: date | None = None
    pages: int | None = None
    file: str | None = None
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    reader: ReaderSpec | None = None
    note: str | None = None


class DutySpec(Spec):
    """How the duty cells of a schedule are written.

    Attributes:
        bare_number: what a number without a sign means: `percent` (15 is 15 %), `fraction` (0.14 is 14 %), or
            `refuse`.
        words: states of cells that hold no duty, by their exact text, such as `{"EL": "excluded", "..":
            "not_applicable"}`; `""` is a blank cell. A blank with no entry is an error.
        currency: ISO 4217 code of each currency sign or word used, such as `{"won": "KRW", "$": "USD"}`; `NZD/100`
            is a hundredth of it (cents).
        lines: what several lines of one cell are, where no word joins them: `compound` (added together) or `refuse`.
        brackets: state of a duty that stands in brackets as a whole, such as `not_applicable` for a rate that is
            stated but not applied; without it such a cell is not understood.
        footnotes: marks of notes that may follow a duty, such as `*` or `1/`; they stay in the cell's text and in the
            source row, and say nothing of the duty.
        unread: what becomes of a line whose duty is not understood: `reject` the row, or `keep` it as `unparsed`
            with its text (schedules that print conditions in words).
    """

    bare_number: Literal["percent", "fraction", "refuse"] = "refuse"
    words: dict[str, State] = Field(default_factory=dict)
    currency: dict[str, Annotated[str, Field(pattern=r"^[A-Z]{3}(/100)?$")]] = Field(default_factory=dict)
    lines: Literal["compound", "refuse"] = "refuse"
    brackets: State | None = None
    footnotes: tuple[str, ...] = ()
    unread: Literal["reject", "keep"] = "reject"


class BoundSpec(Spec):
    """What a modality says of every line of a list from a day on: the most that may be taken, or a state."""

    valid_from: date
    max_pct: Decimal | None = None
    state: State | None = None


class CategorySpec(Spec):
    """A staging category: what happens to the base rate.

    Attributes:
        text_en: what it does, in the project's words.
        hold_years: years during which the base rate stays.
        stages: equal annual stages in which the cut is made, the first in the year after `hold_years`; 0 keeps the
            base rate for good.
        cut: share of the base rate that is cut in all (1 removes the duty, 0.5 halves it).
        state: state of every line in the category where it gives no rate at all, such as `excluded`.
        bounds: for a list whose modality starts from rates that are not in it, what is known of them, by day.
        source: article or note, and page, that defines it.
    """

    text_en: str
    hold_years: int = 0
    stages: int = 0
    cut: Decimal = Decimal(1)
    state: State | None = None
    bounds: tuple[BoundSpec, ...] = ()
    source: str


class StagingSpec(Spec):
    """Calendar, rounding and categories of a regime's tariff elimination.

    Attributes:
        year_one: day on which the first stage takes effect.
        later_years: month and day of each later stage (`01-01`).
        round_percent: step in percentage points to which interim rates are rounded down.
        round_money: by currency, step to which interim amounts are rounded down; a currency without a step that has
            to be staged is an error.
        categories: by the category as printed.
    """

    year_one: date
    later_years: str = "01-01"
    round_percent: Decimal = Decimal("0.1")
    round_money: dict[str, Decimal] = Field(default_factory=dict)
    categories: dict[Text, CategorySpec]


class PrintedSpec(Spec):
    """Rates that a schedule prints by period.

    Attributes:
        columns: by extraction column, in order, the day from which its rate holds, such as `{year_1: 2022-01-01}`.
            Dates, not years: periods may be of any length.
        instead: by column, the column that counts on lines where the first is blank.
        until: day on which the last column stops being authority; None where the law leaves it open.
    """

    columns: dict[str, date] = Field(min_length=1)
    instead: dict[str, str] = Field(default_factory=dict)
    until: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> PrintedSpec:
        last = max(self.columns.values())
        if self.until is not None and self.until <= last:
            raise ValueError(f"`until` {self.until} is not after {last}, from which the last column holds")
        return self


class PrefixSpec(Spec):
    """How a column of rates for many partners is read for one of them.

    Such a column reads `Free CA Free XYZ 9.3 1/2023 8.7`: rates with a partner's mark hold for it, with a month from
    that month on, and those without a mark for all partners that have no rate of their own.

    Attributes:
        mark: the partner's mark, such as `XYZ`.
        marks: every mark that the tariff uses, so that an unknown one is an error.
        unmarked: rates without a mark that hold for this partner too, such as `Free`.
        nothing: texts without a mark that give nobody anything, such as `..`; any other text is an error.
        ignore: patterns of notes that are set aside, such as a pointer to a footer that is not held.
    """

    mark: str
    marks: tuple[str, ...]
    unmarked: tuple[str, ...] = ()
    nothing: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class ScheduleSpec(Spec):
    """One importer's rates for one exporter, from one document.

    Attributes:
        columns: which extraction column is `line_code`, `stat_suffix`, `base_duty`, `category`; `line_code_end` is a
            second column with the end of the code, where the document prints it apart.
        category: the category of every line, where the document is one list of goods.
        duty: how duties are written.
        staging: overrides of, or additions to, the regime's categories for this schedule.
        printed: the columns of dated rates, where the schedule prints them; they are then its rates.
        inherit: extraction column with the depth of each row, where a blank duty cell means the cell of the nearest
            row above it in the tree.
        season: extraction column with the part of the year for which a row holds, as `4/1/9/30` (first and last
            month and day; a day may be `末`, the last of its month).
        prefix: where the printed column holds the rates of many partners.
        printed_twice: codes that the document prints twice with the same terms, looked at; the first row counts.
        lines: control total of tariff lines.
        decisions: ids of the decisions that bear on how it is read.
    """

    id: str
    importer: str
    exporter: str
    nomenclature: str
    hs_edition: Edition
    layer: Layer
    completeness: Completeness
    document: str
    base_is: str | None = None
    columns: dict[str, str]
    category: Text | None = None
    duty: DutySpec = Field(default_factory=DutySpec)
    staging: dict[Text, CategorySpec] = Field(default_factory=dict)
    printed: PrintedSpec | None = None
    inherit: str | None = None
    season: str | None = None
    prefix: PrefixSpec | None = None
    printed_twice: tuple[Text, ...] = ()
    lines: int | None = None


class TariffSpec(Spec):
    """An importer's own tariff: its most-favoured-nation rates, which hold while its document is known to.

    Attributes:
        document: its `known_from` and `known_until` date the rates.
        columns: as for a schedule: `line_code`, and where there are any `line_code_end`, `stat_suffix`.
        applied: columns of applied rates in order of precedence: the first that states a rate which applies counts.
        or_lower: column of a rate that takes the place of the applied one wherever it is lower.
        bound: column of the rates bound in the WTO, where the tariff prints them, applied or not.
        precedence: the rule of law that `applied` and `or_lower` follow, and where it stands.
        duty: how duties are written; with `brackets`, a rate in brackets is stated and does not apply.
        inherit: as for a schedule.
        season: as for a schedule.
        printed_twice: as for a schedule.
        lines: control total of tariff lines.
    """

    id: str
    importer: str
    nomenclature: str
    hs_edition: Edition
    document: str
    columns: dict[str, str]
    applied: tuple[str, ...] = Field(min_length=1)
    or_lower: str | None = None
    bound: str | None = None
    precedence: str | None = None
    duty: DutySpec
    inherit: str | None = None
    season: str | None = None
    printed_twice: tuple[Text, ...] = ()
    lines: int | None = None


class PartySpec(Spec):
    """A party's place in a regime."""

    party: str
    role: Literal["grants", "receives", "both"]
    in_force_from: date | None = None
    in_force_to: date | None = None
    evidence: Evidence


class CoverageSpec(Spec):
    """What is held of a regime on one subject; `importer` is `*` where it does not depend on one."""

    importer: str = "*"
    subject: Literal["tariff", "mfn", "origin_rules", "provisions", "legal_text"]
    state: Literal["held", "partial", "superseded", "not_held"]
    as_of: date | None = None
    note: str | None = None


class RegimeSpec(Spec):
    """A trade agreement or unilateral scheme; the columns of table `regime` that are not derived."""

    id: str
    kind: Literal["fta", "unilateral"]
    short_name: str
    name_en: str
    name_km: str | None = None
    status: Literal["in_force", "signed", "lapsed", "partly_withdrawn", "unknown"]
    signed_on: date | None = None
    in_force_from: date | None = None
    certificate_form: str | None = None
    evidence: Evidence
    parties: tuple[PartySpec, ...]
    staging: StagingSpec | None = None
    documents: tuple[str, ...] = ()
    coverage: tuple[CoverageSpec, ...] = ()


class CorrectionSpec(Spec):
    """A mended value: what is expected at the place, and what it should be."""

    id: str
    document: str
    locator: str
    column: str
    expected: Text
    replacement: Text
    reason: str
    provider: str
    made_on: date


class DecisionSpec(Spec):
    """A question of policy or doubt, and the answer that is followed."""

    id: str
    subject: str
    question_en: str
    question_km: str | None = None
    options: tuple[dict[str, Any], ...]
    chosen: str | None = None
    status: Literal["open", "decided"] = "open"
    decided_by: str | None = None
    decided_on: date | None = None
    evidence: str


class PartyNameSpec(Spec):
    """A country or customs territory and its names."""

    id: str
    name_en: str
    name_km: str | None = None
    is_home: bool = False


class MembershipSpec(Spec):
    """A country's time in a group."""

    party: str
    valid_from: date
    valid_to: date | None = None


class GroupSpec(Spec):
    """A group of countries that a schedule names as one exporter."""

    id: str
    name_en: str
    members: tuple[MembershipSpec, ...]


class NomenclatureSpec(Spec):
    """A national nomenclature.

    Attributes:
        digits: length of its line codes.
        hs_edition: HS edition of their first six digits.
    """

    id: str
    name_en: str
    party: str | None = None
    hs_edition: Edition
    digits: int
