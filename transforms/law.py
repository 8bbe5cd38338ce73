"""From a `law.yml` to rows of tables `law_article` and `law_penalty`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sources.law_specs import LawSpec

Record = dict[str, Any]


def law_article_rows(law: LawSpec) -> list[Record]:
    """Rows of `law_article`."""
    return [
        {
            "document_id": law.document,
            "number": article.number,
            "heading": article.heading,
            "summary_en": article.en,
            "summary_km": article.km,
        }
        for article in law.articles
    ]


def law_penalty_rows(law: LawSpec) -> list[Record]:
    """Rows of `law_penalty`, numbered within their article."""
    rows: list[Record] = []
    numbers: Counter[str] = Counter()
    for penalty in law.penalties:
        numbers[penalty.article] += 1
        lowest, highest = penalty.amount or (None, None)
        shortest, longest = penalty.years or (None, None)
        rows.append(
            {
                "document_id": law.document,
                "article": penalty.article,
                "row_no": numbers[penalty.article],
                "offence_en": penalty.en,
                "offence_km": penalty.km,
                "kind": penalty.kind,
                "amount_min": lowest,
                "amount_max": highest,
                "currency": law.currency if penalty.amount else None,
                "years_min": shortest,
                "years_max": longest,
            }
        )
    return rows
