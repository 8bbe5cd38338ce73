"""Numbers, codes and connectives of a rule, counted in its words as printed and again in its expression.

The count knows nothing of the grammar that made the expression, so that the two can disagree: it is the check on how
fully a rule was read, in tests and in the list of rules that a person should look at.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from transforms.origin_language import (
    AnyOf,
    Change,
    MaterialLimit,
    MaterialsObtained,
    MaterialsOriginating,
    Rule,
    thresholds,
    walk,
)

MARKUP = re.compile(r"<[^>]*>|\(/[^)]*\)|\d-digit|[*]|&nbsp;")


@dataclass(frozen=True)
class Count:
    """Percentages, codes of materials, and how many alternatives are joined."""

    shares: Counter[Decimal]
    codes: frozenset[str]
    joints: int


def count_words(phrase: str) -> Count:
    """What stands in the words of a document."""
    text = re.sub(r"(?i)change to \(?(?:chapter|heading|subheading)s?\s*[\d.]+", "change", MARKUP.sub(" ", phrase))
    text = re.sub(r"(?i)(products of )?[\d.]+ do not contain", "do not contain", text)
    text = re.sub(r"\d{4}\.\d{2}\.\d{2,4}", "national", text)
    text = re.sub(r"(?i)at least (one|two) ", "", text)
    shares = re.findall(r"(?i)(?:RVC|QVC)\s*(\d+)|(\d+(?:\.\d+)?)\s*(?:%|per ?cent)", text)
    bare = re.sub(r"(?i)(?:RVC|QVC)\s*\d+|\d+(?:\.\d+)?\s*(?:%|per ?cent)", "", text)
    codes = {code.replace(".", "").zfill(2) for code in re.findall(r"\d[\d.]*\d|\d", bare)}
    text = re.sub(
        r"(?i)\bor (?=produced|(?:from )?(?:sub)?(?:heading|chapter)?s?\s*\d|ingredients|otherwise|finishing)", "", text
    )
    text = re.sub(r"(?i)printing or dyeing accompanied", "printing accompanied", text)
    joints = len(re.findall(r"(?i)\bor\b", text)) + len(re.findall(r",(?= RVC\d+, or)", text))
    return Count(Counter(Decimal(a or b) for a, b in shares), frozenset(codes), joints)


def count_rule(rule: Rule) -> Count:
    """What stands in an expression."""
    codes: set[str] = set()
    joints = 0
    for part in walk(rule):
        match part:
            case AnyOf(of):
                joints += len(of) - 1
            case Change(excluded=ranges) | MaterialLimit(materials=ranges):
                codes |= {code for one in ranges for code in (one.first, one.last)}
            case MaterialsObtained(ranges) | MaterialsOriginating(ranges):
                codes |= {code for one in ranges for code in (one.first, one.last)}
    return Count(Counter(thresholds(rule)), frozenset(codes), joints)


def differences(phrase: str, rule: Rule, *, joined_by_rows: bool = False) -> list[str]:
    """In what the words and the expression differ, in words; empty where they do not.

    Args:
        phrase: the words of the document.
        rule: the expression.
        joined_by_rows: whether the alternatives are rows of their own, so that connectives inside them are prose.
    """
    words, read = count_words(phrase), count_rule(rule)
    found = [
        (name, said, held)
        for name, said, held in (
            ("percentages", sorted(words.shares.elements()), sorted(read.shares.elements())),
            ("codes", sorted(words.codes), sorted(read.codes)),
            ("alternatives", [words.joints], [words.joints if joined_by_rows else read.joints]),
        )
        if said != held
    ]
    return [f"{name}: {_list(said)} in the words, {_list(held)} in the rule" for name, said, held in found]


def _list(values: list[Decimal] | list[str] | list[int]) -> str:
    return ", ".join(map(str, values)) or "none"
