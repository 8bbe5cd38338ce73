"""Counts in words: one thing is one, and none or several are many."""

from __future__ import annotations

import pytest

from sources.wording import number_of


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 pages"), (1, "1 page"), (2, "2 pages"), (1_499, "1,499 pages"), (1_001, "1,001 pages")]
)
def test_one_is_said_in_the_singular_and_all_else_in_the_plural(count: int, words: str) -> None:
    assert number_of(count, "page") == words
