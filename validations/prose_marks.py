"""Finds what prose states by hand: numbers, dates, shares, names of parties, agreements and forms outside a reference.

It looks at the source of a piece, not at what was made of it: there, a fact that follows the data is a reference, and
everything else that looks like a fact is an error. What is left alone: list markers, a heading's own number, code, the
targets of links, editions of the HS, and the names that `sources/content/allowed.yml` gives a reason for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from sources.content import FOLDER, LANGUAGES, Language, Piece
from sources.registry import ROOT
from sources.yaml_text import parse_yaml
from transforms.khmer import BREAK
from transforms.speech import MONTHS
from warehouse.tables.base import EDITIONS

ALLOWED = ROOT / FOLDER / "allowed.yml"
_MASKED = (
    re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL),
    re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE),
    re.compile(r"`[^`\n]+`"),
    re.compile(r"(?<=\])\([^)\s]+\)"),
    re.compile(r"(?<=\[\[)[a-z0-9-]+"),
    re.compile(r"https?://\S+"),
    re.compile(r"^[ \t]*\d+[.)](?=\s)", re.MULTILINE),
    re.compile(r"^#+[ \t]+[\d.]+(?=\s)", re.MULTILINE),
)
"""References, code, targets of links and markers: blanked out, line breaks kept, before a source is looked at."""
_NUMBERS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"[0-9\u17e0-\u17e9]+(?:[.,][0-9\u17e0-\u17e9]+)*"
        r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|hundred|thousand"
        r"|million|half)[ -](?:per cent|percent|months?|years?|days?|weeks?|dollars?|riels?|of the value)\b",
        re.IGNORECASE,
    ),
    "km": re.compile(
        r"[0-9\u17e0-\u17e9]+(?:[.,][0-9\u17e0-\u17e9]+)*"
        r"|(?:ពីរ|បី|បួន|ប្រាំ|ដប់|ម្ភៃ|សាមសិប|រយ|ពាន់|លាន)[ \u200b]?(?:ភាគរយ|ខែ|ឆ្នាំ|ថ្ងៃ|ដុល្លារ|រៀល)"
    ),
}
_FORM = re.compile(r"\bForm [A-Z]{1,4}\b|ទម្រង់ [A-Z]{1,4}\b")


@dataclass(frozen=True)
class Bare:
    """A fact stated by hand: the piece, the line of its file, and the words."""

    piece: Piece
    line: int
    words: str


@dataclass(frozen=True)
class Names:
    """Names that prose must not state by hand, and what it may."""

    parties: tuple[str, ...]
    regimes: tuple[str, ...]
    allowed: tuple[str, ...]

    @cached_property
    def forbidden(self) -> list[str]:
        """What must not stand by hand, the longest first."""
        return sorted({*self.parties, *self.regimes} - set(self.allowed), key=len, reverse=True)

    def pattern_for(self, text: str) -> re.Pattern[str]:
        """Any of the names that a text holds; a Latin one as a whole word, a Khmer one wherever it stands."""
        held = (rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])" for name in self.forbidden if name in text)
        return re.compile("|".join(held) or r"(?!)")

    @cached_property
    def masked(self) -> re.Pattern[str]:
        """What may stand by hand."""
        return re.compile("|".join(map(re.escape, sorted({*self.allowed, *EDITIONS}, key=len, reverse=True))))


def names_of(tables: Mapping[str, pa.Table], countries: Iterable[str], allowed: Path = ALLOWED) -> Names:
    """The names in tables `party` and `regime`, further countries, and what may stand by hand with its reason."""
    given = parse_yaml(allowed.read_text(encoding="utf-8")) if allowed.exists() else {"allowed": []}

    def column(table: str, *names: str) -> tuple[str, ...]:
        return tuple(v for n in names for v in tables[table].column(n).to_pylist() if v) if table in tables else ()

    return Names(
        parties=(*column("party", "name_en", "name_km"), *countries),
        regimes=column("regime", "short_name", "name_en", "name_km"),
        allowed=tuple(entry["name"] for entry in given["allowed"]),
    )


def bare_facts(piece: Piece, names: Names) -> Iterator[Bare]:
    """Every fact that a piece states by hand."""
    for language in LANGUAGES:
        half = piece.half(language)
        sources = [(piece.title(language), 2)]
        if piece.kind == "picture":
            sources += [(words[language], 2) for words in piece.head.words.values()]
        else:
            sources.append((half.text, half.line))
        for text, first in sources:
            looked = _masked(text, names)
            for pattern in (_NUMBERS[language], names.pattern_for(looked), _FORM, _months(language)):
                for found in pattern.finditer(looked):
                    yield Bare(piece, first + looked.count("\n", 0, found.start()), found[0])


def _masked(text: str, names: Names) -> str:
    text = text.replace(BREAK, "")
    for pattern in (*_MASKED, names.masked):
        text = pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text


def _months(language: Language) -> re.Pattern[str]:
    """A month as part of a date; `May` and `March` are words too, so a capital and what is around them count."""
    if language == "km":
        return re.compile("ខែ(?:" + "|".join(MONTHS["km"]) + ")")
    return re.compile(r"\b(?:" + "|".join(name for name in MONTHS["en"] if name not in ("March", "May")) + r")\b")
