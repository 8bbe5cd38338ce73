"""The duties of every heading, as the pages show them: by pair with the home party, agreement and group of subheadings.

What `publish.compare` answers for one product and day is read here for all of them at once, from the same views and
with the same ranking; a test holds the two equal. Subheadings whose rates, MFN duties and rules are alike stand
together, so that a page says each thing once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from publish import evidence
from publish.evidence import Row
from publish.ranking import rank
from publish.site.facts import Facts

OPEN = "9999-12-31"
NUMBERS = ("ok", "free")


class Period(NamedTuple):
    """A rate and the days on which it holds; `until` is `OPEN` where the law leaves it open."""

    start: str
    until: str
    state: str
    rate: float | None
    most: float | None = None
    text: str | None = None
    reason: str | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_number(self) -> bool:
        """Whether it is one percentage."""
        return self.rate is not None and self.state in NUMBERS


_start = attrgetter("start")
NOT_HELD = Period("", OPEN, "not_held", None, reason="outside_period")
Periods = tuple[Period, ...]


class Rule(NamedTuple):
    """A rule of origin as it stands beside a rate; `texts` holds more than one where several may apply."""

    texts: tuple[str, ...]
    state: str
    level: str
    edition: str | None
    document_id: str
    page: int | None


@dataclass(frozen=True)
class Entry:
    """One agreement's rates from one schedule.

    Attributes:
        regime: row of `v_pair`.
        schedule: row of `pair_schedule`.
        periods: all periods that are held, in order.
        now: the period of the day; `not_held` where nothing covers it.
        rule: the rule of origin, or None where none is held.
        stale: whether the document was authority only until before the day.
        rank: place among the rates that are one percentage, 1 for the lowest, or None.
        margin: points below the MFN rate, or None.
        free_from: first day from which the duty is and stays zero, or None.
    """

    regime: Row
    schedule: Row
    periods: Periods
    now: Period
    rule: Rule | None
    stale: bool
    rank: int | None
    margin: float | None
    free_from: str | None


@dataclass(frozen=True)
class Group:
    """Subheadings of a heading to which all the same applies.

    Attributes:
        codes: the subheadings.
        mfn: the MFN duty of the day; state `not_held` where none is held.
        mfn_periods: all that is held of it.
        key: groups with the same key are the same, apart from their codes.
        entries: agreements with something held, the best first.
        missing: agreements of the pair of which nothing is held for these goods.
        certain: whether the lowest rate is surely the lowest: it is zero, or every other is known.
    """

    codes: tuple[str, ...]
    mfn: Period
    mfn_periods: Periods
    entries: tuple[Entry, ...]
    missing: tuple[Row, ...]
    certain: bool
    key: tuple[str, tuple[int, ...]] = field(repr=False)


@dataclass(frozen=True)
class Market:
    """One direction of trade with one party.

    Attributes:
        partner: row of `party`.
        exporter, importer: codes.
        regimes: rows of `v_pair` by regime.
        schedules: rows of `pair_schedule`, one for each schedule.
        mfn: by subheading, the applied MFN duties of the importer, cut to the days of their document's authority.
        held: subheadings of which any rate or MFN duty is held.
    """

    partner: Row
    exporter: str
    importer: str
    regimes: Mapping[str, Row]
    schedules: tuple[Row, ...]
    mfn: Mapping[str, Periods] = field(repr=False)
    held: frozenset[str] = field(repr=False)

    @cached_property
    def anchor(self) -> str:
        """Name of its part of a page: the partner's code, with `from-` before it for imports."""
        code = str(self.partner["party_id"])
        return code if self.exporter != code else f"from-{code}"


class Rates:
    """All duties of a release by heading."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.day = facts, facts.day
        self._groups: dict[tuple[str, tuple[int, ...]], Group] = {}

    @cached_property
    def markets(self) -> list[Market]:
        """Every direction of trade with the home party, exports first, then by the partner's name."""
        sql = "SELECT * FROM v_pair WHERE ? IN (exporter, importer) ORDER BY exporter, importer, regime_id"
        pairs: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
        for row in self.facts.rows(sql, self.facts.home):
            pairs[row["exporter"], row["importer"]][row["regime_id"]] = row
        found = [self._market(*sides, regimes) for sides, regimes in pairs.items()]
        return sorted(found, key=lambda market: (market.importer == self.facts.home, market.partner["name_en"]))

    def _market(self, exporter: str, importer: str, regimes: Mapping[str, Row]) -> Market:
        sql = (
            "SELECT *, min(shown_from) AS shown_from, max(shown_to) AS shown_to FROM pair_schedule"
            " WHERE exporter = ? AND importer = ? GROUP BY schedule_id ORDER BY regime_id, schedule_id"
        )
        partner = self.facts.parties[exporter if importer == self.facts.home else importer]
        schedules = tuple(self.facts.rows(sql, exporter, importer))
        mfn = self._mfn.get(importer, {})
        held = frozenset(mfn).union(*(self._schedules.get(row["schedule_no"], {}) for row in schedules))
        return Market(partner, exporter, importer, regimes, schedules, mfn, held)

    @cached_property
    def _schedules(self) -> dict[int, dict[str, Periods]]:
        """By number of a schedule and subheading, the periods of its rates."""
        sql = (
            "SELECT r.schedule_no, r.hs6, r.valid_from, ifnull(r.valid_to, '9999-12-31'), r.state, r.rate_pct,"
            " r.rate_max_pct, d.text, r.reason, r.min_pct, r.max_pct"
            " FROM v_carried AS r LEFT JOIN duty AS d ON d.duty_id = r.duty_id"
        )
        return _by_code(self.facts.connection.execute(sql))

    @cached_property
    def _mfn(self) -> dict[str, dict[str, Periods]]:
        """By importer and subheading, the applied MFN duties within the authority of their documents."""
        sql = (
            "SELECT r.importer, r.hs6, r.valid_from, ifnull(r.valid_to, '9999-12-31'), r.state, r.rate_pct,"
            " NULL, d.text, r.reason, r.min_pct, r.max_pct"
            " FROM hs2022_mfn_rate AS r LEFT JOIN duty AS d ON d.duty_id = r.duty_id WHERE r.kind = 'applied'"
        )
        return _by_code(self.facts.connection.execute(sql))

    @cached_property
    def _rules(self) -> dict[str, dict[str, Rule]]:
        """By subheading and regime, the rule of the day; rules that are alike are one object."""
        sql = (
            "SELECT x.hs6, x.regime_id, x.origin_rule_row_key, x.level, x.state FROM hs2022_origin_rule AS x"
            " JOIN origin_rule AS o ON o.row_key = x.origin_rule_row_key"
            " ORDER BY x.hs6, x.regime_id, o.valid_from, o.code_from"
        )
        written = {row["row_key"]: row for row in self.facts.held("origin_rule", "row_key")}
        held: dict[str, dict[str, list[tuple[str, str, str]]]] = defaultdict(lambda: defaultdict(list))
        for hs6, regime, *index in self.facts.connection.execute(sql):
            held[hs6][regime].append((index[0], index[1], index[2]))
        known: dict[tuple[tuple[str, str, str], ...], Rule] = {}
        one: dict[Rule, Rule] = {}
        for found in (tuple(found) for at in held.values() for found in at.values()):
            if found not in known:
                rule = self._rule([{**written[key], "level": level, "state": state} for key, level, state in found])
                known[found] = one.setdefault(rule, rule)
        return {hs6: {regime: known[tuple(found)] for regime, found in at.items()} for hs6, at in held.items()}

    def _rule(self, found: list[Row]) -> Rule:
        """As `evidence.rules` chooses: the one rule of the day, else all that may apply."""
        current = [row for row in found if _holds(row, self.day)]
        shown = current or found
        texts = tuple(dict.fromkeys(row["rule_text"] for row in shown))
        state = shown[0]["state"] if current else "superseded"
        if len({(row["rule_text"], row["rule"]) for row in shown}) > 1:
            state = "ambiguous" if current else "superseded"
        first = shown[0]
        return Rule(texts, state, first["level"], first["hs_edition"], first["document_id"], first["page"])

    @cached_property
    def proofs(self) -> dict[str, Row]:
        """By regime, what is held of the proof of origin (`evidence.certificates`)."""
        return evidence.certificates(self.facts.connection, self.facts.regimes, self.day)

    def groups(self, market: Market, codes: list[str]) -> Iterator[Group]:
        """The subheadings of a heading in a market, those to which the same applies together."""
        alike: dict[tuple[int, ...], list[str]] = defaultdict(list)
        made: dict[tuple[int, ...], tuple[tuple[Periods, ...], Periods, tuple[Rule | None, ...]]] = {}
        schedules = [self._schedules.get(schedule["schedule_no"], {}) for schedule in market.schedules]
        for hs6 in codes:
            rules = self._rules.get(hs6, {})
            parts = (
                tuple(held.get(hs6, ()) for held in schedules), market.mfn.get(hs6, ()),
                tuple(rules.get(regime) for regime in market.regimes),
            )  # fmt: skip
            key = (*map(id, parts[0]), id(parts[1]), *map(id, parts[2]))  # of what is alike there is one object
            alike[key].append(hs6)
            made[key] = parts
        for key, found in alike.items():
            place = market.anchor, key
            if place not in self._groups:
                self._groups[place] = self._group(market, *made[key], place)
            yield replace(self._groups[place], codes=tuple(found))

    def _group(
        self, market: Market, rates: tuple[Periods, ...], mfn: Periods, ruled: tuple[Rule | None, ...],
        key: tuple[str, tuple[int, ...]],
    ) -> Group:  # fmt: skip
        rules = dict(zip(market.regimes, ruled, strict=True))
        clipped = [
            (schedule, _clip(periods, schedule["shown_from"], schedule["shown_to"]))
            for schedule, periods in zip(market.schedules, rates, strict=True) if periods
        ]  # fmt: skip
        mfn_now = _on(mfn, self.day)
        answers = [_answer(market.regimes[schedule["regime_id"]], periods, self.day) for schedule, periods in clipped]
        best = rank({"rate_pct": mfn_now.rate, "state": mfn_now.state, "reason": None}, answers, self.day)["best"]
        entries = [
            Entry(
                market.regimes[schedule["regime_id"]], schedule, periods, _on(periods, self.day),
                rules[schedule["regime_id"]], bool(schedule["known_until"] and self.day >= schedule["known_until"]),
                answer["rank"], answer["margin_pct"], answer["free_from"],
            )
            for (schedule, periods), answer in zip(clipped, answers, strict=True)
        ]  # fmt: skip
        entries.sort(key=lambda entry: (entry.rank or 99, entry.now.state == "not_held"))
        held = {entry.regime["regime_id"] for entry in entries}
        missing = tuple(row for regime, row in market.regimes.items() if regime not in held)
        unknown = any(row["standing"] != "not_in_force" for row in missing)
        certain = best is not None and (best["rate_pct"] == 0 or (best["certain"] and not unknown))
        return Group((), mfn_now, mfn, tuple(entries), missing, certain, key)


def _by_code(rows: Iterable[tuple[Any, ...]]) -> dict[Any, dict[str, Periods]]:
    """By owner and subheading, the periods in order; those that are alike are one object."""
    found: dict[Any, dict[str, list[Period]]] = defaultdict(lambda: defaultdict(list))
    known: dict[tuple[Any, ...], Period] = {}
    for owner, hs6, *values in rows:
        period = Period(*values)
        found[owner][hs6].append(known.setdefault(period, period))
    one: dict[Periods, Periods] = {}
    return {
        owner: {
            hs6: one.setdefault(path, path) for hs6, held in at.items() if (path := tuple(sorted(held, key=_start)))
        }
        for owner, at in found.items()
    }


def _holds(row: Row, day: str) -> bool:
    return (row["valid_from"] or "") <= day < (row["valid_to"] or OPEN)


def _clip(periods: Periods, first: str, last: str) -> Periods:
    """Periods within the days on which a schedule's rates may be shown."""
    clipped = (p._replace(start=max(p.start, first), until=min(p.until, last)) for p in periods)
    return tuple(p for p in clipped if p.start < p.until)


def _on(periods: Periods, day: str) -> Period:
    return next((period for period in periods if period.start <= day < period.until), NOT_HELD)


def _answer(regime: Row, periods: Periods, day: str) -> Row:
    """An agreement's answer as far as `ranking.rank` reads it."""
    now = _on(periods, day)
    in_force = None if regime["standing"] == "unknown" else (regime["in_force_from"] or "") <= day
    return {
        "rate_pct": now.rate, "state": now.state, "regime_id": regime["regime_id"], "notes": [],
        "short_name": regime["short_name"], "in_force": in_force,
        "periods": [
            {"from": p.start, "to": None if p.until == OPEN else p.until, "state": p.state, "rate_pct": p.rate}
            for p in periods
        ],
    }  # fmt: skip
