"""From an importer's own tariff to table `mfn_rate`: which of its printed rates applies, and the rates it has bound.

The tariff's YAML states the order of precedence; a rate in brackets is stated and does not apply. Where two rates are
to be compared and neither is plainly the lower, the duty says "whichever is lower" or stays text: nothing is picked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pyarrow as pa

from sources.errors import FtaError
from sources.extraction import Extraction
from sources.specs import DocumentSpec, PrintedSpec, ScheduleSpec, TariffSpec
from transforms.duties import Cell, duty_id
from transforms.duty_values import Duty, make_duty, text_only
from transforms.line import Line, by_suffix, rejected_row
from transforms.lines import Lines, read_lines
from transforms.rates import in_season
from transforms.source_rows import source_row_id
from transforms.staging import Step, state_of
from warehouse.rows import build

APPLIES = ("ok", "free", "unparsed")


@dataclass(frozen=True)
class Mfn:
    """The MFN rates of one tariff.

    Attributes:
        table: table `mfn_rate`, applied and bound.
        lines: its lines, with rows of `tariff_line` and `rejected_row`.
        duties: the duties that the rates refer to, by duty_id.
    """

    table: pa.Table
    lines: Lines
    duties: dict[str, Duty]


def mfn_rates(
    tariff: TariffSpec,
    document: DocumentSpec,
    extraction: Extraction,
    *,
    digits: int | None = None,
    subheadings: Collection[str] | None = None,
) -> Mfn:
    """The MFN rates of a national tariff, from the day on which its document is known to hold to the day it is not.

    Args:
        tariff: says which columns hold which rates, and their precedence.
        document: gives `known_from` and `known_until`; a tariff is a snapshot.
        extraction: its accepted extraction.
        digits: length of the nomenclature's codes.
        subheadings: six-digit codes of the tariff's HS edition.

    Raises:
        FtaError: the document does not say since when it is known, or a column is missing.
    """
    schedule = as_schedule(tariff, document)
    lines = _rated_once(read_lines(extraction, schedule, None, digits=digits, subheadings=subheadings), schedule)
    duties: dict[str, Duty] = {}
    rows = [row for line in lines.lines for row in _rows(line, tariff, schedule, duties)]
    return Mfn(build("mfn_rate", rows), lines, duties)


def _rated_once(lines: Lines, schedule: ScheduleSpec) -> Lines:
    """The lines without those whose rate depends on more than their code and the season; these are rejected."""
    faults = by_suffix(lines.lines, schedule.columns["line_code"])
    if not faults:
        return lines
    places = {place.locator for place, _ in faults}
    rejected = [*lines.rejected, *(rejected_row(schedule.document, place, fault) for place, fault in faults)]
    kept = tuple(line for line in lines.lines if line.place.locator not in places)
    return replace(lines, lines=kept, rejected=rejected)


def as_schedule(tariff: TariffSpec, document: DocumentSpec) -> ScheduleSpec:
    """The tariff in the shape of a schedule whose dated columns are its rates.

    Raises:
        FtaError: the document does not say since when it is known.
    """
    if document.known_from is None:
        raise FtaError(
            "tariff_without_date",
            f"{document.id} does not say since when it is known to hold, and a tariff is a snapshot.",
            where={"tariff": tariff.id, "document": document.id},
            remedy="Give the document a `known_from`, and a `known_until` where its end is known.",
        )
    names = dict.fromkeys(name for name in (*tariff.applied, tariff.or_lower, tariff.bound) if name is not None)
    return ScheduleSpec(
        id=tariff.id,
        importer=tariff.importer,
        exporter=tariff.importer,
        nomenclature=tariff.nomenclature,
        hs_edition=tariff.hs_edition,
        layer="domestic_instrument",
        completeness="full",
        document=tariff.document,
        columns=tariff.columns,
        duty=tariff.duty,
        printed=PrintedSpec(columns=dict.fromkeys(names, document.known_from), until=document.known_until),
        inherit=tariff.inherit,
        season=tariff.season,
        printed_twice=tariff.printed_twice,
        lines=tariff.lines,
    )


def _rows(line: Line, tariff: TariffSpec, schedule: ScheduleSpec, duties: dict[str, Duty]) -> Iterator[dict[str, Any]]:
    """Rows of `mfn_rate` of one line."""
    assert schedule.printed is not None
    names = list(schedule.printed.columns)
    cells = dict(zip(names, line.printed, strict=True))
    start, until = schedule.printed.columns[names[0]], schedule.printed.until
    column, state, duty = applied(cells, tariff)
    found = [("applied", column, Step(start, until, duty, duty.rate_pct if duty else None, state))]
    if tariff.bound is not None and (bound := cells[tariff.bound].duty) is not None:
        found.append(("bound", tariff.bound, Step(start, until, bound, bound.rate_pct, state_of(bound))))
    for kind, stands_in, step in found:
        if step.duty is not None:
            duties[duty_id(step.duty)] = step.duty
        for part in (step,) if line.season is None else in_season((step,), line.season):
            yield {
                "importer": tariff.importer,
                "nomenclature_id": tariff.nomenclature,
                "line_code": line.code,
                "valid_from": part.valid_from.isoformat(),
                "valid_to": _iso(part.valid_to),
                "duty_id": duty_id(part.duty) if part.duty is not None else None,
                "rate_pct": part.rate_pct,
                "state": part.state,
                "kind": kind,
                "source_row_id": _source(line, names.index(stands_in), schedule.document),
            }


def applied(cells: dict[str, Cell], tariff: TariffSpec) -> tuple[str, str, Duty | None]:
    """The applied duty among a line's cells: the column it stands in, its state, and the duty.

    The first of `applied` that states a rate which applies counts; the rate of `or_lower` takes its place where it is
    lower. A line of which no rate applies is `not_held`.
    """
    first = next((name for name in tariff.applied if cells[name].state in APPLIES), None)
    other = tariff.or_lower if tariff.or_lower and cells[tariff.or_lower].state in APPLIES else None
    if first is None or other is None:
        chosen = first or other
        return (chosen, cells[chosen].state, cells[chosen].duty) if chosen else (tariff.applied[0], "not_held", None)
    mine, theirs = cells[first].duty, cells[other].duty
    if mine is None or theirs is None:
        return first, "unparsed", mine or theirs
    duty = lower_of(mine, theirs)
    return (other if duty == theirs else first), state_of(duty), duty


def lower_of(one: Duty, other: Duty) -> Duty:
    """The lower of two duties; the first of equals.

    Where goods of one value pay less by the one and goods of another value by the other, the duty is both, whichever
    is lower; where that cannot be said by the grammar of duties, it is text.
    """
    if one.rate_pct is not None and other.rate_pct is not None:
        return one if one.rate_pct <= other.rate_pct else other
    if "free" in (one.kind, other.kind):
        return one if one.kind == "free" else other
    if _never_above(one, other):
        return one
    if _never_above(other, one):
        return other
    if all(len(duty.options) == 1 for duty in (one, other)):
        return make_duty([*one.options, *other.options], "mixed_min")
    return text_only(f"{one.text}; or, where lower, {other.text}")


def _never_above(one: Duty, other: Duty) -> bool:
    """Whether two duties are made alike and no part of the first is above that of the second."""
    if "text_only" in (one.kind, other.kind) or one.kind != other.kind:
        return False
    mine, theirs = one.components, other.components
    shapes = [[(p.currency, p.quantity, p.unit, p.basis, p.sign) for p in parts] for parts in (mine, theirs)]
    alike = shapes[0] == shapes[1] and [len(o) for o in one.options] == [len(o) for o in other.options]
    return alike and all(p.sign == "+" and p.amount <= q.amount for p, q in zip(mine, theirs, strict=True))


def _source(line: Line, column: int, document_id: str) -> str:
    """The row on which a cell of a line stands, which may be above the line."""
    return source_row_id(document_id, (line.stated[column] if line.stated else line.place).locator)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
