"""Units of quantity in duties: how schedules write them, and their UN/ECE Recommendation 20 codes.

Only units that a held document uses, or that are their plain neighbours, belong here. A spelling that could mean two
units ("ton") is left out, so that a duty using it stays text instead of becoming a wrong number.
"""

from __future__ import annotations

UNITS: dict[str, tuple[str, ...]] = {
    "KGM": ("kg", "kgs", "㎏", "kilogram", "kilograms"),
    "GRM": ("g", "gram", "grams"),
    "TNE": ("t", "MT", "tonne", "tonnes"),
    "LTR": ("l", "ℓ", "liter", "liters", "litre", "litres"),
    "HLT": ("hl", "hectolitre", "hectoliter"),
    "K6": ("kl", "kilolitre", "kiloliter"),
    "LPA": ("l al", "l.al.", "litre of pure alcohol"),
    "MTR": ("m", "meter", "meters", "metre", "metres"),
    "MTK": ("m2", "m²", "㎡", "sq m", "sqm"),
    "MTQ": ("m3", "m³", "㎥", "cu m"),
    "GV": ("GJ", "gigajoule"),
    "NAR": ("item", "items", "unit", "units", "piece", "pieces", "pc", "pcs", "本", "個"),
    "ST": ("sheet", "sheets", "枚"),
    "PR": ("pair", "pairs", "足"),
    "HEA": ("head", "頭"),
}
"""By UN/ECE Rec 20 code the spellings of a unit; the first is the one printed in canonical text."""

CODES: dict[str, str] = {spelling.casefold(): code for code, spellings in UNITS.items() for spelling in spellings}

BASES: dict[str, str] = {"tss": "TSS"}
"""What a quantity is measured on when it is not the goods as they stand: TSS, total soluble solids of a juice."""


def unit_symbol(code: str) -> str:
    """The symbol of a Rec 20 code as canonical text prints it."""
    return UNITS[code][0]
