"""The evaluator of the browser gives what the command line gives: it runs the shared cases in headless Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import publish.site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.system
SHARED = Path(__file__).parents[2] / "shared"
ASSETS = Path(publish.site.__file__).parent / "assets"
CASES = [json.loads(file.read_text(encoding="utf-8")) for file in sorted((SHARED / "origin_cases").glob("*.json"))]
REGIMES = json.loads((SHARED / "origin_regimes.json").read_text(encoding="utf-8"))
EVALUATE = """async ([facts, regime, candidates]) => {
    const { evaluate } = await import("/origin-evaluate.js");
    try { return evaluate(facts, regime, candidates); }
    catch (error) { return { refused: error.fact ?? String(error) }; }
}"""


@pytest.fixture(scope="module")
def page(chromium: Browser, serve: Callable[[Path], str]) -> Iterator[Page]:
    page = chromium.new_page()
    page.goto(serve(ASSETS) + "mark.svg")
    yield page
    page.close()


def steps_of(answer: dict[str, Any]) -> list[list[Any]]:
    keys = ("test", "met", "value", "threshold", "article", "document_id", "page")
    return [[step.get(key) for key in keys] for step in answer["steps"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_a_case_argued_by_hand_comes_out_in_the_browser(page: Page, case: dict[str, Any]) -> None:
    candidate = {**{key: case[key] for key in ("rule", "level", "state")}, "products": [case["code"]], "older": {}}
    found = page.evaluate(EVALUATE, [case["facts"], REGIMES[case["regime"]], [candidate]])
    expect = case["expect"]
    assert (found["verdict"], found["criterion"]) == (expect["verdict"], expect["criterion"]), found
    met: dict[str, bool | None] = {}
    for step in found["steps"]:
        met.setdefault(step["test"], step["met"])
    assert expect["met"].items() <= met.items()
    assert set(expect["articles"]) <= {step["article"] for step in found["steps"]}
    assert expect["missing"] in (None, found["missing"])


def test_four_hundred_random_cases_agree_step_by_step(page: Page) -> None:
    cases = json.loads((SHARED / "origin_random.json").read_text(encoding="utf-8"))
    assert len(cases) >= 400
    for number, case in enumerate(cases):
        regime = REGIMES[case["regime"]] if isinstance(case["regime"], str) else case["regime"]
        found = page.evaluate(EVALUATE, [case["facts"], regime, case["candidates"]])
        given = {key: found.get(key) for key in ("verdict", "criterion", "missing")} | {"steps": steps_of(found)}
        assert given == case["expect"], f"case {number}"


@pytest.mark.parametrize(
    ("spoil", "fact"),
    [
        ({"product_hs": "61"}, "product_hs"),
        ({"fob": {"amount": 0}}, "fob.amount"),
        ({"fob": {"amount": "ten"}}, "fob.amount"),
        ({"materials": [{"hs": "5205", "value": -1}]}, "materials[0].value"),
        ({"materials": [{"hs": "cotton"}]}, "materials[0].hs"),
        ({"colour": "red"}, "colour"),
        ({"wholly_obtained": True, "materials": [{"hs": "5205", "originating": False}]}, "wholly_obtained"),
    ],
)
def test_facts_that_cannot_be_used_are_refused_by_name(page: Page, spoil: dict[str, Any], fact: str) -> None:
    facts = {"product_hs": "610910", "exporter": "KH", "importer": "KR", **spoil}
    assert page.evaluate(EVALUATE, [facts, REGIMES["ckfta"], []]) == {"refused": fact}


def test_shares_are_compared_as_written_and_shown_against_the_exporter(page: Page) -> None:
    script = """async () => {
        const { Ratio } = await import("/origin-ratio.js");
        const of = (text) => Ratio.of(text);
        return [
            of("0.1").plus(of("0.2")).above(of("0.3")), of(40.1).shown(), of("39.999").shown(),
            of("39.991").shown({ up: true }), of("-0.001").shown(), of("1e-7").above(of(0)),
            of("abc"), of(""), of("1e99"),
        ];
    }"""
    assert page.evaluate(script) == [False, 40.1, 39.99, 40, -0.01, True, None, None, None]
