"""Which regime is best for the trader, now and later, and by how much: only from rates that are one percentage.

A regime whose rate is missing is not ranked, and the answer says that the ranking is then not the whole picture. A
margin is given only over an MFN rate that is held.
"""

from __future__ import annotations

from typing import Any

from publish import wording
from publish.evidence import Row


def rank(mfn: Row, regimes: list[Row], day: str) -> dict[str, Any]:
    """Write `rank`, `margin_pct`, `free_from` and further notes into each regime's answer, and say which is best.

    Args:
        mfn: the MFN answer.
        regimes: the regimes' answers; changed in place.
        day: ISO day of the comparison.

    Returns:
        `best` (`regime_ids`, `rate_pct`, `certain`, `note`; null where nothing can be ranked) and `best_over_time`:
        from each day on which it changes, the regimes with the lowest rate.
    """
    usable = [entry for entry in regimes if _number(entry) is not None]
    rates = sorted({entry["rate_pct"] for entry in usable})
    for entry in regimes:
        rate = _number(entry)
        entry["rank"] = None if rate is None else 1 + sum(_number(other) < rate for other in usable)
        entry["margin_pct"] = _margin(mfn, rate)
        entry["free_from"] = _free_from(entry["periods"])
        entry["notes"] += _notes(mfn, rate)
    best = None
    if rates:
        best = {
            "regime_ids": list(dict.fromkeys(e["regime_id"] for e in usable if e["rate_pct"] == rates[0])),
            "rate_pct": rates[0],
            **_certainty(mfn, regimes, rates[0]),
        }
    return {"best": best, "best_over_time": _over_time(regimes, day)}


def _number(entry: Row) -> Any:
    """The rate of a regime in force, or None where it is not one number."""
    return entry["rate_pct"] if entry["state"] in ("ok", "free") and entry["in_force"] is not False else None


def _margin(mfn: Row, rate: float | None) -> float | None:
    if rate is None or mfn["rate_pct"] is None or mfn["state"] not in ("ok", "free"):
        return None
    return round(float(mfn["rate_pct"] - rate), 6)


def _notes(mfn: Row, rate: float | None) -> list[str]:
    if mfn["state"] == "free":
        return [wording.MFN_IS_FREE]
    margin = _margin(mfn, rate)
    return [wording.ABOVE_MFN] if margin is not None and margin < 0 else []


def _certainty(mfn: Row, regimes: list[Row], lowest: float) -> Row:
    """Whether the lowest known rate is surely the lowest, and what stands against it."""
    unknown = dict.fromkeys(
        entry["short_name"] for entry in regimes
        if _number(entry) is None and entry["in_force"] is not False
        and entry["state"] in ("ok", "ambiguous", "ceiling", "unparsed", "not_held")
    )  # fmt: skip
    notes = []
    if mfn["state"] == "free":
        notes.append(wording.MFN_IS_FREE)
    elif mfn["rate_pct"] is None:
        notes.append(wording.no_margin(mfn))
    elif mfn["rate_pct"] <= lowest:
        notes.append(wording.MFN_IS_AS_LOW)
    if unknown and lowest > 0:
        notes.append(f"No single rate is known under {', '.join(unknown)}, so another may be lower.")
    return {"certain": lowest == 0 or not unknown, "note": " ".join(notes) or None}


def _free_from(periods: list[Row]) -> str | None:
    """The first day from which the duty is zero and, as far as is held, stays so; null where it never is."""
    start: str | None = None
    for period in periods:
        start = (start or period["from"]) if period["state"] == "free" else None
    return start


def _over_time(regimes: list[Row], day: str) -> list[Row]:
    """From the day on, each day on which the lowest preferential rate, or who gives it, changes."""
    days = sorted({day, *(p["from"] for entry in regimes for p in entry["periods"] if p["from"] > day)})
    steps: list[Row] = []
    for start in days:
        rates = [(rate, entry["regime_id"]) for entry in regimes if (rate := _rate_on(entry, start)) is not None]
        lowest = min((rate for rate, _ in rates), default=None)
        step = {
            "regime_ids": list(dict.fromkeys(regime for rate, regime in rates if rate == lowest)),
            "rate_pct": lowest,
        }
        if not steps or {k: steps[-1][k] for k in step} != step:
            steps.append({"from": start, **step})
    return steps


def _rate_on(entry: Row, day: str) -> float | None:
    for period in entry["periods"]:
        if period["from"] <= day and (period["to"] is None or day < period["to"]):
            return period["rate_pct"] if period["state"] in ("ok", "free") else None
    return None
