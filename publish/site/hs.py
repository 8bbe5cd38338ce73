"""Pages of the nomenclature: the sections, a page for each chapter, and one for each heading with its duties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property

from publish.evidence import Row
from publish.products import EDITION
from publish.site.facts import Facts
from publish.site.pages import Page
from publish.site.rates import Entry, Group, Market, Rates
from publish.site.render import dotted
from publish.site.years import HEIGHT, WIDTH, chart, spans

ABOVE = ("hs/", "hs.title")
OLDER = ("HS 2017", "HS 2012", "HS 2007", "HS 2002")
MOST = 6
"""Codes of an older edition that stand in one cell."""


def pages(facts: Facts) -> Iterator[Page]:
    """The HS browser: the sections, and a page for each chapter."""
    counts = {level: sum(node["level"] == level for node in facts.nodes.values()) for level in (0, 2, 4, 6)}
    yield Page("hs/", "hs.html", "hs.title", "hs", {"sections": facts.sections, "under": facts.children,
                                                     "counts": counts})  # fmt: skip
    for node in facts.nodes.values():
        if node["level"] == 2:
            yield _chapter(facts, node)


def sections_with_headings(facts: Facts) -> list[str]:
    """The sections under which headings stand, that with the most goods first."""
    goods = Counter(node["section"] for node in facts.nodes.values() if node["level"] >= 4)
    return [section for section, _ in goods.most_common()]


class Headings:
    """The result pages: one for each heading, with every market on it. What is made for one page serves the next."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.rates = facts, Rates(facts)
        self._memo: dict[object, object] = {}

    def pages(self, section: str) -> Iterator[Page]:
        """The pages of a section's headings."""
        for node in self.facts.nodes.values():
            if node["level"] == 4 and node["section"] == section:
                yield self._page(node)

    def _page(self, node: Row) -> Page:
        facts = self.facts
        below = facts.children[node["code"]]
        codes = [row["code"] for row in below]
        chapter = facts.nodes[node["parent_code"]]
        markets = [self._shown(market, codes) for market in self.rates.markets]
        values = {
            "node": node, "subheadings": below, "older": OLDER, "edition": EDITION,
            "former": {code: _former(code, facts.former.get(code, {})) for code in codes}, "proofs": self.rates.proofs,
            "memo": self._memo,
            "exports": Direction([shown for shown in markets if shown.market.exporter == facts.home]),
            "imports": Direction([shown for shown in markets if shown.market.importer == facts.home]),
            "day": facts.day, "documents": facts.documents, "chart_size": (WIDTH, HEIGHT), "everything": codes,
        }  # fmt: skip
        crumbs = (ABOVE, (f"hs/{chapter['code']}/", _titled(chapter)))
        return Page(f"hs/{node['code']}/", "heading.html", _titled(node), "hs", values, ("heading.js",), crumbs)

    def _shown(self, market: Market, codes: list[str]) -> _Shown:
        if market.held.isdisjoint(codes):
            return self._without[market.anchor]
        return _Shown(market, list(self.rates.groups(market, codes)), self.facts.day)

    @cached_property
    def _without(self) -> dict[str, _Shown]:
        """By anchor, a market for goods of which nothing is held there."""
        return {market.anchor: _Shown(market, [], self.facts.day) for market in self.rates.markets}


def _titled(node: Row) -> dict[str, str | None]:
    return {
        lang: f"{node['code']} {_short(node[f'name_{lang}'] or node['name_en'] or '')}".strip() for lang in ("en", "km")
    }


def _short(text: str) -> str:
    return text if len(text) <= 70 else text[:67].rsplit(" ", 1)[0] + "…"


def _chapter(facts: Facts, node: Row) -> Page:
    values = {"node": node, "section": facts.nodes.get(node["section"]), "headings": facts.children[node["code"]]}
    return Page(f"hs/{node['code']}/", "chapter.html", _titled(node), "hs", values, crumbs=(ABOVE,))


def _former(code: str, former: Mapping[str, list[str]]) -> list[str]:
    """What a subheading was in each of the older editions, as a cell of the table: `=` where it was the same."""
    return [_cell(code, former.get(edition, [])) for edition in OLDER]


def _cell(code: str, were: list[str]) -> str:
    if not were:
        return "–"
    if were == [code]:
        return "="
    told = "".join(f"{dotted(old)} " for old in were[:MOST])
    return told if len(were) <= MOST else f"{told}… {len(were)}"


class Direction:
    """The markets of exports or of imports.

    Attributes:
        markets: all of them.
        held, nothing: those with something held for the goods of the page, and the others.
        key: what tells apart in which of the markets something is held.
    """

    def __init__(self, markets: list[_Shown]) -> None:
        self.markets = markets
        self.held = [shown for shown in markets if shown.held]
        self.nothing = [shown for shown in markets if not shown.held]
        self.key = tuple(shown.market.anchor for shown in self.held)


class _Shown:
    """A market as the page shows it.

    Attributes:
        market: the market.
        groups: its groups; none where nothing is held for any of the goods.
        without: agreements of which nothing is held for any of the goods.
        missing, not_in_force: their rows: of those in force or with no known day, and of the others.
    """

    def __init__(self, market: Market, groups: list[Group], day: str) -> None:
        self.market, self.groups, self.day = market, groups, day
        self.held = any(group.entries or group.mfn_periods for group in groups)
        without = set(market.regimes).intersection(*({row["regime_id"] for row in group.missing} for group in groups))
        never = [row for regime, row in market.regimes.items() if regime in without]
        self.without = frozenset(without)
        self.missing = [row for row in never if row["standing"] != "not_in_force"]
        self.not_in_force = [row for row in never if row["standing"] == "not_in_force"]

    def only_missing(self, group: Group) -> list[Row]:
        """Agreements that are missing from this group, though not from every one."""
        return [row for row in group.missing if row["regime_id"] not in self.without]

    def next(self, entry: Entry) -> str | None:
        """The first day after the page's on which an entry's rate changes."""
        return next((period.start for period in entry.periods if period.start > self.day), None)

    def columns(self, group: Group) -> list[Entry]:
        """The entries of a group that stand in the table by year."""
        return [entry for entry in group.entries if entry.periods]

    def years_of(self, group: Group) -> object:
        """All that the table by year and its chart are made of."""
        return tuple((entry.regime["short_name"], entry.periods) for entry in self.columns(group))

    def spans(self, group: Group) -> object:
        """The years of a group."""
        return spans([entry.periods for entry in self.columns(group)], self.day)

    def chart(self, group: Group) -> object:
        """The chart of a group, if there is anything to draw."""
        return chart([entry.periods for entry in self.columns(group)], self.day)
