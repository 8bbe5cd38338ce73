"""Whether Khmer is written as it should be: order of signs, no foreign letters in words, one spelling, room to break.

The order and structure of signs are judged by SIL's normaliser, which `khmernormalizer` carries; the spellings are
those that docs/khmer-terms.md has settled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from transforms.khmer import BREAK

KHMER = "\u1780-\u17d3\u17dd"
LONGEST_RUN = 60
"""Signs of Khmer that may follow one another without a place at which a line may break."""
_LATIN_INSIDE = re.compile(rf"[{KHMER}][A-Za-z]|[A-Za-z][{KHMER}]")
_RUN = re.compile(rf"[{KHMER}\u200c\u200d]+")
_OLD_SIGNS = re.compile("[\u17a3\u17a4\u17b4\u17b5\u17d8]")
SPELLINGS = {
    "ឲ្យ": "ឱ្យ", "អោយ": "ឱ្យ", "ប្រភពដើម": "ដើមកំណើត", "វិញ្ញាបណ្ណប័ត្រ": "វិញ្ញាបនបត្រ", "វិញ្ញាបនប័ត្រ": "វិញ្ញាបនបត្រ",
    "ភស្ដុតាង": "ភស្តុតាង", "សន្ដិសុខ": "សន្តិសុខ", "ដើមកំនើត": "ដើមកំណើត", "កំរិត": "កម្រិត", "សំរាប់": "សម្រាប់", "តំលៃ": "តម្លៃ",
    "ទំរង់": "ទម្រង់", "ចំលើយ": "ចម្លើយ", "បញ្ហារ": "បញ្ហា", "អាជ្ញាប័ណ្ណ": "អាជ្ញាបណ្ណ",
}  # fmt: skip
"""Spellings that are not used here, with the one that is."""


def faults(text: str) -> Iterator[str]:
    """What is wrong with a Khmer text, each with the words at fault."""
    if (wrong := _out_of_order(text)) is not None:
        yield f"signs out of order in {wrong!r}"
    if found := _LATIN_INSIDE.search(text):
        yield f"a Latin letter inside a word: {_around(text, found)!r}"
    if found := _OLD_SIGNS.search(text):
        yield f"a sign that is no longer used: {_around(text, found)!r}"
    for old, new in SPELLINGS.items():
        if old in text.replace(BREAK, ""):
            yield f"{old!r} is written {new!r} here"
    for run in _RUN.findall(text):
        if len(run) > LONGEST_RUN:
            yield f"no place to break a line in {run[:40]!r}: run `make khmer`"
            break
    if BREAK * 2 in text or re.search(rf"\s{BREAK}|{BREAK}\s", text):
        yield "a zero-width space beside a space or another: run `make khmer`"


def _around(text: str, found: re.Match[str]) -> str:
    return text[max(found.start() - 12, 0) : found.end() + 12]


def _out_of_order(text: str) -> str | None:
    """The first word whose signs do not stand in the normal order, or do not make syllables; None where all do."""
    return next((str(word) for word in _RUN.findall(text) if not _in_order(word)), None)


@cache
def _in_order(word: str) -> bool:
    from khmernormalizer.khnormal import khmer_normalize, khtest

    return khmer_normalize(word) == word and khtest(word) is None
