"""How a page becomes HTML: the Jinja2 environment, in which every value is escaped and a missing one is an error."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from publish import wording
from publish.site import prose
from publish.site.assets import needed
from publish.site.pages import Page
from publish.site.words import LANGUAGES, measured, words

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'"
)
"""What a page may load: its own files and nothing else, no script or style written into it."""
_BETWEEN_TAGS = re.compile(r">\s*\n\s*<")


class _Context(Context):
    """A context that calls what a template names just as it stands, since nothing of ours asks to be given more."""

    def call(
        self, named: Callable[..., Any], /, *values: Any, _block_vars: object = None, _loop_vars: object = None,
        **more: Any,
    ) -> Any:  # fmt: skip
        """What something gives for some values; the variables of block and loop are for what asks for a context."""
        return named(*values, **more)


@cache
def environment(lang: str) -> Environment:
    """The environment of a language: strings as `t`, and filters for rows, days, numbers and codes."""
    made = Environment(
        loader=PackageLoader("publish.site"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    made.context_class = _Context
    say = words(lang)
    made.globals |= {
        "t": say,
        "tp": say.plain,
        "has": say.has,
        "lang": lang,
        "languages": LANGUAGES,
        "csp": CSP,
        "once": once,
        "needed": needed,
    }
    made.filters |= {
        "name": say.pick, "lacks": say.lacks, "date": say.date, "number": say.number, "digits": say.digits,
        "size": say.size, "breaks": say.broken, "dotted": dotted, "web": web, "prose": _prose,
        "percent": wording.percent, "plain_number": _plain_number,
    }  # fmt: skip
    return made


@cache
def _template(lang: str, name: str) -> Template:
    return environment(lang).get_template(name)


def render(page: Page, lang: str, around: Mapping[str, Any]) -> str:
    """A page in a language.

    Args:
        page: the page.
        lang: the language.
        around: what is the same for all pages: `assets`, `release` and so on; `kept` is for what is made of it once.
    """
    say = words(lang)
    here = "../" * page.path.count("/")
    up = f"{here}../"

    def text(title: str | Mapping[str, str | None]) -> str:
        if isinstance(title, str):
            return say.plain(title)
        return title.get(lang) or title["en"] or ""

    html = _template(lang, page.template).render(
        **around, **page.values, page=page, title=text(page.title), root=up, home=here or "./",
        crumbs=[(path, text(label)) for path, label in page.crumbs],
    )  # fmt: skip
    return _BETWEEN_TAGS.sub(">\n<", html)


def once(memo: dict[object, Markup], key: object, macro: Callable[..., Markup], *values: object) -> Markup:
    """What a macro makes of some values, made once for each key: many pages have parts that are the same."""
    if key not in memo:
        memo[key] = macro(*values)
    return memo[key]


def dotted(code: str) -> str:
    """A code as people write it: `6109.10`, `6109.10.10.00`."""
    if len(code) <= 4:
        return code
    return ".".join([code[:4], *(code[i : i + 2] for i in range(4, len(code), 2))])


def web(address: str) -> str:
    """An address of the web, or one that leads nowhere for anything else that a document's row may hold."""
    return address if address.startswith(("https://", "http://")) else "#"


@pass_context
def _prose(context: Context, row: Mapping[str, Any], name: str) -> Markup:
    say = words(context["lang"])
    lacks = say.lacks(row, name)
    text = row[f"{name}_en"] if lacks else row.get(f"{name}_{say.lang}") or row.get(f"{name}_en") or ""
    if say.lang == "km" and not lacks:
        text = measured(text)
    made = Markup(
        prose.html(text, context["home"], say.broken, context["places"][say.lang])
    )  # the library escapes; raw HTML is off
    return Markup('<div lang="en">{}</div>').format(made) if lacks else made


def _plain_number(value: float) -> str:
    return f"{value:g}"
