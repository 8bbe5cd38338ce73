"""A consumer of the static JSON, written from its documentation alone: it reads files and imports none of our code.

`answer` gives what `publish.compare` gives for one subheading on one day, from files alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Row = dict[str, Any]
Get = Callable[[str], Row]

STATISTICS = ("relation", "min_pct", "max_pct", "mean_pct", "n_lines", "n_distinct", "n_free", "n_excluded",
              "n_non_ad_valorem")  # fmt: skip
RULE = ("text", "expression", "level", "hs_edition", "state", "page", "locator", "document_id", "code_from", "code_to",
        "parse_state", "valid_from", "valid_to", "superseded_by", "evidence", "row_key")  # fmt: skip
LINE = ("line_code", "hs6_from", "relation", "category", "document_id", "locator", "page")
RATE = ("state", "rate_pct", "rate_max_pct", "duty_text", "reason", "reason_code")


def pages(get: Get, path: str, name: str = "subheadings") -> Iterator[Row]:
    """What stands in a page and in those in which it goes on."""
    first = get(path)
    yield from first[name]
    for further in first["continued_in"]:
        yield from get(further)[name]


def holds(period: Row, day: str) -> bool:
    """Whether a period holds a day."""
    return period["from"] <= day and (period["to"] is None or day < period["to"])


def on(periods: list[Row], day: str) -> Row | None:
    """The period of a day."""
    return next((period for period in periods if holds(period, day)), None)


def lines_of(get: Get, entry: Row) -> list[Row]:
    """Every national line of an entry."""
    return [*entry.get("lines", []), *(line for path in entry.get("lines_in", []) for line in get(path)["lines"])]


def answer(get: Get, exporter: str, importer: str, hs6: str, day: str) -> Row:
    """The MFN duty and every regime's answer for a subheading on a day."""
    pair = get(f"compare/{exporter}/{importer}/pair.json")
    held: Row = {}
    if hs6[:4] in pair["headings"]:
        found = pages(get, f"compare/{exporter}/{importer}/{hs6[:4]}.json")
        held = next((item for item in found if item["hs6"] == hs6), {})
    entries = list(held.get("regimes", []))
    for regime in pair["regimes"].keys() - {entry["regime_id"] for entry in entries}:
        entries.append({"regime_id": regime, "periods": pair["regimes"][regime]["otherwise"]})
    entries.sort(key=lambda entry: (entry["regime_id"], entry.get("schedule_id", "")))
    rules = list(pages(get, f"rules/{hs6[:4]}.json", "rules"))
    return {
        "mfn": mfn(get, pair, held.get("mfn", {"periods": pair["mfn"]["otherwise"]}), day),
        "regimes": [regime_answer(get, pair, entry, [r for r in rules if hs6 in r["hs6"]], day) for entry in entries],
    }


def completed(periods: list[Row], facts: Row) -> list[Row]:
    """The periods of a schedule with the days of force between them, of which nothing is held."""
    ends = facts["in_force_to"] or "9999-12-31"
    day, path = facts["in_force_from"] or "1900-01-01", []
    for period in [*periods, {"from": ends, "to": None}]:
        if day < period["from"]:
            until = None if period["from"] == "9999-12-31" else period["from"]
            path.append(
                {"from": day, "to": until, "state": "not_held", "rate_pct": None, "reason_code": "outside_period"}
            )
        path.append(period)
        day = period["to"] or "9999-12-31"
    return path[:-1]


def is_in_force(facts: Row, day: str) -> bool | None:
    if facts["standing"] == "not_in_force" or (facts["in_force_to"] and day >= facts["in_force_to"]):
        return False
    return None if facts["standing"] == "unknown" else facts["in_force_from"] <= day


def why_not_in_force(pair: Row, facts: Row, day: str) -> str:
    if facts["not_in_force"] and not (facts["standing"] == "dated" and day < facts["in_force_from"]):
        return str(facts["not_in_force"])
    between = f"between {pair['exporter']} and {pair['importer']}"
    return f"Not yet in force {between} on {day}: it enters into force on {facts['in_force_from']}."


def regime_answer(get: Get, pair: Row, entry: Row, rules: list[Row], day: str) -> Row:
    """One regime's answer from one schedule."""
    regime = entry["regime_id"]
    facts, schedule = pair["regimes"][regime], pair["schedules"].get(entry.get("schedule_id"), {})
    in_force = is_in_force(facts, day)
    periods = completed(entry["periods"], facts) if "schedule_id" in entry else entry["periods"]
    period = on(periods, day)
    stale = day >= schedule.get("known_until", "9999-99-99")
    shown = rate(period or {"state": "not_held", "rate_pct": None, "reason_code": "outside_period"})
    lines: list[Row] = []
    if in_force is False:
        shown = rate({"state": "not_applicable", "rate_pct": None, "reason": why_not_in_force(pair, facts, day)})
    else:
        if shown["state"] == "not_held":
            shown["reason"] = schedule["reason_stale"] if stale else facts["not_held"][shown["reason_code"]]
        if period and "row_key" in period:
            lines = [told for line in lines_of(get, entry) if (told := line_on(line, schedule, day))]
    path = [{name: period.get(name) for name in ("from", "to", "rate_pct", "state", "duty_text")}
            for period in map(in_words, periods)]  # fmt: skip
    noted = schedule.get("notes_on_rates", []) if in_force is None and shown["state"] != "not_held" else []
    return {
        "regime_id": regime, "schedule_id": entry.get("schedule_id"), "in_force": in_force,
        **{name: facts[name] for name in ("short_name", "name_en", "name_km", "in_force_from", "in_force_to")},
        "layer": schedule.get("layer"), **shown, "basis": "subheading",
        "statistics": None if in_force is False else statistics(period), "as_of": schedule.get("as_of"),
        "stale": stale, "base": base(lines, schedule), "periods": path,
        "next_changes": [period for period in path if period["from"] > day], "lines": lines,
        "provenance": {"document_id": schedule.get("document_id"), "locator": places(lines)},
        "notes": [*schedule.get("notes", []), *noted], "certificate": certificate(facts, day),
        "rule": rule([r for r in rules if r["regime_id"] == regime], day),
    }  # fmt: skip


def in_words(period: Row) -> Row:
    """A period whose duty stands in words, also where they are the rate alone."""
    points = period.get("rate_pct")
    return period if points is None or "duty_text" in period else {**period, "duty_text": f"{points:g}%"}


def rate(period: Row) -> Row:
    return {name: in_words(period).get(name) for name in RATE}


def statistics(period: Row | None) -> Row | None:
    """The statistics of the lines; where they are left out, all lines have the rate."""
    if not period or "row_key" not in period:
        return None
    points, lines = period["rate_pct"], period.get("n_lines", 1)
    told: Row = dict.fromkeys(("min_pct", "max_pct", "mean_pct"), points)
    told |= {
        "n_lines": lines,
        "n_distinct": 1,
        "n_free": 0 if points else lines,
        "n_excluded": 0,
        "n_non_ad_valorem": 0,
    }
    if "statistics" in period:
        told = {name: period["statistics"].get(name) for name in STATISTICS}
    return {**told, "relation": period.get("relation", "1:1"), "row_key": period["row_key"]}


def line_on(line: Row, schedule: Row, day: str, *, has_base: bool = True) -> Row | None:
    """A national line with its rate on a day, or None where it has none."""
    period = on(line["periods"], day)
    if period is None:
        return None
    told = {name: line.get(name) for name in LINE}
    told |= {name: in_words(period).get(name) for name in ("state", "rate_pct", "rate_max_pct", "duty_text", "row_key")}
    told["document_id"] = told["document_id"] or schedule.get("document_id")
    base = in_words({"rate_pct": line.get("base_rate_pct"), **named(duty_text=line.get("base_duty_text"))})
    return told | ({"base_rate_pct": base["rate_pct"], "base_duty_text": base.get("duty_text")} if has_base else {})


def named(**values: object) -> Row:
    return {name: value for name, value in values.items() if value is not None}


def base(lines: list[Row], schedule: Row) -> Row:
    found = {(line["base_rate_pct"], line["base_duty_text"]) for line in lines}
    points, text = found.pop() if len(found) == 1 else (None, None)
    return {"rate_pct": points, "duty_text": text, "meaning": schedule.get("base_is")}


def places(lines: list[Row]) -> str | None:
    return "; ".join(dict.fromkeys(line["locator"] for line in lines if line["locator"])) or None


def rule(held: list[Row], day: str) -> Row:
    """The rule of a regime in force on a day."""
    if not held:
        return {**dict.fromkeys(RULE), "state": "not_held"}
    full = [{name: one.get(name) for name in RULE} for one in held]
    now = [one for one in full if (one["valid_from"] or "") <= day < (one["valid_to"] or "9999-99-99")]
    shown = now or full
    if len({(one["text"], str(one["expression"])) for one in shown}) > 1:
        blank = {**dict.fromkeys(RULE), "hs_edition": shown[0]["hs_edition"]}
        return {**blank, "state": "ambiguous" if now else "superseded", "candidates": shown}
    ended = shown[0]["valid_to"] is not None and shown[0]["valid_to"] <= day
    return {**shown[0], "state": "superseded"} if ended else shown[0]


def certificate(facts: Row, day: str) -> Row:
    (found,) = [held for held in facts["certificates"]
                if (held["from"] or "") <= day < (held["to"] or "9999-99-99")]  # fmt: skip
    return {name: value for name, value in found.items() if name not in ("from", "to")}


def mfn(get: Get, pair: Row, item: Row, day: str) -> Row:
    """The applied MFN duty on a day."""
    about = pair["mfn"]["documents"]
    periods = [{**about.get(period.get("document_id"), {}), **period} for period in item["periods"]]
    shown = on(periods, day) or next((p for p in reversed(periods) if p["from"] <= day), None)
    stale = shown is not None and "row_key" in shown and (
        not holds(shown, day) or day >= (shown.get("known_until") or "9999-99-99")
    )  # fmt: skip
    told = rate(shown or {})
    lines: list[Row] = []
    if shown is None or stale or not holds(shown, day):
        reason = (shown or {}).get("reason_stale") or pair["mfn"]["not_held"]["outside_period"]
        told = rate({"state": "not_held", "rate_pct": None, "reason": reason})
    elif "row_key" not in shown:
        told["reason"] = pair["mfn"]["not_held"][shown["reason_code"]]
    else:
        lines = [t for line in lines_of(get, item) if (t := line_on(line, {}, day, has_base=False))]
    source = shown or {}
    return {
        **told, "basis": "subheading", "kind": pair["mfn"]["kind"], "as_of": source.get("as_of"), "stale": stale,
        "lines": lines, "provenance": {"document_id": source.get("document_id"), "locator": places(lines)},
    }  # fmt: skip
