"""The comparison of every HS 2022 heading for each pair with the home party, as static files.

What `compare` answers for one day these files hold for all days: what is the same for all goods of a pair in
`pair.json`, and in a file for each heading of which anything is held the periods of every regime's rate, the MFN duty
and the national lines. They are read from the same views, in bulk. `docs/use-the-data.md` says how a day's answer is
read from them; a test holds it equal to that of `compare`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter

from publish import evidence, wording
from publish.compare import SNAPSHOTS
from publish.evidence import Row
from publish.products import EDITION
from publish.static_lines import LineBook, mfn_lines, preference_lines
from publish.static_pages import Page, as_bytes, duty, encode, lean, paged

BEGINNING = "1900-01-01"
"""The first day of what began on a day that is not known; the views have the same."""
_NOTHING: Row = {"state": "not_held", "rate_pct": None}
_COUNTS = ("n_lines", "n_distinct", "n_free", "n_excluded", "n_non_ad_valorem")
_SPAN = ("min_pct", "max_pct", "mean_pct")
_RATES = f"""
SELECT r.hs6, q.regime_id, q.schedule_id, max(r.valid_from, q.shown_from) AS valid_from,
       nullif(min(ifnull(r.valid_to, '9999-12-31'), q.shown_to), '9999-12-31') AS valid_to,
       r.state, r.rate_pct, r.rate_max_pct, d.text AS duty_text, r.reason, r.relation,
       {", ".join(f"r.{name}" for name in (*_SPAN, *_COUNTS))},
       CASE WHEN max(r.valid_from, q.shown_from) < min(ifnull(r.valid_to, '9999-12-31'), q.shown_to)
            THEN r.row_key END AS rate_row_key
FROM pair_schedule AS q
JOIN v_carried AS r ON r.schedule_no = q.schedule_no
LEFT JOIN duty AS d ON d.duty_id = r.duty_id
WHERE q.exporter = ? AND q.importer = ?
  AND (max(r.valid_from, q.shown_from) < min(ifnull(r.valid_to, '9999-12-31'), q.shown_to)
       OR ifnull(q.in_force_from, '{BEGINNING}') < ifnull(q.in_force_to, '9999-12-31'))
ORDER BY r.hs6, q.regime_id, q.schedule_id, 4
"""
"""What `v_comparison` says of rates, without the days of which nothing is held: a rate that may never be shown has no
key, and stands for them."""
_MFN = """
SELECT hs6, valid_from, valid_to, state, rate_pct, duty_text, reason, min_pct, max_pct, rate_row_key
FROM v_mfn WHERE importer = ? AND kind = 'applied' AND rate_row_key IS NOT NULL ORDER BY hs6, valid_from
"""
_SCHEDULES = "SELECT DISTINCT * FROM pair_schedule WHERE exporter = ? AND importer = ? ORDER BY schedule_id"


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
    for importer, found in groupby(pairs(connection), itemgetter(0)):
        market = _Market(connection, importer)
        for _, exporter in found:
            yield from _Pair(market, exporter).pages()
        yield from market.line_pages()


class _Market:
    """What is the same for everybody who exports to an importer: its MFN duties, and the lines of its schedules."""

    def __init__(self, connection: sqlite3.Connection, importer: str) -> None:
        self.connection, self.importer = connection, importer
        self.coverage = evidence.coverage(connection, importer, "tariff")
        self.mfn_book = mfn_lines(connection, importer)
        self.mfn_documents = self._documents()
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

    def _documents(self) -> dict[str, Row]:
        """What is the same for most rates that stand in a document: its authority."""
        named = {row["document_id"] for row in self.mfn_book.authority.values()}
        found = evidence.rows(self.connection, "SELECT document_id, known_from, known_until FROM document")
        return {
            row["document_id"]: _authority(row["known_from"], row["known_until"])
            for row in found
            if row["document_id"] in named
        }

    def _mfn(self) -> dict[str, Row]:
        found = evidence.rows(self.connection, _MFN, (self.importer,))
        return {
            hs6: {"periods": [self._mfn_period(row) for row in rows], **self.mfn_book.at(hs6)}
            for hs6, rows in groupby(found, itemgetter("hs6"))
        }

    def _mfn_period(self, row: Row) -> Row:
        """A period of the MFN duty; of its authority only what its document does not say."""
        authority = self.mfn_book.authority.get(row["rate_row_key"], {})
        document = authority.get("document_id")
        about = _authority(authority.get("known_from"), authority.get("known_until"), row)
        usual = self.mfn_documents.get(str(document), {})
        own = {name: about.get(name) for name in about.keys() | usual.keys() if about.get(name) != usual.get(name)}
        return {
            **lean({**_told(row), "row_key": row["rate_row_key"], "document_id": document}),
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
        self.schedules = {
            row["schedule_id"]: self._schedule(row) for row in evidence.rows(connection, _SCHEDULES, sides)
        }
        found = evidence.rows(connection, _RATES, sides) if self.schedules else []
        self.by_subheading = {
            hs6: [
                self._entry(hs6, regime, schedule, list(rows))
                for (regime, schedule), rows in groupby(held, itemgetter("regime_id", "schedule_id"))
            ]
            for hs6, held in groupby(found, itemgetter("hs6"))
        }

    def pages(self) -> Iterator[Page]:
        """The page of the pair and those of the headings of which anything is held."""
        sides = {"exporter": self.exporter, "importer": self.market.importer}
        root = f"compare/{self.exporter}/{self.market.importer}"
        codes = sorted(self.by_subheading.keys() | self.market.mfn.keys())
        headings = {heading: list(held) for heading, held in groupby(codes, lambda code: code[:4])}
        pair = {
            **sides, "hs_edition": EDITION, "regimes": {name: self._regime(row) for name, row in self.facts.items()},
            "schedules": self.schedules, "mfn": self.market.mfn_facts(), "headings": list(headings),
        }  # fmt: skip
        yield f"{root}/pair.json", as_bytes(encode(pair))
        for heading, held in headings.items():
            items = [self._subheading(hs6) for hs6 in held]
            yield from paged(f"{root}/{heading}", {**sides, "heading": heading}, "subheadings", items)

    def _subheading(self, hs6: str) -> Row:
        return lean({"hs6": hs6, "mfn": self.market.mfn.get(hs6), "regimes": self.by_subheading.get(hs6)})

    def _entry(self, hs6: str, regime_id: str, schedule_id: str, rows: list[Row]) -> Row:
        """What one schedule says of a subheading; a day of force without a period is one of which nothing is held."""
        book = self.market.book(schedule_id, self.schedules[schedule_id]["document_id"])
        return {
            "regime_id": regime_id, "schedule_id": schedule_id, **_base(book.lines.get(hs6, [])),
            "periods": [_period(row) for row in rows if row["rate_row_key"]], **book.at(hs6),
        }  # fmt: skip

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


def _told(row: Row) -> Row:
    """A period's rate in words as `compare` says it: where there is no number, why."""
    return {"from": row["valid_from"], "to": row["valid_to"], **wording.told(row), "duty_text": duty(row)}


def _period(row: Row) -> Row:
    """A period of a preference, with the statistics of its lines where they are not all alike."""
    more: Row = {"relation": row["relation"] if row["relation"] != "1:1" else None}
    if row["n_lines"] != 1:
        more["n_lines"] = row["n_lines"]
    if not _alike(row):
        more["statistics"] = lean({name: row[name] for name in (*_SPAN, *_COUNTS)})
    return lean({**_told(row), **more, "row_key": row["rate_row_key"]})


def _alike(row: Row) -> bool:
    """Whether the statistics say no more than that `n_lines` lines have this one rate."""
    rate, lines = row["rate_pct"], row["n_lines"]
    counts = (lines, 1, lines if rate == 0 else 0, 0, 0)
    return rate is not None and {row[name] for name in _SPAN} == {rate} and tuple(row[n] for n in _COUNTS) == counts


def _base(lines: list[Row]) -> Row:
    """The base duty that every line of a subheading shares, or nothing."""
    bases = {(line.get("base_rate_pct"), line.get("base_duty_text")) for line in lines}
    if len(bases) != 1 or bases == {(None, None)}:
        return {}
    return {"base": dict(zip(("rate_pct", "duty_text"), bases.pop(), strict=True))}


def _certificates(connection: sqlite3.Connection, pair: Row) -> Iterator[Row]:
    """The proof of origin of a regime, in the periods between the days on which a provision about it ends."""
    regime = pair["regime_id"]
    sql = "SELECT DISTINCT valid_to FROM provision WHERE regime_id = ? AND valid_to IS NOT NULL ORDER BY valid_to"
    ends = [day for (day,) in connection.execute(sql, (regime,))]
    for start, end in zip([None, *ends], [*ends, None], strict=True):
        found = evidence.certificates(connection, [regime], start or "0001-01-01")[regime]
        yield {"from": start, "to": end, "form": pair["certificate_form"], **found}
