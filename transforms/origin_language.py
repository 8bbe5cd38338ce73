"""The one language in which rules of origin of every agreement are held, and its JSON form.

Only the shapes and their JSON belong here. How an agreement's phrase becomes an expression is in `origin_grammar`,
how an expression becomes plain words in `origin_print`, and what it says of a good in `origin_evaluate`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias

Level: TypeAlias = Literal["CC", "CTH", "CTSH"]
Method: TypeAlias = Literal["any", "build_down", "build_up"]
Basis: TypeAlias = Literal["fob", "ex_works", "weight", "content_weight"]
Where: TypeAlias = Literal["party", "exporting_party", "any_party"]

DIGITS: dict[Level, int] = {"CC": 2, "CTH": 4, "CTSH": 6}


@dataclass(frozen=True)
class Codes:
    """An inclusive range of HS codes of one length (2, 4 or 6 digits); one code is a range of itself."""

    first: str
    last: str

    def holds(self, code: str) -> bool:
        """Whether a code of at least this length lies in the range."""
        return self.first <= code[: len(self.first)] <= self.last


@dataclass(frozen=True)
class AnyOf:
    """Met where one of the rules is met; the exporter chooses."""

    of: tuple[Rule, ...]


@dataclass(frozen=True)
class AllOf:
    """Met where every one of the rules is met."""

    of: tuple[Rule, ...]


@dataclass(frozen=True)
class WhollyObtained:
    """Wholly obtained or produced: in a Party, in the exporting Party only, or in any of the Parties."""

    where: Where = "party"


@dataclass(frozen=True)
class Produced:
    """Produced exclusively from originating materials (`PE`)."""


@dataclass(frozen=True)
class Change:
    """Every non-originating material changes chapter (`CC`), heading (`CTH`) or subheading (`CTSH`).

    Attributes:
        excluded: codes from which a change does not count ("except from").
        provided: conditions that must be met as well.
    """

    level: Level
    excluded: tuple[Codes, ...] = ()
    provided: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Content:
    """A regional (or qualifying) value content of at least `minimum` per cent of the FOB value (`RVC`).

    Attributes:
        method: the formula that the rule asks for; `any` leaves it to the exporter among those the regime knows.
        final_process: whether the last process must take place in the exporting Party.
    """

    minimum: Decimal
    method: Method = "any"
    final_process: bool = False
    provided: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class MaterialLimit:
    """Non-originating materials may be at most `maximum` per cent of the basis (`MAX_NON_ORIGINATING`).

    Attributes:
        basis: FOB value, ex-works price, weight of the good, or weight of the `content` that is named.
        materials: codes to which the limit is confined; empty for all materials.
        content: words that name the materials, where no code does.
    """

    maximum: Decimal
    basis: Basis
    materials: tuple[Codes, ...] = ()
    content: str | None = None


@dataclass(frozen=True)
class OriginatingShare:
    """At least `minimum` per cent by weight of the named content originates (`MIN_ORIGINATING`)."""

    minimum: Decimal
    content: str


@dataclass(frozen=True)
class MaterialsObtained:
    """The materials of these codes are wholly obtained (`MATERIALS_WO`)."""

    materials: tuple[Codes, ...]
    where: Where = "party"


@dataclass(frozen=True)
class MaterialsOriginating:
    """The materials of these codes originate (`MATERIALS_ORIGINATING`)."""

    materials: tuple[Codes, ...]
    where: Where = "party"


@dataclass(frozen=True)
class MadeFrom:
    """The work begins with textile materials of the kinds named, where they do not originate (`MADE_FROM`).

    Kinds are codes of `sources/origin_processes.yml`; `fibre` holds `fibre.silk` and every other code under it.
    """

    kinds: tuple[str, ...]


@dataclass(frozen=True)
class NoTolerance:
    """De minimis does not cover a material imported from outside, unless it changes at `unless` (`NO_DE_MINIMIS`)."""

    unless: Level | None = None


@dataclass(frozen=True)
class AnyHeading:
    """Production from materials of any heading, the good's own included (`ANY_HEADING`)."""


@dataclass(frozen=True)
class Process:
    """A process of the vocabulary in `sources/origin_processes.yml` is carried out (`PROCESS`)."""

    code: str
    where: Where = "party"


@dataclass(frozen=True)
class Case:
    """The rule for those goods of a subheading that some words describe."""

    goods: str
    rule: Rule


@dataclass(frozen=True)
class ByGoods:
    """Different rules for different goods of one subheading, by words (`GOODS`)."""

    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Text:
    """Words that were not read; they never lead to "qualifies" (`TEXT`)."""

    text: str


Rule: TypeAlias = (
    AnyOf | AllOf | WhollyObtained | Produced | Change | Content | MaterialLimit | OriginatingShare
    | MaterialsObtained | MaterialsOriginating | MadeFrom | NoTolerance | AnyHeading | Process | ByGoods | Text
)  # fmt: skip
ParseState: TypeAlias = Literal["full", "partial", "text_only"]


def children(rule: Rule) -> tuple[Rule, ...]:
    """The rules directly inside a rule."""
    match rule:
        case AnyOf(of) | AllOf(of):
            return of
        case Change(provided=provided) | Content(provided=provided):
            return provided
        case ByGoods(cases):
            return tuple(case.rule for case in cases)
        case _:
            return ()


def walk(rule: Rule) -> Iterator[Rule]:
    """The rule and every rule inside it, outermost first."""
    yield rule
    for child in children(rule):
        yield from walk(child)


def parse_state(rule: Rule) -> ParseState:
    """How fully a rule was read: `text_only` where nothing was, `partial` where some words stay words."""
    if isinstance(rule, Text):
        return "text_only"
    return "partial" if any(isinstance(part, Text) for part in walk(rule)) else "full"


def thresholds(rule: Rule) -> tuple[Decimal, ...]:
    """Every percentage in a rule, in order."""
    found: list[Decimal] = []
    for part in walk(rule):
        match part:
            case Content(minimum=number) | OriginatingShare(minimum=number) | MaterialLimit(maximum=number):
                found.append(number)
    return tuple(found)


def to_json(rule: Rule) -> dict[str, Any]:
    """The JSON form that releases carry and the site evaluates; keys that say nothing are left out."""
    match rule:
        case AnyOf(of):
            return {"any": [to_json(part) for part in of]}
        case AllOf(of):
            return {"all": [to_json(part) for part in of]}
        case WhollyObtained(where):
            return {"op": "WO"} | _where(where)
        case Produced():
            return {"op": "PE"}
        case Change(level, excluded, provided):
            return _filled({"op": level, "except": _codes(excluded), "provided": [to_json(c) for c in provided]})
        case Content(minimum, method, final_process, provided):
            conditions = [to_json(condition) for condition in provided]
            return {"op": "RVC", "min": _number(minimum), "method": method, "final_process": final_process} | _filled(
                {"provided": conditions}
            )
        case MaterialLimit(maximum, basis, materials, content):
            limit = {"op": "MAX_NON_ORIGINATING", "max": _number(maximum), "basis": basis}
            return limit | _filled({"materials": _codes(materials), "content": content})
        case OriginatingShare(minimum, content):
            return {"op": "MIN_ORIGINATING", "min": _number(minimum), "content": content}
        case MaterialsObtained(materials, where):
            return {"op": "MATERIALS_WO", "materials": _codes(materials)} | _where(where)
        case MaterialsOriginating(materials, where):
            return {"op": "MATERIALS_ORIGINATING", "materials": _codes(materials)} | _where(where)
        case MadeFrom(kinds):
            return {"op": "MADE_FROM", "kinds": list(kinds)}
        case NoTolerance(unless):
            return _filled({"op": "NO_DE_MINIMIS", "unless": unless})
        case AnyHeading():
            return {"op": "ANY_HEADING"}
        case Process(code, where):
            return {"op": "PROCESS", "code": code} | _where(where)
        case ByGoods(cases):
            return {"op": "GOODS", "cases": [{"goods": case.goods, "rule": to_json(case.rule)} for case in cases]}
        case Text(text):
            return {"op": "TEXT", "text": text}


def from_json(form: Mapping[str, Any]) -> Rule:
    """The rule that `to_json` wrote.

    Raises:
        ValueError: the form has an operator that the language does not know.
    """
    if "any" in form:
        return AnyOf(tuple(from_json(part) for part in form["any"]))
    if "all" in form:
        return AllOf(tuple(from_json(part) for part in form["all"]))
    provided = tuple(from_json(condition) for condition in form.get("provided", ()))
    materials = tuple(Codes(first, last) for first, last in form.get("materials", ()))
    where: Where = form.get("where", "party")
    match form.get("op"):
        case "WO":
            return WhollyObtained(where)
        case "PE":
            return Produced()
        case "CC" | "CTH" | "CTSH" as level:
            return Change(level, tuple(Codes(first, last) for first, last in form.get("except", ())), provided)
        case "RVC":
            return Content(_decimal(form["min"]), form["method"], form["final_process"], provided)
        case "MAX_NON_ORIGINATING":
            return MaterialLimit(_decimal(form["max"]), form["basis"], materials, form.get("content"))
        case "MIN_ORIGINATING":
            return OriginatingShare(_decimal(form["min"]), form["content"])
        case "MATERIALS_WO":
            return MaterialsObtained(materials, where)
        case "MATERIALS_ORIGINATING":
            return MaterialsOriginating(materials, where)
        case "MADE_FROM":
            return MadeFrom(tuple(form["kinds"]))
        case "NO_DE_MINIMIS":
            return NoTolerance(form.get("unless"))
        case "ANY_HEADING":
            return AnyHeading()
        case "PROCESS":
            return Process(form["code"], where)
        case "GOODS":
            return ByGoods(tuple(Case(case["goods"], from_json(case["rule"])) for case in form["cases"]))
        case "TEXT":
            return Text(form["text"])
        case unknown:
            raise ValueError(f"the language of rules has no operator {unknown!r}")


def dumps(rule: Rule) -> str:
    """The JSON form as one line of text with sorted keys, the same for the same rule."""
    return json.dumps(to_json(rule), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def loads(text: str) -> Rule:
    """The rule that `dumps` wrote."""
    return from_json(json.loads(text))


def _where(where: Where) -> dict[str, Any]:
    return {} if where == "party" else {"where": where}


def _filled(form: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in form.items() if value not in (None, [])}


def _codes(ranges: tuple[Codes, ...]) -> list[list[str]]:
    return [[codes.first, codes.last] for codes in ranges]


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _decimal(value: int | float) -> Decimal:
    return Decimal(str(value))
