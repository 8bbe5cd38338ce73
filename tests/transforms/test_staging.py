"""Staging: the examples of the agreement's annex, and what must hold for any base, category and calendar."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.errors import FtaError
from sources.specs import CategorySpec, DutySpec, StagingSpec
from transforms.duties import CANONICAL, Component, Duty, make_duty, parse_duty, text_only
from transforms.staging import Step, expand, year_start


def category(stages: int, hold: int = 0, cut: str = "1") -> CategorySpec:
    return CategorySpec(text_en="-", stages=stages, hold_years=hold, cut=Decimal(cut), source="-")


HALF_LATE = category(10, hold=10, cut="0.5")
BASE = category(0)
STAGING = StagingSpec(
    year_one=date(2022, 12, 1), round_money={"KRW": Decimal(1)}, categories={"EX": BASE, "HSL": HALF_LATE}
)


def duty(text: str) -> Duty:
    found = parse_duty(text, CANONICAL).duty
    assert found is not None
    return found


def rates(steps: tuple[Step, ...]) -> dict[str, Decimal | None]:
    return {step.valid_from.isoformat(): step.rate_pct for step in steps}


def test_seven_percent_in_five_stages_is_free_from_the_first_day_of_year_five() -> None:
    assert rates(expand(duty("7%"), category(5), STAGING)) == {
        "2022-12-01": Decimal("5.6"),
        "2023-01-01": Decimal("4.2"),
        "2024-01-01": Decimal("2.8"),
        "2025-01-01": Decimal("1.4"),
        "2026-01-01": Decimal(0),
    }


def test_interim_rates_are_rounded_down_to_the_tenth() -> None:
    steps = expand(duty("35%"), category(15), STAGING)
    assert [str(step.rate_pct) for step in steps[:4]] == ["32.6", "30.3", "28", "25.6"]
    assert steps[-1].valid_from == date(2036, 1, 1)
    assert steps[-1].state == "free"


def test_a_held_category_keeps_the_base_ten_years_and_then_halves_it() -> None:
    found = rates(expand(duty("35%"), HALF_LATE, STAGING))
    assert found["2022-12-01"] == 35
    assert found["2032-01-01"] == Decimal("33.2")
    assert found["2041-01-01"] == Decimal("17.5")
    assert len(found) == 11


def test_a_category_without_stages_keeps_the_base_rate() -> None:
    assert expand(duty("35%"), BASE, STAGING) == (Step(date(2022, 12, 1), None, duty("35%"), Decimal(35), "ok"),)


def test_a_category_of_one_stage_is_free_from_the_first_day() -> None:
    assert expand(duty("35%"), category(1), STAGING) == (
        Step(date(2022, 12, 1), None, duty("Free"), Decimal(0), "free"),
    )


def test_a_free_base_is_one_period_in_every_category() -> None:
    assert len(expand(duty("Free"), category(20), STAGING)) == 1


def test_every_component_of_a_mixed_duty_is_staged_and_money_is_rounded_to_the_won() -> None:
    steps = expand(duty("28% or 2,052 KRW/kg, whichever is greater"), category(5), STAGING)
    assert [step.duty.text for step in steps if step.duty] == [
        "22.4% or 1,641 KRW/kg, whichever is greater",
        "16.8% or 1,231 KRW/kg, whichever is greater",
        "11.2% or 820 KRW/kg, whichever is greater",
        "5.6% or 410 KRW/kg, whichever is greater",
        "Free",
    ]
    assert [step.rate_pct for step in steps] == [None, None, None, None, 0]


def test_several_rates_stay_several_until_all_are_zero() -> None:
    steps = expand(duty("0% / 5% / 16%"), category(5), STAGING)
    assert steps[0].duty == duty("0% / 4% / 12.8%")
    assert steps[-1].state == "free"


def test_bounds_are_staged_with_the_duty() -> None:
    base = duty("15% or 125 KRW/l, whichever is lower, but not less than 67 KRW/l")
    assert expand(base, category(10), STAGING)[0].duty == duty(
        "13.5% or 112 KRW/l, whichever is lower, but not less than 60 KRW/l"
    )


def test_a_category_with_a_state_gives_no_rate() -> None:
    excluded = CategorySpec(text_en="-", state="excluded", source="-")
    assert expand(duty("35%"), excluded, STAGING) == (Step(date(2022, 12, 1), None, None, None, "excluded"),)


def test_text_stays_text_and_unparsed() -> None:
    base = text_only("as the Minister says")
    assert expand(base, category(5), STAGING) == (Step(date(2022, 12, 1), None, base, None, "unparsed"),)


def test_money_without_a_step_is_refused_only_when_it_has_to_be_staged() -> None:
    base = parse_duty("15\n0.02$/l", DutySpec(bare_number="percent", lines="compound", currency={"$": "USD"})).duty
    assert base is not None
    assert expand(base, BASE, STAGING)[0].duty == base
    with pytest.raises(FtaError, match="USD has to be staged"):
        expand(base, category(5), STAGING)


def test_a_duty_that_takes_something_off_is_not_staged() -> None:
    with pytest.raises(FtaError, match="takes something off"):
        expand(duty("500 JPY/kg - 100%"), category(5), STAGING)


def test_year_two_starts_on_the_first_such_day_after_year_one() -> None:
    april = StagingSpec(year_one=date(2022, 1, 1), later_years="04-01", categories={})
    assert [year_start(n, april) for n in (1, 2, 3)] == [date(2022, 1, 1), date(2022, 4, 1), date(2023, 4, 1)]
    assert [year_start(n, STAGING) for n in (1, 2, 20)] == [date(2022, 12, 1), date(2023, 1, 1), date(2041, 1, 1)]


BASES = st.decimals(0, 1000, places=3, allow_nan=False)
CATEGORIES = st.builds(category, st.integers(0, 30), st.integers(0, 12), st.sampled_from(["1", "0.5", "0.75", "0.333"]))


@given(BASES, CATEGORIES)
def test_no_rate_rises_no_day_is_missing_and_the_last_rate_is_exact(
    base: Decimal, given_category: CategorySpec
) -> None:
    steps = expand(make_duty([(Component(base),)]), given_category, STAGING)
    found = [step.rate_pct for step in steps if step.rate_pct is not None]
    assert len(found) == len(steps)
    assert found == sorted(set(found), reverse=True)
    assert steps[0].valid_from == STAGING.year_one
    assert [step.valid_to for step in steps] == [*(step.valid_from for step in steps[1:]), None]
    share = 1 - Fraction(given_category.cut) if given_category.stages else Fraction(1)
    assert Fraction(found[-1]) == Fraction(base) * share


@given(BASES, CATEGORIES)
def test_interim_rates_are_tenths_and_less_than_a_tenth_below_the_straight_line(
    base: Decimal, given_category: CategorySpec
) -> None:
    stages, hold, cut = given_category.stages, given_category.hold_years, Fraction(given_category.cut)
    steps = expand(make_duty([(Component(base),)]), given_category, STAGING)
    for stage in range(1, stages):
        day = year_start(hold + stage, STAGING)
        rate = next(s.rate_pct for s in reversed(steps) if s.valid_from <= day)
        straight = Fraction(base) * (1 - cut * stage / stages)
        assert rate is not None
        assert Fraction(0) <= straight - Fraction(rate) < Fraction(1, 10)
        assert rate % Decimal("0.1") == 0 or Fraction(rate) == Fraction(base) * (1 - cut)
