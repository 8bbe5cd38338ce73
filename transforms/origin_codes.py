"""Whether HS codes change classification or lie in a range, also where a code is too short to tell.

Three answers only: yes, no, and `None` for a code whose missing digits would decide. Codes are digits of one edition.
"""

from __future__ import annotations

from collections.abc import Iterable

from transforms.origin_language import Codes


def overlaps(code: str, codes: Codes) -> bool | None:
    """Whether a code lies in a range; None where it is too short to tell."""
    size = min(len(code), len(codes.first))
    inside = codes.first[:size] <= code[:size] <= codes.last[:size]
    return None if inside and len(code) < len(codes.first) else inside


def may_lie_in(codes: Iterable[str], ranges: Iterable[Codes]) -> bool:
    """Whether one of the possible codes lies, or may lie, in one of the ranges."""
    ranges = tuple(ranges)
    return any(overlaps(code, one) is not False for code in codes for one in ranges)


def changes(product: str, material: str, excluded: Iterable[Codes]) -> bool | None:
    """Whether a material changes classification into a product.

    Args:
        product: code of the good, cut to the level of the rule.
        material: code of the material.
        excluded: codes from which a change does not count.
    """
    size = min(len(material), len(product))
    same: bool | None = product[:size] == material[:size]
    if same and len(material) < len(product):
        same = None
    barred = [overlaps(material, codes) for codes in excluded]
    if same or True in barred:
        return False
    return None if same is None or None in barred else True
