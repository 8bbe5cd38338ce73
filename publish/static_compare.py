"""The comparison of every HS 2022 heading for each pair with the home party, as static files.

What `compare` answers for one day these files hold for all days: what is the same for all goods of a pair in
`pair.json`, and in a file for each heading of which anything is held the periods of every regime's rate, the MFN duty
and the national lines. They are read from the same views, in bulk. `docs/use-the-data.md` says how a day's answer is
read from them; a test holds it equal to that of `compare`.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from publish import evidence, wording
from publish.compare import SNAPSHOTS
from publish.evidence import Row
from publish.products import EDITION
from publish.static_lines import Base, Dated, LineBook, Lines
from publish.static_pages import OPEN, Page, as_bytes, days, duty, encode, lean, members, paged

BEGINNING = "1900-01-01"
"""The first day of what began on a day that is not known; the views have the same."""
_NOTHING: Row = {"state": "not_held", "rate_pct": None}
_COUNTS = ("n_lines", "n_distinct", "n_free", "n_excluded", "n_non_ad_valorem")
_SPAN = ("min_pct", "max_pct", "mean_pct")
_OUTCOME = ("state", "rate_pct", "rate_max_pct", "duty_text", "reason", "relation", *_SPAN, *_COUNTS)
_RATES = f"""
SELECT r.schedule_no, r.hs6, r.row_key, r.valid_from, ifnull(r.valid_to, '{OPEN}'), r.state, r.rate_pct,
       r.rate_max_pct, d.text, r.reason, r.relation, {", ".join(f"r.{name}" for name in (*_SPAN, *_COUNTS))}
FROM v_carried AS r LEFT JOIN duty AS d ON d.duty_id = r.duty_id
"""
_MFN = """
SELECT hs6, valid_from, valid_to, state, rate_pct, duty_text, reason, min_pct, max_pct, rate_row_key
FROM v_mfn WHERE importer = ? AND kind = 'applied' AND rate_row_key IS NOT NULL ORDER BY hs6, valid_from
"""
_SCHEDULES = "SELECT * FROM pair_schedule WHERE exporter = ? AND importer = ? ORDER BY schedule_id"


def home_of(connection: sqlite3.Connection) -> str:
    """The party whose trade the static files are for: one side of every pair is this one."""
    (home,) = connection.execute("SELECT party_id FROM party WHERE is_home = 1").fetchone()
    return str(home)


def pairs(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every importer and exporter with a regime between them, one of them the home party."""
    sql = "SELECT DISTINCT importer, exporter FROM pair WHERE ? IN (exporter, importer) ORDER BY importer, exporter"
    return [(importer, exporter) for importer, exporter in connection.execute(sql, (home_of(connection),))]


def comparisons(connection: sqlite3.Connection) -> Iterator[Page]:
    """The pages `compare/{exporter}/{importer}/...`, and those of the lines that do not fit in them."""
    release = _Release(connection)
    for importer, found in groupby(pairs(connection), itemgetter(0)):
        market = _Market(release, importer)
        for _, exporter in found:
            yield from _Pair(market, exporter).pages()
        yield from market.line_pages()


class _Rate(NamedTuple):
    """An HS 2022 rate of a schedule: its key and days, and the rest of its period as the members of an object."""

    dated: Dated
    said: str


class _Release:
    """What the rates of all pairs are made from, read once.

    Attributes:
        rates: by number of a schedule and subheading, the HS 2022 rates in the order of their days.
        lines: the national lines behind them.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.rates: dict[int, dict[str, list[_Rate]]] = defaultdict(lambda: defaultdict(list))
        said: dict[tuple[Any, ...], str] = {}
        for schedule_no, hs6, row_key, start, until, *outcome in connection.execute(_RATES):
            words = tuple(outcome)
            if words not in said:
                said[words] = _said(dict(zip(_OUTCOME, words, strict=True)))
            self.rates[schedule_no][hs6].append(_Rate(Dated(row_key, start, until), said[words]))
        for held in self.rates.values():
            for rates in held.values():
                rates.sort(key=lambda rate: rate.dated.start)
        self.lines = Lines(connection)


class _Market:
    """What is the same for everybody who exports to an importer: its MFN duties, and the lines of its schedules."""

    def __init__(self, release: _Release, importer: str) -> None:
        self.release, self.connection, self.importer = release, release.connection, importer
        self.coverage = evidence.coverage(self.connection, importer, "tariff")
        found = evidence.rows(self.connection, _MFN, (importer,))
        self._authority = {row["rate_row_key"]: release.lines.authority(row["rate_row_key"]) for row in found}
        self.mfn_documents = self._documents()
        held = {hs6: list(rows) for hs6, rows in groupby(found, itemgetter("hs6"))}
        self._mfn_book = release.lines.book(
            f"mfn-{importer}",
            (
                (hs6, [Dated(row["rate_row_key"], row["valid_from"], row["valid_to"] or OPEN) for row in rows])
                for hs6, rows in held.items()
            ),
        )
        self.mfn = {
            hs6: _object(f'"periods":{encode(list(map(self._mfn_period, rows)))}', self._mfn_book.places.get(hs6))
            for hs6, rows in held.items()
        }
        self._books: dict[str, LineBook] = {}

    def book(self, schedule_id: str, schedule_no: int) -> LineBook:
        """The lines of a schedule, put together once."""
        if schedule_id not in self._books:
            held = sorted(self.release.rates[schedule_no].items())
            rates = ((hs6, [rate.dated for rate in found]) for hs6, found in held)
            self._books[schedule_id] = self.release.lines.book(schedule_id, rates)
        return self._books[schedule_id]

    def line_pages(self) -> Iterator[Page]:
        """The pages of lines of everything that was asked for."""
        for book in (self._mfn_book, *self._books.values()):
            yield from book.pages

    def _documents(self) -> dict[str, Row]:
        """What is the same for most rates that stand in a document: its authority."""
        named = {row.get("document_id") for row in self._authority.values()}
        found = evidence.rows(self.connection, "SELECT document_id, known_from, known_until FROM document")
        return {
            row["document_id"]: _authority(row["known_from"], row["known_until"])
            for row in found
            if row["document_id"] in named
        }

    def _mfn_period(self, row: Row) -> Row:
        """A period of the MFN duty; of its authority only what its document does not say."""
        authority = self._authority[row["rate_row_key"]]
        document = authority.get("document_id")
        about = _authority(authority.get("known_from"), authority.get("known_until"), row)
        usual = self.mfn_documents.get(str(document), {})
        own = {name: about.get(name) for name in about.keys() | usual.keys() if about.get(name) != usual.get(name)}
        return {
            **lean(
                {
                    "from": row["valid_from"],
                    "to": row["valid_to"],
                    **wording.told(row),
                    "duty_text": duty(row),
                    "row_key": row["rate_row_key"],
                    "document_id": document,
                }
            ),
            **dict(sorted(own.items())),
        }

    def mfn_facts(self) -> Row:
        """What is the same for the MFN duty of all goods."""
        held = evidence.coverage(self.connection, self.importer, "mfn").values()
        absent = wording.mfn_not_held(held)
        return {
            "kind": "applied", "documents": self.mfn_documents,
            "otherwise": [{"from": BEGINNING, "to": None, **_NOTHING, "reason_code": "no_schedule"}],
            "not_held": {"no_schedule": absent, "outside_period": wording.NO_MFN_FOR_DAY},
        }  # fmt: skip


def _authority(known_from: str | None, known_until: str | None, rate: Mapping[str, str | None] | None = None) -> Row:
    """For which days a tariff speaks, as far as it is known; else those of the rate itself."""
    ends = known_until or (rate["valid_to"] if rate else None)
    return lean({
        "as_of": known_from or (rate["valid_from"] if rate else None), "known_until": known_until,
        "reason_stale": wording.stale(known_from, ends) if ends else None,
    })  # fmt: skip


class _Pair:
    """One exporter's goods in one market."""

    def __init__(self, market: _Market, exporter: str) -> None:
        self.market, self.exporter = market, exporter
        connection, sides = market.connection, (exporter, market.importer)
        sql = "SELECT * FROM v_pair WHERE exporter = ? AND importer = ? ORDER BY regime_id"
        self.facts = {row["regime_id"]: row for row in evidence.rows(connection, sql, sides)}
        self._held = evidence.rows(connection, _SCHEDULES, sides)
        self.schedules = {row["schedule_id"]: self._schedule(row) for row in self._held}

    def pages(self) -> Iterator[Page]:
        """The page of the pair and those of the headings of which anything is held."""
        sides = {"exporter": self.exporter, "importer": self.market.importer}
        root = f"compare/{self.exporter}/{self.market.importer}"
        entries, mfn = self._entries(), self.market.mfn
        codes = sorted(entries.keys() | mfn.keys())
        headings = {heading: list(held) for heading, held in groupby(codes, lambda code: code[:4])}
        pair = {
            **sides, "hs_edition": EDITION, "regimes": {name: self._regime(row) for name, row in self.facts.items()},
            "schedules": self.schedules, "mfn": self.market.mfn_facts(), "headings": list(headings),
        }  # fmt: skip
        yield f"{root}/pair.json", as_bytes(encode(pair))
        for heading, held in headings.items():
            items = (_subheading(hs6, mfn.get(hs6), entries.get(hs6)) for hs6 in held)
            yield from paged(f"{root}/{heading}", {**sides, "heading": heading}, "subheadings", items)

    def _entries(self) -> dict[str, list[str]]:
        """By subheading, what each schedule says of it, in the order of regimes."""
        found: dict[str, list[str]] = defaultdict(list)
        of_schedule = itemgetter("regime_id", "schedule_id", "schedule_no")
        for (regime_id, schedule_id, no), rows in groupby(sorted(self._held, key=of_schedule), of_schedule):
            windows = list(rows)
            is_in_force = any(_in_force(row) for row in windows)
            book = self.market.book(schedule_id, no)
            head = f'"regime_id":{encode(regime_id)},"schedule_id":{encode(schedule_id)}'
            for hs6, rates in self.market.release.rates[no].items():
                periods = _shown(rates, windows)
                if periods or is_in_force:  # a day of force without a period is one of which nothing is held
                    base, said = _base(book.bases.get(hs6, ())), f'"periods":[{",".join(periods)}]'
                    found[hs6].append(_object(head, base, said, book.places.get(hs6)))
        return found

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
        never = pair["standing"] == "not_in_force"
        begins, ends = pair["in_force_from"] or BEGINNING, pair["in_force_to"]
        held = self.market.coverage.get(pair["regime_id"], {})
        return {
            **{name: pair[name] for name in names}, "status": pair["regime_status"],
            "not_in_force": wording.not_in_force(pair, "9999-12-31") if never or ends else None,
            "otherwise": [] if never else [{"from": begins, "to": ends, **_NOTHING, "reason_code": pair["why_none"]}],
            "not_held": {code: wording.not_held(code, held) for code in sorted({pair["why_none"], "outside_period"})},
            "certificates": list(_certificates(self.market.connection, pair)),
        }  # fmt: skip


def _subheading(hs6: str, mfn: str | None, entries: list[str] | None) -> str:
    return _object(
        f'"hs6":"{hs6}"', f'"mfn":{mfn}' if mfn else None, f'"regimes":[{",".join(entries)}]' if entries else None
    )


def _object(*said: str | None) -> str:
    """An object of the members that there are."""
    return f"{{{','.join(filter(None, said))}}}"


def _in_force(window: Row) -> bool:
    """Whether there is a day on which a regime is in force in a row of `pair_schedule`."""
    return bool((window["in_force_from"] or BEGINNING) < (window["in_force_to"] or OPEN))


def _shown(rates: Iterable[_Rate], windows: Iterable[Row]) -> list[str]:
    """The periods of rates on the days on which they may be shown, as objects."""
    found = [
        (max(rate.dated.start, row["shown_from"]), min(rate.dated.until, row["shown_to"]), rate)
        for row in windows
        for rate in rates
    ]
    found.sort(key=itemgetter(0))
    return [
        f'{{{days(start, until)}{rate.said},"row_key":{encode(rate.dated.row_key)}}}'
        for start, until, rate in found
        if start < until
    ]


def _said(row: Row) -> str:
    """A rate in words as `compare` says it, with the statistics of its lines where they are not all alike."""
    more: Row = {"relation": row["relation"] if row["relation"] != "1:1" else None}
    if row["n_lines"] != 1:
        more["n_lines"] = row["n_lines"]
    if not _alike(row):
        more["statistics"] = lean({name: row[name] for name in (*_SPAN, *_COUNTS)})
    return members({**wording.told(row), "duty_text": duty(row), **more})


def _alike(row: Row) -> bool:
    """Whether the statistics say no more than that `n_lines` lines have this one rate."""
    rate, lines = row["rate_pct"], row["n_lines"]
    counts = (lines, 1, lines if rate == 0 else 0, 0, 0)
    return rate is not None and {row[name] for name in _SPAN} == {rate} and tuple(row[n] for n in _COUNTS) == counts


def _base(bases: Collection[Base]) -> str | None:
    """The base duty that every line of a subheading shares, or nothing."""
    if len(bases) != 1:
        return None
    (base,) = bases
    return f'"base":{encode(base._asdict())}' if base != (None, None) else None


def _certificates(connection: sqlite3.Connection, pair: Row) -> Iterator[Row]:
    """The proof of origin of a regime, in the periods between the days on which a provision about it ends."""
    regime = pair["regime_id"]
    sql = "SELECT DISTINCT valid_to FROM provision WHERE regime_id = ? AND valid_to IS NOT NULL ORDER BY valid_to"
    ends = [day for (day,) in connection.execute(sql, (regime,))]
    for start, end in zip([None, *ends], [*ends, None], strict=True):
        found = evidence.certificates(connection, [regime], start or "0001-01-01")[regime]
        yield {"from": start, "to": end, "form": pair["certificate_form"], **found}
