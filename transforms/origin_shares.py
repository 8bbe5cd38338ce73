"""Shares of materials in the value or the weight of a good, in per cent, exactly; rounded only to be shown.

What is compared is exact; what is shown is rounded against the exporter, so that a share never seems to meet a limit
that it fails. Partial cumulation, which counts a material in part, belongs here too.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from transforms.origin_facts import FactsSpec, Material
from transforms.origin_finding import FAILED, MET, Finding

Materials = tuple[Material, ...]


def ratio(facts: FactsSpec, basis: str, found: Materials) -> tuple[Decimal | None, frozenset[str]]:
    """Share of the materials whose amounts are known, in per cent of the basis, and the facts that are missing.

    Args:
        facts: the facts of the good.
        basis: `weight`, `ex_works`, or another for the FOB value.
        found: the materials.
    """
    weight = basis == "weight"
    name = {"weight": "product_weight_kg", "ex_works": "ex_works"}.get(basis, "fob")
    money = facts.ex_works if basis == "ex_works" else facts.fob
    whole = facts.product_weight_kg if weight else money.amount if money else None
    if not whole:
        return None, frozenset({name})
    parts = [(m.name, m.weight_kg if weight else m.value) for m in found]
    missing = frozenset(f"{part}.{'weight_kg' if weight else 'value'}" for part, amount in parts if amount is None)
    return sum((amount for _, amount in parts if amount is not None), Decimal(0)) * 100 / whole, missing


def exact(facts: FactsSpec, basis: str, found: Materials) -> Decimal | None:
    """The share, where every amount is known."""
    share, missing = ratio(facts, basis, found)
    return None if missing or facts.materials is None else share


def at_most(facts: FactsSpec, basis: str, found: Materials, limit: Decimal) -> Finding:
    """Whether the share is within a limit; the known part alone may already be beyond it."""
    share, missing = ratio(facts, basis, found)
    if share is not None and share > limit:
        return FAILED
    return Finding(None, missing) if missing else MET


def part_of(material: Material, partial: Decimal | None) -> Decimal | None:
    """The per cent of a non-originating material that counts by partial cumulation; None where it is not known.

    Args:
        material: the material.
        partial: the least regional content from which it counts, or None where no text says so.
    """
    if partial is None or not material.partner:
        return Decimal(0)
    if material.regional_pct is None:
        return None
    return material.regional_pct if material.regional_pct >= partial else Decimal(0)


def less_part(found: Materials, partial: Decimal | None, *, hope: bool = False) -> Materials:
    """The materials at the value that does not count as originating.

    Args:
        found: materials that do not originate.
        partial: as in `part_of`.
        hope: take a part that is not known for the whole, not for nothing.
    """
    if partial is None:
        return found
    unsaid = Decimal(100 if hope else 0)
    parts = [(m, part_of(m, partial)) for m in found]
    return tuple(
        m if m.value is None else replace(m, value=m.value * (100 - (unsaid if part is None else part)) / 100)
        for m, part in parts
    )


def built_up(
    facts: FactsSpec, materials: Materials | None, partial: Decimal | None
) -> tuple[Decimal | None, Decimal | None, frozenset[str]]:
    """The content by build-up, in per cent of the FOB value: at least, at most, and the facts that would tell.

    Either bound is None where nothing bounds it: without costs, FOB value or materials, or above where a value is not
    known.
    """
    costs, fob = facts.costs, facts.fob
    missing = {name for name, fact in (("costs", costs), ("fob", fob), ("materials", materials)) if fact is None}
    if costs is None or fob is None or materials is None:
        return None, None, frozenset(missing)
    least = most = costs.labour + costs.overhead + costs.profit + costs.other
    bounded = True
    for m in materials:
        part = Decimal(100) if m.counts else part_of(m, partial)
        sure, hoped = part or Decimal(0), Decimal(100) if m.counts is None or part is None else part
        if hoped:
            missing |= {f"{m.name}.value"} if m.value is None else set()
            missing |= {f"{m.name}.originating"} if m.counts is None else set()
            missing |= {f"{m.name}.regional_pct"} if m.counts is False and part is None else set()
            bounded = bounded and m.value is not None
            least += (m.value or 0) * sure / 100
            most += (m.value or 0) * hoped / 100
    return least * 100 / fob.amount, most * 100 / fob.amount if bounded else None, frozenset(missing)


def number(value: Decimal) -> int | float:
    """A number for JSON."""
    return int(value) if value == value.to_integral_value() else float(value)


def rounded(share: Decimal, *, up: bool = False) -> int | float:
    """A share to two decimals, rounded against the exporter so that it never seems to meet what it fails."""
    return number(share.quantize(Decimal("0.01"), ROUND_CEILING if up else ROUND_FLOOR))
