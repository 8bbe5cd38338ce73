"""The files for an evaluator of origin lead to the answer of the command line, from files alone."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from publish.origin import origin, regime_on
from publish.static_origin import older_path, origin_pages
from tests.publish.test_origin import ON, SHIRT
from tests.publish.test_origin import release as release
from transforms.origin_evaluate import Candidate, evaluate

Row = dict[str, Any]


def answer(files: dict[str, Row], release: sqlite3.Connection, regime_id: str, facts: Row) -> Row:
    """What a consumer makes of the files; the evaluator is given."""
    edition = files["origin/regimes.json"]["regimes"][regime_id]["hs_edition"]
    hs6 = facts["product_hs"].replace(".", "")
    page = files[f"origin/{hs6[:4]}.json"]
    ties = files.get(older_path(edition), {"sets": [], "codes": {}})
    older = {code: ties["sets"][place] for code, place in ties["codes"].items()}
    candidates = [
        Candidate(page["rules"][place], level, page["rules"][place]["state"], (code,), older)
        for code in page["products"][hs6][edition]
        for place, level in page["reached"][regime_id].get(code, [])
    ]
    return evaluate(facts, regime_on(release, regime_id, ON), candidates)


@pytest.fixture(scope="module")
def files(release: sqlite3.Connection) -> dict[str, Row]:
    return dict(origin_pages(release, ON))


@pytest.mark.parametrize("regime_id", ["ckfta", "ajcep"])
def test_from_files_alone_the_answer_is_that_of_the_command_line(
    release: sqlite3.Connection, files: dict[str, Row], regime_id: str
) -> None:
    facts = {**SHIRT, "importer": "JP" if regime_id == "ajcep" else "KR"}
    told = origin(release, regime_id, facts, ON)
    found = answer(files, release, regime_id, facts)
    assert {key: found[key] for key in found} == {key: told[key] for key in found}


def test_a_bundle_says_in_which_edition_the_rules_stand(files: dict[str, Row]) -> None:
    assert files["origin/regimes.json"]["regimes"]["ckfta"]["hs_edition"] == "HS 2017"


def test_codes_that_were_others_are_listed_and_those_that_stayed_are_not(files: dict[str, Row]) -> None:
    ties = files["origin/older/hs-2017.json"]
    assert ties["sets"][ties["codes"]["610999"]] == ["610990"]
    assert "610910" not in ties["codes"]


def test_a_good_tied_by_statistics_alone_has_no_products(files: dict[str, Row]) -> None:
    assert files["origin/8541.json"]["products"]["854151"]["HS 2017"] == []
