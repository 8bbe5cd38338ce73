"""The words in which an answer says why it has no rate, and what to bear in mind where it has one.

Written for a trader: no codes, no jargon, and never a number that the data does not hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_AMBIGUOUS = {
    "merge_different_rates": "The national lines that make up this HS 2022 subheading carry different rates",
    "partial": "Older subheadings belong to this HS 2022 subheading only in part, and their rates differ",
    "excluded_mix": "Some of the national lines in this HS 2022 subheading are excluded and others are not",
    "duty_kind_mix": "The national lines in this HS 2022 subheading carry duties of different kinds",
    "date_mix": "The national lines in this HS 2022 subheading change their rates on different days",
    "statistical_correlation_only": "Only a statistical tie links this HS 2022 subheading to older ones",
    "lines_differ": "The national lines under this code carry different rates",
    "subheadings_differ": "The subheadings under this code carry different rates",
}
_STATES = {
    "excluded": "The goods are excluded from this regime's preference: the MFN duty applies.",
    "unbound": "The importer made no commitment on these goods (unbound): the MFN duty applies.",
    "not_applicable": "The schedule gives no rate of its own for these goods: the MFN duty applies.",
    "unparsed": "The duty is printed in words that were not understood: read it on its page.",
}
_NOT_HELD = {
    "no_schedule": "The importer's tariff schedule under this regime is not held",
    "no_line": "The schedule that is held has no line for these goods, which proves no rate",
    "superseded": "The schedule that is held has been superseded, and its successor is not held",
    "in_force_unknown": "The day on which the regime enters into force is not known, so no rate is shown",
    "outside_period": "What is held does not cover this day",
}
CARRIED_FORWARD = "Carried forward: the schedule failed its checks this time, so the rows of the last release stand."
ENTRY_UNKNOWN = (
    "The day of entry into force is not known; the rate stands in the importer's own tariff for the day asked for."
)
ABOVE_MFN = "The preference is above the MFN rate; a lower MFN rate applies while it is lower."
MFN_IS_FREE = "The MFN rate is zero: no preference is needed."
NO_MARGIN = "No MFN rate is held, so no margin is given; a base rate is not an MFN rate."


MFN_IS_AS_LOW = "The MFN rate is as low."
NO_MFN_FOR_DAY = "No MFN tariff of the importer is held for this day."


def percent(rate: float) -> str:
    """A rate in points as people write it: `7%`, `2.5%`."""
    return f"{rate:.6f}".rstrip("0").rstrip(".") + "%"


def span(low: float | None, high: float | None) -> str:
    """A range of rates, ` (0% to 13%)`, or nothing where it is not known."""
    if low is None or high is None:
        return ""
    return f" ({percent(low)})" if low == high else f" ({percent(low)} to {percent(high)})"


def not_in_force(pair: Mapping[str, Any], day: str) -> str:
    """Why a regime gives nothing between two parties on a day."""
    between = f"between {pair['exporter']} and {pair['importer']}"
    if pair["in_force_to"] and day >= pair["in_force_to"]:
        return f"Not in force {between} since {pair['in_force_to']}."
    if pair["regime_status"] == "lapsed":
        return "The scheme has lapsed: the MFN duty applies."
    if pair["in_force_from"]:
        return f"Not yet in force {between} on {day}: it enters into force on {pair['in_force_from']}."
    return f"Signed, but not in force {between}."


def missing_rate(state: str, reason: str | None, statistics: Mapping[str, Any], duty_text: str | None) -> str | None:
    """Why a rate in force is not one percentage, or None where there is nothing to explain.

    Args:
        state: one of `warehouse.tables.STATES`.
        reason: the code of the reason in the tables, or of this package.
        statistics: `min_pct`, `max_pct` and `rate_max_pct` of what the rate rests on; any may be missing.
        duty_text: the duty in words, where there is one.
    """
    low, high = statistics.get("min_pct"), statistics.get("max_pct")
    if state == "ambiguous":
        why = _AMBIGUOUS.get(reason or "", "What the rate rests on disagrees")
        if reason == "statistical_correlation_only":
            return f"{why}, so no national line is known to be its own. Ask the importer's customs for the line."
        return f"{why}{span(low, high)}: find your line below. None is chosen for you."
    if state == "ceiling":
        bound = statistics.get("rate_max_pct")
        most = f" of {percent(bound)}" if bound is not None else ""
        return f"The text sets only an upper bound{most}; the rate itself is not held."
    if state == "not_held":
        return _NOT_HELD.get(reason or "no_schedule", _NOT_HELD["no_schedule"]) + "."
    if state == "ok":
        return f"The duty is not a single percentage: {duty_text}." if duty_text else "The duty is not one percentage."
    return _STATES.get(state)


def duty_text(row: Mapping[str, Any]) -> str | None:
    """A duty in words: as the schedule has it, or its rate where only that is known."""
    rate = row["rate_pct"]
    return row["duty_text"] or (percent(rate) if rate is not None else None)


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """A rate in the words of an answer: what it is, and where there is no number, why.

    Args:
        row: a row of `v_comparison` or `v_mfn`, or a national line with `reason` and, where lines differ, their span.
    """
    rate, state, text = row["rate_pct"], row["state"], duty_text(row)
    return {
        "state": state, "rate_pct": rate, "rate_max_pct": row.get("rate_max_pct"), "duty_text": text,
        "reason": None if rate is not None else missing_rate(state, row["reason"], row, text),
        "reason_code": row["reason"],
    }  # fmt: skip


def not_held(reason: str, coverage: Mapping[str, Any]) -> str:
    """Why no rate is held, and what coverage knows of it (a row of `coverage`, or nothing)."""
    why = str(missing_rate("not_held", reason, {}, None))
    return f"{why} {coverage['note']}" if coverage.get("note") and coverage.get("state") != "held" else why


def mfn_not_held(coverage: Iterable[Mapping[str, Any]]) -> str:
    """That no MFN rate of an importer is held, and what coverage knows of it."""
    notes = dict.fromkeys(row["note"] for row in coverage if row["note"])
    return " ".join(["No MFN rate of the importer is held.", *notes])


def no_margin(mfn: Mapping[str, Any]) -> str:
    """Why there is no margin over an MFN answer that has no rate: it is not held, or is not one percentage."""
    if mfn["state"] == "not_held":
        return NO_MARGIN
    return f"The MFN duty is held but is not one percentage, so no margin is given. {mfn.get('reason') or ''}".rstrip()


def stale(known_from: str | None, known_until: str) -> str:
    """Why a snapshot that has run out gives no rate."""
    since = f"from {known_from} " if known_from else ""
    return f"The tariff that is held was known to be in force {since}until {known_until}; a later one is not held."
