"""The self-assessment in headless Chromium: the path forth and back, a link that brings the answer, bad entries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from publish.site import build_site
from publish.site.words import LANGUAGES, words
from publish.static_json import write_static_json
from tests.publish.releases import publish_sample

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.system
STEPS = ("product", "obtained", "materials", "work", "value", "route", "answer")
SHIRT = "origin/?regime=ckfta&from=KH&to=KR&hs=610910"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> str:
    """The root of a served web root with the sample's release, its static JSON and its site."""
    public = tmp_path_factory.mktemp("public")
    release = publish_sample(public).path
    write_static_json(public, release)
    build_site(public, release)
    return serve(public)


@pytest.fixture(params=[("en", 1280), ("km", 360)], ids=lambda given: f"{given[0]}-{given[1]}")
def page(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Page]:
    lang, width = request.param
    page = chromium.new_page(viewport={"width": width, "height": 800})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda sent: faults.append(sent.url) if not sent.url.startswith(site) else None)
    page.goto(f"{site}{lang}/{SHIRT}")
    page.wait_for_selector("#assess:not([hidden])")
    yield page
    page.close()
    assert faults == []


def at(page: Page, step: str) -> None:
    """Wait until a step of the path is the one that is shown."""
    expect(page.locator("[data-step]:not([hidden])")).to_have_attribute("data-step", step)


def say(page: Page, key: str) -> str:
    return words(str(page.evaluate("document.documentElement.lang"))).plain(f"assess.{key}")


def answer(page: Page, *, value: str = "5", origin: str = "ZZ") -> None:
    """Walk the whole path for a shirt of one material."""
    page.click("#next")
    page.click('[data-step="obtained"] input[value="false"]')
    page.click("#next")
    page.fill('[data-key="hs"]', "5205.12")
    page.fill('[data-key="value"]', value)
    page.select_option('[data-key="origin"]', origin)
    page.click("#next")
    page.check('input[value="other_work"]')
    page.click("#next")
    page.fill("#fob", "1,000.50")
    page.click("#next")
    page.click('[name="direct"][value="true"]')
    page.click("#next")


def test_the_path_leads_to_a_verdict_with_every_step_and_its_place(page: Page) -> None:
    expect(page.locator("#hs")).to_have_value("610910")
    answer(page)
    at(page, "answer")
    told = page.inner_text("#answer").replace("\u200b", "")
    assert say(page, "verdict_needs_more_facts") in told
    assert say(page, "test_CC") in told
    assert say(page, "guidance") in told
    assert "other_work" not in told
    link = page.locator("#answer .met a").first
    assert "documents/#ckfta-psr" in str(link.get_attribute("href"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_back_and_the_browsers_back_keep_what_was_entered(page: Page) -> None:
    answer(page)
    page.click("#back")
    at(page, "route")
    page.go_back()
    page.wait_for_selector('[data-step="answer"]:not([hidden])')
    page.go_back()
    page.wait_for_selector('[data-step="route"]:not([hidden])')
    page.reload()
    page.wait_for_selector("#assess:not([hidden])")
    expect(page.locator("#fob")).to_have_value("1,000.50")


def test_a_link_brings_the_answer_again_and_sends_nothing(page: Page, site: str) -> None:
    answer(page)
    at(page, "answer")
    told = page.inner_text("#answer")
    lang = page.evaluate("document.documentElement.lang")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.click("#share")
    link = str(page.locator("#shared a").get_attribute("href"))
    assert link.startswith(f"{site}{lang}/origin/?")
    fresh = page.context.browser.new_page()  # type: ignore[union-attr]
    sent: list[str] = []
    fresh.on("request", lambda request: sent.append(request.url))
    fresh.goto(link)
    fresh.wait_for_selector("#answer h3", timeout=10_000)
    at(fresh, "answer")
    assert fresh.inner_text("#answer") == told
    assert all("#" not in url for url in sent)
    fresh.close()


@pytest.mark.parametrize(("value", "key"), [("-5", "bad_negative"), ("five", "bad_number")])
def test_what_cannot_be_used_is_told_at_its_field(page: Page, value: str, key: str) -> None:
    answer(page, value=value)
    page.wait_for_selector("#problem:not(:empty)")
    at(page, "route")
    fact = f"{say(page, 'material').format(n=1)}: {say(page, 'material_value')}"
    assert page.inner_text("#problem").replace("\u200b", "") == say(page, key).format(fact=fact)


@pytest.mark.parametrize(
    "hs", ["999999", "12", "<script>alert(1)</script>", "\u202e6109'; DROP TABLE rate", "9" * 10_000], ids=range(5)
)
def test_a_code_that_is_none_is_refused_before_anything_is_asked(page: Page, hs: str) -> None:
    page.evaluate("(hs) => { document.getElementById('hs').value = hs; }", hs)
    page.click("#next")
    page.wait_for_selector("#problem:not(:empty)")
    at(page, "product")


@pytest.mark.parametrize("text", ["%%%", "bm90IGpzb24", "e30", "WzEsMl0", "A" * 5_000], ids=range(5))
def test_a_broken_link_begins_empty(page: Page, site: str, text: str) -> None:
    page.goto(f"{site}en/origin/#{text}")
    page.wait_for_selector("#assess:not([hidden])")
    at(page, "product")


def test_the_form_is_whole_for_those_who_do_not_see_or_point(page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for step in STEPS:
        at(page, step)
        found = Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []
        if step != STEPS[-1]:
            page.keyboard.press("Tab")
            page.click("#next")


def test_both_languages_have_the_same_words() -> None:
    keys = [{key for key in words(lang).strings if key.startswith("assess.")} for lang in LANGUAGES]
    assert keys[0] == keys[1]
    assert json.dumps(sorted(keys[0])).count("test_") >= 20
