"""Helpers for the tests of the site: a small release and its site, and pages as a reader finds them."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from publish.site import build_site
from publish.static_json import write_static_json
from tests.publish.releases import publish_sample
from tests.publish.sample import sample_tables

ROOT = "https://example.test/"
Alter = Callable[[dict[str, list[dict[str, Any]]]], None]


def make_site(public: Path, alter: Alter | None = None) -> Path:
    """Publish the sample, altered or not, with its static JSON and its site; the web root."""
    release = publish_sample(public, sample_tables(alter)).path
    write_static_json(public, release)
    build_site(public, release)
    return public


class PageReader(HTMLParser):
    """What a test asks of a page: its elements with their attributes, its title, its text, its links and anchors."""

    def __init__(self, path: Path, public: Path) -> None:
        super().__init__()
        self.path = path
        folder = path.relative_to(public).as_posix().removesuffix("index.html")
        self.address = urljoin(ROOT, folder)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.title = ""
        self._in: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("title", "script", "style"):
            self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._in and self._in[-1] == tag:
            self._in.pop()

    def handle_data(self, data: str) -> None:
        if self._in[-1:] == ["title"]:
            self.title += data
        elif not self._in:
            self.text += data

    @property
    def ids(self) -> list[str]:
        return [str(found["id"]) for _, found in self.elements if found.get("id")]

    @property
    def links(self) -> list[str]:
        """Addresses of everything it leads to or loads."""
        found = [attrs.get(name) for _, attrs in self.elements for name in ("href", "src", "action")]
        return [urljoin(self.address, link) for link in found if link]


def all_pages(public: Path) -> list[PageReader]:
    """Every page of a site, but that for addresses which do not exist."""
    return [PageReader(path, public) for lang in ("en", "km") for path in sorted((public / lang).rglob("*.html"))]


def place_of(address: str, public: Path) -> tuple[Path, str]:
    """The file an address of the site leads to, and the anchor on it."""
    plain, anchor = urldefrag(address)
    path = unquote(urlsplit(plain).path).lstrip("/")
    place = public / path
    return (place / "index.html" if path.endswith("/") or not path else place), unquote(anchor)
