"""The everyday words, searched over the whole nomenclature, with a hundred words written down before the list."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from publish.open_release import ReleaseConnection
from publish.search import search
from sources.hs_words import load_khmer, load_product_words
from tests.publish.database import database
from tests.publish.sample import sample_tables
from tests.transforms.hs_sheets import concordance
from transforms.nomenclature import codes_of, hs_nodes
from transforms.product_words import product_words

EVERYDAY = Path(__file__).parents[1] / "shared" / "everyday_words.csv"
WANTED, PLACES = 95, 5


@pytest.fixture(scope="module")
def release() -> ReleaseConnection:
    nodes = hs_nodes(concordance(), load_khmer())
    words = product_words(load_product_words(), codes_of(nodes, "HS 2022"))
    return database({**sample_tables(), "hs_node": nodes, "product_word": words})


def first(connection: ReleaseConnection, text: str, places: int = PLACES) -> list[str]:
    return [found["hs6"] for found in search(connection, text)["results"]][:places]


def missed(connection: ReleaseConnection, column: str) -> list[str]:
    with EVERYDAY.open(encoding="utf-8", newline="") as file:
        words = list(csv.DictReader(file))
    assert len(words) == 100
    return [w[column] for w in words if not set(first(connection, w[column])) & set(w["hs6"].split(";"))]


@pytest.mark.parametrize("column", ["word_en", "word_km"])
def test_the_right_subheading_is_among_the_first_five(release: ReleaseConnection, column: str) -> None:
    assert 100 - len(missed(release, column)) >= WANTED, missed(release, column)


@pytest.mark.parametrize(
    ("text", "code"),
    [("t-shirt", "610910"), ("T shirts", "610910"), ("អាវយឺត", "610910"), ("rice", "100630"), ("អង្ករ", "100630"),
     ("bicycle", "871200"), ("Bicycles", "871200"), ("កង់", "871200"), ("bike", "871200")],
)  # fmt: skip
def test_an_everyday_word_comes_first(release: ReleaseConnection, text: str, code: str) -> None:
    assert first(release, text)[0] == code


@pytest.mark.parametrize(("text", "code"), [("bycicle", "871200"), ("smartfone", "851713"), ("matress", "940421")])
def test_a_misspelt_everyday_word_is_found(release: ReleaseConnection, text: str, code: str) -> None:
    answer = search(release, text)
    assert code in [found["hs6"] for found in answer["results"]][:PLACES]
    assert answer["note"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("អាវ\u200bយឺត", "610910"), ("អាវយឹត", "610910"), ("ទូរស័ព្ទស្មាតផូន", "851713"), ("អាវយឺតកប្បាសពណ៌ស", "610910"),
     ("ម្រេចខ្មៅកំពតលេខមួយ", "090411"), ("ផ្លែទុរេន", "081060")],
)  # fmt: skip
def test_khmer_is_found_with_breaks_slips_and_further_words(release: ReleaseConnection, text: str, code: str) -> None:
    assert code in first(release, text)


def test_a_term_that_only_contains_the_word_leaves_places_to_the_nomenclature(release: ReleaseConnection) -> None:
    found = search(release, "rice", limit=10)["results"]
    assert len({entry["hs6"] for entry in found}) == len(found) == 10
    assert [entry["score"] for entry in found] == sorted((entry["score"] for entry in found), reverse=True)


def test_what_is_found_in_khmer_never_mixes_languages(release: ReleaseConnection) -> None:
    paths = [row[0] for row in release.execute("SELECT path_km FROM hs_node WHERE path_km IS NOT NULL")]
    assert len(paths) > 200
    plain = re.sub(r"\([A-Z]+\)", "", "".join(paths))  # an abbreviation in brackets is no language
    assert not re.search("[A-Za-z]", plain)
