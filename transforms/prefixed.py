"""A column that holds the rates of many partners, each with its mark, read for one of them.

Such a cell reads `Free CA Free XYZ 9.3 1/2023 8.7`. What a rate means is not known here: rates stay text.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from sources.specs import PrefixSpec

DatedText = tuple[date, str]

_MONTH = re.compile(r"(\d{1,2})/(\d{4})")


def own_rates(text: str, prefix: PrefixSpec, start: date) -> tuple[DatedText, ...] | None:
    """One partner's rates in such a cell, by the day from which each holds.

    Args:
        text: the cell.
        prefix: the partner's mark, and every mark there is.
        start: first day asked for; of the rates that have begun by then, the last counts.

    Returns:
        At least one dated text, `""` where the partner has no rate; None where the cell cannot be taken apart: a
        mark without a rate, two rates of one mark and month, a month that is
        none, a text without a mark that is no rate for all.
    """
    for pattern in prefix.ignore:
        text = re.sub(pattern, " ", text)
    entries = _entries(text, frozenset(prefix.marks))
    if entries is None or any(m is None and rate not in (*prefix.unmarked, *prefix.nothing) for m, _, rate in entries):
        return None
    own = {day or date.min: rate for mark, day, rate in entries if mark == prefix.mark}
    if not own:
        plain = (rate for mark, day, rate in entries if mark is None and day is None and rate in prefix.unmarked)
        own = {start: next(plain, "")}
    begun = max((day for day in own if day <= start), default=None)
    later = sorted((day, rate) for day, rate in own.items() if day > start)
    return ((start, own[begun] if begun is not None else ""), *later)


@lru_cache(maxsize=4096)
def _entries(text: str, marks: frozenset[str]) -> tuple[tuple[str | None, date | None, str], ...] | None:
    """Mark, day and rate of every rate in a cell, in order; None where it cannot be taken apart."""
    found: list[tuple[str | None, date | None, str]] = []
    mark: str | None = None
    day: date | None = None
    words: list[str] = []
    waits = False

    def close() -> bool:
        if words:
            found.append((mark, day, " ".join(words)))
        return not waits or bool(words)

    for word in text.split():
        month = _MONTH.fullmatch(word)
        if word not in marks and month is None:
            words.append(word)
            continue
        if not close() and (month is None or day is not None):  # only a mark's first month may follow it at once
            return None
        words, waits = [], True
        if month is None:
            mark, day = word, None
        elif 1 <= int(month[1]) <= 12:
            day = date(int(month[2]), int(month[1]), 1)
        else:
            return None
    if not close():
        return None
    keys = [(mark, day) for mark, day, _ in found]
    return tuple(found) if len(set(keys)) == len(keys) else None
