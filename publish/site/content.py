"""Pages of guidance: what the project has written as data, arranged as the portal's help is.

Texts, guides, terms and questions come with the release; a page whose table has no rows yet says so.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator

from publish.evidence import Row
from publish.site.facts import Facts
from publish.site.pages import Page

ABOVE = ("help/", "nav.help")
TOPICS = ("origin", "certificates", "customs", "law", "user-guides")
"""Subjects of texts that have a page of their own under help."""
_ABOUT = ("site", "about")


def pages(facts: Facts) -> Iterator[Page]:
    """All pages of guidance."""
    blocks: dict[str, list[Row]] = defaultdict(list)
    for row in facts.held("text_block", "block_id"):
        blocks[row["subject"]].append(row)
    guides = _guides(facts)
    yield Page("help/", "help.html", "nav.help", "help", {"blocks": blocks, "topics": TOPICS, "guides": guides})
    for topic in TOPICS:
        more = _law(facts) if topic == "law" else {}
        yield Page(f"help/{topic}/", "topic.html", f"help.{topic}", "help",
                   {"blocks": blocks[topic], "topic": topic, "law": more}, crumbs=(ABOVE,))  # fmt: skip
    for guide in guides:
        title = {lang: guide["intro"].get(f"title_{lang}") for lang in ("en", "km")}
        nav = "exporter" if guide["guide_id"] == "first-time-exporter" else "help"
        yield Page(f"guides/{guide['guide_id']}/", "guide.html", title, nav, {"guide": guide}, crumbs=(ABOVE,))
    terms = [
        {**row, "related": json.loads(row.get("related") or "[]")} for row in facts.held("glossary_term", "term_en")
    ]
    names = {row["term_id"]: row for row in terms}
    yield Page("help/glossary/", "glossary.html", "help.glossary", "help", {"terms": terms, "names": names},
               crumbs=(ABOVE,))  # fmt: skip
    questions = facts.held("faq", "faq_id")
    yield Page("help/faq/", "faq.html", "help.faq", "help", {"questions": questions}, crumbs=(ABOVE,))
    about = [row for subject in _ABOUT for row in blocks[subject]]
    yield Page("about/", "about.html", "nav.about", "about", {"blocks": about})
    yield Page("about/feedback/", "feedback.html", "nav.feedback", "about", {"blocks": blocks["feedback"]},
               ("feedback.js",), (("about/", "nav.about"),))  # fmt: skip


def _guides(facts: Facts) -> list[Row]:
    """The guides with their steps; the text block of the same identifier introduces each."""
    intros = {row["block_id"]: row for row in facts.held("text_block", "block_id")}
    steps: dict[str, list[Row]] = defaultdict(list)
    for row in facts.held("guide_step", "guide_id, step_no"):
        steps[row["guide_id"]].append(row)
    named = {
        guide: intros.get(guide, {"title_en": guide.replace("-", " ").capitalize(), "title_km": found[0]["title_km"]})
        for guide, found in steps.items()
    }
    return [{"guide_id": guide, "intro": named[guide], "steps": found} for guide, found in steps.items()]


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
    found: dict[str, str] = {"page:index": "", "page:home": ""}
    for row in facts.held("text_block", "block_id"):
        found[f"page:{row['block_id']}"] = _place(row)
    for row in facts.held("guide_step", "guide_id"):
        found[f"page:{row['guide_id']}"] = f"guides/{row['guide_id']}/"
    for row in facts.held("law_article", "document_id"):
        found[f"article:{row['document_id']}/{row['number']}"] = f"help/law/#article-{row['number']}"
    return {lang: {**found, **held} for lang, held in pictures.items()}


def _place(block: Row) -> str:
    if block["subject"] in TOPICS:
        return f"help/{block['subject']}/#{block['block_id']}"
    if block.get("regime_id"):
        return f"agreements/{block['regime_id']}/"
    return {"news": "news/", "feedback": "about/feedback/"}.get(block["subject"], f"about/#{block['block_id']}")
