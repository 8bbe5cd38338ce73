"""Pages of the nomenclature: the sections, a page for each chapter, and one for each heading with its duties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from publish.evidence import Row
from publish.products import EDITION
from publish.site.facts import Facts
from publish.site.pages import Page
from publish.site.rates import Entry, Group, Market, Rates
from publish.site.years import HEIGHT, WIDTH, chart, spans

ABOVE = ("hs/", "hs.title")
OLDER = ("HS 2017", "HS 2012", "HS 2007", "HS 2002")


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
                yield _heading(self.facts, self.rates, self._memo, node)


def _titled(node: Row) -> dict[str, str | None]:
    return {
        lang: f"{node['code']} {_short(node[f'name_{lang}'] or node['name_en'] or '')}".strip() for lang in ("en", "km")
    }


def _short(text: str) -> str:
    return text if len(text) <= 70 else text[:67].rsplit(" ", 1)[0] + "…"


def _chapter(facts: Facts, node: Row) -> Page:
    values = {"node": node, "section": facts.nodes.get(node["section"]), "headings": facts.children[node["code"]]}
    return Page(f"hs/{node['code']}/", "chapter.html", _titled(node), "hs", values, crumbs=(ABOVE,))


def _heading(facts: Facts, rates: Rates, memo: dict[object, object], node: Row) -> Page:
    below = facts.children[node["code"]]
    codes = [row["code"] for row in below]
    chapter = facts.nodes[node["parent_code"]]
    markets = [_Shown(market, list(rates.groups(market, codes)), facts.day) for market in rates.markets]
    values = {
        "node": node, "subheadings": below, "older": OLDER, "edition": EDITION,
        "former": {code: facts.former.get(code, {}) for code in codes}, "proofs": rates.proofs,
        "memo": memo,
        "exports": [shown for shown in markets if shown.market.exporter == facts.home],
        "imports": [shown for shown in markets if shown.market.importer == facts.home],
        "day": facts.day, "documents": facts.documents, "chart_size": (WIDTH, HEIGHT), "everything": codes,
    }  # fmt: skip
    crumbs = (ABOVE, (f"hs/{chapter['code']}/", _titled(chapter)))
    return Page(f"hs/{node['code']}/", "heading.html", _titled(node), "hs", values, ("heading.js",), crumbs)


class _Shown:
    """A market as the page shows it.

    Attributes:
        market: the market.
        groups: its groups with something held.
        missing: agreements of which nothing is held for any of the goods, those in force and the others.
    """

    def __init__(self, market: Market, groups: list[Group], day: str) -> None:
        self.market, self.groups, self.day = market, groups, day
        self.held = any(group.entries or group.mfn_periods for group in groups)
        without = set(market.regimes).intersection(*({row["regime_id"] for row in group.missing} for group in groups))
        never = [row for regime, row in market.regimes.items() if regime in without]
        self.missing = [row for row in never if row["standing"] != "not_in_force"]
        self.not_in_force = [row for row in never if row["standing"] == "not_in_force"]

    def only_missing(self, group: Group) -> list[Row]:
        """Agreements that are missing from this group, though not from every one."""
        everywhere = {row["regime_id"] for row in (*self.missing, *self.not_in_force)}
        return [row for row in group.missing if row["regime_id"] not in everywhere]

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
