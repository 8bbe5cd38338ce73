"""Seasons: duties that hold for a part of every year, and the days on which they do.

A season is known by its first and last day of the year; nothing here knows lines or duties.
"""

from __future__ import annotations

from calendar import month_name, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

LAST_DAY = "末"


@dataclass(frozen=True, slots=True)
class Season:
    """A part of every year.

    Attributes:
        first: month and day on which it begins.
        last: month and day on which it ends, that day included; day 0 is the last of the month.
    """

    first: tuple[int, int]
    last: tuple[int, int]

    def periods(self, start: date, until: date) -> Iterator[tuple[date, date]]:
        """The stretches of `[start, until)` that lie in the season, as first day and the day after the last."""
        for year in range(start.year - 1, until.year + 1):
            begins = date(year, *self.first)
            ends = self._day_after(year if self.last >= self.first else year + 1)
            if begins < until and ends > start:
                yield max(begins, start), min(ends, until)

    @property
    def words(self) -> str:
        """The season as people say it: `1 April to 30 September`."""
        (month, day), (until_month, until) = self.first, self.last
        end = str(until) if until else "the last day of"
        return f"{day} {month_name[month]} to {end} {month_name[until_month]}"

    def _day_after(self, year: int) -> date:
        month, day = self.last
        return date(year, month, day or monthrange(year, month)[1]) + timedelta(days=1)


def read_season(text: str) -> Season | None:
    """A season from `first month/first day/last month/last day`, such as `11/1/2/末`; None where it is none."""
    parts = text.split("/")
    if len(parts) != 4 or not all(part.isdigit() for part in parts[:3]):
        return None
    if parts[3] != LAST_DAY and not parts[3].isdigit():
        return None
    season = Season((int(parts[0]), int(parts[1])), (int(parts[2]), 0 if parts[3] == LAST_DAY else int(parts[3])))
    try:
        next(season.periods(date(2023, 1, 1), date(2024, 1, 1)), None)
    except ValueError:
        return None
    return season
