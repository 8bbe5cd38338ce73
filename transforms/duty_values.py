"""What a duty is: components, the options they make up, how the options are joined, and the canonical text.

Values and printing only; reading text is in `transforms.duty_grammar`, states of cells in `transforms.duties`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from transforms.units import unit_symbol

Kind = Literal[
    "free", "ad_valorem", "specific", "compound", "mixed_max", "mixed_min", "alternatives", "text_only"
]  # fmt: skip
Join = Literal["mixed_max", "mixed_min", "alternatives"]
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a duty: a percentage of the customs value, or an amount of money for a quantity of goods.

    Attributes:
        amount: percentage points where `currency` is None, else money in that currency.
        currency: ISO 4217 code, or None for a percentage.
        quantity: number of units the amount is for.
        unit: UN/ECE Rec 20 code of the unit, or None for a percentage.
        basis: what the quantity is measured on where it is not the goods as they stand (`TSS`).
        sign: `-` for a part that is taken off (a gate price less the customs value).
    """

    amount: Decimal
    currency: str | None = None
    quantity: Decimal = ONE
    unit: str | None = None
    basis: str | None = None
    sign: Literal["+", "-"] = "+"

    @property
    def is_percent(self) -> bool:
        """Whether it is a percentage of the customs value."""
        return self.currency is None


Option = tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty taken apart.

    Attributes:
        kind: how its options are joined, or what the only one is.
        options: each a sum of components; more than one for mixed duties and alternatives, none for `text_only`.
        minimum: floor under a mixed duty.
        maximum: cap over a mixed duty.
        text: canonical text; reading it gives the same duty.
    """

    kind: Kind
    options: tuple[Option, ...]
    minimum: Component | None
    maximum: Component | None
    text: str

    @property
    def components(self) -> tuple[Component, ...]:
        """All components, bounds last."""
        bounds = (bound for bound in (self.minimum, self.maximum) if bound is not None)
        return (*(part for option in self.options for part in option), *bounds)

    @property
    def rate_pct(self) -> Decimal | None:
        """The rate in percentage points where the duty is free or one ad valorem rate; otherwise None."""
        return self.options[0][0].amount if self.kind in ("free", "ad_valorem") else None


def make_duty(
    options: Iterable[Option],
    join: Join | None = None,
    minimum: Component | None = None,
    maximum: Component | None = None,
) -> Duty:
    """A duty in its simplest form, with its kind and canonical text.

    A bound on a single option is the same as a mixed duty of both, and is stored as such. A duty whose every part is
    zero, or that cannot exceed zero, is free.

    Raises:
        ValueError: several options without a join, bounds on alternatives, or nothing at all.
    """
    found = tuple(options)
    taken_off = any(part.sign == "-" for option in found for part in option)
    if minimum is not None and not minimum.amount and not taken_off:
        minimum = None
    if len(found) == 1 and minimum is not None:
        found, join, minimum = (*found, (minimum,)), "mixed_max", None
    elif len(found) == 1 and maximum is not None:
        found, join, maximum = (*found, (maximum,)), "mixed_min", None
    if not found or (len(found) > 1) == (join is None) or (join == "alternatives" and (minimum or maximum)):
        raise ValueError(f"no duty is made of {len(found)} options joined by {join}")
    if _is_free(found, join, minimum, maximum, taken_off):
        return FREE
    kind: Kind = join or _kind_of(found[0])
    return Duty(kind, found, minimum, maximum, _text(kind, found, minimum, maximum))


def text_only(text: str) -> Duty:
    """A duty that is shown as text and never becomes a number."""
    return Duty("text_only", (), None, None, text)


def _is_free(
    options: tuple[Option, ...],
    join: Join | None,
    minimum: Component | None,
    maximum: Component | None,
    taken_off: bool,
) -> bool:
    if minimum is not None or taken_off:
        return False
    zero = [not any(part.amount for part in option) for option in options]
    capped = maximum is not None and not maximum.amount
    return all(zero) or capped or (join == "mixed_min" and any(zero))


def _kind_of(option: Option) -> Kind:
    if len(option) > 1:
        return "compound"
    return "ad_valorem" if option[0].is_percent else "specific"


# --- printing --------------------------------------------------------------------------------------------------------


def plain(value: Decimal, *, thousands: bool = False) -> str:
    """A decimal in plain digits without trailing zeros, exactly."""
    text = format(value, ",f" if thousands else "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def print_duty(duty: Duty) -> str:
    """The canonical text of a duty, such as `28% or 2,052 KRW/kg, whichever is greater`."""
    return duty.text


def _text(kind: Kind, options: tuple[Option, ...], minimum: Component | None, maximum: Component | None) -> str:
    printed = [_print_option(option) for option in options]
    if kind == "alternatives":
        return " / ".join(printed)
    text = " or ".join(printed)
    if kind in ("mixed_max", "mixed_min"):
        text += f", whichever is {'greater' if kind == 'mixed_max' else 'lower'}"
    if minimum is not None:
        text += f", but not less than {_print_component(minimum)}"
    if maximum is not None:
        text += f", but not more than {_print_component(maximum)}"
    return text


def _print_option(option: Option) -> str:
    first, *rest = option
    return _print_component(first) + "".join(f" {part.sign} {_print_component(part)}" for part in rest)


def _print_component(part: Component) -> str:
    if part.unit is None:
        return f"{plain(part.amount)}%"
    quantity = "" if part.quantity == 1 else f"{plain(part.quantity, thousands=True)} "
    basis = f" {part.basis}" if part.basis else ""
    return f"{plain(part.amount, thousands=True)} {part.currency}/{quantity}{unit_symbol(part.unit)}{basis}"


# --- arithmetic ------------------------------------------------------------------------------------------------------


def exact(value: Fraction) -> Decimal | None:
    """A fraction as a decimal without any loss, or None where its decimal expansion does not end."""
    twos = fives = 0
    rest = value.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives)
    whole = value.numerator * 10**places // value.denominator
    digits = tuple(int(digit) for digit in str(abs(whole)))
    return simplest(Decimal((int(whole < 0), digits, -places)))


def simplest(value: Decimal) -> Decimal:
    """The same number without trailing zeros after the point; independent of the decimal context."""
    return Decimal(plain(value)) if value else Decimal(0)


FREE = Duty("free", ((Component(Decimal(0)),),), None, None, "Free")
"""The duty that is zero, however it was written."""
