"""Pages that compare over time: what each release changed, for an agreement and for a product.

A release has a page for each agreement it touched; a chapter has a page with everything that any release changed for
its headings. They are made from the lists of changes in the web root (`publish.site.moves`), so that releases which
were made by older code are told as well.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from publish.evidence import Row
from publish.site.facts import Facts
from publish.site.moves import SUBJECTS, Changes, Move, read_changes
from publish.site.pages import Page

ABOVE = (("data/", "nav.data"), ("data/changes/", "data.changes"))
OPS = ("added", "removed", "changed")
MOST, MOST_A_HEADING = 300, 40
"""How many changes stand on a page of an agreement, and under a heading; the files have them all."""


def pages(facts: Facts) -> Iterator[Page]:
    """The list of releases; a page for each release and agreement; a page for each chapter that was ever touched."""
    releases = [Release(facts, entry) for entry in facts.releases]
    shared = {"regimes": facts.regimes, "parties": facts.parties, "ops": OPS}
    chapters = _by_chapter(releases)
    touched = [facts.nodes[code] for code in sorted(chapters) if code in facts.nodes]
    yield Page("data/changes/", "changes.html", "data.changes", "data", {
        **shared, "releases": releases, "chapters": touched}, crumbs=ABOVE[:1])  # fmt: skip
    for release in releases:
        for regime_id, moves in release.by_regime.items():
            yield _agreement(facts, release, regime_id, moves, shared)
    for node in touched:
        yield _chapter(facts, node, chapters[node["code"]], shared)


def touched(facts: Facts) -> frozenset[str]:
    """Headings, and chapters as a whole, of which any release has changed something."""
    chapters = _by_chapter([Release(facts, entry) for entry in facts.releases if entry.get("previous")])
    return frozenset(place for places in chapters.values() for place in places)


class Release:
    """A release as these pages tell of it.

    Attributes:
        entry: its entry in the list of releases.
        told: its `changes.json`; empty where an older one has none.
        changes: what it changed.
        by_regime: its moves by regime, those of regimes that it counts no move for empty.
    """

    def __init__(self, facts: Facts, entry: Mapping[str, Any]) -> None:
        self.entry = entry
        directory = facts.directory.parent / str(entry["path"]).strip("/")
        told = directory / "changes.json"
        self.told: Row = json.loads(told.read_text(encoding="utf-8")) if told.is_file() else {}
        self.is_first = not entry.get("previous")
        self.changes: Changes = read_changes(directory)

    @cached_property
    def by_regime(self) -> dict[str, list[Move]]:
        """Moves by regime; a regime without a move has other rows that changed. The first release has none to tell."""
        found: dict[str, list[Move]] = {} if self.is_first else {name: [] for name in self.told.get("by_regime", {})}
        for move in self.changes.moves:
            if move.regime_id is not None and not self.is_first:
                found.setdefault(move.regime_id, []).append(move)
        return dict(sorted(found.items()))

    @property
    def tables(self) -> list[tuple[str, dict[str, int], list[str]]]:
        """Each table that changed with its counts by operation, and the reasons."""
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        reasons: dict[str, set[str]] = defaultdict(set)
        for (table, op), by_reason in self.changes.counts.items():
            counts[table][op] = sum(by_reason.values())
            reasons[table] |= by_reason.keys()
        return [(table, counts[table], sorted(reasons[table])) for table in sorted(counts)]


def _by_chapter(releases: list[Release]) -> dict[str, dict[str, list[tuple[Release, list[Move]]]]]:
    """By chapter, and by heading or the chapter itself, what each release changed."""
    found: dict[str, dict[str, list[tuple[Release, list[Move]]]]] = defaultdict(lambda: defaultdict(list))
    for release in releases:
        places: dict[str, list[Move]] = defaultdict(list)
        for move in release.changes.moves if not release.is_first else ():
            for place in move.places:
                places[place].append(move)
        for place in sorted(places):
            found[place[:2]][place].append((release, places[place]))
    return found


def _agreement(facts: Facts, release: Release, regime_id: str, moves: list[Move], shared: Row) -> Page:
    version = release.entry["version"]
    regime = facts.regimes.get(regime_id, {"regime_id": regime_id, "short_name": regime_id, "name_en": regime_id})
    values = {
        **shared, "release_told": release, "regime": regime, "moves": moves[:MOST], "count": len(moves),
        "by_subject": {name: sum(m.subject == name for m in moves) for name in SUBJECTS.values()},
        "rows": release.told.get("by_regime", {}).get(regime_id, {}),
    }  # fmt: skip
    title = dict.fromkeys(("en", "km"), f"{regime['short_name']} · {version}")
    return Page(f"data/changes/{version}/{regime_id}/", "changes_agreement.html", title, "data", values, crumbs=ABOVE)


def _chapter(
    facts: Facts, node: Row, places: Mapping[str, list[tuple[Release, list[Move]]]], shared: Row
) -> Page:  # fmt: skip
    title = {lang: f"{node['code']} {node[f'name_{lang}'] or node['name_en'] or ''}".strip() for lang in ("en", "km")}
    told = [(facts.nodes.get(place, {"code": place, "name_en": ""}), found) for place, found in sorted(places.items())]
    values = {**shared, "node": node, "told": told, "most": MOST_A_HEADING}
    return Page(f"data/changes/hs/{node['code']}/", "changes_chapter.html", title, "data", values, crumbs=ABOVE)
