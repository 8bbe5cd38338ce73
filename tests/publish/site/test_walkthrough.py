"""The walk-through of the portal's guide in a real browser, both languages, phone and desktop; and pages on paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from publish.site.words import words
from tests.publish.site.sites import make_site
from tests.publish.site.traders import more_trade

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.system
SIZES = {"phone": (360, 740), "desktop": (1280, 900)}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> str:
    return serve(make_site(tmp_path_factory.mktemp("traders"), more_trade))


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    found: list[str] = []
    context.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: found.append(str(error.error)))
    yield page
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def say(lang: str, key: str) -> re.Pattern[str]:
    """A string of the site, whether or not it has places where a line may break."""
    return re.compile("\u200b*".join(re.escape(letter) for letter in words(lang).plain(key)))


def search(page: Page, root: str, lang: str, to: str, typed: str) -> None:
    """From the home page by search to the duties, as a person does it."""
    page.goto(f"{root}{lang}/")
    page.locator("#to").select_option(to)
    page.locator("#q").press_sequentially(typed)
    page.locator("#q-list li").first.click()


@pytest.mark.parametrize("lang", ["en", "km"])
def test_barley_seed_to_the_philippines_says_what_is_held_and_what_is_not(page: Page, root: str, lang: str) -> None:
    search(page, root, lang, "PH", "1003.10")
    page.wait_for_url("**/hs/1003/**")
    expect(page.locator(".product")).to_contain_text("1003.10")
    expect(page.locator(".absent tr[data-regime]")).to_have_count(2)
    atiga = page.locator(".absent tr[data-regime=atiga]")
    expect(atiga.locator(".rate")).to_have_text(say(lang, "state.not_held"))
    expect(atiga).to_contain_text("RVC 40% or CTH")
    expect(atiga).to_contain_text("Form ATIGA")
    rcep = page.locator(".absent tr[data-regime=rcep]")
    expect(rcep).to_contain_text(say(lang, "heading.no_rule"))
    expect(page.locator("#exports ~ .nothing > p")).to_have_text(say(lang, "heading.nothing_held_text"))
    expect(page.locator("tr[data-regime] .rate.free")).to_have_count(0)


@pytest.mark.parametrize("lang", ["en", "km"])
def test_t_shirts_to_korea_have_one_rate_and_two_agreements_without(page: Page, root: str, lang: str) -> None:
    search(page, root, lang, "KR", "610910")
    page.wait_for_url("**/hs/6109/**")
    best = page.locator("section#KR tr.best")
    expect(best).to_have_count(1)
    expect(best).to_have_attribute("data-regime", "ckfta")
    expect(best.locator(".rate")).to_have_text("0%")
    expect(best).to_contain_text("Form KC")
    for regime in ("akfta", "rcep"):
        row = page.locator(f"section#KR .absent tr[data-regime={regime}]")
        expect(row.locator(".rate")).to_have_text(say(lang, "state.not_held"))
    page.locator("#question-1").select_option("")
    expect(page.locator("section#KR .absent tr[data-regime]")).to_have_count(2)


@pytest.mark.parametrize(("lang", "typed"), [("km", "កង់"), ("en", "bicycle")])
def test_a_bicycle_to_japan_needs_no_proof_where_the_ordinary_duty_is_zero(
    page: Page, root: str, lang: str, typed: str
) -> None:
    search(page, root, lang, "JP", typed)
    page.wait_for_url("**/hs/8712/**")
    group = page.locator("section#JP .group").first
    expect(group.locator("p.free")).to_have_text(say(lang, "heading.mfn_free"))
    row = group.locator("tr[data-regime=ajcep]")
    expect(row.locator(".rate")).to_have_text("0%")
    expect(row.locator(".rule")).to_contain_text("RVC 40%")
    expect(row).to_contain_text("Form AJCEP")


def test_agreements_are_filtered_by_what_they_are(page: Page, root: str) -> None:
    page.goto(f"{root}en/hs/6109/?to=KR")
    row, kind = page.locator("section#KR tr[data-regime=ckfta]").first, page.locator("#question-3")
    for value in ("bilateral", "country_to_country", "fta"):
        kind.select_option(value)
        expect(row).to_be_visible()
    for value in ("plurilateral", "country_to_group", "unilateral"):
        kind.select_option(value)
        expect(row).to_be_hidden()
    kind.select_option("")
    expect(row).to_be_visible()


@pytest.mark.parametrize("lang", ["en", "km"])
def test_an_agreement_leads_to_the_test_of_origin_under_it(page: Page, root: str, lang: str) -> None:
    page.goto(f"{root}{lang}/agreements/ckfta/")
    page.get_by_role("link", name=say(lang, "nav.origin")).last.click()
    expect(page.locator("#regime")).to_have_value("ckfta")


def test_lines_on_a_phone_stand_under_their_own_headings(page: Page, root: str) -> None:
    page.goto(f"{root}en/hs/6109/?to=KR")
    page.locator("section#KR tr[data-regime=ckfta] button").first.click()
    cells = page.locator("section#KR tr.lines table td")
    expect(cells.first).to_be_visible()
    labels = cells.evaluate_all("(all) => all.map((cell) => getComputedStyle(cell, '::before').content)")
    assert set(labels) <= {"none", "normal"}


def test_the_menu_stands_in_one_row_on_a_desktop(chromium: Browser, root: str) -> None:
    for lang in ("en", "km"):
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{root}{lang}/")
        expect(page.locator(".menu li").last).to_be_visible()
        tops = page.locator(".menu li").evaluate_all("(all) => all.map((item) => item.offsetTop)")
        assert len(set(tops)) == 1
        page.close()


@pytest.mark.parametrize("kind", ["hs/6109/?to=KR&hs=610910", "agreements/ckfta/"])
@pytest.mark.parametrize("lang", ["en", "km"])
def test_a_page_on_paper_has_its_content_and_no_navigation(chromium: Browser, root: str, lang: str, kind: str) -> None:
    pypdfium2 = pytest.importorskip("pypdfium2")
    page = chromium.new_page()
    page.goto(f"{root}{lang}/{kind}")
    expect(page.locator("h1")).to_be_visible()
    if "hs/" in kind:
        expect(page.locator(".absent tr[data-regime]").first).to_be_visible()
    page.emulate_media(media="print")
    for name in (".top", ".crumbs", "#question", "footer .links", "button"):
        for found in page.locator(name).all():
            expect(found).to_be_hidden()
    wide = "[...document.querySelectorAll('.scroll')].filter((box) => box.scrollWidth > box.clientWidth + 1).length"
    page.set_viewport_size({"width": 690, "height": 1000})
    assert page.evaluate(wide) == 0
    text = pypdfium2.PdfDocument(BytesIO(page.pdf(format="A4")))[0].get_textpage().get_text_range()
    assert "CKFTA" in text
    assert "127.0.0.1" not in text
    page.close()


def test_an_enquiry_is_prepared_as_text_where_no_address_is_named(chromium: Browser, root: str) -> None:
    page = chromium.new_page()
    page.goto(f"{root}km/about/feedback/?about=6109")
    expect(page.locator("#reference")).not_to_be_empty()
    page.locator("#message").fill("a message")
    page.locator("#enquiry button").click()
    expect(page.locator("#prepared")).to_contain_text(say("km", "feedback.no_recipient"))
    expect(page.locator("#text")).to_have_value(re.compile(r"^\[FTA-\d{8}-[0-9A-F]{6}\] [^\n]+ 6109\s+a message"))
    expect(page.locator("#mail")).to_have_attribute("href", re.compile(r"^mailto:\?subject="))
    page.close()
