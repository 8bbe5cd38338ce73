"""Carries codes from one edition of the HS to another through a release's correlations, with their doubt.

Pairs of each two neighbouring editions are read once and kept, so that one code and all codes are carried alike. What
is made of the codes is the matter of those who ask.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from warehouse.tables.base import EDITIONS

SIZES = (2, 4, 6)
Pairs = Mapping[str, Mapping[str, bool]]
"""By code, the codes it is tied to, and whether trade goes that way."""


class Carrier:
    """Carries codes through the correlations of one release."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._steps: dict[tuple[str, str], Pairs] = {}
        self._codes: dict[str, frozenset[str]] = {}

    def carry(self, code: str, edition: str, target: str) -> tuple[tuple[str, ...], bool]:
        """What a code of one edition may be in another, at its own length, and whether no tie is statistical only.

        Args:
            code: digits of a chapter, a heading or a subheading.
            edition: its edition.
            target: the other edition; where it is the same, a subheading that is in no tariff gives nothing.
        """
        start, end = EDITIONS.index(edition), EDITIONS.index(target)
        step = 1 if end > start else -1
        found, sure = {code}, True
        for at in range(start, end, step):
            found, material = self._step(found, EDITIONS[at], EDITIONS[at + step])
            sure = sure and material
        if start == end and len(code) == 6 and code not in self._known(edition):
            found = set()
        return tuple(sorted(found)), sure

    def _step(self, codes: Iterable[str], edition: str, target: str) -> tuple[set[str], bool]:
        """The codes one edition on or back, by pairs that carry trade where there are any."""
        pairs = self._pairs(edition, target)
        found: set[str] = set()
        sure = True
        for code in codes:
            ties = pairs.get(code, {})
            strong = {tied for tied, material in ties.items() if material}
            sure = sure and bool(strong)
            found |= strong or ties.keys()
        return found, sure

    def _pairs(self, edition: str, target: str) -> Pairs:
        """The pairs from one edition to its neighbour, at every length of code."""
        if (edition, target) not in self._steps:
            older, newer = sorted((edition, target))
            sql = "SELECT code_from, code_to, material FROM hs_correlation WHERE edition_from = ? AND edition_to = ?"
            found: dict[str, dict[str, bool]] = defaultdict(dict)
            for old, new, material in self._connection.execute(sql, (older, newer)):
                here, there = (old, new) if edition == older else (new, old)
                for size in SIZES:
                    ties = found[here[:size]]
                    ties[there[:size]] = ties.get(there[:size], False) or bool(material)
            self._steps[edition, target] = found
        return self._steps[edition, target]

    def _known(self, edition: str) -> frozenset[str]:
        if edition not in self._codes:
            sql = "SELECT code FROM hs_node WHERE edition = ? AND level = 6"
            self._codes[edition] = frozenset(code for (code,) in self._connection.execute(sql, (edition,)))
        return self._codes[edition]


def former_codes(connection: sqlite3.Connection, edition: str) -> Callable[[str], dict[str, list[str]]]:
    """A function that gives what a code was in each older edition, by the material pairs, step by step.

    Args:
        connection: a release.
        edition: the edition of the codes that are asked about.
    """
    sql = "SELECT edition_to, code_to, edition_from, code_from FROM hs_correlation WHERE material = 1"
    before: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for newer, code, older, old in connection.execute(sql):
        before[newer, code].add((older, old))

    def former(code: str) -> dict[str, list[str]]:
        reached: dict[str, list[str]] = {}
        now = {(edition, code)}
        while now := {pair for place in now for pair in before.get(place, ())}:
            for older, old in sorted(now):
                reached.setdefault(older, []).append(old)
        return reached

    return former
