"""The three values in which a test of origin is answered, and how they combine.

Met, not met, or not known with the facts that would tell: Kleene's logic, as every step of `origin_judge` and
`origin_evaluate` uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Met, not met or (None) not known, and the facts that would tell."""

    met: bool | None
    missing: frozenset[str] = frozenset()


MET, FAILED = Finding(True), Finding(False)


def unknown(*facts: str) -> Finding:
    """A finding that waits for facts."""
    return Finding(None, frozenset(facts))


def any_of(findings: Iterable[Finding]) -> Finding:
    """Met where one is; not known where one that is not known could still be."""
    found = list(findings)
    if any(finding.met for finding in found):
        return MET
    return _open(found) or FAILED


def all_of(findings: Iterable[Finding]) -> Finding:
    """Failed where one is; not known where one that is not known could still fail."""
    found = list(findings)
    if any(finding.met is False for finding in found):
        return FAILED
    return _open(found) or MET


def _open(findings: Sequence[Finding]) -> Finding | None:
    waiting = [finding for finding in findings if finding.met is None]
    return Finding(None, frozenset().union(*(finding.missing for finding in waiting))) if waiting else None
