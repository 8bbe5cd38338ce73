"""How numbers, dates and lists are said in English and in Khmer.

Khmer prose has Khmer digits, a point between thousands and a comma before decimals; codes and form names keep Latin
signs (docs/khmer-terms.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sources.content import Language

MONTHS: dict[Language, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "km": (
        "មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា", "កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ",
    ),
}  # fmt: skip
UNITS: dict[str, tuple[str, str, str]] = {
    "month": ("month", "months", "ខែ"),
    "year": ("year", "years", "ឆ្នាំ"),
    "day": ("day", "days", "ថ្ងៃ"),
    "working_day": ("working day", "working days", "ថ្ងៃធ្វើការ"),
    "hour": ("hour", "hours", "ម៉ោង"),
    "USD": ("US dollar", "US dollars", "ដុល្លារអាមេរិក"),
    "KHR": ("riel", "riel", "រៀល"),
    "KRW": ("won", "won", "វ៉ុន"),
    "JPY": ("yen", "yen", "យ៉េន"),
    "kilogram": ("kilogram", "kilograms", "គីឡូក្រាម"),
    "piece": ("piece", "pieces", "គ្រឿង"),
    "tonne": ("tonne", "tonnes", "តោន"),
    "certificate": ("certificate", "certificates", "វិញ្ញាបនបត្រ"),
    "document": ("document", "documents", "ឯកសារ"),
    "minute": ("minute", "minutes", "នាទី"),
}
"""Singular, plural and Khmer of the units that facts come in; `percent` is a sign."""
_KHMER_DIGITS = str.maketrans("0123456789.,", "០១២៣៤៥៦៧៨៩,.")
_MILLION = 1_000_000


def number(value: Decimal | float | int, language: Language, *, millions: bool = True) -> str:
    """A number without needless zeros; whole millions as such, unless `millions` is false."""
    exact = Decimal(str(value))
    if millions and exact >= _MILLION and exact % _MILLION == 0:
        return number(exact / _MILLION, language) + (" million" if language == "en" else " លាន")
    whole = exact == exact.to_integral_value()
    text = f"{int(exact):,}" if whole else f"{exact.normalize():,f}"
    return text if language == "en" else text.translate(_KHMER_DIGITS)


def _cents(value: Decimal | float | int, language: Language) -> str:
    text = f"{Decimal(str(value)):,.2f}"
    return text if language == "en" else text.translate(_KHMER_DIGITS)


def measure(value: Decimal | float | int, unit: str | None, language: Language, *, millions: bool = True) -> str:
    """A number with its unit: `12 months`, `១២ ខែ`, `40%`.

    Raises:
        KeyError: the unit has no words.
    """
    cents = unit == "USD" and Decimal(str(value)) % 1 != 0
    said = number(value, language, millions=millions) if not cents else _cents(value, language)
    if unit is None:
        return said
    if unit == "percent":
        return said + "%"
    one, many, khmer = UNITS[unit]
    return f"{said} {khmer if language == 'km' else one if value == 1 else many}"


def span(low: Decimal | float, high: Decimal | float, unit: str, language: Language) -> str:
    """From one number to another with their unit: `1 million to 10 million riel`."""
    if low == high:
        return measure(low, unit, language)
    alike = all(value >= _MILLION and value % _MILLION == 0 for value in (low, high))
    start = number(low, language, millions=alike)
    return f"{start}{' to ' if language == 'en' else ' ដល់ '}{measure(high, unit, language, millions=alike)}"


def day(iso: str, language: Language) -> str:
    """A date: `1 December 2022`, `ថ្ងៃទី ១ ខែធ្នូ ឆ្នាំ ២០២២`."""
    when = date.fromisoformat(iso)
    month = MONTHS[language][when.month - 1]
    if language == "en":
        return f"{when.day} {month} {when.year}"
    return f"ថ្ងៃទី {digits(when.day)} ខែ{month} ឆ្នាំ {digits(when.year)}"


def month(iso: str, language: Language) -> str:
    """The month of a date: `November 2011`, `ខែវិច្ឆិកា ឆ្នាំ ២០១១`."""
    when = date.fromisoformat(iso)
    name = MONTHS[language][when.month - 1]
    return f"{name} {when.year}" if language == "en" else f"ខែ{name} ឆ្នាំ {digits(when.year)}"


def digits(value: object) -> str:
    """Latin digits as Khmer ones, nothing else changed."""
    return str(value).translate(str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩"))


def listed(items: Sequence[str], language: Language, last: str = "and") -> str:
    """A list in words; `last` joins the last two, `and` or `or`."""
    joint = {"and": "and", "or": "or"}[last] if language == "en" else {"and": "និង", "or": "ឬ"}[last]
    if len(items) < 2:
        return "".join(items)
    comma = ", " if language == "en" else " "
    return f"{comma.join(items[:-1])} {joint} {items[-1]}"
