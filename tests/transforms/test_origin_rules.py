"""From extraction rows to rules: joined over rows and pages, resolved, indexed in HS 2022."""

from __future__ import annotations

from typing import Any

import pytest

from sources.extraction import ExtractedRow, Extraction, Role
from sources.origin_specs import GeneralRuleSpec, RuleSetSpec, load_processes
from transforms.correlations import Concordance
from transforms.origin_index import hs2022_origin_rows
from transforms.origin_rules import general_rule_row, origin_rule_rows, resolve, rules_by_code, vocabulary_of
from warehouse.keys import row_key
from warehouse.rows import build

WORDS = vocabulary_of(load_processes())
SPEC = RuleSetSpec(document="doc", hs_edition="HS 2017")


def extraction(*rows: tuple[Role, str, str]) -> Extraction:
    columns = ("chapter", "heading", "subheading", "rule")

    def cells(code: str, rule: str) -> dict[str, str]:
        place = {2: "chapter", 5: "heading", 7: "subheading"}.get(len(code), "chapter")
        return {**dict.fromkeys(columns, ""), place: code, "rule": rule}

    found = tuple(
        ExtractedRow(f"page 1, row {n}", 1, n, "", role, cells(code, rule)) for n, (role, code, rule) in enumerate(rows)
    )
    return Extraction("doc", "00", "pdf_table 1", None, None, columns, found)


def read(*rows: tuple[Role, str, str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return origin_rule_rows(extraction(*rows), SPEC, "regime", WORDS)


def test_a_rule_that_runs_over_rows_is_one_rule_at_the_row_where_it_begins() -> None:
    rows, rejected = read(
        ("heading", "72", ""),
        ("line", "7215.10", "CTH except\nfrom heading"),
        ("continuation", "", "72.13 or"),
        ("continuation", "", "72.14, or\nRVC40"),
        ("line", "7215.50", "CC"),
    )
    assert [row["rule_text"] for row in rows] == ["CTH except from headings 72.13 and 72.14; or RVC 40%", "CC"]
    assert rows[0]["locator"] == "page 1, row 1"
    assert rejected == []


def test_words_after_a_heading_continue_no_rule_and_are_rejected_with_their_place() -> None:
    rows, rejected = read(("line", "7215.10", "CC"), ("heading", "73", ""), ("continuation", "", "or RVC40"))
    assert [row["rule_text"] for row in rows] == ["CC"]
    assert rejected[0]["locator"] == "page 1, row 2"
    assert rejected[0]["value"] == "or RVC40"
    assert rejected[0]["remedy"]


def test_a_line_without_an_hs_code_is_rejected_and_the_rest_goes_on() -> None:
    rows, rejected = read(("line", "7", "CC"), ("continuation", "", "or RVC40"), ("line", "7215.10", "CTH"))
    assert [row["code_from"] for row in rows] == ["721510"]
    assert [row["row_no"] for row in rejected] == [0, 1]


def test_a_phrase_that_is_not_understood_is_kept_as_words_with_its_state() -> None:
    rows, _ = read(("line", "7215.10", "hammering"))
    assert (rows[0]["rule_text"], rows[0]["parse_state"]) == ("hammering", "text_only")


def test_rows_fit_the_published_table() -> None:
    rows, _ = read(("line", "7215.10", "CC"), ("line", "72", "CTH"))
    assert build("origin_rule", rows).num_rows == 2


def rule_at(code: str | None, words: str = "CTH", *, is_ex: int = 0, **more: Any) -> dict[str, Any]:
    row = read(("line", "01", words))[0][0]
    return {**row, "code_from": code, "code_to": code, "is_ex": is_ex, **more}


def test_the_narrowest_level_wins_and_ex_leaves_the_rest_to_the_next_level() -> None:
    by_code = rules_by_code([rule_at("72"), rule_at("7215"), rule_at("721510"), rule_at("721590", is_ex=1)])
    assert [rule["code_from"] for rule in resolve(by_code, "721510")[1]] == ["721510"]
    assert [rule["code_from"] for rule in resolve(by_code, "721550")[1]] == ["7215"]
    assert resolve(by_code, "721410")[0] == "chapter"
    assert [rule["code_from"] for rule in resolve(by_code, "721590")[1]] == ["721590", "7215"]
    assert resolve(by_code, "010121") == ("general", [])


@pytest.fixture
def concordance() -> Concordance:
    pairs = [
        ("HS 2017", "010101", "HS 2022", "010101", "1:1", 1),
        ("HS 2017", "020201", "HS 2022", "020200", "n:1", 1),
        ("HS 2017", "020202", "HS 2022", "020200", "n:1", 1),
        ("HS 2017", "030303", "HS 2022", "030303", "1:1", 0),
    ]
    names = ("edition_from", "code_from", "edition_to", "code_to", "relation", "material")
    rows = [{**dict(zip(names, pair, strict=True)), "source": "test"} for pair in pairs]
    return Concordance(build("hs_correlation", rows))


def states(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["hs6"], []).append(row["state"])
    return found


def test_a_merge_of_subheadings_with_different_rules_is_ambiguous_and_with_equal_rules_is_not(
    concordance: Concordance,
) -> None:
    different = [rule_at("010101"), rule_at("020201", "CC"), rule_at("020202", "CTH")]
    assert states(hs2022_origin_rows(different, concordance)) == {"010101": ["ok"], "020200": ["ambiguous"] * 2}
    equal = [rule_at("020201", "CC"), rule_at("020202", "CC")]
    assert states(hs2022_origin_rows(equal, concordance)) == {"020200": ["ok"]}


def test_of_equal_rules_the_index_points_at_the_one_of_the_same_number() -> None:
    codes = ("010101", "010109")
    pairs = [(f"HS {year}", old, f"HS {year + 5}", old, "1:1", 1) for year in (2002, 2007, 2012) for old in codes]
    pairs += [("HS 2017", old, "HS 2022", "010109", "n:1", 1) for old in codes]
    names = ("edition_from", "code_from", "edition_to", "code_to", "relation", "material")
    merged = Concordance(
        build("hs_correlation", [{**dict(zip(names, pair, strict=True)), "source": "test"} for pair in pairs])
    )
    rules = [rule_at(code, "CC") for code in codes]
    (row,) = hs2022_origin_rows(rules, merged)
    assert (row["state"], row["origin_rule_row_key"]) == ("ok", row_key("origin_rule", rules[1]))


def test_doubt_of_the_correlation_and_of_part_codes_is_carried_through(concordance: Concordance) -> None:
    general = rule_at(None, "RVC40")
    rows = hs2022_origin_rows([rule_at("03"), rule_at("010101", "CC", is_ex=1), general], concordance)
    assert states(rows) == {"010101": ["ambiguous"] * 2, "020200": ["ok"], "030303": ["ambiguous"]}


def test_a_rule_that_was_replaced_is_superseded(concordance: Concordance) -> None:
    rows = hs2022_origin_rows([rule_at("01", superseded_by="a later annex")], concordance)
    assert states(rows) == {"010101": ["superseded"]}


def test_a_general_rule_is_a_row_without_code_or_edition() -> None:
    spec = GeneralRuleSpec.model_validate(
        {"rule": "RVC 40% or CTH", "at": {"document": "doc", "article": "Rule 4", "page": 317}, "evidence": "D"}
    )
    row = general_rule_row(spec, "regime", WORDS)
    assert (row["code_from"], row["hs_edition"], row["page"]) == (None, None, 317)
    assert build("origin_rule", [row]).num_rows == 1
