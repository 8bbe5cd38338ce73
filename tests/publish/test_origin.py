"""`origin` over a release: rules found, codes carried to their edition, the day and the doubt respected."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from publish.carrying import Carrier
from publish.origin import origin
from sources.errors import FtaError
from sources.origin_specs import load_processes
from sources.provision_specs import load_codes, load_provisions
from sources.registry import load_registry
from tests.publish.database import put_table
from tests.transforms.test_origin_sets import WORDS, regime_rules
from transforms.origin_grammar import read_rule
from transforms.origin_language import dumps
from transforms.provisions import de_minimis_rows, provision_rows
from transforms.regimes import regime_party_rows, regime_row
from warehouse.rows import build

ON = date(2026, 1, 1)
PAIRS = [("HS 2017", "610910", "HS 2022", "610910", 1), ("HS 2017", "520512", "HS 2022", "520512", 1)]
PAIRS += [("HS 2017", "854151", "HS 2022", "854151", 0), ("HS 2017", "610990", "HS 2022", "610999", 1)]


def insert(connection: sqlite3.Connection, name: str, rows: list[dict[str, Any]]) -> None:
    put_table(connection, name, build(name, rows))


@pytest.fixture(scope="module")
def release() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    registry, codes, words = load_registry(), load_codes(), load_processes().minimal_operations
    names = ("ckfta", "ajcep")
    specs = {name: load_provisions()[name] for name in names}
    insert(connection, "regime", [regime_row(registry.regimes[name]) for name in names])
    insert(connection, "regime_party", [row for n in names for row in regime_party_rows(registry.regimes[n])])
    insert(connection, "provision", [r for n, spec in specs.items() for r in provision_rows(n, spec, codes, words)])
    insert(connection, "de_minimis", [r for n, spec in specs.items() for r in de_minimis_rows(n, spec)])
    rules = [{k: v for k, v in rule.items() if k != "row_key"} for n in names for rule in regime_rules(n)]
    insert(connection, "origin_rule", rules)
    insert(connection, "hs2022_origin_rule", [])
    nodes = [(4, "6109"), (6, "610910"), (6, "610999"), (4, "8541"), (6, "854151")]
    insert(connection, "hs_node", [{"edition": "HS 2022", "code": code, "level": level} for level, code in nodes])
    keys = ("edition_from", "code_from", "edition_to", "code_to", "material")
    pairs = [dict(zip(keys, pair, strict=True)) | {"relation": "1:1", "source": "test"} for pair in PAIRS]
    insert(connection, "hs_correlation", pairs)
    yield connection
    connection.close()


SHIRT: dict[str, Any] = {
    "product_hs": "6109.10",
    "exporter": "KH",
    "importer": "KR",
    "fob": {"amount": 10, "currency": "USD"},
    "processes": ["knitting", "cut_and_sewn"],
    "materials": [{"hs": "5205.12", "value": 5, "origin": "CN"}],
    "shipping": {"direct": True},
}


def test_a_shirt_in_hs_2022_is_judged_by_its_rule_in_hs_2017_with_page_and_proof(release: sqlite3.Connection) -> None:
    found = origin(release, "ckfta", SHIRT, ON)
    assert (found["verdict"], found["criterion"]) == ("qualifies", "PSR")
    assert (found["rule"]["hs_edition"], found["rule"]["page"]) == ("HS 2017", 130)
    proof = {row["code"]: row["value"] for row in found["certificate"]}
    assert (proof["validity_period"], proof["retention_period"]) == ("12 months", "5 years")


def test_before_the_regime_speaks_nothing_of_it_is_held(release: sqlite3.Connection) -> None:
    assert origin(release, "ckfta", SHIRT, date(2020, 1, 1))["verdict"] == "needs_more_facts"


def test_a_general_rule_whose_exceptions_are_not_held_never_decides(release: sqlite3.Connection) -> None:
    found = origin(release, "ajcep", {**SHIRT, "importer": "JP"}, ON)
    assert found["verdict"] == "needs_more_facts"
    assert found["rule"]["state"] == "ambiguous"


def test_codes_are_carried_at_their_own_length_and_weak_ties_are_said(release: sqlite3.Connection) -> None:
    carry = Carrier(release).carry
    assert carry("6109", "HS 2022", "HS 2017") == (("6109",), True)
    assert carry("610999", "HS 2022", "HS 2017") == (("610990",), True)
    assert carry("610990", "HS 2017", "HS 2022") == (("610999",), True)
    assert carry("854151", "HS 2022", "HS 2017") == (("854151",), False)


def test_unknown_regimes_and_codes_are_refused_with_what_to_do(release: sqlite3.Connection) -> None:
    with pytest.raises(FtaError, match="no regime 'atlantis'") as refused:
        origin(release, "atlantis", SHIRT, ON)
    assert refused.value.exit_code == 2
    with pytest.raises(FtaError, match=r"9999\.99 is no subheading"):
        origin(release, "ckfta", {**SHIRT, "product_hs": "9999.99"}, ON)


def test_the_words_of_a_rule_in_a_release_read_back_to_its_expression(release: sqlite3.Connection) -> None:
    rows = release.execute("SELECT DISTINCT rule_text, rule FROM origin_rule WHERE parse_state = 'full'").fetchall()
    assert len(rows) > 50
    assert all(dumps(read_rule(text, WORDS)) == rule for text, rule in rows)
