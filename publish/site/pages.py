"""What a page of the site is, and the list of those who make pages; what stands on a page is the matter of its maker.

A maker takes the facts of a release and yields pages. To add pages, write a maker in a module of its own and name it
in `publish.site.build.MAKERS`; its template extends `base.html`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from publish.site.facts import Facts


@dataclass(frozen=True)
class Page:
    """One page, the same in every language but for its words.

    Attributes:
        path: its directory under that of the language, such as `agreements/`; empty for the home page.
        template: file in `templates/`.
        title: its title: a key of the strings, or text by language.
        nav: entry of the navigation it belongs to.
        values: what the template shows; row values whose names end in `_en` and `_km` are chosen by language there.
        scripts: modules in `assets/` that it loads.
        crumbs: the pages above it: path, and a key of the strings or text by language.
        files: what is written beside it, by name: the same in every language.
    """

    path: str
    template: str
    title: str | Mapping[str, str | None]
    nav: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    scripts: tuple[str, ...] = ()
    crumbs: tuple[tuple[str, str | Mapping[str, str | None]], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


Maker = Callable[[Facts], Iterator[Page]]
"""Takes the facts of a release and yields pages."""
