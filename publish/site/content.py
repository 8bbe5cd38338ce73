"""Pages of guidance: what the project has written as data, arranged as the portal's help is.

Texts, guides, terms and questions come with the release; a page whose table has no rows yet says so.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import yaml

from publish.evidence import Row
from publish.site.facts import Facts
from publish.site.pages import Page

ABOVE = ("help/", "nav.help")
EXPORTER = "first-time-exporter"
"""The guide that has a place of its own in the navigation."""
TOPICS = ("basics", "origin", "certificates", "customs", "law", "user-guides")
"""Pages of texts under help, in the portal's order."""
_SUBJECTS = {"origin": "origin", "certificates": "certificates", "customs": "customs", "law": "law",
             "guide": "user-guides"}  # fmt: skip
_OWN = {"basics": "basics", "helpdesk": "", "feedback": "feedback"}
"""Texts that stand elsewhere than the others of their subject."""
_FIRST = ("rules-of-origin", "certificates", "customs-guide", "law", "about")
"""Texts that open their page."""
_DATA = {
    "home": "", "search": "search/", "compare": "search/", "self-assessment": "origin/", "explore": "explore/",
    "agreements": "agreements/", "hs": "hs/",
    "glossary": "help/glossary/", "faq": "help/faq/", "documents": "documents/", "downloads": "data/",
    "coverage": "data/coverage/", "changes": "data/changes/", "dictionary": "data/dictionary/", "news": "news/",
    "feedback": "about/feedback/",
}  # fmt: skip
"""Pages made of data, by the names under which texts link to them."""


def pages(facts: Facts) -> Iterator[Page]:
    """All pages of guidance."""
    blocks: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(facts.held("text_block", "block_id"), key=lambda row: row["block_id"] not in _FIRST):
        blocks[_topic(facts, row)].append(row)
    guides = _guides(facts)
    yield Page("help/", "help.html", "nav.help", "help", {"blocks": blocks[""], "topics": TOPICS, "guides": guides})
    for topic in TOPICS:
        more = _law(facts) if topic == "law" else {}
        yield Page(f"help/{topic}/", "topic.html", f"help.{topic}", "help",
                   {"blocks": blocks[topic], "topic": topic, "law": more}, crumbs=(ABOVE,))  # fmt: skip
    for guide in guides:
        title = {lang: guide["intro"].get(f"title_{lang}") for lang in ("en", "km")}
        nav = "exporter" if guide["guide_id"] == EXPORTER else "help"
        yield Page(f"guides/{guide['guide_id']}/", "guide.html", title, nav, {"guide": guide}, crumbs=(ABOVE,))
    terms = [
        {**row, "related": json.loads(row.get("related") or "[]")} for row in facts.held("glossary_term", "term_en")
    ]
    names = {row["term_id"]: row for row in terms}
    yield Page("help/glossary/", "glossary.html", "help.glossary", "help", {"terms": terms, "names": names},
               crumbs=(ABOVE,))  # fmt: skip
    questions = facts.held("faq", "faq_id")
    yield Page("help/faq/", "faq.html", "help.faq", "help", {"questions": questions}, crumbs=(ABOVE,))
    yield Page("about/", "about.html", "nav.about", "about", {"blocks": blocks["about"]})
    values = {"blocks": blocks["feedback"], "recipient": recipient()}
    above = (("about/", "nav.about"),)
    yield Page("about/feedback/", "feedback.html", "nav.feedback", "about", values, ("feedback.js",), above)


@cache
def recipient() -> str:
    """The address that enquiries go to, from `settings.yml`; empty where the Ministry has named none."""
    held = yaml.load((files("publish.site") / "settings.yml").read_text(encoding="utf-8"), yaml.BaseLoader)
    return str(held["feedback_to"]).strip()


def _topic(facts: Facts, block: Row) -> str:
    """The page a text stands on: a topic, `about`, `feedback`, `agreement`, `news`, `guide`, or help itself."""
    if block["block_id"] in facts.guides:
        return "guide"
    if block["block_id"] in _OWN:
        return _OWN[block["block_id"]]
    if block.get("regime_id"):
        return "agreement"
    return _SUBJECTS.get(block["subject"], "news" if block["subject"] == "news" else "about")


def _guides(facts: Facts) -> list[Row]:
    """The guides with their steps; the text block of the same identifier introduces each."""
    intros = {row["block_id"]: row for row in facts.held("text_block", "block_id")}
    named = {
        guide: intros.get(guide, {"title_en": guide.replace("-", " ").capitalize(), "title_km": found[0]["title_km"]})
        for guide, found in facts.guides.items()
    }
    return [{"guide_id": guide, "intro": named[guide], "steps": found} for guide, found in facts.guides.items()]


def _law(facts: Facts) -> Row:
    """The articles of the law in plain words, and its penalties."""
    return {
        "articles": sorted(facts.held("law_article", "document_id"), key=lambda row: _number(row["number"])),
        "penalties": facts.held("law_penalty", "document_id, row_no"), "taxes": facts.held("kh_tax", "tax, subject"),
    }  # fmt: skip


def _number(number: str) -> tuple[int, str]:
    digits = "".join(character for character in number if character.isdigit())
    return int(digits or 0), number


def places(facts: Facts, pictures: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """By language, the address under the home page of every text, guide, picture and article of the law.

    Args:
        facts: the release.
        pictures: by language and picture, the address of its file under the home page.
    """
    found = {f"page:{name}": place for name, place in _DATA.items()}
    for row in facts.held("text_block", "block_id"):
        if row["block_id"] not in _DATA:
            found[f"page:{row['block_id']}"] = _place(facts, row)
    for row in facts.held("law_article", "document_id"):
        found[f"article:{row['document_id']}/{row['number']}"] = f"help/law/#article-{row['number']}"
    return {lang: {**found, **held} for lang, held in pictures.items()}


def _place(facts: Facts, block: Row) -> str:
    topic, name = _topic(facts, block), block["block_id"]
    if topic == "agreement":
        return f"agreements/{block['regime_id']}/"
    if topic in TOPICS:
        return f"help/{topic}/#{name}"
    return {"guide": f"guides/{name}/", "news": "news/", "feedback": "about/feedback/", "": "help/"}.get(
        topic, f"about/#{name}"
    )
