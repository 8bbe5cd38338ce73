"""Cells with the rates of many partners: each partner reads its own, and nobody else's."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.specs import PrefixSpec
from transforms.prefixed import own_rates

START = date(2022, 1, 1)
MARKS = ("AAN", "CA", "LDC", "LLDC", "RCEP")


def prefix(mark: str) -> PrefixSpec:
    return PrefixSpec(mark=mark, marks=MARKS, unmarked=("Free",), nothing=(". .",), ignore=(r"\*See Below",))


@pytest.mark.parametrize(
    ("text", "mark", "rates"),
    [
        ("Free", "RCEP", [(START, "Free")]),
        ("Free\n*See Below\nCA Free\nRCEP 9.3\n1/2023 8.7", "RCEP", [(START, "9.3"), (date(2023, 1, 1), "8.7")]),
        ("Free\n*See Below\nCA Free\nRCEP 9.3\n1/2023 8.7", "AAN", [(START, "Free")]),
        ("AAN 5\n1/2020 Free\nRCEP 5", "AAN", [(START, "Free")]),
        ("CA Free", "RCEP", [(START, "")]),
        ("LDC 4", "LLDC", [(START, "")]),
        (". .", "RCEP", [(START, "")]),
        ("", "RCEP", [(START, "")]),
        ("RCEP 1/2023 4", "RCEP", [(START, ""), (date(2023, 1, 1), "4")]),
        ("RCEP $1.50 per kg CA 3", "RCEP", [(START, "$1.50 per kg")]),
    ],
)
def test_a_partner_reads_its_own_rates(text: str, mark: str, rates: list[tuple[date, str]]) -> None:
    assert own_rates(text, prefix(mark), START) == tuple(rates)


@pytest.mark.parametrize("text", ["RCEP", "5", "CA RCEP 5", "RCEP 5 13/2023 4", "RCEP 5 RCEP 4", "1/2023"])
def test_a_cell_that_cannot_be_taken_apart_is_not_guessed(text: str) -> None:
    assert own_rates(text, prefix("RCEP"), START) is None


@given(st.dictionaries(st.sampled_from(MARKS), st.integers(1, 99).map(str), min_size=1), st.randoms())
def test_the_order_of_partners_does_not_matter(rates: dict[str, str], random: object) -> None:
    marks = list(rates)
    random.shuffle(marks)  # type: ignore[attr-defined]
    text = " ".join(f"{mark} {rates[mark]}" for mark in marks)
    for mark in MARKS:
        assert own_rates(text, prefix(mark), START) == ((START, rates.get(mark, "")),)
