"""An expression of a rule of origin as canonical English words, which `origin_grammar` reads back to the same.

Only the printing of a rule belongs here. Alternatives are joined by `or`, conditions by `and`; what is inside another
stands in parentheses; words taken from a document stand between quotation marks.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from transforms.origin_language import (
    AllOf,
    AnyHeading,
    AnyOf,
    Basis,
    ByGoods,
    Change,
    Codes,
    Content,
    MadeFrom,
    MaterialLimit,
    MaterialsObtained,
    MaterialsOriginating,
    Method,
    NoTolerance,
    OriginatingShare,
    Process,
    Produced,
    Rule,
    Text,
    Where,
    WhollyObtained,
)

PLACES: dict[Where, str] = {"party": "", "exporting_party": " in the exporting Party", "any_party": " in any Party"}
PRODUCED = "produced exclusively from originating materials"
ANY_HEADING = "production from materials of any heading"
METHODS: dict[Method, str] = {"any": "", "build_down": " by build-down", "build_up": " by build-up"}
FINAL_PROCESS = " with the final process in the exporting Party"
BASES: dict[Basis, str] = {
    "fob": "of the FOB value",
    "ex_works": "of the ex-works price",
    "weight": "of the weight of the good",
    "content_weight": "of its weight",
}
UNITS = {2: "chapter", 4: "heading", 6: "subheading"}


def print_rule(rule: Rule, processes: Mapping[str, str]) -> str:
    """A rule in canonical words.

    Args:
        rule: the expression.
        processes: plain words of each code of a process or of a kind of material.

    Raises:
        KeyError: the rule names a code that is not in `processes`.
    """
    match rule:
        case AnyOf(of):
            parts = [_inner(part, processes) for part in of]
            return ("; or " if any(" " in part.removeprefix("RVC ") for part in parts) else " or ").join(parts)
        case AllOf(of):
            return " and ".join(_inner(part, processes) for part in of)
        case ByGoods(cases):
            return "; ".join(f"for {quoted(case.goods)}: {_case(case.rule, processes)}" for case in cases)
        case Change(level, excluded, provided):
            return (
                level + (f" except from {print_codes(excluded)}" if excluded else "") + _provided(provided, processes)
            )
        case Content(minimum, method, final_process, provided):
            place = FINAL_PROCESS if final_process else ""
            return f"RVC {print_number(minimum)}%{METHODS[method]}{place}" + _provided(provided, processes)
        case _:
            return _print_leaf(rule, processes)


def _print_leaf(rule: Rule, processes: Mapping[str, str]) -> str:
    match rule:
        case WhollyObtained(where):
            return f"wholly obtained{PLACES[where]}"
        case Produced():
            return PRODUCED
        case AnyHeading():
            return ANY_HEADING
        case Process(code, where):
            return f"{processes[code]}{PLACES[where]}"
        case MaterialsObtained(materials, where):
            return f"materials of {print_codes(materials)} are wholly obtained{PLACES[where]}"
        case MaterialsOriginating(materials, where):
            return f"materials of {print_codes(materials)} are originating{PLACES[where]}"
        case MaterialLimit(maximum, basis, materials, content):
            of = f" of {print_codes(materials)}" if materials else ""
            what = f" in {quoted(content)}" if content is not None else ""
            return f"non-originating materials{of}{what} at most {print_number(maximum)}% {BASES[basis]}"
        case OriginatingShare(minimum, content):
            return f"at least {print_number(minimum)}% by weight of {quoted(content)} originating"
        case MadeFrom(kinds):
            words = [processes[kind] for kind in kinds]
            return "made from " + " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
        case NoTolerance(unless):
            return "no de minimis for imported materials" + (f" unless by {unless}" if unless else "")
        case Text(text):
            return quoted(text)
        case _:
            raise TypeError(f"{rule!r} is not a leaf of the language")


def print_codes(ranges: tuple[Codes, ...]) -> str:
    """Ranges of codes in words, such as `headings 55.08 to 55.10, 56.01 and subheading 1302.19`."""
    words: list[str] = []
    for before, codes, after in zip((None, *ranges), ranges, (*ranges[1:], None), strict=False):
        several = codes.first != codes.last or (after is not None and len(after.first) == len(codes.first))
        named = before is None or len(before.first) != len(codes.first)
        unit = f"{UNITS[len(codes.first)]}{'s' if several else ''} " if named else ""
        until = f" to {print_code(codes.last)}" if codes.first != codes.last else ""
        words.append(f"{unit}{print_code(codes.first)}{until}")
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def print_code(code: str) -> str:
    """An HS code as people write it: `03`, `55.08`, `1302.19`."""
    return {2: code, 4: f"{code[:2]}.{code[2:]}", 6: f"{code[:4]}.{code[4:]}"}[len(code)]


def print_number(value: Decimal) -> str:
    """A percentage without trailing zeros."""
    return format(value.normalize(), "f")


def quoted(text: str) -> str:
    """Words of a document between quotation marks; a closing mark inside is doubled."""
    return f"“{text.replace('”', '””')}”"


def _inner(rule: Rule, processes: Mapping[str, str]) -> str:
    words = print_rule(rule, processes)
    return f"({words})" if isinstance(rule, AnyOf | AllOf | ByGoods) else words


def _case(rule: Rule, processes: Mapping[str, str]) -> str:
    words = print_rule(rule, processes)
    return f"({words})" if isinstance(rule, ByGoods) else words


def _provided(conditions: tuple[Rule, ...], processes: Mapping[str, str]) -> str:
    words = [f"provided that {_condition(condition, processes)}" for condition in conditions]
    return f" {' and '.join(words)}" if words else ""


def _condition(rule: Rule, processes: Mapping[str, str]) -> str:
    words = print_rule(rule, processes)
    return f"({words})" if isinstance(rule, AnyOf | AllOf | ByGoods | Change | Content) else words
