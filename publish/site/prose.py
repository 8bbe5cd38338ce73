"""Prose that the release carries as Markdown, as HTML: no raw HTML passes, and links lead into the site.

Texts link by what they mean, not by address: `term:`, `hs:`, `regime:`, `page:`, `article:` and `document:`; here each
becomes the address of its page. A link of any other kind than these and the web's is left out, its words stay.
Which texts, pictures and articles of the law have a place of their own is said by `places`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from urllib.parse import quote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PLACES: dict[str, Callable[[str], str]] = {
    "term": lambda name: f"help/glossary/#{name}",
    "faq": lambda name: f"help/faq/#{name}",
    "hs": lambda code: f"hs/{code[:4]}/#hs{code}" if len(code) > 4 else f"hs/{code}/",
    "regime": lambda name: f"agreements/{name}/",
    "document": lambda name: f"documents/#{name.partition('#')[0]}",
    "article": lambda name: f"documents/#{name.partition('/')[0]}",
    "page": lambda path: f"{path.strip('/')}/" if path.strip("/") else "",
    "picture": lambda name: f"documents/#{name}",
}


class _Markdown(MarkdownIt):
    """CommonMark with tables, without raw HTML, that lets our own kinds of link stand and no unknown one."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable("table")

    def validateLink(self, url: str) -> bool:  # the library's name
        return urlsplit(url.strip()).scheme.lower() in ("http", "https", "mailto", *_PLACES)


@cache
def _markdown() -> MarkdownIt:
    return _Markdown()


def html(text: str, home: str, breaks: Callable[[str], str], places: Mapping[str, str]) -> str:
    """Markdown as HTML.

    Args:
        text: what the release holds.
        home: address of the home page of the language, as seen from the page.
        breaks: puts breaks into the words of a language that needs them.
        places: address under the home page of what has a place of its own, by link, such as `page:about-x`.
    """
    tokens = _markdown().parse(text)
    for token in _inside(tokens):
        if token.type == "text":
            token.content = breaks(token.content)
        elif token.type == "heading_open" or token.type == "heading_close":
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
        elif token.type == "link_open":
            token.attrs["href"] = _address(str(token.attrs["href"]), home, places)
        elif token.type == "image":
            token.attrs["src"] = _address(str(token.attrs["src"]), home, places)
    return str(_markdown().renderer.render(tokens, _markdown().options, {}))


def _inside(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _inside(token.children or [])


def _address(address: str, home: str, places: Mapping[str, str]) -> str:
    scheme, _, rest = address.partition(":")
    if scheme not in _PLACES:
        return address
    return home + quote(places.get(address) or _PLACES[scheme](rest), safe="/#-_.~")
