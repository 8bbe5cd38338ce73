"""Searching by code and by words: typed text is data, near words are found and said to be guesses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.open_release import ReleaseConnection
from publish.render import render_search
from publish.search import _distance, search
from tests.publish.database import database
from tests.publish.sample import sample_tables

KHMER = "ធញ្ញជាតិ > ស្រូវ"


@pytest.fixture(scope="module")
def release() -> ReleaseConnection:
    def khmer(rows: dict[str, list[dict[str, object]]]) -> None:
        next(node for node in rows["hs_node"] if node["code"] == "100610")["path_km"] = KHMER

    return database(sample_tables(khmer))


def codes(connection: ReleaseConnection, text: str) -> list[str]:
    return [found["hs6"] for found in search(connection, text)["results"]]


@pytest.mark.parametrize("text", ["6109", "6109.10", "61 09 10", "610910", "61091020", " 6109.10 ", "61-09"])
def test_a_code_is_found_by_its_beginning_however_it_is_written(release: ReleaseConnection, text: str) -> None:
    assert codes(release, text) == ["610910"]


def test_a_result_has_code_paths_and_score(release: ReleaseConnection) -> None:
    assert search(release, "100610")["results"] == [
        {"hs6": "100610", "path_en": "Cereals > Rice > Rice in the husk", "path_km": KHMER, "score": 1.0}
    ]


@pytest.mark.parametrize("text", ["t-shirt", "T-Shirts", "t shirt cotton", "shir", "SHIRTS of", "singlets, vests"])
def test_words_are_found_with_hyphens_in_any_case_and_by_their_beginning(release: ReleaseConnection, text: str) -> None:
    assert codes(release, text) == ["610910"]


@pytest.mark.parametrize("text", ["knitte", "knitte shir", "T-shirt knitte"])
def test_a_word_cut_short_within_its_ending_is_found_and_is_no_guess(release: ReleaseConnection, text: str) -> None:
    assert codes(release, text) == ["610910"]
    assert search(release, text)["note"] is None


def test_all_words_must_occur(release: ReleaseConnection) -> None:
    assert codes(release, "cereals rice") == ["100610"]
    answer = search(release, "rice horses")
    assert "have some" in answer["note"]
    assert set(codes(release, "rice horses")) == {"100610", "010130"}


@pytest.mark.parametrize(("text", "meant", "code"), [("hrse", "horses", "010130"), ("singelts", "singlets", "610910"),
                                                     ("ceerals", "cereals", "100610")])  # fmt: skip
def test_a_slip_is_mended_and_said(release: ReleaseConnection, text: str, meant: str, code: str) -> None:
    answer = search(release, text)
    assert [found["hs6"] for found in answer["results"]] == [code]
    assert meant in answer["note"]


def test_khmer_is_found_within_its_path(release: ReleaseConnection) -> None:
    assert codes(release, "ស្រូវ") == ["100610"]
    assert codes(release, "ធញ្ញជាតិ ស្រូវ") == ["100610"]


@pytest.mark.parametrize(
    "text",
    ["", " ", '"', "'", "*", "a* OR b", "NEAR(rice, 2)", "code:6109", "rice) OR (1=1", "--", "rice; DROP TABLE party",
     "^rice", "{path}: rice", "x" * 5000, "\x00", "rice AND", "NOT", "ស្រ\"*", "0" * 40, "99"],
)  # fmt: skip
def test_hostile_text_is_an_answer_and_never_an_error(release: ReleaseConnection, text: str) -> None:
    answer = search(release, text)
    assert answer["results"] or answer["note"] or answer["query"] == text
    assert release.execute("SELECT count(*) FROM party").fetchone() == (3,)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=40))
def test_any_text_can_be_searched(release: ReleaseConnection, text: str) -> None:
    for found in search(release, text)["results"]:
        assert len(found["hs6"]) == 6


def test_nothing_found_says_what_to_try(release: ReleaseConnection) -> None:
    assert "Nothing found" in search(release, "zeppelin")["note"]
    assert "Nothing found" in render_search(search(release, "zeppelin"))


def test_results_are_limited(release: ReleaseConnection) -> None:
    assert len(search(release, "other animals cotton rice beer", limit=2)["results"]) <= 2


def test_the_text_shows_codes_with_their_dot(release: ReleaseConnection) -> None:
    assert "6109.10" in render_search(search(release, "shirt"))


words = st.text(alphabet="abcd", min_size=0, max_size=6)


@given(one=words, other=words)
def test_distance_is_symmetric_and_zero_only_for_the_same_word(one: str, other: str) -> None:
    assert _distance(one, other, 9) == _distance(other, one, 9)
    assert (_distance(one, other, 9) == 0) == (one == other)


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("rice", "rcie", 1), ("rice", "rices", 1), ("bycicle", "bicycle", 2), ("beer", "bear", 1)],
)
def test_a_swap_an_addition_and_a_change_are_one_slip_each(one: str, other: str, slips: int) -> None:
    assert _distance(one, other, 5) == slips
