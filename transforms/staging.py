"""Staging: from a base duty and a category to the dated duties of a tariff elimination.

Calendar, rounding and categories are data (`sources.specs.StagingSpec`, `CategorySpec`); here is the arithmetic, exact
from end to end. Which line has which base and category is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sources.errors import FtaError
from sources.specs import CategorySpec, StagingSpec
from transforms.duty_values import Component, Duty, exact, make_duty, plain, simplest


@dataclass(frozen=True, slots=True)
class Step:
    """One period in which a duty does not change.

    Attributes:
        valid_from: first day.
        valid_to: first day on which it no longer holds; None where it is open.
        duty: None where the state gives no duty.
        rate_pct: percentage points, where the duty is free or one ad valorem rate.
        state: `ok`, `free`, `unparsed`, `ceiling`, or the state of a category that gives no rate.
        rate_max: percentage points that the rate may not exceed, where only such a bound is known.
    """

    valid_from: date
    valid_to: date | None
    duty: Duty | None
    rate_pct: Decimal | None
    state: str
    rate_max: Decimal | None = None


def expand(duty: Duty, category: CategorySpec, staging: StagingSpec) -> tuple[Step, ...]:
    """The dated duties of a line, only periods in which the duty changes, without a gap, the last one open.

    Every component is staged by itself. Interim amounts are rounded down to the regime's step, but never below the
    final amount, which is exact. A duty known only as text stays as it is, `unparsed`.

    Raises:
        FtaError: a currency has no rounding step, or a duty from which something is taken off would have to be staged.
    """
    start = staging.year_one
    if category.state is not None:
        return (Step(start, None, None, None, category.state),)
    check_stageable(duty, category, staging)
    duties = [(start, duty)]
    if duty.kind != "text_only":
        for stage in range(1, category.stages + 1):
            day = year_start(category.hold_years + stage, staging)
            duties.append((day, staged(duty, stage, category, staging)))
    return tuple(_periods(duties))


def bounded(category: CategorySpec) -> tuple[Step, ...]:
    """The steps of a list's modality: a ceiling, or what is known instead, from one day to the next; the last open."""
    ends: list[date | None] = [bound.valid_from for bound in category.bounds[1:]]
    return tuple(
        Step(bound.valid_from, end, None, None, bound.state or "ceiling", bound.max_pct)
        for bound, end in zip(category.bounds, [*ends, None], strict=True)
    )


def check_stageable(duty: Duty, category: CategorySpec, staging: StagingSpec) -> None:
    """Check that a duty can be staged in a category.

    Raises:
        FtaError: a currency has no rounding step, or a duty from which something is taken off would have to be staged.
    """
    if not category.stages or category.state is not None:
        return
    if any(part.sign == "-" for part in duty.components):
        raise FtaError(
            "duty_cannot_be_staged",
            f"The duty {duty.text!r} takes something off, and no article says how such a duty is staged.",
            remedy="Give its line a category that keeps the base rate, or print its rates in the schedule.",
        )
    for part in duty.components:
        _rounding(part, staging)


def year_start(year: int, staging: StagingSpec) -> date:
    """First day of year n: `year_one`, and from year two each `later_years` after it."""
    if year == 1:
        return staging.year_one
    month, day = (int(part) for part in staging.later_years.split("-"))
    second = date(staging.year_one.year, month, day)
    if second <= staging.year_one:
        second = second.replace(year=second.year + 1)
    return second.replace(year=second.year + year - 2)


def staged(duty: Duty, stage: int, category: CategorySpec, staging: StagingSpec) -> Duty:
    """The duty after a number of equal stages, each component by itself."""

    def cut(part: Component) -> Component:
        amount = _amount(part, stage, category, staging)
        return Component(amount, part.currency, part.quantity, part.unit, part.basis)

    options = [tuple(cut(part) for part in option) for option in duty.options]
    join = duty.kind if duty.kind in ("mixed_max", "mixed_min", "alternatives") else None
    bounds = [cut(bound) if bound is not None else None for bound in (duty.minimum, duty.maximum)]
    return make_duty(options, join, *bounds)


def _amount(part: Component, stage: int, category: CategorySpec, staging: StagingSpec) -> Decimal:
    step = _rounding(part, staging)
    final = Decimal(0) if category.cut == 1 else _final(part, category, step)
    if stage == category.stages:
        return final
    cut, cut_unit = category.cut.as_integer_ratio()
    left = cut_unit * category.stages - cut * stage
    return max(final, rounded_down(part.amount, left, cut_unit * category.stages, step))


def _final(part: Component, category: CategorySpec, step: Decimal) -> Decimal:
    """What is left after the last stage; only a share without a finite decimal (a third) is rounded."""
    left = 1 - Fraction(category.cut)
    found = exact(Fraction(part.amount) * left)
    return rounded_down(part.amount, left.numerator, left.denominator, step) if found is None else found


def rounded_down(amount: Decimal, numerator: int, denominator: int, step: Decimal) -> Decimal:
    """The highest multiple of a step that is not above a share of an amount, by whole numbers."""
    over, under = amount.as_integer_ratio()
    step_over, step_under = step.as_integer_ratio()
    return simplest((over * numerator * step_under) // (under * denominator * step_over) * step)


def _rounding(part: Component, staging: StagingSpec) -> Decimal:
    if part.currency is None:
        return staging.round_percent
    step = staging.round_money.get(part.currency)
    if step is None:
        raise FtaError(
            "no_rounding_step",
            f"An amount of {plain(part.amount)} {part.currency} has to be staged, and no step is given for it.",
            remedy=f"Add {part.currency} to `round_money` in the staging of the regime.",
        )
    return step


def _periods(duties: list[tuple[date, Duty]]) -> Iterator[Step]:
    """Steps from dated duties: equal neighbours merged, a later entry for the same day in place of the earlier."""
    by_day = dict(duties)
    changes = [
        (day, duty)
        for (day, duty), before in zip(by_day.items(), [None, *by_day.values()], strict=False)
        if duty != before
    ]
    ends: list[date | None] = [day for day, _ in changes[1:]]
    for (day, duty), end in zip(changes, [*ends, None], strict=True):
        yield Step(day, end, duty, duty.rate_pct, state_of(duty))


def state_of(duty: Duty) -> str:
    """The state of a rate that this duty is."""
    return {"free": "free", "text_only": "unparsed"}.get(duty.kind, "ok")
