"""The comparison of every HS 2022 heading for each pair with the home party, as static files.

What `compare` answers for one day these files hold for all days: what is the same for all goods of a pair in
`pair.json`, and in a file for each heading the periods of every regime's rate, the MFN duty, the national lines and the
rules. They are read from the same views, in bulk. `docs/use-the-data.md` says how a day's answer is read from them; a
test holds it equal to that of `compare`.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from publish import evidence, wording
from publish.compare import SNAPSHOTS
from publish.evidence import Row
from publish.products import EDITION
from publish.static_lines import LineBook, mfn_lines, preference_lines
from publish.static_pages import Page, as_bytes, encode, lean, paged
from publish.static_rules import RuleBook

HOME = "KH"
"""The party whose trade the static files are for: one side of every pair is this one."""
_STATISTICS = ("relation", "min_pct", "max_pct", "mean_pct", "n_lines", "n_distinct", "n_free", "n_excluded",
               "n_non_ad_valorem")  # fmt: skip
_NOTHING_FOR_DAY = "No MFN tariff of the importer is held for this day."


def pairs(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every importer and exporter with a regime between them, one of them the home party."""
    sql = "SELECT DISTINCT importer, exporter FROM pair WHERE ? IN (exporter, importer) ORDER BY importer, exporter"
    return [(importer, exporter) for importer, exporter in connection.execute(sql, (HOME,))]


def comparisons(connection: sqlite3.Connection, rules: RuleBook) -> Iterator[Page]:
    """The pages `compare/{exporter}/{importer}/...`, and those of the lines that do not fit in them."""
    headings = _headings(connection)
    for importer, found in groupby(pairs(connection), itemgetter(0)):
        market = _Market(connection, importer)
        for _, exporter in found:
            yield from _Pair(market, exporter, rules).pages(headings)
        yield from market.line_pages()


def _headings(connection: sqlite3.Connection) -> list[tuple[Row, list[Row]]]:
    """Every heading with its subheadings."""
    sql = (
        "SELECT code, level, description_en AS name_en, description_km AS name_km FROM hs_node"
        " WHERE edition = ? AND level IN (4, 6) ORDER BY code"
    )
    nodes = evidence.rows(connection, sql, (EDITION,))
    under: dict[str, list[Row]] = defaultdict(list)
    for node in nodes:
        if node["level"] == 6:
            under[node["code"][:4]].append(node)
    return [(node, under[node["code"]]) for node in nodes if node["level"] == 4]


class _Market:
    """What is the same for everybody who exports to an importer: its MFN duties, and the lines of its schedules."""

    def __init__(self, connection: sqlite3.Connection, importer: str) -> None:
        self.connection, self.importer = connection, importer
        self.coverage = evidence.coverage(connection, importer, "tariff")
        self.mfn_book = mfn_lines(connection, importer)
        self.mfn = self._mfn()
        self._books: dict[str, LineBook] = {}

    def book(self, schedule_id: str, document_id: str) -> LineBook:
        """The lines of a schedule, read once."""
        if schedule_id not in self._books:
            self._books[schedule_id] = preference_lines(self.connection, schedule_id, document_id)
        return self._books[schedule_id]

    def line_pages(self) -> Iterator[Page]:
        """The pages of lines of everything that was asked for."""
        for book in (self.mfn_book, *self._books.values()):
            yield from book.pages

    def _mfn(self) -> dict[str, Row]:
        sql = "SELECT * FROM v_mfn WHERE importer = ? AND kind = 'applied' ORDER BY hs6, valid_from"
        found = evidence.rows(self.connection, sql, (self.importer,))
        return {
            hs6: {"periods": [self._mfn_period(row) for row in rows], **self.mfn_book.at(hs6)}
            for hs6, rows in groupby(found, itemgetter("hs6"))
        }

    def _mfn_period(self, row: Row) -> Row:
        authority = self.mfn_book.authority.get(row["rate_row_key"], {})
        from_day, until = authority.get("known_from"), authority.get("known_until")
        ends = until or row["valid_to"]
        told = _told(row) if row["rate_row_key"] else {**_told(row), "reason": None}
        return lean({
            **told, "row_key": row["rate_row_key"], "document_id": authority.get("document_id"),
            "as_of": from_day or (row["valid_from"] if authority else None), "known_until": until,
            "reason_stale": wording.stale(from_day, ends) if ends and row["rate_row_key"] else None,
        })  # fmt: skip

    def mfn_facts(self) -> Row:
        """What is the same for the MFN duty of all goods."""
        held = evidence.coverage(self.connection, self.importer, "mfn").values()
        notes = dict.fromkeys(row["note"] for row in held if row["note"])
        absent = " ".join(["No MFN rate of the importer is held.", *notes])
        return {"kind": "applied", "not_held": {"no_schedule": absent, "outside_period": _NOTHING_FOR_DAY}}


class _Pair:
    """One exporter's goods in one market."""

    def __init__(self, market: _Market, exporter: str, rules: RuleBook) -> None:
        self.market, self.exporter, self.rules = market, exporter, rules
        connection, sides = market.connection, (exporter, market.importer)
        sql = "SELECT * FROM v_pair WHERE exporter = ? AND importer = ? ORDER BY regime_id"
        self.facts = {row["regime_id"]: row for row in evidence.rows(connection, sql, sides)}
        sql = (
            "SELECT * FROM v_comparison WHERE exporter = ? AND importer = ?"
            " ORDER BY hs6, regime_id, schedule_id, valid_from"
        )
        found = evidence.rows(connection, sql, sides)
        self.by_subheading = {hs6: list(rows) for hs6, rows in groupby(found, itemgetter("hs6"))}
        self.schedules = {row["schedule_id"]: self._schedule(row) for row in found if row["schedule_id"]}
        self.reasons: dict[str, set[str]] = defaultdict(set)
        for row in found:
            if row["state"] == "not_held":
                self.reasons[row["regime_id"]].add(row["reason"] or "no_schedule")
        self.regimes = {regime: self._regime(pair) for regime, pair in self.facts.items()}

    def pages(self, headings: list[tuple[Row, list[Row]]]) -> Iterator[Page]:
        """The page of the pair and those of every heading, where anything of its goods is held."""
        held = bool(self.schedules or self.market.mfn_book.lines or self.facts.keys() & set(self.rules.regimes()))
        sides = {"exporter": self.exporter, "importer": self.market.importer}
        root = f"compare/{self.exporter}/{self.market.importer}"
        pair = {
            **sides, "hs_edition": EDITION, "regimes": self.regimes, "schedules": self.schedules,
            "mfn": self.market.mfn_facts(), "headings": held,
        }  # fmt: skip
        yield f"{root}/pair.json", as_bytes(encode(pair))
        for heading, nodes in headings if held else ():
            around = {**sides, "heading": heading["code"], **lean(_names(heading))}
            items = [self._subheading(node) for node in nodes]
            yield from paged(f"{root}/{heading['code']}", around, "subheadings", items)

    def _subheading(self, node: Row) -> Row:
        hs6 = node["code"]
        periods: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
        for row in self.by_subheading.get(hs6, ()):
            periods[row["regime_id"], row["schedule_id"]].append(row)
        for regime in self.facts.keys() - {regime for regime, _ in periods}:
            periods[regime, None] = []
        rules = {regime: short for regime in self.facts if (short := self.rules.short(regime, hs6))}
        return {
            "hs6": hs6, **lean(_names(node)), "mfn": self.market.mfn[hs6],
            "regimes": [self._entry(hs6, *key, periods[key]) for key in sorted(periods, key=_place)], "rules": rules,
        }  # fmt: skip

    def _entry(self, hs6: str, regime_id: str, schedule_id: str | None, rows: list[Row]) -> Row:
        periods = [_period(row) for row in rows]
        if schedule_id is None:
            return {"regime_id": regime_id, "periods": periods}
        book = self.market.book(schedule_id, self.schedules[schedule_id]["document_id"])
        base = _base(book.lines.get(hs6, []))
        return {
            "regime_id": regime_id, "schedule_id": schedule_id, **({"base": base} if base else {}), "periods": periods,
            **book.at(hs6),
        }  # fmt: skip

    def _reason(self, regime_id: str, code: str) -> str:
        """Why something is not held, and what coverage knows of it."""
        held = self.market.coverage.get(regime_id, {})
        reason = str(wording.missing_rate("not_held", code, {}, None))
        return f"{reason} {held['note']}" if held.get("note") and held.get("state") != "held" else reason

    def _schedule(self, row: Row) -> Row:
        """What is the same for every rate of a schedule."""
        held = self.market.coverage.get(row["regime_id"])
        unknown = self.facts[row["regime_id"]]["standing"] == "unknown" and row["layer"] in SNAPSHOTS
        until = row["known_until"]
        return lean({
            "layer": row["layer"], "document_id": row["document_id"], "status": row["schedule_status"],
            "base_is": row["base_is"], "as_of": row["known_from"] or (held["as_of"] if held else None),
            "known_until": until, "reason_stale": wording.stale(row["known_from"], until) if until else None,
            "notes": [wording.CARRIED_FORWARD] if row["schedule_status"] == "carried_forward" else [],
            "notes_on_rates": [wording.ENTRY_UNKNOWN] if unknown else [],
        })  # fmt: skip

    def _regime(self, pair: Row) -> Row:
        """What is the same for every product under a regime of the pair."""
        names = ("short_name", "name_en", "name_km", "standing", "in_force_from", "in_force_to")
        ended = pair["standing"] == "not_in_force" or pair["in_force_to"]
        codes = sorted({pair["why_none"], "outside_period", *self.reasons[pair["regime_id"]]})
        return {
            **{name: pair[name] for name in names}, "status": pair["regime_status"],
            "not_in_force": wording.not_in_force(pair, "9999-12-31") if ended else None,
            "not_held": {code: self._reason(pair["regime_id"], code) for code in codes},
            "certificates": list(_certificates(self.market.connection, pair)),
        }  # fmt: skip


def _names(node: Row) -> Row:
    return {"name_en": node["name_en"], "name_km": node["name_km"]}


def _place(key: tuple[str, str | None]) -> tuple[str, str]:
    return key[0], key[1] or ""


def _told(row: Mapping[str, Any]) -> Row:
    """A period's rate in words as `compare` says it: where there is no number, why."""
    rate, state = row["rate_pct"], row["state"]
    text = row["duty_text"] or (wording.percent(rate) if rate is not None else None)
    return {
        "from": row["valid_from"], "to": row["valid_to"], "state": state, "rate_pct": rate,
        "rate_max_pct": row.get("rate_max_pct"), "duty_text": text,
        "reason": None if rate is not None else wording.missing_rate(state, row["reason"], row, text),
        "reason_code": row["reason"],
    }  # fmt: skip


def _period(row: Row) -> Row:
    """A period of a preference; why something is not held stands with the pair, being the same for all goods."""
    told = _told(row)
    if told["state"] == "not_held":
        told |= {"reason": None, "reason_code": row["reason"] or "no_schedule"}
    if not row["rate_row_key"]:
        return lean(told)
    statistics = lean({name: row[name] for name in _STATISTICS})
    return lean({**told, "statistics": statistics, "row_key": row["rate_row_key"]})


def _base(lines: list[Row]) -> Row | None:
    """The base duty that every line of a subheading shares, or None."""
    bases = {(line.get("base_rate_pct"), line.get("base_duty_text")) for line in lines}
    return dict(zip(("rate_pct", "duty_text"), bases.pop(), strict=True)) if len(bases) == 1 else None


def _certificates(connection: sqlite3.Connection, pair: Row) -> Iterator[Row]:
    """The proof of origin of a regime, in the periods between the days on which a provision about it ends."""
    regime = pair["regime_id"]
    sql = "SELECT DISTINCT valid_to FROM provision WHERE regime_id = ? AND valid_to IS NOT NULL ORDER BY valid_to"
    ends = [day for (day,) in connection.execute(sql, (regime,))]
    for start, end in zip([None, *ends], [*ends, None], strict=True):
        found = evidence.certificates(connection, [regime], start or "0001-01-01")[regime]
        yield {"from": start, "to": end, "form": pair["certificate_form"], **found}
