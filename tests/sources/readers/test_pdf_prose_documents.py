"""The accepted articles of the held texts against what the reader finds in them: number, heading and pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sources.articles import load_articles
from sources.law_specs import load_laws
from sources.readers.pdf_prose import articles_of
from sources.readers.pdf_prose import read as read_pdf
from sources.readers.prose import default_headings, find_articles, text_paragraphs
from sources.readers.prose_numbers import Article
from sources.readers.xml_text import read as read_xml

pytestmark = pytest.mark.documents

APART = {
    ("ckfta-agreement", "2.8"): "the article's text follows on the line of its heading, which the reader cannot part",
    ("akfta-agreement", "Annex 3 Rule 10"): "the heading stands within the last sentence of Rule 9",
    ("akfta-agreement", "Appendix 1 Rule 23"): "the forms of the certificate follow it without a heading of their own",
}
"""Articles that the reader finds otherwise than they were accepted, and why."""


def name_in(document: str) -> Callable[[Article], str | None]:
    """How the accepted articles of a document are named; None for what is not listed of it."""

    def name(each: Article) -> str | None:
        annexed = any(label.startswith(("Annex", "Append")) for label in each.within)
        if document == "akfta-agreement":
            place = " ".join([*each.within[-1:], each.label])
            return place if each.kind == "Rule" else None
        if document == "atiga-annex-8":
            return each.label if each.kind == "Rule" else None
        return None if annexed or each.kind != "Article" else each.number

    return name


@pytest.mark.parametrize(
    ("document", "file"),
    [
        ("ckfta-agreement", "ckfta/agreement-text.pdf"),
        ("rcep-agreement", "rcep/agreement-text.pdf"),
        ("akfta-agreement", "akfta/agreement-text-and-annexes.pdf"),
        ("atiga-agreement", "atiga/agreement-text.pdf"),
        ("atiga-annex-8", "atiga/annex-8-operational-certification-procedures.pdf"),
    ],
)
def test_every_accepted_article_is_found_with_its_heading_and_pages(documents: Path, document: str, file: str) -> None:
    options = {"pages": [313, 345]} if document == "akfta-agreement" else {}
    name = name_in(document)
    found: dict[str, tuple[str | None, int | None, int | None]] = {}
    for each in articles_of(read_pdf(documents / file, columns=[], options=options)):
        if number := name(each):
            assert number not in found, f"{number} is found twice"
            found[number] = (each.heading, each.page_from, each.page_to)
    accepted = {
        each.number: (each.heading, each.page_from, each.page_to)
        for each in load_articles()
        if each.document_id == document
    }
    apart = {number for doc, number in APART if doc == document}
    assert {number: each for number, each in found.items() if number not in apart} == {
        number: each for number, each in accepted.items() if number not in apart
    }
    assert all(found.get(number) != accepted[number] for number in apart), "a difference is named that is none"


@pytest.mark.parametrize(
    ("document", "file"),
    [
        ("ajcep-agreement", "ajcep/agreement-text-tota.xml"),
        ("aanzfta-agreement", "aanzfta/agreement-text-tota.xml"),
    ],
)
def test_the_articles_of_the_marked_up_texts_are_those_accepted(documents: Path, document: str, file: str) -> None:
    columns = ["@number", "@name", "chapter@number"]
    rows = [row.cells for row in read_xml(documents / file, columns=columns, options={}).rows if row.cells[0]]
    numbers = [(number.title(), chapter.title(), name) for number, name, chapter in rows]
    accepted = [each for each in load_articles() if each.document_id == document]
    in_chapters = accepted[0].number.startswith("Chapter")
    found = [(f"{chapter} {number}" if in_chapters else number[8:], name) for number, chapter, name in numbers]
    assert found == [(each.number, each.heading) for each in accepted]


def test_the_law_has_the_articles_that_are_published_of_it(documents: Path) -> None:
    (law,) = (each for each in load_laws() if each.document == "kh-law-origin")
    text = (documents / "law/law-on-rules-of-origin-2023.txt").read_text(encoding="utf-8")
    _, found, _ = find_articles(text_paragraphs(text), default_headings())
    numbers = [each.number for each in found if each.kind == "Article"]
    assert numbers == [each.number for each in law.articles] == [str(number) for number in range(1, 36)]
