"""Everyday words for goods as rows of `product_word`, each held against HS 2022.

A word that points to a code which HS 2022 has not would lead a trader nowhere, so it is an error and not a finding. How
the words are searched is in `publish`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pyarrow as pa

from sources.errors import FtaError
from sources.hs_words import ProductWord
from warehouse.rows import build


def product_words(words: Iterable[ProductWord], codes: Collection[str]) -> pa.Table:
    """The words as `product_word`: one row for each code of each word, `row_no` 1 for the most usual.

    Args:
        words: words in both languages.
        codes: the headings and subheadings of HS 2022.

    Raises:
        FtaError: a word points to a code that is not among them.
    """
    rows = []
    for word in words:
        for number, code in enumerate(word.codes, start=1):
            if code not in codes:
                raise FtaError(
                    "unknown_hs_code",
                    f"The everyday word {word.term_en!r} points to {code}, which HS 2022 has not.",
                    remedy="Mend product_words.csv: four or six digits of HS 2022.",
                )
            rows.append(
                {
                    "term_en": word.term_en,
                    "term_km": word.term_km,
                    "code": code,
                    "row_no": number,
                    "status": "unofficial",
                }
            )
    return build("product_word", rows)
