"""Links from prose to the glossary: those that a piece asks for, and the first mention of every other term.

`[[term]]` and `[[term|words]]` become Markdown links `[words](term:term)`. Besides, the first time a half names a term
of several words, or an abbreviation that a term gives in brackets, it is linked in place; single everyday words (party,
release) are left alone, since they may mean something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sources.content import LANGUAGES, Language, Piece
from transforms.khmer import BREAK

ASKED = re.compile(r"\[\[([a-z0-9-]+)(?:\|([^\]\n]+))?\]\]")
_LEFT_ALONE = re.compile(r"!?\[[^\]]*\]\([^)]*\)|`[^`\n]*`|^#.*$|^```.*?^```|https?://\S+", re.MULTILINE | re.DOTALL)
_SHORT = re.compile(r"\(([A-Z]{2,})\)")
_KHMER = "\u1780-\u17d3\u17dd"


@dataclass(frozen=True)
class Glossary:
    """The terms of a body of pieces: titles by id, and by language what a mention looks like.

    Attributes:
        forms: by language and spelling, without breaks, the term that it names.
        patterns: by language, any of those spellings, or None where there is none.
    """

    titles: Mapping[str, Mapping[Language, str]]
    forms: Mapping[Language, Mapping[str, str]]
    patterns: Mapping[Language, re.Pattern[str] | None]


def glossary_of(pieces: Iterable[Piece]) -> Glossary:
    """The glossary among some pieces."""
    terms = [piece for piece in pieces if piece.kind == "term" and "{" not in piece.head.title_en + piece.head.title_km]
    every = [piece for piece in pieces if piece.kind == "term"]
    titles = {piece.id: {language: piece.title(language) for language in LANGUAGES} for piece in every}
    forms: dict[Language, dict[str, str]] = {"en": {}, "km": {}}
    for piece in terms:
        for language in LANGUAGES:
            for form in _forms(piece.title(language), language):
                forms[language].setdefault(form, piece.id)
    return Glossary(titles, forms, {language: _pattern(forms[language], language) for language in LANGUAGES})


def linked(text: str, own: str, glossary: Glossary, language: Language) -> str:
    """A text with its links to the glossary; `own` is the term that the text itself explains, or empty.

    Raises:
        KeyError: the text asks for a term that there is not.
    """
    done = {own}

    def ask(found: re.Match[str]) -> str:
        term, words = found[1], found[2]
        if term not in glossary.titles:
            raise KeyError(f"there is no term {term!r} in the glossary")
        done.add(term)
        return f"[{words or glossary.titles[term][language]}](term:{term})"

    return _mention(ASKED.sub(ask, text), done, glossary, language)


def _mention(text: str, done: set[str], glossary: Glossary, language: Language) -> str:
    """Link the first mention of every term that is not linked yet, outside links, code and headings."""
    pattern, forms = glossary.patterns[language], glossary.forms[language]
    if pattern is None:
        return text

    def link(found: re.Match[str]) -> str:
        said = found[0].replace(BREAK, "")
        term = forms.get(said) or forms.get(said[:1].upper() + said[1:])
        if term is None or term in done:
            return found[0]
        done.add(term)
        return f"[{found[0]}](term:{term})"

    pieces: list[str] = []
    at = 0
    for kept in _LEFT_ALONE.finditer(text):
        pieces += [pattern.sub(link, text[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join([*pieces, pattern.sub(link, text[at:])])


def _forms(title: str, language: Language) -> list[str]:
    """Spellings of a term that are surely the term: of several words, or an abbreviation in brackets."""
    bare = re.sub(r"\s*\([^)]*\)", "", title).strip()
    several = " " in bare or "-" in bare or (language == "km" and BREAK in bare)
    short = _SHORT.findall(title) if language == "en" else []
    return ([bare.replace(BREAK, "")] if several else []) + short


def _pattern(forms: Iterable[str], language: Language) -> re.Pattern[str] | None:
    """Any spelling, the longest first, by its first sign; a capital at its head may be small, a Khmer one be broken."""
    heads: dict[str, list[str]] = {}
    for form in sorted(forms, key=lambda form: (-len(form), form)):
        if language == "km":
            tail = f"{BREAK}?".join(map(re.escape, form[1:]))
            heads.setdefault(re.escape(form[0]) + f"{BREAK}?", []).append(tail)
        else:
            first = form[0] if form[:2].isupper() else f"[{form[0].upper()}{form[0].lower()}]"
            heads.setdefault(first, []).append(re.escape(form[1:]))
    if not heads:
        return None
    edge = f"[{_KHMER}]" if language == "km" else "[A-Za-z0-9-]"
    any_of = "|".join(f"{head}(?:{'|'.join(tails)})" for head, tails in heads.items())
    return re.compile(f"(?<!{edge})(?:{any_of})(?!{edge})")
