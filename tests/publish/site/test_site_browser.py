"""The site in a real browser: search, results, lines, languages, phones, hostile questions, and no network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.system
SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}
KINDS = ("", "search/", "hs/", "hs/61/", "hs/6109/", "agreements/", "agreements/ckfta/", "documents/", "data/",
         "data/coverage/", "data/validation/", "news/", "help/", "help/law/", "help/glossary/", "help/faq/", "about/",
         "about/feedback/", "origin/", "explore/", "hs/6109/?to=KR&hs=610910")  # fmt: skip
HOSTILE = (
    "<script>alert(1)</script>", "'; DROP TABLE party; --", "a" * 10_000, "\u202eevil\u200b\u2066", "%00", "../../etc",
    "[object Object]", "6109" * 50, "\u1780" * 300,
)  # fmt: skip


@pytest.fixture(scope="module")
def root(public: Path, serve: Callable[[Path], str]) -> str:
    return serve(public)


@pytest.fixture(params=SIZES)
def context(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport=SIZES[request.param])
    yield made
    made.close()


@pytest.fixture
def faults(context: BrowserContext) -> Iterator[list[str]]:
    """What the browser complains of, errors of scripts and refused resources included; there must be none."""
    found: list[str] = []
    context.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: found.append(str(error.error)))
    yield found
    assert found == []


@pytest.fixture
def page(context: BrowserContext, faults: list[str]) -> Page:
    return context.new_page()


def test_the_door_leads_to_a_language(page: Page, root: str) -> None:
    page.goto(root)
    page.wait_for_url("**/en/")
    page.get_by_role("link", name="ភាសាខ្មែរ").click()
    page.wait_for_url("**/km/")
    page.goto(root)
    page.wait_for_url("**/km/")


@pytest.mark.parametrize(("lang", "typed"), [("en", "t-shirt"), ("en", "tshrt"), ("en", "6109 10"), ("km", "6109.10")])
def test_a_product_is_found_by_the_keyboard_alone(page: Page, root: str, lang: str, typed: str) -> None:
    page.goto(f"{root}{lang}/")
    page.locator("#to").select_option("KR")
    page.locator("#q").focus()
    page.keyboard.type(typed)
    page.locator("#q-list li").first.wait_for()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#q")).to_have_attribute("aria-activedescendant", "q-0")
    page.keyboard.press("Enter")
    page.wait_for_url("**/hs/6109/**")
    expect(page.locator("section#KR")).to_be_visible()
    expect(page.locator("section#KR .best .rate").first).to_contain_text("0%")


def test_a_result_shows_the_pair_that_was_asked_and_all_when_told_to(page: Page, root: str) -> None:
    page.goto(f"{root}en/hs/6109/?from=KH&to=KR&hs=610910")
    expect(page.locator("section#KR")).to_be_visible()
    expect(page.locator("#imports")).to_be_hidden()
    page.locator("#question select").first.select_option("")
    expect(page.locator("#imports")).to_be_visible()
    expect(page).to_have_url(re.compile(r"^(?!.*to=)"))


def test_the_lines_behind_a_rate_come_with_page_and_row(page: Page, root: str) -> None:
    page.goto(f"{root}en/hs/6109/?to=KR")
    page.locator("section#KR tr[data-regime] button").first.click()
    lines = page.locator("section#KR tr.lines")
    lines.wait_for()
    expect(lines).to_contain_text(re.compile(r"page \d+, row \d+"))
    expect(lines.locator("th.code").first).to_be_visible()


@pytest.mark.parametrize("lang", ["en", "km"])
def test_an_agreement_says_what_it_asks_of_the_product_at_hand(page: Page, root: str, lang: str) -> None:
    page.goto(f"{root}{lang}/hs/6109/?from=KH&to=KR&hs=610910")
    expect(page.locator("section#KR")).to_be_visible()
    page.locator("section#KR tr[data-regime=ckfta] th a").first.click()
    page.wait_for_url("**/agreements/ckfta/?hs=610910")
    expect(page.locator("#product-rule #rule strong")).to_contain_text("CC")
    expect(page.locator("#origin-test")).to_have_attribute("href", re.compile(r"regime=ckfta&hs=610910$"))
    page.locator("#product-hs").fill("6109.99")
    expect(page.locator("#product-name")).to_contain_text("6109.99")
    expect(page.locator("#product-rule #rule strong")).to_have_count(0)


def test_a_national_line_can_be_looked_at(page: Page, root: str) -> None:
    page.goto(f"{root}en/hs/6109/?to=KR&hs=6109101000")
    asked = page.locator("section#KR tr.lines tr.asked")
    asked.first.wait_for()
    expect(asked.first).to_contain_text("6109.10.10.00")


@pytest.mark.parametrize("lang", ["en", "km"])
def test_a_deep_link_works_in_both_languages_and_back_leads_back(page: Page, root: str, lang: str) -> None:
    page.goto(f"{root}{lang}/hs/61/")
    page.goto(f"{root}{lang}/hs/6109/?to=KR#KR")
    expect(page.locator("section#KR")).to_be_visible()
    page.go_back()
    page.wait_for_url(f"**/{lang}/hs/61/")
    page.go_forward()
    expect(page.locator("section#KR")).to_be_visible()


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_question_harms_nothing(page: Page, root: str, value: str) -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    text = quote(value[:5000])
    page.goto(f"{root}en/search/?q={text}&from={text[:500]}&to={text[:500]}")
    page.locator("#count").filter(has_text=re.compile(r"\S")).wait_for()
    page.goto(f"{root}en/hs/6109/?to={text[:500]}&hs={text[:500]}#{text[:500]}")
    expect(page.locator("h1").first).to_be_visible()
    assert page.locator("main script, main img[src=x]").count() == 0


@pytest.mark.parametrize("lang", ["en", "km"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_page_is_wider_than_its_screen(page: Page, root: str, lang: str, kind: str) -> None:
    page.goto(f"{root}{lang}/{kind}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_narrowest_and_the_widest_screen(chromium: Browser, root: str) -> None:
    for width in (320, 1920):
        page = chromium.new_page(viewport={"width": width, "height": 800})
        for kind in ("", "hs/6109/", "agreements/ckfta/"):
            page.goto(f"{root}km/{kind}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, kind)
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "km"])
def test_axe_finds_nothing_on_any_kind_of_page(chromium: Browser, root: str, lang: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(viewport=SIZES["desktop"], color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    found = []
    for kind in KINDS:
        page.goto(f"{root}{lang}/{kind}")
        results = Axe().run(page).response["violations"]
        found += [(kind, v["id"], v["nodes"][0]["html"][:120]) for v in results]
    context.close()
    assert found == []


def test_what_was_seen_can_be_read_without_a_network(chromium: Browser, root: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{root}en/")
    page.evaluate("navigator.serviceWorker.ready")
    page.evaluate(
        "navigator.serviceWorker.controller || new Promise((done) =>"
        " navigator.serviceWorker.addEventListener('controllerchange', done))"
    )
    page.goto(f"{root}en/hs/6109/?to=KR")
    page.locator("#question select").first.wait_for()
    context.set_offline(True)
    page.goto(f"{root}en/hs/6109/?to=KR")
    expect(page.locator("section#KR")).to_be_visible()
    context.close()


def test_pages_work_without_scripts(chromium: Browser, root: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{root}en/hs/61/")
    page.get_by_role("link", name="6109").first.click()
    expect(page.locator("section#KR .rate").first).to_be_visible()
    context.close()
