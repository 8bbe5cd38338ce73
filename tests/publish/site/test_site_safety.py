"""Hostile values in a release: every one is shown as text, none becomes markup or an address that runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.site import prose
from publish.site.render import web
from tests.publish.site.sites import PageReader, all_pages, make_site

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>{{ 7 * 7 }}&amp;\u202e"


def _evil(rows: dict[str, list[dict[str, Any]]]) -> None:
    for row in rows["party"]:
        row["name_en"] = f"{row['name_en']} {EVIL}"
    for row in rows["regime"]:
        row["name_en"], row["certificate_form"] = EVIL, EVIL
    for row in rows["document"]:
        row["title"], row["publisher"], row["licence"] = EVIL, EVIL, EVIL
        row["url"] = "javascript:alert(3)"
    for row in rows["provision"]:
        row["text_en"] = EVIL
    for row in rows["coverage"]:
        row["note"] = EVIL
    for row in rows["hs_node"]:
        row["description_en"] = f"{row['description_en']} {EVIL}"
    for row in rows["origin_rule"]:
        row["rule_text"] = EVIL
    for row in rows["validation_result"]:
        row["message"] = EVIL


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[PageReader]]:
    public = make_site(tmp_path_factory.mktemp("evil"), _evil)
    return public, all_pages(public)


def test_no_value_becomes_markup(evil: tuple[Path, list[PageReader]]) -> None:
    for page in evil[1]:
        for tag, attrs in page.elements:
            assert tag != "script" or str(attrs.get("src")).startswith("../"), page.address
            assert attrs.get("src") != "x"
            assert not [name for name in attrs if name.startswith("on")], page.address


def test_the_values_are_shown_as_they_are(evil: tuple[Path, list[PageReader]]) -> None:
    heading = next(page for page in evil[1] if page.address.endswith("en/hs/6109/"))
    assert "<script>alert(1)</script>" in heading.text
    assert "{{ 7 * 7 }}" in heading.text


def test_no_address_runs(evil: tuple[Path, list[PageReader]]) -> None:
    for page in evil[1]:
        assert not [attrs for _, attrs in page.elements if str(attrs.get("href")).startswith("javascript:")]
    assert web("javascript:alert(1)") == web(" data:text/html,x") == "#"
    assert web("https://example.org/a") == "https://example.org/a"


def _html(text: str) -> str:
    return prose.html(text, "../", str, {"page:about-x": "agreements/x/", "picture:cth": "../assets/cth.svg"})


def test_links_of_prose_lead_into_the_site() -> None:
    assert 'href="../help/glossary/#fob"' in _html("[FOB](term:fob)")
    assert 'href="../hs/6109/#hs610910"' in _html("[shirts](hs:610910)")
    assert 'href="../hs/61/"' in _html("[knitwear](hs:61)")
    assert 'href="../agreements/one/"' in _html("[One](regime:one)")
    assert 'href="../agreements/x/"' in _html("[x](page:about-x)")
    assert 'href="../documents/#text"' in _html("[page](document:text#page=36)")
    assert 'src="../../assets/cth.svg"' in _html("![change](picture:cth)")
    assert 'href="https://example.org/"' in _html("[w](https://example.org/)")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example"])
def test_prose_links_nowhere_else(address: str) -> None:
    made = _html(f"[words]({address})")
    assert "href" not in made
    assert "words" in made


@given(st.text(max_size=200))
def test_prose_never_becomes_a_script(text: str) -> None:
    assert "<script" not in _html(text)
    assert "<img" not in _html(text.replace("![", ""))
