"""The articles of the held texts, and that provisions cite articles that exist on the pages they name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sources.articles import load_articles
from sources.errors import FtaError
from sources.law_specs import load_laws
from sources.provision_specs import load_provisions
from transforms.articles import article_rows
from warehouse.rows import build

ARTICLES = load_articles()
PLACES = {(article.document_id, article.number): article for article in ARTICLES}


def test_articles_fit_the_table_and_each_stands_once() -> None:
    rows = article_rows(ARTICLES, load_laws())
    assert build("article", rows).num_rows == len(rows)
    assert len({(row["document_id"], row["number"]) for row in rows}) == len(rows)
    assert all(row["page_to"] is None or row["page_from"] <= row["page_to"] for row in rows)


def cited() -> list[tuple[str, str, int]]:
    found = []
    for spec in load_provisions().values():
        for provision in spec.provisions:
            document = provision.document or spec.document
            if provision.article and provision.page and document:
                number = (
                    provision.article.replace("Annex 8 ", "") if document.endswith("annex-8") else provision.article
                )
                found.append((document, number, provision.page))
    return found


@pytest.mark.parametrize(("document", "number", "page"), cited())
def test_a_provision_cites_an_article_that_stands_on_its_page(document: str, number: str, page: int) -> None:
    plain = re.sub(r"Rules (\w+)", r"Rule \1", number)
    known = [text for (doc, text) in PLACES if doc == document]
    best = [text for text in known if plain == text or re.match(rf"{re.escape(text)}(?:[.( ]|$)", plain)]
    assert best, f"{number} is no article of {document}"
    article = PLACES[document, max(best, key=len)]
    assert article.page_from is not None
    assert article.page_from <= page <= (article.page_to or page) or " and " in number, (article, page)


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "articles.csv").write_text("document_id,number\nx,1\n")
    with pytest.raises(FtaError, match="the columns are"):
        load_articles(tmp_path)
    (tmp_path / "x" / "articles.csv").write_text("document_id,number,heading,page_from,page_to\nx,1,,one,\n")
    with pytest.raises(FtaError, match="line 2"):
        load_articles(tmp_path)


@pytest.mark.documents
def test_a_sample_of_headings_stands_on_the_page_that_is_given(documents: Path) -> None:
    import pypdfium2

    files = {"ckfta-agreement": "ckfta/agreement-text.pdf", "rcep-agreement": "rcep/agreement-text.pdf"}
    for document, file in files.items():
        pdf = pypdfium2.PdfDocument(documents / file)
        for article in [a for a in ARTICLES if a.document_id == document][::5]:
            assert article.page_from is not None
            text = " ".join(pdf[article.page_from - 1].get_textpage().get_text_bounded().split())
            assert f"Article {article.number}" in text, article
