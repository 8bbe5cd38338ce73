"""The evaluator: agreement with a literal one, metamorphic cases, and the edges of what is known."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from sources.errors import FtaError
from sources.origin_specs import load_processes
from tests.transforms.literal_origin import verdict as literal_verdict
from transforms.origin_evaluate import Candidate, evaluate
from transforms.origin_grammar import read_rule
from transforms.origin_language import to_json
from transforms.origin_regime import Citation, Regime, as_json
from transforms.origin_rules import vocabulary_of

WORDS = vocabulary_of(load_processes())
TOLERANCES = (
    {"code_from": "01", "code_to": "49", "basis": "fob_value", "pct": 10},
    {"code_from": "50", "code_to": "63", "basis": "weight", "pct": 10},
    {"code_from": "61", "code_to": "62", "basis": "fob_value", "pct": 7.5},
)
REGIME = Regime(
    "test",
    frozenset({"KH", "KR"}),
    frozenset({"KH", "KR"}),
    accumulates=True,
    exclusive=True,
    operations=frozenset({"ironing", "testing"}),
    transit=True,
    tolerances=TOLERANCES,
    citations={"de_minimis": Citation("3.10", "text", 33), "direct_consignment": Citation("3.9", "text", 32)},
)
SHIRT: dict[str, Any] = {
    "product_hs": "6109.10",
    "exporter": "KH",
    "importer": "KR",
    "fob": {"amount": 10},
    "processes": ["sewing"],
    "materials": [{"hs": "520512", "value": 5, "origin": "CN", "weight_kg": 0.2}],
    "product_weight_kg": 0.25,
    "shipping": {"direct": True},
}


def candidate(words: str, product: str = "610910", **more: Any) -> Candidate:
    row = {
        "rule": to_json(read_rule(words, WORDS)),
        "rule_text": words,
        "hs_edition": "HS 2017",
        "document_id": "annex",
        "page": 7,
        "locator": "page 7, row 3",
        "superseded_by": "a later annex",
    }
    return Candidate(row, "subheading", more.pop("state", "ok"), (product,), **more)


def answer(words: str = "CTH or RVC 40%", **changes: Any) -> dict[str, Any]:
    facts = {key: value for key, value in {**SHIRT, **changes}.items() if value is not ...}
    product = str(facts["product_hs"]).replace(".", "")
    return evaluate(facts, REGIME, [candidate(words, product)])


def step(found: dict[str, Any], test: str) -> dict[str, Any]:
    return next(one for one in found["steps"] if one["test"] == test)


def test_a_good_that_changes_heading_qualifies_with_every_step_and_its_place() -> None:
    found = answer()
    assert (found["verdict"], found["criterion"], found["missing"]) == ("qualifies", "PSR", [])
    assert step(found, "CTH")["page"] == 7
    assert (step(found, "RVC")["value"], step(found, "RVC")["threshold"]) == (50, 40)
    assert step(found, "direct_consignment")["article"] == "3.9"
    assert "not a ruling" in found["guidance"]


@pytest.mark.parametrize(
    ("words", "changes", "verdict", "missing"),
    [
        ("CC", {"materials": [{"hs": "6109.90", "value": 1, "origin": "CN", "weight_kg": 0.1}]}, "does_not", []),
        ("CC", {"materials": [{"hs": "6109.90", "value": 1, "origin": "CN", "weight_kg": 0.025}]}, "qualifies", []),
        ("CC", {"materials": [{"hs": "6109.90", "value": 0.75, "origin": "CN"}]}, "qualifies", []),
        (
            "CC",
            {"materials": [{"hs": "6109.90", "value": 1, "origin": "CN"}]},
            "needs_more_facts",
            ["materials[0].weight_kg"],
        ),
        ("CTH", {"materials": [{"hs": "61", "origin": "CN", "value": 9}]}, "needs_more_facts", None),
        ("RVC 50%", {}, "qualifies", []),
        ("RVC 50.1%", {}, "does_not", []),
        ("RVC 40%", {"fob": ...}, "needs_more_facts", ["fob"]),
        ("RVC 40%", {"materials": [{"hs": "5205", "origin": "CN"}]}, "needs_more_facts", ["materials[0].value"]),
        ("CTH", {"materials": ...}, "needs_more_facts", ["materials", "wholly_obtained"]),
        ("CTH", {"processes": ["ironing"]}, "does_not", []),
        ("CTH", {"processes": ...}, "needs_more_facts", ["processes"]),
        ("CTH", {"processes": []}, "qualifies", []),
        ("CTH", {"shipping": ...}, "needs_more_facts", ["shipping"]),
        ("CTH", {"shipping": {"direct": False, "via": ["SG"], "processed": False}}, "qualifies", []),
        ("CTH", {"shipping": {"direct": False, "via": ["SG"], "processed": True}}, "does_not", []),
        ("CTH", {"shipping": {"direct": False, "via": ["SG"]}}, "needs_more_facts", ["shipping.processed"]),
        ("CTH", {"exporter": "FR"}, "does_not", []),
        ("CTH", {"importer": "KH"}, "does_not", []),
        ("wholly obtained", {}, "does_not", []),
        ("wholly obtained", {"materials": [], "wholly_obtained": True}, "qualifies", []),
        ("“as the moon directs”", {}, "needs_more_facts", ["a reading of: as the moon directs"]),
        ("CTH; or “as the moon directs”", {}, "qualifies", []),
        ("printing", {"processes": ["printing"]}, "qualifies", []),
        ("printing", {}, "does_not", []),
        ("for “gear boxes”: CTH; for “parts”: RVC 60%", {}, "needs_more_facts", ["goods: gear boxes | parts"]),
        ("for “gear boxes”: CTH; for “parts”: RVC 60%", {"goods": "gear boxes"}, "qualifies", []),
        ("for “gear boxes”: CTH; for “parts”: RVC 60%", {"goods": "parts"}, "does_not", []),
        ("CTH provided that materials of chapter 52 are wholly obtained", {}, "does_not", []),
        ("CTH except from heading 52.05", {}, "does_not", []),
    ],
)
def test_each_fact_has_its_say(words: str, changes: dict[str, Any], verdict: str, missing: list[str] | None) -> None:
    found = answer(words, **changes)
    assert found["verdict"] == verdict, found["steps"]
    if missing is not None:
        assert found["missing"] == missing


def test_a_material_of_another_party_counts_only_where_the_regime_accumulates() -> None:
    materials = [{"hs": "610990", "value": 9, "origin": "KR", "originating": True, "weight_kg": 1}]
    assert answer("CC", materials=materials)["verdict"] == "qualifies"
    assert answer("CC", materials=materials)["criterion"] == "PE"
    without = Regime(**{**vars(REGIME), "accumulates": False})
    facts = {**SHIRT, "materials": materials}
    assert evaluate(facts, without, [candidate("CC")])["verdict"] == "does_not"
    unheld = Regime(**{**vars(REGIME), "accumulates": None})
    assert evaluate(facts, unheld, [candidate("CC")])["verdict"] == "needs_more_facts"


def test_where_it_is_not_known_whether_a_material_originates_the_answer_says_so_only_if_it_matters() -> None:
    unsure = [{"hs": "610990", "value": 9, "origin": "KH", "weight_kg": 1}]
    found = answer("CC", materials=unsure)
    assert (found["verdict"], found["missing"]) == (
        "needs_more_facts",
        ["materials[0].originating", "wholly_obtained"],
    )
    assert answer("CC", materials=[{"hs": "520512", "value": 9, "origin": "KH"}])["verdict"] == "qualifies"


def test_rules_that_disagree_or_were_replaced_never_qualify_and_agreeing_ones_do() -> None:
    both = [candidate("CTH", "610910"), candidate("CC", "610990")]
    assert evaluate(SHIRT, REGIME, both)["verdict"] == "qualifies"
    differ = [candidate("CTH"), candidate("RVC 90%")]
    assert evaluate(SHIRT, REGIME, differ)["missing"] == ["the subheading of the product in HS 2017"]
    old = evaluate(SHIRT, REGIME, [candidate("CTH", state="superseded")])
    assert old["verdict"] == "needs_more_facts"
    assert "a later annex" in old["missing"][0]
    assert evaluate(SHIRT, REGIME, [])["verdict"] == "needs_more_facts"
    doubtful = evaluate(SHIRT, REGIME, [candidate("CTH", state="ambiguous")])
    assert doubtful["verdict"] == "needs_more_facts"


def test_codes_are_tested_in_the_edition_of_the_rule_with_the_doubt_of_the_correlation() -> None:
    facts = {**SHIRT, "materials": [{"hs": "610999", "value": 9, "origin": "CN", "weight_kg": 1}]}
    moved = candidate("CTH", older={"610999": ["520512"]})
    assert evaluate(facts, REGIME, [moved])["verdict"] == "qualifies"
    doubtful = candidate("CTH", older={"610999": ["520512", "610990"]})
    assert evaluate(facts, REGIME, [doubtful])["missing"] == ["materials[0].hs"]


def test_tolerance_is_refused_to_imported_materials_where_the_rule_says_so() -> None:
    words = "CTH provided that no de minimis for imported materials unless by CTSH"
    small = {"value": 0.1, "origin": "CN", "weight_kg": 0.001}
    assert answer(words, materials=[{"hs": "610910", **small}])["verdict"] == "does_not"
    assert answer(words, materials=[{"hs": "610990", **small}])["verdict"] == "qualifies"


def test_build_up_counts_originating_materials_and_costs() -> None:
    regime = Regime(**{**vars(REGIME), "methods": ("build_down", "build_up")})
    facts = {**SHIRT, "materials": [{"hs": "5205", "value": 1, "originating": True}, {"hs": "6109", "origin": "CN"}]}
    facts["costs"] = {"labour": 2, "overhead": 0.5, "profit": 0.5}
    assert evaluate(facts, regime, [candidate("RVC 40%")])["verdict"] == "qualifies"
    assert evaluate(facts, regime, [candidate("RVC 40.1%")])["missing"] == ["materials[1].value"]
    assert evaluate(facts, regime, [candidate("RVC 40.1% by build-up")])["verdict"] == "does_not"


def test_a_material_of_another_party_counts_in_part_where_the_regime_says_so() -> None:
    regime = Regime(**{**vars(REGIME), "partial": Decimal(20)})
    cloth = {"hs": "6109", "origin": "KR", "originating": False, "value": 8, "weight_kg": 0.2}

    def judged(rule: str = "RVC 40%", **material: Any) -> dict[str, Any]:
        return evaluate({**SHIRT, "materials": [{**cloth, **material}]}, regime, [candidate(rule)])

    assert judged(regional_pct=25)["verdict"] == "qualifies"
    assert step(judged(regional_pct=25), "RVC")["value"] == 40
    assert step(judged(regional_pct=25), "partial_cumulation")["threshold"] == 20
    assert judged(regional_pct=19)["verdict"] == "does_not"
    assert judged()["missing"] == ["materials[0].regional_pct"]
    assert judged(regional_pct=25, origin="CN")["verdict"] == "does_not"
    assert judged(rule="CC", regional_pct=39)["verdict"] == "does_not"
    assert answer("RVC 40%", materials=[{**cloth, "regional_pct": 39}])["verdict"] == "does_not"


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        ("fabric.raw", "qualifies"),
        ("other", "qualifies"),
        ("fabric", "needs_more_facts"),
        (None, "needs_more_facts"),
        ("yarn", "does_not"),
    ],
)
def test_work_begins_with_the_kinds_of_material_that_the_rule_names(kind: str | None, verdict: str) -> None:
    rule = "printing and made from raw or unbleached fabric or cotton fibres"
    material = {"hs": "520811", "origin": "CN", "value": 8, "kind": kind}
    assert answer(rule, materials=[material], processes=["printing"])["verdict"] == verdict


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"materials": [{"hs": "5208", "kind": "cloth"}]}, r"materials\[0\].kind"),
        ({"product_hs": "61"}, "product_hs"),
        ({"materials": [{"hs": "x"}]}, r"materials\[0\].hs"),
        ({"fob": {"amount": -1}}, "fob.amount"),
        ({"fob": {"amount": 0}}, "fob.amount"),
        ({"colour": "red"}, "colour"),
        ({"wholly_obtained": True}, "wholly_obtained"),
    ],
)
def test_facts_that_cannot_be_are_refused_by_name(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(FtaError, match=where) as refused:
        answer(**changes)
    assert refused.value.exit_code == 2


# --- against the literal evaluator, and metamorphic -------------------------------------------------------------------

RULES = [
    "CC",
    "CTH",
    "CTSH",
    "CTH except from headings 61.01 to 61.05 and chapter 52",
    "RVC 40%",
    "RVC 35% and CTSH",
    "CTH or RVC 40%",
    "CC; or RVC 40% provided that materials of chapter 52 are wholly obtained",
    "CTH provided that materials of chapter 52 are originating in any Party",
    "wholly obtained",
    "produced exclusively from originating materials",
    "non-originating materials at most 75% of the ex-works price",
    "CTH provided that non-originating materials of heading 61.09 at most 60% of the FOB value",
    "CTH; or printing or dyeing",
    "for “a”: CTH; for “b”: RVC 60%",
    "“unread” and CTH",
    "CTH provided that no de minimis for imported materials unless by CTSH; or RVC 70%",
    "(CC or RVC 30%) and (printing or CTSH)",
    "production from materials of any heading",
    "printing and made from fibres or yarns",
    "made from cotton fibres, polymer or finished fabric; or RVC 45% with the final process in the exporting Party",
    "RVC 40% by build-up",
    "CC; or RVC 45%",
]
CODES = ["610910", "610990", "610310", "520512", "640299", "030211"]


def cases(seed: int, count: int) -> Iterator[tuple[str, dict[str, Any], Regime]]:
    pick = random.Random(seed)

    def maybe(value: Any) -> Any:
        return value if pick.random() < 0.85 else None

    for _ in range(count):
        materials = [
            {
                "hs": pick.choice(CODES),
                "value": maybe(pick.choice([0, 0.5, 1, 3, 6, 9])),
                "origin": pick.choice([None, "KH", "KR", "CN"]),
                "weight_kg": maybe(pick.choice([0.01, 0.025, 0.1])),
                "originating": pick.choice([None, True, False]),
                "wholly_obtained": pick.choice([None, True, False]),
                "kind": pick.choice([None, "yarn", "fibre", "fibre.cotton", "other"]),
                "regional_pct": pick.choice([None, 10, 20, 35.5]),
            }
            for _ in range(pick.randint(0, 3))
        ]
        facts = {
            "product_hs": pick.choice(CODES),
            "exporter": pick.choice(["KH", "KH", "KH", "KR", "FR"]),
            "importer": "KR",
            "fob": maybe({"amount": pick.choice([5, 10, 12.5])}),
            "ex_works": maybe({"amount": pick.choice([4, 8])}),
            "wholly_obtained": pick.choice([None, None, False]),
            "processes": pick.choice([None, [], ["ironing"], ["printing"], ["sewing", "ironing"]]),
            "materials": maybe(materials),
            "product_weight_kg": maybe(0.25),
            "shipping": pick.choice(
                [
                    None,
                    {"direct": True},
                    {"direct": True},
                    {"via": ["SG"], "processed": pick.choice([None, True, False])},
                ]
            ),
            "goods": pick.choice([None, "a", "b"]),
            "costs": pick.choice([None, {"labour": 2, "overhead": 0.5}, {"profit": 0.25}]),
            "final_process": pick.choice([None, True, False]),
        }
        regime = Regime(
            **{
                **vars(REGIME),
                "accumulates": pick.choice([True, True, False, None]),
                "partial": pick.choice([None, None, Decimal(20)]),
                "methods": pick.choice([("build_down",), ("build_down", "build_up"), ("build_up",)]),
                "exclusive": pick.choice([True, False]),
                "transit": pick.choice([True, True, False, None]),
                "tolerances": pick.choice([TOLERANCES, TOLERANCES, (), None]),
                "operations": pick.choice([REGIME.operations, REGIME.operations, None]),
                "bears_on": pick.choice(["all", "all", "value", "change"]),
            }
        )
        yield pick.choice(RULES), facts, regime


def test_random_cases_agree_with_the_literal_evaluator() -> None:
    verdicts: dict[str, int] = {}
    for words, facts, regime in cases(1, 2_000):
        one = candidate(words, facts["product_hs"])
        found = evaluate(facts, regime, [one])["verdict"]
        assert found == literal_verdict(facts, as_json(regime), one.rule["rule"]), (words, facts, regime)
        verdicts[found] = verdicts.get(found, 0) + 1
    assert min(verdicts.values()) > 100, verdicts


ORDER = {"does_not": 0, "needs_more_facts": 1, "qualifies": 2}


def test_raising_the_fob_value_never_turns_value_content_from_met_to_unmet() -> None:
    for _, facts, regime in cases(2, 500):
        if facts["fob"]:
            one = candidate("RVC 40% by build-down", facts["product_hs"])
            dearer = {**facts, "fob": {"amount": facts["fob"]["amount"] * 2}}
            assert (
                ORDER[evaluate(dearer, regime, [one])["verdict"]] >= ORDER[evaluate(facts, regime, [one])["verdict"]]
            ), facts


def test_adding_an_originating_material_never_hurts() -> None:
    added = {"hs": "610910", "value": 1, "origin": "KH", "weight_kg": 0.1, "originating": True, "wholly_obtained": True}
    for words, facts, regime in cases(3, 1000):
        if facts["materials"] is not None:
            one = candidate(words, facts["product_hs"])
            more = {**facts, "materials": [*facts["materials"], added]}
            assert (
                ORDER[evaluate(more, regime, [one])["verdict"]] >= ORDER[evaluate(facts, regime, [one])["verdict"]]
            ), (words, facts)


def test_the_order_of_alternatives_and_of_materials_changes_nothing() -> None:
    for _, facts, regime in cases(4, 500):
        verdicts = {
            evaluate({**facts, "materials": materials}, regime, [candidate(words, facts["product_hs"])])["verdict"]
            for words in ("CTH; or RVC 40%; or printing", "printing or RVC 40% or CTH")
            for materials in (facts["materials"], facts["materials"] and facts["materials"][::-1])
        }
        assert len(verdicts) == 1, facts


def test_knowing_more_never_turns_a_verdict_round() -> None:
    for words, facts, regime in cases(5, 1000):
        before = evaluate(facts, regime, [candidate(words, facts["product_hs"])])["verdict"]
        told = {**facts, "fob": facts["fob"] or {"amount": 7}, "shipping": facts["shipping"] or {"direct": True}}
        after = evaluate(told, regime, [candidate(words, facts["product_hs"])])["verdict"]
        assert before in (after, "needs_more_facts"), (words, facts)
