"""The pieces that are shipped, said with what the YAML of the sources states: nothing breaks, and facts carry through.

Rates come from schedules and are not looked at here: a piece that states one says `not held`.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pyarrow as pa
import pytest

from pipelines.origin_steps import _provision_tables
from sources.content import Piece, load_content
from sources.fact_specs import load_facts
from sources.law_specs import load_laws
from sources.origin_specs import load_origins, load_processes
from sources.registry import Registry, load_registry
from sources.tax_specs import load_taxes, load_withdrawals
from transforms import regimes
from transforms.content import TABLES, content_tables, render
from transforms.law import law_article_rows, law_penalty_rows
from transforms.origin_rules import general_rule_row, vocabulary_of
from transforms.taxes import fact_rows, tax_rows, withdrawal_rows
from validations.context import context_of
from validations.desk import Desk
from validations.prose import RULES
from warehouse.rows import build

Tables = dict[str, pa.Table]
PROSE = [table for table in TABLES.values() if table != "picture"]


@pytest.fixture(scope="module")
def pieces() -> tuple[Piece, ...]:
    return load_content()


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


@pytest.fixture(scope="module")
def tables(pieces: tuple[Piece, ...], registry: Registry) -> Tables:
    of_regimes = registry.regimes.values()
    folders = {regime: registry.folders[f"regime:{regime}"] for regime in registry.regimes}
    vocabulary = vocabulary_of(load_processes())
    rows: dict[str, list[dict[str, Any]]] = {
        "party": list(regimes.party_rows(registry)),
        "party_group": list(regimes.party_group_rows(registry)),
        "regime": [regimes.regime_row(regime) for regime in of_regimes],
        "regime_party": [row for regime in of_regimes for row in regimes.regime_party_rows(regime)],
        "coverage": [row for regime in of_regimes for row in regimes.coverage_rows(regime)],
        "document": list(regimes.document_rows(list(registry.documents.values()), lambda _: None)),
        "preference_withdrawal": [r for i, f in folders.items() for r in withdrawal_rows(i, load_withdrawals(f))],
        "origin_rule": [
            general_rule_row(rule, regime, vocabulary)
            for regime, spec in load_origins().items() for rule in spec.general
        ],
        "provision": [
            {k: v for k, v in row.items() if k != "row_key"}
            for regime, folder in folders.items()
            for row in _provision_tables(regime, folder).get("provision", build("provision", [])).to_pylist()
        ],
        "law_article": [row for law in load_laws() for row in law_article_rows(law)],
        "law_penalty": [row for law in load_laws() for row in law_penalty_rows(law)],
        "kh_tax": [row for stated in load_taxes() for row in tax_rows(stated)],
        "stated_fact": [row for stated in load_facts() for row in fact_rows(stated)],
        "hs_node": [
            {"edition": "HS 2022", "code": code, "level": len(code)} for code in sorted(codes_of(pieces))
        ],
    }  # fmt: skip
    return {name: build(name, found) for name, found in rows.items()}


def codes_of(pieces: tuple[Piece, ...]) -> set[str]:
    """Codes that pieces refer to; that they exist is judged on the real tables (C52)."""
    text = "\n".join(half.text for piece in pieces for half in (piece.en, piece.km))
    text += "\n".join(words for piece in pieces for pair in piece.head.words.values() for words in pair.values())
    return set(re.findall(r"""(?:code\(["']|hs:|, ")(\d{2}(?:\d{2}){0,2})\b""", text))


def test_every_shipped_piece_can_be_said(pieces: tuple[Piece, ...], tables: Tables) -> None:
    rendered, faults = render(pieces, tables)
    assert [(fault.piece.file, fault.line, fault.message) for fault in faults] == []
    assert len(rendered) == len(pieces)


def test_every_agreement_has_its_pages(pieces: tuple[Piece, ...], registry: Registry) -> None:
    found = {piece.id for piece in pieces if piece.kind == "text"}
    assert {f"{page}-{regime}" for page in ("about", "benefits") for regime in registry.regimes} <= found


def test_no_shipped_piece_breaks_a_rule_of_prose(pieces: tuple[Piece, ...], tables: Tables, registry: Registry) -> None:
    everything = {**tables, **content_tables(pieces, tables)}
    with Desk(everything, context_of(registry, "", pieces=pieces)) as desk:
        results = [result for _, judge in RULES for result in judge(desk)]
    assert [result.message for result in results if result.status == "fail"] == []
    assert {result.rule for result in results if result.status == "pass"} == {rule for rule, _ in RULES}


def test_halving_a_validity_changes_every_sentence_that_states_it(
    pieces: tuple[Piece, ...], tables: Tables, registry: Registry
) -> None:
    regime, code = "atiga", "validity_period"
    rows = [{k: v for k, v in row.items() if k != "row_key"} for row in tables["provision"].to_pylist()]
    for row in rows:
        if (row["regime_id"], row["code"]) == (regime, code):
            assert (row["value_num"], row["unit"]) == (12, "month")
            row |= {"value": "6 months", "value_num": 6.0}
            row |= {name: row[name].replace("12", "6") for name in ("text_en", "text_km")}
    changed = {**tables, "provision": build("provision", rows)}
    key = next(r["row_key"] for r in tables["provision"].to_pylist() if (r["regime_id"], r["code"]) == (regime, code))
    before, after = content_tables(pieces, tables), content_tables(pieces, changed)
    months = {"en": ("12 months", "6 months"), "km": ("១២ ខែ", "៦ ខែ")}
    stating = 0
    for table in PROSE:
        for old, new in zip(before[table].to_pylist(), after[table].to_pylist(), strict=True):
            rests = f"provision:{key}" in json.loads(old["rests_on"])
            stating += rests
            for language, (twelve, six) in months.items():
                said = [" ".join(str(row[c]) for c in row if c.endswith(f"_{language}")) for row in (old, new)]
                assert (said[0] != said[1]) == rests, old["row_key"]
                if rests:
                    assert said[1].count(twelve) < said[0].count(twelve)
                    assert said[1].count(six) > said[0].count(six)
    assert stating >= 4
