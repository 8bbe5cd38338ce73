"""Folds the answers for several subheadings into one: what they share stands, what they do not is null and said so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from publish import wording
from publish.evidence import Row

_SHARED = ("short_name", "name_en", "name_km", "in_force", "in_force_from", "in_force_to", "certificate")


def fold(answers: Sequence[Row]) -> Row:
    """One answer for many subheadings.

    Args:
        answers: answers of `compare` for one subheading each, of the same pair and day; at least one.

    Returns:
        `mfn` and `regimes` in the shape of `compare`; a rate only where every subheading has it.
    """
    groups: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
    layers: dict[str, set[str]] = defaultdict(set)
    entries = [entry for answer in answers for entry in answer["regimes"]]
    for entry in entries:
        if entry["layer"] is not None:
            layers[entry["regime_id"]].add(entry["layer"])
    for entry in entries:
        known: list[str | None] = [*sorted(layers[entry["regime_id"]])]
        for layer in [entry["layer"]] if entry["layer"] is not None else known or [None]:
            groups[entry["regime_id"], layer].append(entry)
    regimes = [
        _regime(layer, groups[regime, layer]) for regime, layer in sorted(groups, key=lambda k: (k[0], k[1] or ""))
    ]
    return {"mfn": _mfn([answer["mfn"] for answer in answers]), "regimes": regimes}


def _regime(layer: str | None, entries: list[Row]) -> Row:
    first = entries[0]
    return {
        "regime_id": first["regime_id"], **{name: first[name] for name in _SHARED}, "layer": layer,
        "schedule_id": _same(entry["schedule_id"] for entry in entries), **_rate(entries), "statistics": None,
        "as_of": _same(entry["as_of"] for entry in entries), "stale": any(entry["stale"] for entry in entries),
        "base": {
            "rate_pct": _same(entry["base"]["rate_pct"] for entry in entries),
            "duty_text": _same(entry["base"]["duty_text"] for entry in entries),
            "meaning": _same(e["base"]["meaning"] for e in entries if e["base"]["meaning"] is not None),
        },
        "next_changes": _same((entry["next_changes"] for entry in entries), str) or [],
        "periods": _same((entry["periods"] for entry in entries), str) or [],
        "lines": [line for entry in entries for line in entry["lines"]],
        "provenance": {
            "document_id": _same(entry["provenance"]["document_id"] for entry in entries),
            "locator": _joined(entry["provenance"]["locator"] for entry in entries),
        },
        "notes": list(dict.fromkeys(note for entry in entries for note in entry["notes"])),
        "rule": _rule([entry["rule"] for entry in entries]),
    }  # fmt: skip


def _mfn(found: list[Row]) -> Row:
    return {
        **_rate(found), "kind": "applied", "as_of": _same(mfn["as_of"] for mfn in found),
        "stale": any(mfn["stale"] for mfn in found), "lines": [line for mfn in found for line in mfn["lines"]],
        "provenance": {"document_id": _same(mfn["provenance"]["document_id"] for mfn in found), "locator": None},
    }  # fmt: skip


def _rate(found: list[Row]) -> Row:
    """The rate that all share; else `ambiguous` with the span of the rates. Every missing rate keeps its reason."""
    alike = len({(entry["state"], entry["rate_pct"], entry["duty_text"]) for entry in found}) == 1
    if alike and found[0]["state"] != "ambiguous":
        names = ("state", "rate_pct", "rate_max_pct", "duty_text", "reason_code", "basis")
        reasons = dict.fromkeys(entry["reason"] for entry in found if entry["reason"])
        return {**{name: _same(entry[name] for entry in found) for name in names}, "reason": " ".join(reasons) or None}
    rates = [entry["rate_pct"] for entry in found if entry["rate_pct"] is not None]
    bounds = {"min_pct": min(rates, default=None), "max_pct": max(rates, default=None)}
    reason = found[0]["reason"] if len(found) == 1 else None
    return {
        "state": "ambiguous", "rate_pct": None, "rate_max_pct": None, "duty_text": None,
        "reason": reason or wording.missing_rate("ambiguous", "subheadings_differ", bounds, None),
        "reason_code": "subheadings_differ", "basis": "subheading",
    }  # fmt: skip


def _rule(rules: list[Row]) -> Row:
    """The rule that every subheading has; else nulls and `ambiguous`, each rule standing with its subheading."""
    if len({(rule["text"], str(rule["expression"]), rule["state"]) for rule in rules}) == 1:
        return rules[0]
    return {**dict.fromkeys(rules[0]), "state": "ambiguous"}


def _joined(places: Iterable[str | None]) -> str | None:
    return "; ".join(dict.fromkeys(place for place in places if place)) or None


def _same(values: Iterable[Any], key: Callable[[Any], Any] = lambda value: value) -> Any:
    """The value that all share, or None."""
    found = list(values)
    return found[0] if found and len({key(value) for value in found}) == 1 else None
