"""Pages that are little more than words: the home page, the search page, and the two at the root of the web."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import cycle, islice
from typing import Any

from publish.evidence import Row
from publish.site.facts import Facts
from publish.site.pages import Page
from publish.site.render import environment
from publish.site.words import LANGUAGES, words

_EXAMPLES = ("6109", "8712", "1006", "4202")
_ROOT = {"index.html": ("site.name", "site.tagline"), "404.html": ("site.not_found", "site.not_found_text")}


def pages(facts: Facts) -> Iterator[Page]:
    """The home page and the search page."""
    yield Page("", "home.html", "home.title", "find", {**search_values(facts), **_home(facts)}, ("search.js",))
    yield Page("search/", "search.html", "search.title", "find", search_values(facts), ("search.js",))


def search_values(facts: Facts) -> dict[str, Any]:
    """What the search form needs: the parties with which there is trade under some agreement."""
    sql = "SELECT DISTINCT exporter FROM pair UNION SELECT importer FROM pair"
    traded = {party for (party,) in facts.connection.execute(sql)}
    return {"parties": [row for code, row in facts.parties.items() if code in traded]}


def _home(facts: Facts) -> dict[str, Any]:
    def count(sql: str) -> int:
        return int(facts.connection.execute(sql).fetchone()[0])

    counts = {
        "rates": count("SELECT count(*) FROM preference_rate"), "lines": count("SELECT count(*) FROM tariff_line"),
        "documents": count("SELECT count(*) FROM document WHERE holding = 'accepted'"),
    }  # fmt: skip
    return {"counts": counts, "tried": _tried(facts)}


def _tried(facts: Facts) -> list[tuple[Row, Row]]:
    """A few everyday products, each with a destination for which rates are held, as a first thing to look at."""
    sql = "SELECT DISTINCT importer FROM pair_schedule WHERE exporter = ? ORDER BY importer"
    buyers = [facts.parties[party] for (party,) in facts.connection.execute(sql, (facts.home,))]
    products = [facts.nodes[code] for code in _EXAMPLES if code in facts.nodes]
    return list(zip(products, islice(cycle(buyers), len(products)), strict=bool(buyers)))


def root_page(name: str, around: Mapping[str, Any]) -> str:
    """A page at the root of the web, in all languages at once: the choice of one, or that a page is not there."""
    heading, text = _ROOT[name]
    tongues = [words(lang) for lang in LANGUAGES]
    up = "" if name == "index.html" else "/"
    return environment("en").get_template("root.html").render(
        **around, heading=heading, text=text, tongues=tongues, up=up, chooses=name == "index.html",
        title=" · ".join(say.plain("site.name") for say in tongues),
    )  # fmt: skip
