"""The numbers of articles, rules, chapters and annexes: which one follows which, and what is wrong with them in a text.

Numbers are read as laws print them: 3.4, 1A, 3-A, IX, C, TWO. A number with several readings (C is a letter and a
hundred) follows another if any of its readings does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sources.reading import Finding

_WORDS = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
]
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


@dataclass(frozen=True, slots=True)
class Article:
    """An article, rule, chapter, section, annex, appendix or attachment.

    Attributes:
        kind, number, heading: `Article`, `3.4`, its words or None where it has none.
        page_from, page_to: the page of its heading, and that of the last thing before the heading that ends it.
        within: the labels of what it stands in, from the outside in: `("Annex 3", "Appendix 1")`.
        at: index of its heading among the paragraphs.
    """

    kind: str
    number: str
    heading: str | None
    page_from: int
    page_to: int
    within: tuple[str, ...]
    at: int

    @property
    def label(self) -> str:
        """Kind and number."""
        return f"{self.kind} {self.number}"


def numbering_findings(articles: Sequence[Article]) -> list[Finding]:
    """Numbers that come twice in one place, and numbers that are left out."""
    findings = []
    latest: dict[str, int] = {}
    seen: dict[tuple[int | None, str], Article] = {}
    before: dict[str, Article] = {}
    for each in articles:
        parent = latest.get(each.within[-1]) if each.within else None
        first = seen.setdefault((parent, each.label), each)
        last = before.get(each.kind)
        inside = f" of {', '.join(each.within)}" if each.within else ""
        if first is not each and is_first(each.number) and last is not None and last.number != each.number:
            seen = {key: one for key, one in seen.items() if one.kind != each.kind} | {(parent, each.label): each}
            message = f"The numbers begin anew with {each.label}{inside}: another instrument may begin here."
            findings.append(Finding("numbering_restarts", "info", message, each.page_from, value=each.label))
        elif first is not each:
            message = f"{each.label}{inside} stands on page {first.page_from} and again on page {each.page_from}."
            findings.append(
                Finding("duplicate_heading", "warning", message, each.page_from, value=each.label, remedy=LOOK)
            )
        elif not (is_first(each.number) if last is None else goes_on(last.number, each.number)):
            message = f"{each.label}{inside} follows {last.label if last else 'nothing'}."
            expected = f"the number after {last.number}" if last else "the first number"
            findings.append(
                Finding("numbering_gap", "warning", message, each.page_from, None, each.label, expected, LOOK)
            )
        before[each.kind], latest[each.label] = each, each.at
    return findings


LOOK = "Look at the page: a heading may be missing, or be a sentence; another instrument may begin here."


def goes_on(before: str, after: str) -> bool:
    """Whether a number follows another, or begins anew: 3.4 and 3.5, 1 and 1A, 12D and 13, IX and X, 2.17 and 3.1."""
    for one in _readings(before):
        for two in _readings(after):
            if one[0] != two[0]:
                continue
            if two[1] == one[1] + 1 and two[2] in ("", "A"):
                return True
            if two[1] == one[1] and ord(two[2] or "@") == ord(one[2] or "@") + 1:
                return True
    return is_first(after)


def is_first(number: str) -> bool:
    """Whether a number is the first of its kind, or cannot be counted."""
    readings = _readings(number)
    return not readings or any(count <= 1 and not letter for _, count, letter in readings)


def _readings(number: str) -> list[tuple[str, int, str]]:
    """Every way to read a number: leading part, what counts, a letter after it; C is a letter, and a hundred."""
    found = []
    if number.lower() in _WORDS:
        found.append(("", _WORDS.index(number.lower()), ""))
    if match := re.fullmatch(r"((?:\d+[.-])*)(\d+)([A-Z]?)", number):
        found.append((match[1], int(match[2]), match[3]))
        if match[3]:
            found.append((f"{match[1]}{match[2]}", ord(match[3]) - 64, ""))  # Annex 3A, 3B
    if match := re.fullmatch(r"(\d+-)?([A-Z])", number):
        found.append((match[1] or "", ord(match[2]) - 64, ""))
    if number and set(number) <= set(_ROMAN):
        values = [_ROMAN[sign] for sign in number]
        roman = sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
        found.append(("", roman, ""))
    return found
