"""The national lines behind HS 2022 rates, by subheading and in bulk, for the static files.

A line stands once with its facts and its place, and under it the periods of its own rate, cut to the periods of the
HS 2022 rates that rest on it: on a day with a rate, the lines of the answer are those that have a period on that day.
What is read here is kept as the text of the files, since most of it stands in many places alike.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from publish import evidence
from publish.evidence import Row
from publish.static_pages import OPEN, Page, as_bytes, chunks, days, duty, encode, members, whole

INLINE = 8_000
"""Signs of lines that stand in the file of their heading; more stand in files of their own."""

_TIES = "SELECT rate_row_key, source_rate_row_key, hs6_from, relation FROM hs2022_contributor"
# The columns of a dated rate as `_rate` takes them.
_PREFERENCE = f"""
SELECT p.row_key, p.line_code, p.row_no, t.category, b.rate_pct, b.text,
       nullif(s.document_id, e.document_id), s.locator, s.page,
       p.valid_from, ifnull(p.valid_to, '{OPEN}'), p.state, p.rate_pct, d.text, p.rate_max_pct
FROM preference_rate AS p
LEFT JOIN schedule AS e ON e.schedule_id = p.schedule_id
LEFT JOIN duty AS d ON d.duty_id = p.duty_id
LEFT JOIN source_row AS s ON s.source_row_id = p.source_row_id
LEFT JOIN concession AS t ON t.line_code = p.line_code AND t.schedule_id = p.schedule_id AND t.row_no = p.row_no
LEFT JOIN duty AS b ON b.duty_id = t.base_duty_id
"""
_MFN = f"""
SELECT p.row_key, p.line_code, 0, NULL, NULL, NULL, s.document_id, s.locator, s.page,
       p.valid_from, ifnull(p.valid_to, '{OPEN}'), p.state, p.rate_pct, d.text, NULL
FROM mfn_rate AS p
LEFT JOIN duty AS d ON d.duty_id = p.duty_id
LEFT JOIN source_row AS s ON s.source_row_id = p.source_row_id
"""


class Base(NamedTuple):
    """The base duty of a line, as far as it has one."""

    rate_pct: float | None
    duty_text: str | None


class _Rate(NamedTuple):
    """A dated rate of a national line.

    Attributes:
        line: its code and the row of its schedule.
        facts: what else is said of the line, as the members of an object.
        base: its base duty.
        document_id: the document in which it stands, where that is not its schedule's.
        start, until: its days.
        said: its state and rate, as the members of an object.
        row_key: its key.
    """

    line: tuple[str, int]
    facts: str
    base: Base
    document_id: str | None
    start: str
    until: str
    said: str
    row_key: str


class Dated(NamedTuple):
    """The key and the days of an HS 2022 rate; `until` is `OPEN` where the law leaves it open."""

    row_key: str
    start: str
    until: str


@dataclass
class LineBook:
    """The lines of one schedule or tariff by HS 2022 subheading, and the files of those that are many.

    Attributes:
        places: by subheading, where its lines stand, as a member of an object: `lines`, which stand with the rate, or
            `lines_in`, the files that hold them.
        bases: by subheading, the base duties of its lines.
        pages: the files that `lines_in` names.
    """

    places: dict[str, str] = field(default_factory=dict)
    bases: dict[str, set[Base]] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)


class Lines:
    """The dated rates of all national lines, and the HS 2022 rates that rest on them, read once for all files."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        dated = {row[0]: _rate(*row) for sql in (_PREFERENCE, _MFN) for row in connection.execute(sql)}
        self._ties: dict[str, list[tuple[_Rate, str]]] = defaultdict(list)
        for key, source, hs6_from, relation in connection.execute(_TIES):
            if source in dated:
                self._ties[key].append((dated[source], _tie(hs6_from, relation)))
        named = evidence.rows(connection, "SELECT document_id, known_from, known_until FROM document")
        self._documents = {row["document_id"]: row for row in named}

    def book(self, owner: str, held: Iterable[tuple[str, Iterable[Dated]]]) -> LineBook:
        """The lines behind some rates.

        Args:
            owner: the schedule, or `mfn-` and the importer of a tariff.
            held: subheadings in order, each with its HS 2022 rates in theirs.
        """
        book = LineBook()
        known: dict[tuple[str, ...], str] = {}
        for hs6, rates in held:
            found = [(rate, tie, dated) for dated in rates for rate, tie in self._ties.get(dated.row_key, ())]
            if not found:
                continue
            found.sort(key=lambda of: (of[0].line, of[0].start, of[2].start))
            lines = tuple(_lines(found))
            book.bases[hs6] = {rate.base for rate, _, _ in found}
            if sum(map(len, lines)) <= INLINE:
                book.places[hs6] = f'"lines":[{",".join(lines)}]'
            elif lines in known:
                book.places[hs6] = known[lines]
            else:
                pages = list(_filed(lines, owner, hs6))
                book.pages += pages
                known[lines] = book.places[hs6] = f'"lines_in":{encode([path for path, _ in pages])}'
        return book

    def authority(self, row_key: str) -> Row:
        """The documents of the lines behind a rate: `document_id`, `known_from`, `known_until`; empty without lines."""
        named = [rate.document_id for rate, _ in self._ties.get(row_key, ())]
        if not named:
            return {}
        held = [self._documents[name] for name in named if name]
        return {
            "document_id": min((row["document_id"] for row in held), default=None),
            "known_from": max((row["known_from"] for row in held if row["known_from"]), default=None),
            "known_until": min((row["known_until"] for row in held if row["known_until"]), default=None),
        }


def _rate(
    row_key: str, line_code: str, row_no: int, category: str | None, base_rate: float | None, base_text: str | None,
    document_id: str | None, locator: str | None, page: int | None, start: str, until: str, state: str,
    rate_pct: float | None, text: str | None, rate_max_pct: float | None,
) -> _Rate:  # fmt: skip
    base = _base(base_rate, base_text)
    place = "" if locator is None else f',"locator":{encode(locator)}'
    place += "" if page is None else f',"page":{page}'
    facts = _terms(category, base, document_id) + place
    return _Rate(
        (line_code, row_no), facts, base, document_id, start, until, _said(state, rate_pct, text, rate_max_pct), row_key
    )


@cache
def _base(rate: float | None, text: str | None) -> Base:
    return Base(whole(rate), None if text is None else duty({"rate_pct": rate, "duty_text": text}))


@cache
def _terms(category: str | None, base: Base, document_id: str | None) -> str:
    return members({
        "category": category, "base_rate_pct": base.rate_pct, "base_duty_text": base.duty_text,
        "document_id": document_id,
    })  # fmt: skip


@cache
def _said(state: str, rate_pct: float | None, text: str | None, rate_max_pct: float | None) -> str:
    told = {"state": state, "rate_pct": rate_pct, "rate_max_pct": whole(rate_max_pct), "duty_text": text}
    return members({**told, "duty_text": duty(told)})


@cache
def _tie(hs6_from: str, relation: str) -> str:
    return members({"hs6_from": hs6_from, "relation": relation})


def _lines(found: Iterable[tuple[_Rate, str, Dated]]) -> Iterator[str]:
    """The lines of a subheading as objects, from their rates in the order of the lines."""
    lines: dict[tuple[tuple[str, int], str, str], list[tuple[_Rate, str, str]]] = {}
    for rate, tie, dated in found:
        periods = lines.setdefault((rate.line, tie, rate.facts), [])
        start, until = max(rate.start, dated.start), min(rate.until, dated.until)
        if start >= until:
            continue
        if periods and periods[-1][0] is rate and periods[-1][2] == start:
            periods[-1] = (rate, periods[-1][1], until)
        else:
            periods.append((rate, start, until))
    for ((code, _), tie, facts), periods in lines.items():
        texts = [
            f'{{{days(start, until)}{rate.said},"row_key":{encode(rate.row_key)}}}' for rate, start, until in periods
        ]
        yield f'{{"line_code":"{code}"{tie}{facts},"periods":[{",".join(texts)}]}}'


def _filed(lines: Iterable[str], owner: str, hs6: str) -> Iterator[Page]:
    for number, part in enumerate(chunks(lines), start=1):
        text = f'{{"of":{encode(owner)},"lines":[{",".join(part)}]}}'
        yield f"lines/{owner}/{hs6}-{number}.json", as_bytes(text)
