"""Seasons: the days of a duty that holds for a part of every year."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.seasons import Season, read_season

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def test_a_season_over_the_new_year_ends_in_the_next_year() -> None:
    winter = read_season("11/1/2/末")
    assert winter is not None
    assert list(winter.periods(date(2023, 7, 9), date(2025, 4, 1))) == [
        (date(2023, 11, 1), date(2024, 3, 1)),
        (date(2024, 11, 1), date(2025, 3, 1)),
    ]


def test_a_season_that_has_begun_is_cut_to_the_first_day_known() -> None:
    summer = read_season("4/1/9/30")
    assert summer is not None
    assert list(summer.periods(date(2026, 7, 9), date(2027, 4, 1))) == [(date(2026, 7, 9), date(2026, 10, 1))]


@pytest.mark.parametrize("text", ["", "4/1/9", "13/1/9/30", "4/1/9/31/1", "4/31/9/30", "April", "4/1/2/30"])
def test_what_is_no_season_is_refused(text: str) -> None:
    assert read_season(text) is None


@given(DAYS, st.integers(1, 900))
def test_a_season_and_the_rest_of_the_year_cover_every_day_once(start: date, days: int) -> None:
    until = start + timedelta(days=days)
    summer, winter = Season((4, 1), (9, 30)), Season((10, 1), (3, 31))
    periods = sorted([*summer.periods(start, until), *winter.periods(start, until)])
    assert periods[0][0] == start
    assert periods[-1][1] == until
    assert all(before[1] == after[0] for before, after in pairwise(periods))
