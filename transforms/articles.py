"""From the articles of legal texts to rows of table `article`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sources.articles import ArticleSpec
from sources.law_specs import LawSpec


def article_rows(articles: Iterable[ArticleSpec], laws: Iterable[LawSpec] = ()) -> list[dict[str, Any]]:
    """Rows of `article`, those of the laws without pages."""
    rows = [article.model_dump() for article in articles]
    for law in laws:
        for one in law.articles:
            rows.append(ArticleSpec(document_id=law.document, number=one.number, heading=one.heading).model_dump())
    return rows
