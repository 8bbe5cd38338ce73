"""The national lines behind HS 2022 rates, by subheading and in bulk, for the static files.

A line stands once with its facts and its place, and under it the periods of its own rate, cut to the periods of the
HS 2022 rates that rest on it: on a day with a rate, the lines of the answer are those that have a period on that day.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from publish import evidence
from publish.evidence import Row
from publish.static_pages import Page, as_bytes, chunks, duty, encode, lean

INLINE = 8_000
"""Bytes of lines that stand in the file of their heading; more stand in files of their own."""
OPEN = "9999-12-31"

# The columns of a line, then those of its period as `_add_period` takes them.
_PREFERENCE = """
SELECT h.hs6, l.line_code, p.row_no, l.hs6_from, l.relation, i.category, b.rate_pct AS base_rate_pct,
       b.text AS base_duty_text, nullif(s.document_id, :document) AS document_id, s.locator, s.page,
       h.valid_from, h.valid_to, q.valid_from, q.valid_to, o.state, o.rate_pct, d.text, p.row_key
FROM v_carried AS h
JOIN hs2022_contributor__row AS c ON c.rate_row_key = h.row_key
JOIN hs2022_contributor__line AS l ON l.no = c.line_no
JOIN preference_rate__row AS p ON p.line_code = l.line_code AND p.row_key = c.source_rate_row_key
JOIN preference_rate__period AS q ON q.no = p.period_no
JOIN preference_rate__outcome AS o ON o.no = p.outcome_no
LEFT JOIN duty AS d ON d.duty_id = o.duty_id
LEFT JOIN source_row AS s ON s.source_row_id = p.source_row_id
LEFT JOIN concession__row AS t ON t.line_code = p.line_code AND t.row_no = p.row_no
          AND t.schedule_no = (SELECT no FROM concession__schedule WHERE schedule_id = :schedule)
LEFT JOIN concession__terms AS i ON i.no = t.terms_no
LEFT JOIN duty AS b ON b.duty_id = i.base_duty_id
WHERE h.schedule_no = (SELECT no FROM hs2022_preference_rate__schedule WHERE schedule_id = :schedule)
ORDER BY h.hs6, l.line_code, p.row_no, q.valid_from, h.valid_from
"""
_MFN_FROM = """
FROM hs2022_mfn_rate AS h
JOIN hs2022_contributor AS c ON c.rate_row_key = h.row_key
JOIN mfn_rate AS p ON p.line_code = c.line_code AND p.row_key = c.source_rate_row_key
LEFT JOIN duty AS d ON d.duty_id = p.duty_id
LEFT JOIN source_row AS s ON s.source_row_id = p.source_row_id
LEFT JOIN document AS f ON f.document_id = s.document_id
WHERE h.importer = ? AND h.kind = 'applied'
"""
_MFN = f"""
SELECT h.hs6, c.line_code, c.hs6_from, c.relation, s.document_id, s.locator, s.page,
       h.valid_from, h.valid_to, p.valid_from, p.valid_to, p.state, p.rate_pct, d.text, p.row_key
{_MFN_FROM} ORDER BY h.hs6, c.line_code, p.valid_from, h.valid_from
"""
_AUTHORITY = f"""
SELECT c.rate_row_key, min(s.document_id) AS document_id, max(f.known_from) AS known_from,
       min(f.known_until) AS known_until
{_MFN_FROM} GROUP BY c.rate_row_key
"""
_PERIOD = 8


@dataclass
class LineBook:
    """The lines of one schedule or tariff by HS 2022 subheading, and the files of those that are many.

    Attributes:
        lines: by subheading, every line.
        places: by subheading, either `lines`, which stand with the rate, or `lines_in`, the files that hold them.
        pages: the files that `lines_in` names.
        authority: by HS 2022 rate, the documents of its lines: `document_id`, `known_from`, `known_until`.
    """

    lines: dict[str, list[Row]] = field(default_factory=dict)
    places: dict[str, Row] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    authority: dict[str, Row] = field(default_factory=dict)

    def at(self, hs6: str) -> Row:
        """Where the lines of a subheading stand."""
        return self.places.get(hs6, {})


def preference_lines(connection: sqlite3.Connection, schedule_id: str, document_id: str) -> LineBook:
    """The lines of a schedule; one names its document only where it is not that of the schedule."""
    return _book(connection.execute(_PREFERENCE, {"document": document_id, "schedule": schedule_id}), schedule_id)


def mfn_lines(connection: sqlite3.Connection, importer: str) -> LineBook:
    """The lines of the national tariffs from which an importer's MFN duties are known."""
    book = _book(connection.execute(_MFN, (importer,)), f"mfn-{importer}")
    book.authority = {row.pop("rate_row_key"): row for row in evidence.rows(connection, _AUTHORITY, (importer,))}
    return book


def _book(cursor: sqlite3.Cursor, owner: str) -> LineBook:
    """Lines by subheading; what is too large to stand with a rate goes into files, alike lists into the same."""
    book = LineBook()
    names = [column[0] for column in cursor.description]
    known: dict[tuple[Any, ...], str] = {}
    for hs6, found in groupby(cursor, itemgetter(0)):
        rows = tuple(row[1:] for row in found)
        like = known.setdefault(rows, hs6)
        if like != hs6:
            book.lines[hs6], book.places[hs6] = book.lines[like], book.places[like]
            continue
        lines = book.lines[hs6] = _lines(rows, names[1:])
        encoded = list(map(encode, lines))
        if sum(map(len, encoded)) <= INLINE:
            book.places[hs6] = {"lines": lines}
        else:
            pages = list(_filed(encoded, owner, hs6))
            book.pages += pages
            book.places[hs6] = {"lines_in": [path for path, _ in pages]}
    return book


def _filed(lines: list[str], owner: str, hs6: str) -> Iterator[Page]:
    for number, part in enumerate(chunks(lines), start=1):
        text = f'{{"of":{encode(owner)},"lines":[{",".join(part)}]}}'
        yield f"lines/{owner}/{hs6}-{number}.json", as_bytes(text)


def _lines(rows: Iterable[tuple[Any, ...]], names: Sequence[str]) -> list[Row]:
    """Rows of one subheading, in order, as lines with their periods; the last eight columns are the period's."""
    lines: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        facts = row[:-_PERIOD]
        line = lines.get(facts)
        if line is None:
            line = lines[facts] = _facts(dict(zip(names, facts, strict=False)))
        _add_period(line["periods"], *row[-_PERIOD:])
    return list(lines.values())


def _facts(line: Row) -> Row:
    """What is the same for all periods of a line."""
    line.pop("row_no", None)
    if line.get("base_duty_text") is not None:
        base = {"rate_pct": line["base_rate_pct"], "duty_text": line["base_duty_text"]}
        line["base_duty_text"] = duty(base)
    return {**lean(line), "periods": []}


def _add_period(
    periods: list[Row], rate_from: str, rate_to: str | None, valid_from: str, valid_to: str | None, state: str,
    rate_pct: float | None, duty_text: str | None, row_key: str,
) -> None:  # fmt: skip
    """Add a line's period as far as the HS 2022 rate lasts, joined to the one before where it only goes on."""
    start, end = max(valid_from, rate_from), min(valid_to or OPEN, rate_to or OPEN)
    if start >= end:
        return
    until = None if end == OPEN else end
    if periods and periods[-1]["row_key"] == row_key and periods[-1]["to"] == start:
        periods[-1]["to"] = until
        return
    period = {"from": start, "to": until, "state": state, "rate_pct": rate_pct, "duty_text": duty_text}
    periods.append(lean({**period, "duty_text": duty(period), "row_key": row_key}))
