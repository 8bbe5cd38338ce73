"""The text of a cell's value: numbers without an exponent, dates in ISO form, codes that were turned into numbers.

Pure functions on single values; which cells are codes or percentages is decided in `sources.readers.workbook`.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any

_CODE = re.compile(r"0\d*|\d+\.\d+(\.\d+)*")
_PICTURE = re.compile(r"(0+)(?:\.(0+))?")
_GROUPS = re.compile(r"0+(?:\.0+){2,}")


def cell_text(value: Any) -> str:
    """The text of a cell's value: a number as Excel holds it (15 digits), a date in ISO form, text trimmed."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, datetime):
        return (
            value.isoformat(sep=" ")
            if (value.hour, value.minute, value.second) != (0, 0, 0)
            else value.date().isoformat()
        )
    return value.isoformat() if isinstance(value, date) else str(value)


@lru_cache(maxsize=10_000)  # a tariff repeats few rates many times
def number_text(value: float) -> str:
    """A number in plain decimal digits, as Excel holds it: 15 significant digits, no exponent."""
    text = format(value, ".15g")
    if "e" in text:
        text = format(Decimal(text), "f")
    return text if text != "-0" else "0"


def percent_text(value: float) -> str:
    """A fraction as the percentage that its number format shows, unrounded: 0.145 is `14.5%`."""
    digits = number_text(value)
    sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    whole, _, fraction = digits.partition(".")
    fraction = fraction.ljust(2, "0")
    text = f"{whole}{fraction[:2]}".lstrip("0") or "0"
    rest = fraction[2:].rstrip("0")
    return f"{sign}{text}{'.' + rest if rest else ''}%"


def looks_like_code(text: str) -> bool:
    """Whether a text would change if it were taken for a number: digits with a zero in front, or groups with dots."""
    return _CODE.fullmatch(text.strip()) is not None


def code_text(value: float, picture: str) -> str | None:
    """The number written as the picture says, or None where it does not fit.

    `0000.00` writes 101.3 as 0101.30; a picture with several dots is for codes that lost them all: `0000.00.00` writes
    1012100 as 0101.21.00.
    """
    text = number_text(value)
    if picture == "as_stored":
        return text
    if _GROUPS.fullmatch(picture):
        groups = picture.split(".")
        signs = iter(text.zfill(sum(map(len, groups))))
        written = ".".join("".join(islice(signs, len(group))) for group in groups)
        return written if text.isdigit() and not list(signs) else None
    shape = _PICTURE.fullmatch(picture)
    whole, _, fraction = text.partition(".")
    if shape is None or not whole.isdigit():
        return None
    digits, decimals = len(shape[1]), len(shape[2] or "")
    if len(whole) > digits or len(fraction) > decimals:
        return None
    return whole.zfill(digits) + ("." + fraction.ljust(decimals, "0") if decimals else "")
