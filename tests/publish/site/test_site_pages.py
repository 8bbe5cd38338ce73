"""Every page: that its links lead somewhere, that it says its language and title, and loads nothing it may not."""

from __future__ import annotations

import re
from pathlib import Path

from publish.site.render import CSP
from publish.site.words import LANGUAGES, words
from tests.publish.site.sites import ROOT, PageReader, place_of

_RAW = re.compile(r"\{[a-z_]+\}|\{\{|\}\}|\bNone\b|\bUndefined\b")
_KEYS = [key for key in words("en").strings if "." in key]


def test_no_link_is_broken(public: Path, pages: list[PageReader]) -> None:
    ids = {page.path: set(page.ids) for page in pages}
    broken = []
    for page in pages:
        for link in page.links:
            if not link.startswith(ROOT):
                continue
            place, anchor = place_of(link, public)
            if not place.is_file() or (anchor and place in ids and anchor not in ids[place]):
                broken.append(f"{page.address}: {link}")
    assert broken == []


def test_no_page_asks_another_host_for_anything(pages: list[PageReader]) -> None:
    loaded = [
        attrs.get("src") or attrs.get("href") or ""
        for page in pages
        for tag, attrs in page.elements
        if tag in ("script", "img", "link", "source", "iframe")
    ]
    assert [address for address in loaded if "//" in address] == []


def test_every_page_says_its_language_and_has_a_title_of_its_own(pages: list[PageReader]) -> None:
    for lang in LANGUAGES:
        titles = [page.title for page in pages if page.address.startswith(f"{ROOT}{lang}/")]
        assert all(titles)
        assert len(set(titles)) == len(titles)
    for page in pages:
        lang = page.address.removeprefix(ROOT)[:2]
        assert page.elements[0] == ("html", {"lang": lang})


def test_every_page_forbids_what_is_not_its_own_and_writes_no_script_or_style(pages: list[PageReader]) -> None:
    assert "unsafe" not in CSP
    for page in pages:
        policies = [a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
        assert policies == [CSP]
        for tag, attrs in page.elements:
            assert tag != "style"
            assert tag != "script" or attrs.get("src")
            assert not [name for name in attrs if name == "style" or name.startswith("on")]


def test_no_page_shows_a_raw_key_or_a_missing_value(pages: list[PageReader]) -> None:
    for page in (page for page in pages if not page.address.endswith("data/dictionary/")):
        assert not _RAW.search(page.text), (page.address, _RAW.search(page.text))
        shown = [key for key in _KEYS if key in page.text and not key.startswith(("site.", "data."))]
        assert shown == [], page.address


def test_an_identifier_stands_once_on_a_page(pages: list[PageReader]) -> None:
    for page in pages:
        assert len(page.ids) == len(set(page.ids)), page.address


def test_pages_stay_small(public: Path) -> None:
    """The home page with all it loads at first stays under 150 kB, font included, even uncompressed."""
    assets = next(path for path in (public / "assets").iterdir() if path.is_dir())
    first = [assets / name for name in ("site.css", "site.js", "search.js", "find.js", "common.js", "mark.svg",
                                        "words-km-search.js")]  # fmt: skip
    font = next((public / "assets").glob("*.woff2"))
    size = sum(path.stat().st_size for path in (public / "km" / "index.html", font, *first))
    assert size < 150_000
