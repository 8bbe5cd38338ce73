"""The arithmetic of conversion: which lines meet in an HS 2022 code on which days, and what they come to.

Everything is a number here: lines, codes, dates and duties are places in sorted lists (see `columnar`), rates are
millionths of a point. The rules that decide between rate and doubt are in `judge`; reading and writing tables is in
`hs_editions`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from transforms.columnar import Bools, Ints, mean_half_even, spread

# What a rate is, for agreement: rates of one class may be compared, those of different classes are a mix.
CLASSES = ("ad_valorem", "other_duty", "excluded", "unbound", "not_applicable", "ceiling", "unparsed", "not_held")
AD_VALOREM, OTHER_DUTY, EXCLUDED, UNBOUND, NOT_APPLICABLE, CEILING, UNPARSED, NOT_HELD = range(len(CLASSES))

REASONS = (
    None, "excluded_mix", "duty_kind_mix", "partial", "date_mix", "merge_different_rates",
    "statistical_correlation_only", "no_line",
)  # fmt: skip
NONE, EXCLUDED_MIX, DUTY_KIND_MIX, PARTIAL, DATE_MIX, MERGE, STATISTICAL, NO_LINE = range(len(REASONS))

OUT_STATES = (
    "ok", "free", "excluded", "unbound", "not_applicable", "ceiling", "unparsed", "ambiguous", "not_held",
)  # fmt: skip
_STATE_OF_CLASS = np.array([0, 0, 2, 3, 4, 5, 6, 8])
OK, FREE, AMBIGUOUS, NOT_HELD_STATE = 0, 1, 7, 8


@dataclass(frozen=True)
class RateRows:
    """The rates of a schedule, one number of each array for each row.

    Attributes:
        line: place of the line.
        first: place of the first interval in which it holds; `end`: of the first in which it no longer does.
        kind: one of the classes.
        amount: millionths of a point: the rate, or the bound of a ceiling.
        duty: place of the duty, -1 for none.
        key: number of what must be equal for two rates to agree.
    """

    line: Ints
    first: Ints
    end: Ints
    kind: Ints
    amount: Ints
    duty: Ints
    key: Ints


@dataclass(frozen=True)
class Links:
    """Lines and the HS 2022 codes they reach through `pair`; sorted by line."""

    line: Ints
    code: Ints
    pair: Ints


@dataclass(frozen=True)
class Coverage:
    """By HS 2022 code.

    Attributes:
        lines: lines that ought to carry a rate.
        gap: a part of the code is known to be outside every line.
        divided: an older code goes to this one and to others as well.
    """

    lines: Ints
    gap: Bools
    divided: Bools


@dataclass(frozen=True)
class Cells:
    """Rates met in an HS 2022 code and interval; `group` is code times intervals plus interval."""

    group: Ints
    rate: Ints
    pair: Ints


@dataclass(frozen=True)
class Summary:
    """What stands for an HS 2022 code in one interval, or in several that are alike; columns as published."""

    code: Ints
    first: Ints
    end: Ints
    state: Ints
    reason: Ints
    amount: Ints
    has_rate: Bools
    duty: Ints
    low: Ints
    high: Ints
    mean: Ints
    has_ad_valorem: Bools
    n_lines: Ints
    n_distinct: Ints
    n_free: Ints
    n_excluded: Ints
    n_other: Ints


def meet(rates: RateRows, links: Links, intervals: int) -> Cells:
    """Every rate in every HS 2022 code its line reaches, in every interval in which it holds; sorted by group."""
    low, high = np.searchsorted(links.line, rates.line, "left"), np.searchsorted(links.line, rates.line, "right")
    rate, link = spread(low, high - low)
    entry, interval = spread(rates.first[rate], np.maximum(rates.end[rate] - rates.first[rate], 0))
    group = links.code[link[entry]] * intervals + interval
    order = np.argsort(group, kind="stable")
    return Cells(group[order], rate[entry][order], links.pair[link[entry]][order])


def summarise(cells: Cells, rates: RateRows, coverage: Coverage, intervals: int) -> tuple[Summary, Ints]:
    """What the contributors of every HS 2022 code and interval come to, and the row each cell belongs to.

    Intervals of one code that follow each other and are alike in everything published become one row.
    """
    groups, place = np.unique(cells.group, return_inverse=True)
    code, interval = np.divmod(groups, intervals)
    counted = _count(place, cells.rate, rates, len(groups))
    ever = _lines_with_a_rate(cells, rates, intervals, len(coverage.lines))
    state, reason = judge(counted, code, coverage, ever)
    columns = _columns(counted, state, reason)
    row = _row_of_group(code, interval, columns)
    starts = np.flatnonzero(_changes(row))
    ends = np.append(starts, len(groups))[1:] - 1
    kept = {name: values[starts] for name, values in columns.items()}
    summary = Summary(code=code[starts], first=interval[starts], end=interval[ends] + 1, **kept)  # type: ignore[arg-type]
    return summary, row[place]


def _lines_with_a_rate(cells: Cells, rates: RateRows, intervals: int, codes: int) -> Ints:
    """By HS 2022 code, how many lines carry a rate at any time."""
    held = rates.kind[cells.rate] != NOT_HELD
    code, line = cells.group[held] // intervals, rates.line[cells.rate[held]]
    return np.bincount(_distinct(code, line), minlength=codes)


@dataclass(frozen=True)
class _Counted:
    held: Ints
    classes: Ints
    agree: Bools
    amount: Ints
    duty: Ints
    low: Ints
    high: Ints
    mean: Ints
    has_ad_valorem: Bools
    n_lines: Ints
    n_distinct: Ints
    n_free: Ints
    n_excluded: Ints
    n_other: Ints


def _count(place: Ints, rate: Ints, rates: RateRows, groups: int) -> _Counted:
    """Statistics of each group; a line that gives one rate twice counts once."""
    held = rates.kind[rate] != NOT_HELD
    place, rate = place[held], rate[held]
    order = np.lexsort((rates.key[rate], rates.line[rate], place))
    place, rate = place[order], rate[order]
    top_duty, bottom_duty = _extremes(place, rates.duty[rate], groups)
    line, key = rates.line[rate], rates.key[rate]
    new_line = _changes(place, line)
    once = new_line | _changes(key)
    place, rate, key, new_line = place[once], rate[once], key[once], new_line[once]
    kind, amount = rates.kind[rate], rates.amount[rate]
    number = kind == AD_VALOREM

    def tally(which: Bools) -> Ints:
        return np.bincount(place[which], minlength=groups)

    high, low = _extremes(place[number], amount[number], groups)
    top, bottom = _extremes(place, key, groups)
    total = np.zeros(groups, dtype=np.int64)
    np.add.at(total, place[number], amount[number])
    classes = np.zeros(groups, dtype=np.int64)
    np.bitwise_or.at(classes, place, 1 << kind)
    return _Counted(
        held=np.bincount(place, minlength=groups),
        classes=classes,
        agree=top == bottom,
        amount=_extremes(place, amount, groups)[0],
        duty=np.where(top_duty == bottom_duty, top_duty, -1),
        low=low,
        high=high,
        mean=mean_half_even(total, tally(number)),
        has_ad_valorem=tally(number) > 0,
        n_lines=tally(new_line),
        n_distinct=np.bincount(_distinct(place, key), minlength=groups),
        n_free=tally(number & (amount == 0)),
        n_excluded=tally((kind == EXCLUDED) | (kind == UNBOUND)),
        n_other=tally((kind == OTHER_DUTY) | (kind == UNPARSED)),
    )


def _distinct(first: Ints, second: Ints) -> Ints:
    """The first of each distinct pair."""
    width = int(second.max(initial=0)) + 1
    pairs = np.sort(first * width + second)
    distinct: Ints = pairs[_changes(pairs)] // width
    return distinct


def _changes(*columns: Ints) -> Bools:
    """Where a row differs from the one before."""
    changed = np.zeros(len(columns[0]), dtype=np.bool_)
    changed[:1] = True
    for values in columns:
        changed[1:] |= values[1:] != values[:-1]
    return changed


def _extremes(place: Ints, values: Ints, groups: int) -> tuple[Ints, Ints]:
    """Highest and lowest value of each group, whose rows stand together; 0 where it has none."""
    high, low = np.zeros(groups, dtype=np.int64), np.zeros(groups, dtype=np.int64)
    if len(place):
        starts = np.flatnonzero(_changes(place))
        high[place[starts]] = np.maximum.reduceat(values, starts)
        low[place[starts]] = np.minimum.reduceat(values, starts)
    return high, low


def judge(counted: _Counted, code: Ints, coverage: Coverage, ever: Ints) -> tuple[Ints, Ints]:
    """State and reason of each group: a rate only where all contributors agree and cover the whole code.

    The first that holds: some excluded and some not; duties of different kinds; a part of the code has no rate at
    any time; a line has none on these days; rates differ and an older code is divided, so that nobody can tell which
    of its lines come here; rates differ.
    """
    mixed = (counted.classes & (counted.classes - 1)) != 0
    exclusion = (counted.classes & ((1 << EXCLUDED) | (1 << UNBOUND))) != 0
    gap = coverage.gap | (ever < coverage.lines)
    reason = np.select(
        [
            counted.held == 0,
            mixed & exclusion,
            mixed,
            gap[code],
            counted.n_lines < ever[code],
            ~counted.agree & coverage.divided[code],
            ~counted.agree,
        ],
        [NONE, EXCLUDED_MIX, DUTY_KIND_MIX, PARTIAL, DATE_MIX, PARTIAL, MERGE],
        NONE,
    )
    highest = np.log2(np.maximum(counted.classes, 1)).astype(np.int64)
    state = _STATE_OF_CLASS[highest]
    state = np.where((counted.classes == 1 << AD_VALOREM) & (counted.amount == 0), FREE, state)
    state = np.where(counted.held == 0, NOT_HELD_STATE, state)
    return np.where(reason != NONE, AMBIGUOUS, state), reason


def _columns(counted: _Counted, state: Ints, reason: Ints) -> dict[str, Ints | Bools]:
    """The published columns of each group, in which two of them may be alike."""
    sure = reason == NONE
    known = sure & np.isin(counted.classes, [1 << AD_VALOREM, 1 << CEILING])
    return {
        "state": state,
        "reason": reason,
        "amount": np.where(known, counted.amount, 0),
        "has_rate": sure & (counted.classes == 1 << AD_VALOREM),
        "duty": np.where(sure & (counted.held > 0), counted.duty, -1),
        "low": counted.low,
        "high": counted.high,
        "mean": counted.mean,
        "has_ad_valorem": counted.has_ad_valorem,
        "n_lines": counted.n_lines,
        "n_distinct": counted.n_distinct,
        "n_free": counted.n_free,
        "n_excluded": counted.n_excluded,
        "n_other": counted.n_other,
    }


def _row_of_group(code: Ints, interval: Ints, columns: dict[str, Ints | Bools]) -> Ints:
    changed = _changes(code, *(values.astype(np.int64) for values in columns.values()))
    changed[1:] |= interval[1:] != interval[:-1] + 1
    return np.cumsum(changed) - 1
