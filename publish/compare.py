"""What an importer takes on a product of an exporter under every regime of the pair, on a day.

One answer a regime and schedule, also for regimes of which nothing is held; nothing is chosen between lines that
disagree. A rate is never shown outside the dates on which the regime is in force between the two parties, and a base
rate is never taken for an MFN rate.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from publish import evidence, wording
from publish.evidence import Row
from publish.folding import fold
from publish.products import EDITION, Product, resolve_party, resolve_product
from publish.ranking import rank
from sources.errors import Exit, FtaError

SNAPSHOTS = ("partner_transposed", "domestic_instrument")


def compare(connection: sqlite3.Connection, *, exporter: str, importer: str, hs: str, on: date) -> dict[str, Any]:
    """Compare every regime of a pair for a product on a day.

    Args:
        connection: a release (`open_release`).
        exporter: code or English name of the party the goods originate in.
        importer: code or English name of the party that takes the duty.
        hs: 4 to 10 digits, dots allowed. A heading is answered by a summary with each of its subheadings under
            `subheadings`; a national line by its own rate where the importer's schedule has it.
        on: the day of importation.

    Returns:
        `release, on, exporter, importer, hs, hs6, hs_edition, description, note, mfn, regimes, best, best_over_time`;
        rates in percentage points, days as ISO text, null for every rate that is not known.

    Raises:
        FtaError: `unknown_party`, `same_party`, `wrong_code` or `unknown_code`.
    """
    seller = resolve_party(connection, exporter, "exporter")
    buyer = resolve_party(connection, importer, "importer")
    if seller == buyer:
        raise FtaError(
            "same_party", f"{seller} is both exporter and importer.", where={"exporter": seller, "importer": buyer},
            remedy="Name two different parties.", exit_code=Exit.WRONG_USE,
        )  # fmt: skip
    product = resolve_product(connection, hs, buyer)
    query = _Query(connection, seller, buyer, product, on.isoformat())
    answers = [query.subheading(hs6) for hs6 in product.hs6]
    whole = len(product.code) >= 6 and len(answers) == 1
    answer = answers[0] if whole else {**fold(answers), "subheadings": answers}
    ranked = rank(answer["mfn"], answer["regimes"], on.isoformat())
    return {
        "release": getattr(connection, "release", ""), "on": on.isoformat(), "exporter": seller, "importer": buyer,
        "hs": product.code, "hs6": product.hs6[0] if whole else None, "hs_edition": EDITION,
        **(_described(answer) if whole else _description(connection, _node(product.code))),
        "note": product.note, "mfn": answer["mfn"], "regimes": answer["regimes"], **ranked,
        **({} if whole else {"subheadings": answers}),
    }  # fmt: skip


def _description(connection: sqlite3.Connection, code: str) -> Row:
    found = evidence.rows(
        connection,
        "SELECT path_en AS description, path_km AS description_km FROM hs_node WHERE edition = ? AND code = ?",
        (EDITION, code),
    )
    return found[0] if found else {"description": None, "description_km": None}


def _node(code: str) -> str:
    """The heading or subheading that a code begins with."""
    return code[: min(len(code), 6) // 2 * 2]


def _described(answer: Row) -> Row:
    return {name: answer[name] for name in ("description", "description_km")}


def _pairs(connection: sqlite3.Connection, seller: str, buyer: str) -> dict[str, Row]:
    sql = "SELECT * FROM v_pair WHERE exporter = ? AND importer = ? ORDER BY regime_id"
    return {row["regime_id"]: row for row in evidence.rows(connection, sql, (seller, buyer))}


class _Query:
    """One question to a release: pair, product and day, with what is the same for all of its subheadings."""

    def __init__(self, connection: sqlite3.Connection, seller: str, buyer: str, product: Product, day: str) -> None:
        self.connection = connection
        self.seller, self.buyer, self.product, self.day = seller, buyer, product, day
        self.pairs: dict[str, Row] = evidence.once(
            connection, (_pairs, seller, buyer), lambda: _pairs(connection, seller, buyer)
        )
        self.certificates = evidence.certificates(connection, self.pairs, day)
        self.coverage = evidence.coverage(connection, buyer, "tariff")

    def subheading(self, hs6: str) -> Row:
        """The answer for one HS 2022 subheading."""
        sql = "SELECT * FROM v_comparison WHERE exporter = ? AND importer = ? AND hs6 = ?"
        periods: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
        found = evidence.rows(self.connection, sql, (self.seller, self.buyer, hs6))
        for row in sorted(found, key=lambda row: row["valid_from"]):
            periods[row["regime_id"], row["schedule_id"]].append(row)
        for regime in self.pairs.keys() - {regime for regime, _ in periods}:
            periods[regime, None] = []
        current = {key: _current(rows, self.day) for key, rows in periods.items()}
        keys = [row["rate_row_key"] for row in current.values() if row and row["rate_row_key"]]
        lines = evidence.contributing_lines(self.connection, keys, self.day)
        rules = evidence.rules(self.connection, hs6, self.pairs, self.day)
        mfn = _mfn(self.connection, self.pairs, self.buyer, hs6, self.product, self.day)
        regimes = [
            {**self._entry(*key, periods[key], current[key], lines), "rule": rules[key[0]],
             "certificate": self._certificate(key[0])}
            for key in sorted(periods, key=lambda key: (key[0], key[1] or ""))
        ]  # fmt: skip
        return {"hs6": hs6, **_description(self.connection, hs6), "mfn": mfn, "regimes": regimes}

    def _certificate(self, regime_id: str) -> Row:
        return {"form": self.pairs[regime_id]["certificate_form"], **self.certificates[regime_id]}

    def _entry(
        self, regime_id: str, schedule_id: str | None, periods: list[Row], current: Row | None,
        lines_by_rate: Mapping[str, list[Row]],
    ) -> Row:  # fmt: skip
        """One regime's answer from one schedule, before rule and certificate."""
        pair = self.pairs[regime_id]
        in_force = _in_force(pair, self.day)
        about = current or (periods[0] if periods else {})
        lines = lines_by_rate.get(current["rate_row_key"], []) if current and current["rate_row_key"] else []
        named = self._named(lines, about)
        shown = _rate(current, named)
        if in_force is False:
            shown = {**_NO_RATE, "state": "not_applicable", "reason": wording.not_in_force(pair, self.day)}
            lines = named = []
        stale = _is_stale(about, self.day)
        if shown["state"] == "not_held" and in_force is not False:
            held = self.coverage.get(regime_id, {})
            shown["reason"] = (
                wording.stale(about["known_from"], about["known_until"]) if stale
                else wording.not_held(shown["reason_code"], held)
            )  # fmt: skip
        path = self._path(periods, named, schedule_id)
        return {
            "regime_id": regime_id, "short_name": pair["short_name"], "name_en": pair["name_en"],
            "name_km": pair["name_km"], "in_force": in_force, "in_force_from": pair["in_force_from"],
            "in_force_to": pair["in_force_to"], "schedule_id": schedule_id, "layer": about.get("layer"), **shown,
            "statistics": _statistics(current) if in_force is not False else None,
            "as_of": _as_of(about, self.coverage.get(regime_id)), "stale": stale, "base": _base(named or lines, about),
            "next_changes": [period for period in path if period["from"] > self.day],
            "periods": path, "lines": [_line(line) for line in named or lines],
            "provenance": {"document_id": about.get("document_id"), "locator": _locators(named or lines)},
            "notes": _notes(in_force, about, shown),
        }  # fmt: skip

    def _named(self, lines: list[Row], about: Mapping[str, Any]) -> list[Row]:
        """The national lines that the question names, where the schedule is written in their nomenclature."""
        if not self.product.is_line or about.get("nomenclature_id") not in self.product.nomenclatures:
            return []
        return [line for line in lines if line["line_code"].startswith(self.product.code)]

    def _path(self, periods: list[Row], named: list[Row], schedule_id: str | None) -> list[Row]:
        """The rates over time: the named line's own, where there is one, else the subheading's."""
        if len({(line["line_code"], line["row_no"]) for line in named}) == 1 and schedule_id:
            window = [(row["valid_from"], row["valid_to"]) for row in periods if row["rate_row_key"]]
            gaps = [row for row in periods if not row["rate_row_key"]]
            own = evidence.line_periods(self.connection, named[0]["line_code"], schedule_id)
            exact = [row for row in own if row["row_no"] == named[0]["row_no"]]
            periods = sorted(_clipped(exact, window) + gaps, key=lambda row: row["valid_from"])
        return [
            {"from": row["valid_from"], "to": row["valid_to"], "rate_pct": row["rate_pct"], "state": row["state"],
             "duty_text": wording.duty_text(row)}
            for row in periods
        ]  # fmt: skip


_NO_RATE: Row = {"state": "not_held", "rate_pct": None, "rate_max_pct": None, "duty_text": None, "reason": None,
                 "reason_code": None, "basis": "subheading"}  # fmt: skip


def _current(periods: list[Row], day: str) -> Row | None:
    for row in periods:
        if row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"]):
            return row
    return None


def _clipped(rows: list[Row], window: list[tuple[str, str | None]]) -> list[Row]:
    """A line's periods within the days on which its schedule's rates may be shown."""
    if not window:
        return []
    first, last = window[0][0], window[-1][1] or "9999-12-31"
    clipped = []
    for row in rows:
        start, end = max(row["valid_from"], first), min(row["valid_to"] or "9999-12-31", last)
        if start < end:
            clipped.append({**row, "valid_from": start, "valid_to": None if end == "9999-12-31" else end})
    return clipped


def _in_force(pair: Mapping[str, Any], day: str) -> bool | None:
    """Whether a regime is in force between the pair on the day; None where its entry into force is not known."""
    if pair["standing"] == "not_in_force" or (pair["in_force_to"] and day >= pair["in_force_to"]):
        return False
    if pair["standing"] == "unknown":
        return None
    return bool(pair["in_force_from"] <= day)


def _rate(current: Row | None, named: list[Row]) -> Row:
    """State, rate, words and reason: of the named lines where they agree, else of the subheading."""
    if current is None:
        return {**_NO_RATE, "reason": wording.missing_rate("not_held", "outside_period", {}, None),
                "reason_code": "outside_period"}  # fmt: skip
    if named:
        return _line_rate(named)
    return _told(current)


def _line_rate(named: list[Row]) -> Row:
    """The rate of the national lines that were asked for; ambiguous where they differ among themselves."""
    first = named[0]
    rates = [line["rate_pct"] for line in named if line["rate_pct"] is not None]
    if len({(line["state"], line["rate_pct"], line["duty_text"]) for line in named}) == 1:
        return _told({**first, "reason": None, "basis": "national_line"})
    span = {"min_pct": min(rates, default=None), "max_pct": max(rates, default=None)}
    differ = {"state": "ambiguous", "rate_pct": None, "duty_text": None, "reason": "lines_differ"}
    return _told({**differ, **span, "basis": "national_line"})


def _told(row: Mapping[str, Any]) -> Row:
    """A rate in the answer's words, and whether it is that of the subheading or of a national line."""
    return {**wording.told(row), "basis": row.get("basis", "subheading")}


def _statistics(current: Row | None) -> Row | None:
    if current is None or not current["rate_row_key"]:
        return None
    names = ("relation", "min_pct", "max_pct", "mean_pct", "n_lines", "n_distinct", "n_free", "n_excluded",
             "n_non_ad_valorem")  # fmt: skip
    return {**{name: current[name] for name in names}, "row_key": current["rate_row_key"]}


def _is_stale(about: Mapping[str, Any], day: str) -> bool:
    return bool(about.get("known_until") and day >= about["known_until"])


def _as_of(about: Mapping[str, Any], coverage: Row | None) -> str | None:
    """The day for which the source speaks: of a snapshot its own, else what coverage says is held."""
    if about.get("known_from"):
        return str(about["known_from"])
    return coverage["as_of"] if coverage and about.get("schedule_id") else None


def _base(lines: list[Row], about: Mapping[str, Any]) -> Row:
    """The base rate all lines share, or nulls; `meaning` says what it is. It is never an MFN rate."""
    bases = {(line["base_pct"], line["base_text"]) for line in lines}
    rate, text = bases.pop() if len(bases) == 1 else (None, None)
    return {"rate_pct": rate, "duty_text": text, "meaning": about.get("base_is")}


def _line(line: Row) -> Row:
    names = ("line_code", "state", "rate_pct", "rate_max_pct", "duty_text", "row_key", "hs6_from", "relation",
             "category", "document_id", "locator", "page")  # fmt: skip
    base = {"base_rate_pct": line["base_pct"], "base_duty_text": line["base_text"]} if "base_pct" in line else {}
    return {**{name: line.get(name) for name in names}, **base, "duty_text": wording.duty_text(line)}


def _locators(lines: list[Row]) -> str | None:
    """The places of the lines, in their order, each once."""
    return "; ".join(dict.fromkeys(line["locator"] for line in lines if line["locator"])) or None


def _notes(in_force: bool | None, about: Mapping[str, Any], rate: Row) -> list[str]:
    notes = []
    if about.get("schedule_status") == "carried_forward":
        notes.append(wording.CARRIED_FORWARD)
    if in_force is None and about.get("layer") in SNAPSHOTS and rate["state"] != "not_held":
        notes.append(wording.ENTRY_UNKNOWN)
    return notes


def _mfn(
    connection: sqlite3.Connection, pairs: Collection[str], importer: str, hs6: str, product: Product, day: str
) -> Row:
    """The applied MFN duty; `not_held` where no national tariff is held for the day, never a base rate."""
    sql = "SELECT * FROM v_mfn WHERE importer = ? AND hs6 = ? AND kind = 'applied' ORDER BY valid_from"
    periods = evidence.rows(connection, sql, (importer, hs6))
    latest = next((row for row in reversed(periods) if row["valid_from"] <= day), None)
    current = _current(periods, day)
    shown = current or latest
    lines = evidence.mfn_lines(connection, shown["rate_row_key"]) if shown and shown["rate_row_key"] else []
    on_day = [line for line in lines if _current([line], day)]
    known_from = max((line["known_from"] for line in lines if line["known_from"]), default=None)
    known_until = min((line["known_until"] for line in lines if line["known_until"]), default=None)
    stale = shown is not None and shown["rate_row_key"] is not None and (
        current is None or (known_until is not None and day >= known_until)
    )  # fmt: skip
    if stale or current is None:
        until = known_until or (shown["valid_to"] if shown else None)
        reason = wording.stale(known_from, until) if until else wording.NO_MFN_FOR_DAY
        answer, on_day = {**_NO_RATE, "reason": reason}, []
    elif not current["rate_row_key"]:
        stated = evidence.coverage(connection, importer, "mfn").items()
        known = [row for regime, row in stated if regime in pairs or row["importer"] == importer]
        answer = {**_NO_RATE, "reason": wording.mfn_not_held(known), "reason_code": "no_schedule"}
    else:
        named = [line for line in on_day if product.is_line and line["line_code"].startswith(product.code)]
        answer = _line_rate(named) if named else _told(current)
        on_day = named or on_day
    return {
        **answer, "kind": "applied", "as_of": known_from or (shown["valid_from"] if lines and shown else None),
        "stale": stale, "lines": [_line(line) for line in on_day],
        "provenance": {"document_id": lines[0]["document_id"] if lines else None, "locator": _locators(on_day)},
    }  # fmt: skip
