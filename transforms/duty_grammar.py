"""The grammar of duties: from text to options, joins and bounds, or a plain refusal.

One tokenizer and one recursive descent over it, both linear in the length of the text. What the grammar does not know
it refuses (`Unreadable`); it never guesses. States of cells that hold no duty are not its matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from transforms.duty_values import Component, Duty, Join, Option, exact, make_duty, simplest
from transforms.units import BASES, CODES

BareNumber = Literal["percent", "fraction", "refuse"]
LONGEST = 400
"""Characters of the longest cell that is read; the longest duty in the held documents has 60."""
PERCENT_DIGITS = (6, 6)
MONEY_DIGITS = (12, 9)
"""Digits before and after the point that are kept; a number beyond them is refused, never rounded."""
DOUBLE_DIGITS = 15
"""Significant digits that a spreadsheet shows; more of them in a fraction are an artefact of the binary double."""
HIGHEST_FRACTION = 10
"""A bare fraction above 10 (1,000 %) is a percentage in the wrong column rather than a rate."""

ISO_CURRENCIES = (
    "AED", "AUD", "BND", "CAD", "CHF", "CNY", "EUR", "GBP", "HKD", "IDR", "INR", "JPY", "KHR", "KRW", "LAK", "MMK",
    "MYR", "NZD", "PHP", "SGD", "THB", "TWD", "USD", "VND",
)  # fmt: skip

# One character of a document for one of the grammar. Superscripts are left out on purpose: they are footnotes.
FOLD = str.maketrans(
    {"％": "%", "＋": "+", "−": "-", "－": "-", "–": "-", "（": "(", "）": ")", "，": ",", "、": ",", "．": ".",
     "／": "/", "×": "*", "＊": "*", **{chr(0xFF10 + digit): str(digit) for digit in range(10)}}
)  # fmt: skip

PHRASES = (
    ("IF_LOWER", r",?\s*or\s*,?\s*if\s+(?:lower|less)\s*,?"),
    ("IF_HIGHER", r",?\s*or\s*,?\s*if\s+(?:higher|greater)\s*,?"),
    ("HIGHER", r",?\s*whichever\s+is\s+(?:the\s+)?(?:greater|greatest|higher|highest)\b|のうちいずれか高い税率"),
    ("LOWER", r",?\s*whichever\s+is\s+(?:the\s+)?(?:less|lesser|lower|lowest)\b|のうちいずれか低い税率"),
    ("NOT_LESS", r",?\s*but\s+not\s+less\s+than\b|,?\s*with\s+a\s+minimum\s+of\b|,?\s*\bmin(?:imum)?\b\.?"),
    ("NOT_MORE", r",?\s*but\s+not\s+more\s+than\b|,?\s*with\s+a\s+maximum\s+of\b|,?\s*\bmax(?:imum)?\b\.?"),
    ("PROVISO", r"\(?\s*ただしその税率が"),
    ("BELOW", r"を下回る場合は"),
    ("ABOVE", r"を上回る場合は"),
    ("DECREE", r"とする\s*\)?"),
    ("OR", r",?\s*\bor\b|又は"),
    ("PLUS", r"\+|,?\s*\b(?:plus|and)\b"),
    ("VALUE", r"課税価格"),
    ("EACH", r"\beach\b"),
    ("FREE", r"\bfree\b|無税"),
    ("PERCENT", r"%|\bper\s?cent\b"),
    ("PER", r"\bper\b"),
)
NUMBER = r"(?:[1-9]\d{0,2}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
SIGNS = (("MINUS", "-"), ("COMMA", ","), ("SLASH", "/"), ("TIMES", r"\*"), ("OPEN", r"\("), ("CLOSE", r"\)"))


class Unreadable(ValueError):
    """The text is no duty that the grammar knows."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the grammar and its spelling."""

    kind: str
    text: str


def read_duty(text: str, bare: BareNumber, currency: Mapping[str, str], lines: Literal["compound", "refuse"]) -> Duty:
    """The duty that a text states.

    Args:
        text: one cell; its lines are joined by newlines.
        bare: what a number without a sign means.
        currency: ISO 4217 code (`NZD/100` for a hundredth) by sign or word.
        lines: whether several lines that no word joins are added together.

    Raises:
        Unreadable: the text is not a duty of a known form, or a number has more digits than are kept.
    """
    if len(text) > LONGEST:
        raise Unreadable("longer than any duty")
    words = tuple(sorted(currency.items()))
    try:
        return _Parser(tokenize(text, words), bare, dict(words)).duty()
    except Unreadable:
        parts = text.split("\n")
        if lines == "refuse" or len(parts) < 2:
            raise
        return _added([_Parser(tokenize(part, words), bare, dict(words)).duty() for part in parts])


def _added(lines: list[Duty]) -> Duty:
    """The duty of a cell whose lines are added: one percentage over one or more amounts of money."""
    parts = [line.options[0][0] for line in lines if len(line.options) == 1 and len(line.options[0]) == 1]
    percentages = sum(part.is_percent for part in parts)
    if len(parts) != len(lines) or percentages > 1 or percentages == len(parts):
        raise Unreadable("lines that cannot be added")
    return make_duty([tuple(parts)])


def tokenize(text: str, currency: tuple[tuple[str, str], ...]) -> list[Token]:
    """The tokens of a text; spaces and line breaks only part them."""
    folded = text.translate(FOLD)
    pattern, tokens, at = _lexer(currency), [], 0
    while at < len(folded):
        found = pattern.match(folded, at)
        if found is None:
            raise Unreadable(f"unknown word at {folded[at : at + 20]!r}")
        at = found.end()
        if found.lastgroup and found.lastgroup != "SPACE":
            tokens.append(Token(found.lastgroup, found.group().strip()))
    return tokens


@lru_cache(maxsize=64)
def _lexer(currency: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    money = {word for word, _ in currency} | set(ISO_CURRENCIES)
    groups = [
        ("SPACE", r"\s+"),
        *PHRASES,
        ("NUMBER", NUMBER),
        ("CURRENCY", _any_of(money)),
        ("BASIS", rf"(?:{_any_of(BASES)})\s*\*?"),
        ("UNIT", _any_of(CODES)),
        *SIGNS,
    ]
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in groups), re.IGNORECASE | re.ASCII)


def _any_of(words: Mapping[str, object] | set[str]) -> str:
    longest_first = sorted((word.translate(FOLD) for word in words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word) + (r"(?![A-Za-z0-9])" if word[-1].isascii() and word[-1].isalnum() else "")
                    for word in longest_first)  # fmt: skip


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, tokens: list[Token], bare: BareNumber, currency: dict[str, str]) -> None:
        self.tokens = tokens
        self.bare = bare
        self.currency = {code.casefold(): code for code in ISO_CURRENCIES}
        self.currency |= {word.translate(FOLD).casefold(): code for word, code in currency.items()}
        self.at = 0
        self.bare_seen = False

    def peek(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else "END"

    def take(self, *kinds: str) -> str | None:
        """The text of the next token if it is one of these kinds."""
        if self.peek() not in kinds:
            return None
        self.at += 1
        return self.tokens[self.at - 1].text

    def need(self, *kinds: str) -> str:
        found = self.take(*kinds)
        if found is None:
            raise Unreadable(f"{' or '.join(kinds)} expected, {self.peek()} found")
        return found

    def duty(self) -> Duty:
        """Read `duty := option (separator option)* [which] bound*`."""
        options, separators = [self.option()], []
        while self.peek() in ("OR", "SLASH", "COMMA", "IF_LOWER", "IF_HIGHER"):
            separators.append(self.peek())
            self.at += 1
            options.append(self.option())
        join = self.join(options, separators)
        minimum, maximum = self.bounds()
        if self.peek() != "END":
            raise Unreadable(f"{self.peek()} after the end")
        try:
            return make_duty(options, join, minimum, maximum)
        except ValueError as error:
            raise Unreadable(str(error)) from error

    def join(self, options: list[Option], separators: list[str]) -> Join | None:
        """How the options are joined; a comma may part only a percentage from an amount of money."""
        which = self.peek()
        self.take("HIGHER", "LOWER")
        if not separators:
            if which in ("HIGHER", "LOWER"):
                raise Unreadable("a choice of one")
            return None
        kinds = set(separators)
        if len(kinds) > 1:
            raise Unreadable("separators of several kinds")
        if kinds == {"COMMA"} and not self.comma_is_clear(options):
            raise Unreadable("a comma that does not part a percentage from an amount")
        if "IF_LOWER" in kinds or "IF_HIGHER" in kinds:
            if which in ("HIGHER", "LOWER"):
                raise Unreadable("two choices")
            return "mixed_min" if "IF_LOWER" in kinds else "mixed_max"
        if which in ("HIGHER", "LOWER"):
            return "mixed_max" if which == "HIGHER" else "mixed_min"
        return "alternatives"

    def comma_is_clear(self, options: list[Option]) -> bool:
        percentages = [option[0].is_percent for option in options]
        return len(options) == 2 and not self.bare_seen and sorted(percentages) == [False, True]

    def bounds(self) -> tuple[Component | None, Component | None]:
        """Read `bound := ("but not less than" | "but not more than") term | proviso`."""
        found: dict[str, Component] = {}
        while self.peek() in ("NOT_LESS", "NOT_MORE", "PROVISO"):
            opening = self.peek()
            bracket = self.tokens[self.at].text.startswith("(")
            self.at += 1
            side, part = (opening, self.term()) if opening != "PROVISO" else self.proviso(bracket)
            if side in found:
                raise Unreadable("two bounds on one side")
            found[side] = part
        return found.get("NOT_LESS"), found.get("NOT_MORE")

    def proviso(self, bracket: bool) -> tuple[str, Component]:
        """Read `proviso := "provided that where the rate is" ("below" | "above") X "it is" X`, in Japanese."""
        limit = self.term()
        side = "NOT_LESS" if self.take("BELOW") else "NOT_MORE"
        if side == "NOT_MORE":
            self.need("ABOVE")
        if self.term() != limit:
            raise Unreadable("a proviso with two limits")
        decree = self.take("DECREE")
        closed = bool(decree and decree.endswith(")")) or self.take("CLOSE") is not None
        if closed != bracket:
            raise Unreadable("an open bracket")
        return side, limit

    def option(self) -> Option:
        """Read `option := term (("plus" | "-") term)* | gate price`."""
        if self.peek() == "OPEN":
            return self.gate_price()
        parts = [self.term()]
        while self.peek() in ("PLUS", "MINUS"):
            minus = self.take("MINUS") is not None
            self.take("PLUS")
            part = self.term()
            parts.append(replace(part, sign="-") if minus else part)
        return tuple(parts)

    def term(self) -> Component:
        """Read `term := "free" | number "%" | number | currency number per | number currency per`."""
        if self.take("FREE"):
            return Component(Decimal(0))
        if sign := self.take("CURRENCY"):
            return self.money(self.number(), sign)
        number = self.number()
        if self.take("PERCENT"):
            if "," in self.tokens[self.at - 2].text:
                raise Unreadable("a comma in a percentage")
            return Component(kept(number, *PERCENT_DIGITS))
        if sign := self.take("CURRENCY"):
            return self.money(number, sign)
        return Component(self.bare_number(number))

    def number(self) -> Decimal:
        return Decimal(self.need("NUMBER").replace(",", ""))

    def bare_number(self, number: Decimal) -> Decimal:
        if self.bare == "refuse" or "," in self.tokens[self.at - 1].text:
            raise Unreadable("a number without a sign")
        self.bare_seen = True
        if self.bare == "percent":
            return kept(number, *PERCENT_DIGITS)
        if len(number.as_tuple().digits) > DOUBLE_DIGITS:
            number = Decimal(format(number, f".{DOUBLE_DIGITS}g"))
        if number > HIGHEST_FRACTION:
            raise Unreadable("a fraction above 10")
        return kept(number.scaleb(2), *PERCENT_DIGITS)

    def money(self, number: Decimal, sign: str) -> Component:
        """An amount with its quantity: "/kg", "per 100 kg", "each"."""
        code, _, hundredth = self.currency[sign.casefold()].partition("/")
        amount = kept(number, *MONEY_DIGITS)
        if hundredth:
            amount = kept(amount.scaleb(-2), *MONEY_DIGITS)
        if self.take("EACH"):
            return Component(amount, code, unit="NAR")
        self.need("SLASH", "PER")
        quantity = kept(self.number(), *MONEY_DIGITS) if self.peek() == "NUMBER" else Decimal(1)
        if not quantity:
            raise Unreadable("an amount for nothing")
        unit = CODES[self.need("UNIT").casefold()]
        basis = self.take("BASIS")
        return Component(amount, code, quantity, unit, BASES[basis.rstrip("* ").casefold()] if basis else None)

    def gate_price(self) -> Option:
        """Read `gate price := "(" amount "-" customs value ")" "/" unit`, or that in brackets times a number.

        The customs value is per the same unit, so that what is taken off is 100 % of it, times the number.
        """
        self.need("OPEN")
        nested = self.take("OPEN") is not None
        amount, sign = self.number(), self.need("CURRENCY")
        self.need("MINUS")
        self.need("VALUE")
        self.need("CLOSE")
        share = self.factor() if nested else Fraction(1)
        money = self.money(amount, sign)
        price, value = exact(Fraction(money.amount) * share), exact(100 * share)
        if price is None or value is None:
            raise Unreadable("a share without an exact decimal")
        return (
            replace(money, amount=kept(price, *MONEY_DIGITS)),
            Component(kept(value, *PERCENT_DIGITS), sign="-"),
        )

    def factor(self) -> Fraction:
        """Read `factor := "*" number ["/" number] ")"`."""
        self.need("TIMES")
        share = Fraction(self.number())
        if self.take("SLASH"):
            divisor = self.number()
            if not divisor:
                raise Unreadable("a division by zero")
            share /= Fraction(divisor)
        self.need("CLOSE")
        return share


def kept(number: Decimal, whole: int, places: int) -> Decimal:
    """The number in its simplest form.

    Raises:
        Unreadable: it has more digits before or after the point than are kept.
    """
    simple = simplest(number)
    if simple >= 10**whole or -int(simple.as_tuple().exponent) > places:
        raise Unreadable(f"a number of more than {whole} and {places} digits")
    return simple
