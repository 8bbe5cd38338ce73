"""The law as data: every article, and every amount and term that stands in the text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sources.law_specs import load_laws
from transforms.law import law_article_rows, law_penalty_rows
from warehouse.rows import build

(LAW,) = load_laws()


def test_the_law_has_its_thirty_five_articles_in_two_languages() -> None:
    rows = law_article_rows(LAW)
    assert [row["number"] for row in rows] == [str(number) for number in range(1, 36)]
    assert all(row["summary_en"] and row["summary_km"] for row in rows)
    assert build("law_article", rows).num_rows == 35


def test_penalties_are_ranges_and_numbered_within_their_article() -> None:
    rows = law_penalty_rows(LAW)
    assert build("law_penalty", rows).num_rows == len(rows)
    assert [row["row_no"] for row in rows if row["article"] == "30"] == [1, 2, 3, 4, 5]
    assert all(row["amount_min"] < row["amount_max"] for row in rows if row["amount_min"] is not None)


@pytest.mark.documents
def test_every_amount_and_term_stands_in_the_article_it_is_cited_from(documents: Path) -> None:
    text = (documents / "law" / "law-on-rules-of-origin-2023.txt").read_text(encoding="utf-8")
    parts = re.split(r"^Article (\d+):", text, flags=re.MULTILINE)
    articles = dict(zip(parts[1::2], parts[2::2], strict=True))
    for row in law_penalty_rows(LAW):
        if "doubled" in row["offence_en"] and row["kind"] == "transitional_penalty":
            continue
        said = articles[row["article"]].replace(" ", "")
        for number in ("amount_min", "amount_max"):
            assert row[number] is None or str(row[number]) in said, row
        for term in ("years_min", "years_max"):
            assert row[term] is None or re.search(rf"imprisonment from .*{row[term]} \(", articles[row["article"]]), row
