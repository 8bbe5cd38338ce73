"""Rates over the years: the table that says each change once, and the small chart of steps beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from publish.site.rates import OPEN, Period, Periods

WIDTH, HEIGHT = 320, 96
_LEFT, _TOP, _BOTTOM = 4, 6, 4


@dataclass(frozen=True)
class Span:
    """Consecutive years alike: the periods that touch them, for each column."""

    first: int
    last: int | None
    cells: tuple[tuple[Period, ...], ...]


@dataclass(frozen=True)
class Chart:
    """Lines of steps in a box of `WIDTH` by `HEIGHT`.

    Attributes:
        first, last: years at the left and right edge.
        top: the rate at the upper edge, in points.
        paths: SVG path data for each column; empty where it has no rate that is one percentage.
    """

    first: int
    last: int
    top: float
    paths: tuple[str, ...]


def spans(columns: Sequence[Periods], day: str) -> list[Span]:
    """The years from the one before the day's on, those alike joined; the last is open where nothing ends it."""
    starts = [_year(p.start) for periods in columns for p in periods]
    if not starts:
        return []
    ends = [year for periods in columns for p in periods for year in (_year(p.until), _first_full(p))]
    first, last = max(min(starts), _year(day) - 1), max(*starts, *ends, _year(day))
    found: list[Span] = []
    for year in range(first, last + 1):
        cells = tuple(_in_year(periods, year) for periods in columns)
        if found and _shown(found[-1].cells) == _shown(cells):
            found[-1] = Span(found[-1].first, year, cells)
        else:
            found.append(Span(year, year, cells))
    is_open = any(periods and periods[-1].until == OPEN for periods in columns)
    end = found[-1]
    return [*found[:-1], Span(end.first, None if is_open else end.last, end.cells)]


def chart(columns: Sequence[Periods], day: str) -> Chart | None:
    """The chart, or None where every rate is the same on every day."""
    numbers = {p.rate for periods in columns for p in periods if p.is_number}
    if len(numbers) < 2:
        return None
    starts = [_year(p.start) for periods in columns for p in periods]
    first = max(min(starts), _year(day) - 4)
    last = max(max(starts), _year(day)) + 2
    top = max(rate for rate in numbers if rate is not None)
    return Chart(first, last, top, tuple(_path(periods, first, last, top) for periods in columns))


def _path(periods: Periods, first: int, last: int, top: float) -> str:
    """Steps from period to period; a gap where a rate is not one percentage."""
    scale = (WIDTH - 2 * _LEFT) / (last - first)
    parts: list[str] = []
    before: Period | None = None
    for period in periods:
        start, end = (max(float(first), min(float(last), _time(day))) for day in (period.start, period.until))
        if not period.is_number or start >= end:
            before = None if start < end else before
            continue
        x, y = round(_LEFT + (start - first) * scale), _height(period.rate or 0, top)
        parts.append(f"V{y}" if before is not None and before.until == period.start else f"M{x} {y}")
        parts.append(f"H{round(_LEFT + (end - first) * scale)}")
        before = period
    return "".join(parts)


def _height(rate: float, top: float) -> int:
    return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * rate / top)


def _year(day: str) -> int:
    """The year of a day; 0 for the open end."""
    return 0 if day == OPEN else int(day[:4])


def _first_full(period: Period) -> int:
    """The first year of which a period has the first day; 0 where it ends before there is one."""
    year = _year(period.start) + (period.start[5:] > "01-01")
    return year if period.until > f"{year}-01-01" else 0


def _time(day: str) -> float:
    return int(day[:4]) + (int(day[5:7]) - 1) / 12


def _in_year(periods: Periods, year: int) -> tuple[Period, ...]:
    first, end = f"{year}-01-01", f"{year + 1}-01-01"
    return tuple(p for p in periods if p.start < end and p.until > first)


def _shown(cells: Iterable[tuple[Period, ...]]) -> list[list[tuple[object, ...]]]:
    """What a reader sees of cells, apart from the days."""
    return [[period[2:] for period in cell] for cell in cells]
