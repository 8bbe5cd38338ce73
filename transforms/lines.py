"""From an extraction and a schedule's YAML to tariff lines, concessions and duties, or to a row that says why not.

A row is used whole or rejected whole: what is at fault in it stands in `rejected_row` with its place, what was
expected and what to do, and the rest goes on. Dates and rates are in `transforms.rates`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sources.errors import FtaError
from sources.extraction import ExtractedRow, Extraction
from sources.specs import RegimeSpec, ScheduleSpec, StagingSpec
from transforms.duties import Cell, duty_id, duty_row, parse_duty, text_only, tidy
from transforms.duty_values import Duty
from transforms.line import CORRECT, Fault, Line, rejected_row, without_duplicates, without_parts
from transforms.prefixed import own_rates
from transforms.rows import WholeRow, whole_rows
from transforms.seasons import Season, read_season
from transforms.source_rows import source_row_id
from transforms.staging import check_stageable

_BETWEEN_DIGITS = re.compile(r"[.\s]")


@dataclass(frozen=True)
class Lines:
    """A schedule's lines by code and the rows of its tables.

    Attributes:
        lines: sorted by code; the n-th line of a code is row n of its concessions.
        tariff_lines: rows of table `tariff_line`, the statistical parts of lines at their end.
        concessions: rows of table `concession`, in the order of `lines`.
        duties: duties in any cell of the lines, by duty_id.
        rejected: rows of table `rejected_row`.
    """

    lines: tuple[Line, ...]
    tariff_lines: list[dict[str, Any]]
    concessions: list[dict[str, Any]]
    duties: dict[str, Duty]
    rejected: list[dict[str, Any]]


def schedule_staging(regime: RegimeSpec, schedule: ScheduleSpec) -> StagingSpec | None:
    """The regime's calendar and rounding with its categories and the schedule's own; None where it has no staging."""
    if regime.staging is None:
        return None
    return regime.staging.model_copy(update={"categories": {**regime.staging.categories, **schedule.staging}})


def read_lines(
    extraction: Extraction,
    schedule: ScheduleSpec,
    staging: StagingSpec | None,
    *,
    digits: int | None = None,
    subheadings: Collection[str] | None = None,
) -> Lines:
    """The lines of a schedule.

    Args:
        extraction: the document's rows; continuations are joined to the line that they follow.
        schedule: says which column is what, and how duties are written.
        staging: from `schedule_staging`; None only for a schedule that prints its rates.
        digits: length of the nomenclature's codes, where it is known.
        subheadings: six-digit codes of the schedule's HS edition, to find codes that are in no edition.

    Raises:
        FtaError: the schedule names a column that the extraction does not have, or gives no way to date its rates.
    """
    _check_columns(extraction, schedule, staging)
    reader = _Reader(schedule, staging, digits, subheadings)
    read = [reader.line(row) for row in whole_rows(extraction.rows, schedule.inherit, _duty_columns(schedule))]
    good = [line for line, is_good in read if is_good]
    rejected = [rejected_row(extraction.document_id, place, fault) for place, fault in reader.faults]
    distinct, duplicates = without_duplicates(good, schedule.columns["line_code"], schedule.printed_twice)
    rejected += [rejected_row(extraction.document_id, place, fault) for place, fault in duplicates]
    kept, parts = without_parts(distinct)
    kept.sort(key=lambda line: (line.code, line.suffix or "", line.season.first if line.season else ()))
    duties = _duties(kept)
    ids = {duty.text: key for key, duty in duties.items()}
    seasons = _seasons(kept)
    numbers: Counter[str] = Counter()
    tariff_lines: dict[tuple[str, str | None], dict[str, Any]] = {}
    concessions = []
    for line in (*kept, *parts):
        source = source_row_id(extraction.document_id, line.place.locator)
        if (line.code, line.suffix) not in tariff_lines:
            row = _tariff_line(line, schedule, source, seasons.get(line.code))
            tariff_lines[line.code, line.suffix] = row
    for line in kept:
        numbers[line.code] += 1
        source = source_row_id(extraction.document_id, line.place.locator)
        concessions.append(_concession(line, numbers[line.code], schedule.id, ids, source))
    return Lines(tuple(kept), list(tariff_lines.values()), concessions, duties, rejected)


def duty_rows(duties: Iterable[Duty]) -> list[dict[str, Any]]:
    """Rows of table `duty`, one for each distinct duty."""
    return list({row["duty_id"]: row for row in map(duty_row, duties)}.values())


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the cells of a line say besides its code; thousands of lines say the same."""

    suffix: str | None
    base: Cell | None
    category: str | None
    printed: tuple[Cell, ...]
    days: tuple[date, ...]
    season: Season | None
    dated: tuple[str, ...]
    faults: tuple[Fault, ...]


class _Reader:
    """Reads the rows of one schedule, each distinct set of cells once, and keeps the faults it finds."""

    def __init__(
        self,
        schedule: ScheduleSpec,
        staging: StagingSpec | None,
        digits: int | None,
        subheadings: Collection[str] | None,
    ) -> None:
        self.schedule = schedule
        self.staging = staging
        self.categories = staging.categories if staging is not None else schedule.staging
        self.digits = digits
        self.subheadings = None if subheadings is None else frozenset(subheadings)
        columns = schedule.columns
        self.codes = [columns[name] for name in ("line_code", "line_code_end") if name in columns]
        beside = (columns.get("stat_suffix"), columns.get("category"), schedule.season)
        self.named = [*_duty_columns(schedule), *(name for name in beside if name is not None)]
        self.said: dict[tuple[str, ...], _Terms] = {}
        self.parsed: dict[str, Cell] = {}
        self.faults: list[tuple[ExtractedRow, Fault]] = []

    def line(self, whole: WholeRow) -> tuple[Line, bool]:
        """The line of a row, and whether nothing is wrong with it."""
        row, cells = whole.row, whole.cells
        shown = "".join([cells.get(name, "") for name in self.codes])
        code = _BETWEEN_DIGITS.sub("", shown)
        key = tuple([cells.get(name, "") for name in self.named])
        terms = self.said.get(key)
        if terms is None:
            terms = self.said[key] = self.terms(cells)
        faults = [*self.code_faults(code, shown), *terms.faults]
        self.faults += [(row, fault) for fault in faults]
        stated = tuple(whole.stated.get(name, row) for name in terms.dated) if self.schedule.inherit else ()
        line = Line(
            row, code, terms.suffix, terms.base, terms.category, terms.printed, terms.days, terms.season, stated
        )
        return line, not faults

    def terms(self, cells: dict[str, str]) -> _Terms:
        """What the cells of a line say besides its code."""
        columns, spec = self.schedule.columns, self.schedule.printed
        dated = tuple(self.counting(name, cells) for name in spec.columns) if spec else ()
        base = self.duty(cells.get(columns["base_duty"], "")) if "base_duty" in columns else None
        category = self.schedule.category
        if "category" in columns:
            category = " ".join(cells.get(columns["category"], "").split())
        suffix = cells.get(columns["stat_suffix"], "").strip() or None if "stat_suffix" in columns else None
        printed, days, unread = self.printed([cells.get(name, "") for name in dated])
        season, unseasonable = self.season(cells)
        faults = (
            *unread,
            *unseasonable,
            *(self.duty_faults(base, columns["base_duty"]) if base is not None else ()),
            *(fault for cell, name in _under(printed, dated) for fault in self.duty_faults(cell, name)),
            *self.category_faults(category, base),
        )
        return _Terms(suffix, base, category, printed, days, season, dated, faults)

    def printed(self, texts: list[str]) -> tuple[tuple[Cell, ...], tuple[date, ...], list[Fault]]:
        """The dated cells; of a column for many partners those of one, with days of their own."""
        spec, schedule = self.schedule.printed, self.schedule
        if schedule.prefix is None or spec is None:
            return tuple(self.duty(text) for text in texts), (), []
        (column, start), text = next(iter(spec.columns.items())), texts[0]
        rates = own_rates(text, schedule.prefix, start)
        if rates is None and schedule.duty.unread == "keep":
            return (Cell("unparsed", text_only(tidy(text)), tidy(text)),), (), []
        if rates is None:
            expected = f"rates with the marks {', '.join(schedule.prefix.marks)}"
            return (), (), [Fault(column, text, expected, "The rates of the partners cannot be told apart.")]
        return tuple(self.duty(rate) for _, rate in rates), tuple(day for day, _ in rates), []

    def counting(self, name: str, cells: dict[str, str]) -> str:
        """The column that counts for a dated column on this line."""
        instead = self.schedule.printed.instead.get(name) if self.schedule.printed else None
        return instead if instead is not None and not cells.get(name) else name

    def season(self, cells: dict[str, str]) -> tuple[Season | None, list[Fault]]:
        """The season of a line, where it has one."""
        column = self.schedule.season
        if column is None or not (text := cells.get(column, "")):
            return None, []
        season = read_season(text)
        expected = "a first and a last month and day, such as 4/1/9/30"
        return season, [] if season else [Fault(column, text, expected, "The season is not understood.")]

    def duty(self, text: str) -> Cell:
        if text not in self.parsed:
            self.parsed[text] = parse_duty(text, self.schedule.duty)
        return self.parsed[text]

    def code_faults(self, code: str, shown: str) -> Iterator[Fault]:
        column = self.schedule.columns["line_code"]
        right_length = len(code) == self.digits if self.digits else 6 <= len(code) <= 12
        if not (code.isascii() and code.isdigit() and right_length):
            expected = f"a code of {self.digits or '6 to 12'} digits"
            yield Fault(column, shown, expected, "The code is not a tariff line.")
        elif self.subheadings is not None and code[:6] not in self.subheadings:
            edition = self.schedule.hs_edition
            yield Fault(
                column,
                shown,
                f"a subheading of {edition}",
                f"{code[:6]} is not in {edition}.",
                f"{CORRECT} If the schedule is in another edition, mend its `hs_edition`.",
            )

    def duty_faults(self, cell: Cell, column: str) -> Iterator[Fault]:
        if cell.state != "unparsed":
            return
        if cell.duty is None:
            yield Fault(
                column,
                cell.text,
                "a duty, or a meaning for a blank",
                "The cell is blank, and the schedule does not say what a blank means.",
                f'{CORRECT} If a blank has a meaning, say it under `words: {{"": ...}}` in the duty of the schedule.',
            )
        elif self.schedule.duty.unread == "reject":
            yield Fault(
                column,
                cell.text,
                "a duty in a known form, such as 7%, 0.02 USD/l or a word of the schedule",
                "The duty is not understood.",
                f"{CORRECT} If it is a word for a state or a currency, name it in the duty of the schedule.",
            )

    def category_faults(self, category: str | None, base: Cell | None) -> Iterator[Fault]:
        if not self.categories or category is None:
            return
        column = self.schedule.columns.get("category", "")
        if category not in self.categories:
            known = ", ".join(self.categories)
            yield Fault(
                column,
                category,
                f"one of {known}",
                "The staging category is not known.",
                f"{CORRECT} If the agreement defines it, add it to the categories.",
            )
        elif base is not None and self.staging and (why := self.cannot_stage(base, category, self.staging)):
            yield Fault(column, category, "a category that the base duty can be staged in", why)

    def cannot_stage(self, base: Cell, category: str, staging: StagingSpec) -> str | None:
        """Why a base duty cannot be staged, or None."""
        if base.duty is None or self.schedule.printed is not None:
            return None
        try:
            check_stageable(base.duty, staging.categories[category], staging)
        except FtaError as error:
            return f"{error.message} {error.remedy}"
        return None


def _under(printed: tuple[Cell, ...], columns: tuple[str, ...]) -> Iterator[tuple[Cell, str]]:
    """Each dated cell with the column that it stands in."""
    return ((cell, columns[min(at, len(columns) - 1)]) for at, cell in enumerate(printed))


def _check_columns(extraction: Extraction, schedule: ScheduleSpec, staging: StagingSpec | None) -> None:
    named = {*schedule.columns.values(), *_duty_columns(schedule)}
    named |= {column for column in (schedule.inherit, schedule.season) if column is not None}
    where = {"schedule": schedule.id, "document": extraction.document_id}
    if "line_code" not in schedule.columns or not named <= set(extraction.columns):
        raise FtaError(
            "schedule_columns",
            f"The schedule reads {', '.join(sorted(named))}; the document has {', '.join(extraction.columns)}.",
            where=where,
            remedy="Name under `columns` (`line_code` among them) and `printed` only fact columns of the document.",
        )
    is_list = bool(schedule.staging) and all(category.bounds for category in schedule.staging.values())
    staged = staging is not None and {"base_duty", "category"} <= schedule.columns.keys()
    if schedule.printed is None and not is_list and not staged:
        raise FtaError(
            "schedule_without_dates",
            "The schedule neither prints dated rates, nor has a base duty, a category and a calendar, nor bounds.",
            where=where,
            remedy="Give it `printed` columns, or `base_duty` and `category` and its regime a `staging`, or `bounds`.",
        )


def _duty_columns(schedule: ScheduleSpec) -> list[str]:
    """The columns of an extraction that hold duties of a schedule."""
    base = [schedule.columns["base_duty"]] if "base_duty" in schedule.columns else []
    printed = schedule.printed
    return [*base, *(printed.columns if printed else ()), *(printed.instead.values() if printed else ())]


def _seasons(lines: list[Line]) -> dict[str, str]:
    """By code whose rates hold for parts of the year, which parts these are, in words."""
    parts: dict[str, list[str]] = {}
    for line in lines:
        if line.season is not None:
            parts.setdefault(line.code, []).append(line.season.words)
    return {code: f"Rates by season: {'; '.join(found)}." for code, found in parts.items()}


def _tariff_line(line: Line, schedule: ScheduleSpec, source: str, condition: str | None) -> dict[str, Any]:
    return {
        "nomenclature_id": schedule.nomenclature,
        "line_code": line.code,
        "stat_suffix": line.suffix,
        "hs_edition": schedule.hs_edition,
        "hs6": line.code[:6],
        "condition_text": condition,
        "source_row_id": source,
    }


def _concession(line: Line, number: int, schedule_id: str, ids: dict[str, str], source: str) -> dict[str, Any]:
    """A concession; its state is that of the base duty, or where rates are printed, of the last of them."""
    decisive = line.printed[-1] if line.printed else line.base
    return {
        "schedule_id": schedule_id,
        "line_code": line.code,
        "row_no": number,
        "base_duty_id": ids[line.base.duty.text] if line.base is not None and line.base.duty is not None else None,
        "category": line.category,
        "state": decisive.state if decisive is not None else "not_held",
        "source_row_id": source,
    }


def _duties(lines: list[Line]) -> dict[str, Duty]:
    cells = {cell.text: cell for line in lines for cell in (line.base, *line.printed) if cell is not None}
    found = {cell.duty.text: cell.duty for cell in cells.values() if cell.duty is not None}
    return {duty_id(duty): duty for _, duty in sorted(found.items())}
