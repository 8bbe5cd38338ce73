"""The charts and the comparison over time in a real browser: seen, read aloud, and no wider than the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publish.site import build_site
from tests.publish.releases import publish_sample
from tests.publish.sample import sample_tables
from tests.publish.site.test_changes_pages import raised
from tests.publish.site.test_explore import with_mfn

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.system
EXPLORE = ("", "lines/", "chapters/", "goods/", "margin/", "certainty/")
PATHS = (*(f"explore/{name}" for name in EXPLORE), "data/changes/", "data/changes/hs/01/", "data/changes/hs/61/")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> str:
    """The address of a site of two releases."""
    public = tmp_path_factory.mktemp("public")
    publish_sample(public, tables=sample_tables(with_mfn))
    latest = publish_sample(public, tables=sample_tables(lambda rows: (with_mfn(rows), raised(rows))[0]), code="code 2")
    build_site(public, latest.path)
    return serve(public)


@pytest.fixture(params=[("en", 360, "light"), ("km", 360, "dark"), ("km", 1280, "light"), ("en", 1280, "dark")])
def seen(request: pytest.FixtureRequest, chromium: Browser, root: str) -> Iterator[tuple[Page, str]]:
    lang, width, scheme = request.param
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    yield context.new_page(), f"{root}{lang}/"
    context.close()


def test_pages_fit_the_screen_break_no_rule_of_access_and_load_nothing_forbidden(seen: tuple[Page, str]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page, home = seen
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for path in PATHS:
        page.goto(home + path)
        for fold in page.locator("main details").all():
            fold.evaluate("node => node.open = true")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
    assert said == []


def test_charts_are_seen_in_the_colours_of_the_page_with_their_table(seen: tuple[Page, str]) -> None:
    page, home = seen
    for name in ("lines/", "goods/", "margin/", "certainty/"):
        page.goto(f"{home}explore/{name}")
        chart = page.locator("main svg[role=img]").first
        box = chart.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) > 40
        bar = chart.locator("path[fill^=var]").first
        assert bar.evaluate("node => getComputedStyle(node).fill").startswith("rgb")
        page.locator("main table").first.wait_for(state="attached")


def test_the_numbers_of_a_chart_can_be_taken(seen: tuple[Page, str]) -> None:
    page, home = seen
    page.goto(f"{home}explore/lines/")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert Path(download.value.path()).read_text(encoding="utf-8").startswith("release,schedule_id,")
