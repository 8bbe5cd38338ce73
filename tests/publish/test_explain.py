"""Explaining: every published number leads back to a page and a row."""

from __future__ import annotations

from datetime import date

import pytest

from publish.compare import compare
from publish.explain import explain
from publish.open_release import ReleaseConnection
from publish.render import render_explain
from sources.errors import Exit, FtaError
from tests.publish.database import database
from tests.publish.sample import KH_DOC, KR_DOC, PSR_DOC, SHA, TEXT_DOC, sample_tables
from warehouse.tables import TABLES


@pytest.fixture(scope="module")
def release() -> ReleaseConnection:
    return database(sample_tables())


def key(connection: ReleaseConnection, table: str, where: str = "1 = 1") -> str:
    return str(connection.execute(f"SELECT row_key FROM {table} WHERE {where}").fetchone()[0])


def stages(answer: dict[str, object]) -> list[str]:
    return [step["stage"] for step in answer["steps"]]  # type: ignore[attr-defined]


def test_an_hs_2022_rate_is_walked_back_to_page_and_row(release: ReleaseConnection) -> None:
    where = "importer = 'KH' AND hs6 = '010130' AND valid_from = '2023-01-01'"
    answer = explain(release, key(release, "hs2022_preference_rate", where))
    assert answer["value"] == 4.2
    assert stages(answer) == [
        "conversion", "correlation", "rate", "staging", "base", "reading", "source", "decision",
    ]  # fmt: skip
    assert "HS 2017 010130 > HS 2022 010130 (1:1)" in answer["steps"][1]["detail"]
    assert '"base_rate": "7%"' in answer["steps"][6]["detail"]
    document = answer["document"]
    assert (document["document_id"], document["sha256"]) == (KH_DOC, SHA[KH_DOC])
    assert (document["locator"], document["page"], document["row_no"]) == ("page 1, row 1", 1, 1)
    assert document["bbox"]


def test_an_ambiguous_rate_shows_every_line_and_its_correction(release: ReleaseConnection) -> None:
    answer = explain(release, key(release, "hs2022_preference_rate", "importer = 'KH' AND hs6 = '610910'"))
    assert answer["value"] == "ambiguous"
    assert answer["steps"][0]["lines"] == ["61091010", "61091020"]
    assert "merge_different_rates" in answer["steps"][0]["detail"]
    assert stages(answer).count("source") == 2
    (mended,) = [step for step in answer["steps"] if step["stage"] == "correction"]
    assert "A stray space." in mended["detail"]
    assert stages(answer).count("decision") == 1


def test_every_key_of_a_comparison_can_be_explained(release: ReleaseConnection) -> None:
    answer = compare(release, exporter="KR", importer="KH", hs="610910", on=date(2026, 11, 22))
    (entry,) = [entry for entry in answer["regimes"] if entry["regime_id"] == "ckfta"]
    keys = [entry["statistics"]["row_key"], entry["rule"]["row_key"], *(line["row_key"] for line in entry["lines"])]
    for found in keys:
        assert explain(release, found)["document"]["locator"]


def test_a_duty_that_is_no_single_number_is_its_words(release: ReleaseConnection) -> None:
    answer = explain(release, key(release, "preference_rate", "line_code = '1006100000'"))
    assert answer["value"] == "28% or 2,052 KRW/kg, whichever is greater"
    assert any("mixed_max" in step["detail"] for step in answer["steps"])


def test_a_rule_of_origin_leads_to_its_page(release: ReleaseConnection) -> None:
    answer = explain(release, key(release, "hs2022_origin_rule", "hs6 = '610910'"))
    assert (answer["value"], answer["document"]["document_id"]) == ("CC", PSR_DOC)
    assert answer["document"]["locator"] == "page 90, row 3"
    assert stages(answer)[:4] == ["conversion", "rule", "reading", "evidence"]
    assert "D: stated in a held document." in [step["detail"] for step in answer["steps"]]


def test_a_provision_leads_to_its_article_and_page(release: ReleaseConnection) -> None:
    document = explain(release, key(release, "provision", "code = 'validity_period'"))["document"]
    assert (document["document_id"], document["locator"], document["page"]) == (TEXT_DOC, "Article 3.17, page 31", 31)


def test_a_continuation_of_a_row_is_shown_with_it() -> None:
    def continued(rows: dict[str, list[dict[str, object]]]) -> None:
        own = next(r for r in rows["source_row"] if r["document_id"] == KR_DOC and r["locator"] == "page 1, row 7")
        more = {**own, "locator": "page 2, row 1", "page": 2, "row_no": 1, "role": "continuation",
                "continues": own["source_row_id"], "cells": '{"base_rate": "whichever is greater"}',
                "source_row_id": "continued"}  # fmt: skip
        rows["source_row"].append(more)

    connection = database(sample_tables(continued))
    answer = explain(connection, key(connection, "preference_rate", "line_code = '1006100000'"))
    assert [step["locator"] for step in answer["steps"] if step["stage"] == "source"] == [
        "page 1, row 7",
        "page 2, row 1",
    ]


def test_a_row_of_any_table_can_be_explained_and_shown(release: ReleaseConnection) -> None:
    explained = 0
    for table in TABLES:
        for (row_key,) in release.execute(f"SELECT row_key FROM {table}").fetchall():
            answer = explain(release, row_key)
            assert (answer["table"], answer["row_key"]) == (table, row_key)
            assert answer["steps"]
            assert render_explain(answer).startswith(table)
            explained += 1
    assert explained > 100


@pytest.mark.parametrize("unknown", ["", "nothing", "' OR 1=1 --", "a" * 16])
def test_an_unknown_key_is_wrong_use(release: ReleaseConnection, unknown: str) -> None:
    with pytest.raises(FtaError) as caught:
        explain(release, unknown)
    assert (caught.value.code, caught.value.exit_code) == ("unknown_row", Exit.WRONG_USE)


def test_a_release_with_a_broken_reference_says_so() -> None:
    connection = database(sample_tables())
    connection.execute("DELETE FROM source_row__row")
    with pytest.raises(FtaError) as caught:
        explain(connection, key(connection, "preference_rate"))
    assert (caught.value.code, caught.value.exit_code) == ("broken_reference", Exit.DOCUMENT)
