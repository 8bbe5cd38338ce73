"""Reads a rule of origin, as agreements phrase it or as `origin_print` writes it, into the one language.

Only phrases that mean the same in every agreement belong here; a phrase that needs to be understood in its place is a
reviewed reading in the YAML of its source. What is not understood is refused (`read_rule`) or kept as words
(`read_phrase`); nothing ambiguous is picked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from transforms.origin_language import (
    AllOf,
    AnyHeading,
    AnyOf,
    Basis,
    ByGoods,
    Case,
    Change,
    Codes,
    Content,
    Level,
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
from transforms.origin_print import ANY_HEADING, PRODUCED

LEVEL_OF: dict[str, Level] = {"chapter": "CC", "heading": "CTH", "subheading": "CTSH"}
SIZE_OF = {"ch": 2, "chapter": 2, "heading": 4, "subheading": 6}
QUOTED = r"“((?:[^”]|””)*)”(?!”)"
NUMBER = r"(\d{1,3}(?:\.\d{1,3})?)\s*(?:%|per ?cent\b)"
SEPARATOR = r"\s*(?:[;,]\s*(?:and/)?or\b|[;,]|or\b)\s*"
PROVIDED = r"\s*,?\s*(?:and\s+)?(?:provided(?: that)?:?|in conditions that)\s+(?!that |it has)"
EXCEPT = r",?\s*except(?:ing)?(?: for)?(?: from)?\s+"
CODE = r"\d{4}\.\d{2}|\d{2}\.\d{2}|\d{6}|\d{4}|\d{1,2}(?![\d.]|\s*%)"
MILK = (
    rf"(?:products of )?(?:{CODE}) do not contain materials of / from milk imported from a non-Party over {NUMBER} by "
    r"weight of the total raw material of / from milk"
)
NO_TOLERANCE_BUT_BY_SUBHEADING = (
    r"the de minimis rule shall not be applied to a non-originating material imported from a non-Party used in the "
    r"production of the good unless the non-originating material is provided for in a different sub-heading from that "
    r"of the good"
)
NATIONAL = re.compile(
    r"(?:^|[;.]\s*)((?:For )?[^:;“]*?\d{4}\.\d{2}\.\d{2,4}[^:“]*?|(?:For )?others?)\s*:\s*", re.IGNORECASE
)
LETTERED = re.compile(r"(?:^|\s)([A-Z])\.\s*([^:]+?)\s*:\s*")


class Unread(ValueError):
    """A phrase that the grammar does not understand; says where it stopped."""


@dataclass(frozen=True)
class Vocabulary:
    """The processes and the kinds of material that rules name.

    Attributes:
        processes: canonical words of each process code.
        spellings: process code of each other spelling, as found in documents.
        kinds: canonical words of each kind of material.
    """

    processes: Mapping[str, str]
    spellings: Mapping[str, str]
    kinds: Mapping[str, str]

    @cached_property
    def words(self) -> dict[str, str]:
        """Canonical words of every code."""
        return {**self.processes, **self.kinds}

    @cached_property
    def codes(self) -> dict[str, str]:
        """Process code of every spelling, canonical or not, folded by `fold`."""
        own = {fold(words): code for code, words in self.processes.items()}
        return {fold(words): code for words, code in self.spellings.items()} | own

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches any spelling of a process, the longest first."""
        return _any_word(self.codes)

    @cached_property
    def kind_codes(self) -> dict[str, str]:
        """Code of the words of each kind of material, folded by `fold`."""
        return {fold(words): code for code, words in self.kinds.items()}

    @cached_property
    def kind_pattern(self) -> re.Pattern[str]:
        """Matches the words of a kind of material, the longest first."""
        return _any_word(self.kind_codes)


def _any_word(words: Iterable[str]) -> re.Pattern[str]:
    longest = sorted(words, key=lambda one: (-len(one), one))
    return re.compile("(?:" + "|".join(map(re.escape, longest)) + r")(?!\w)" if longest else r"(?!)", re.IGNORECASE)


def fold(text: str) -> str:
    """Words without regard to case, spacing, hyphens at a line's end or a final stop."""
    return _tidy(text).casefold()


def read_rule(phrase: str, vocabulary: Vocabulary) -> Rule:
    """The expression of a phrase.

    Raises:
        Unread: some part of it is not understood, or could be understood in two ways.
    """
    reader = _Reader(_tidy(phrase), vocabulary)
    rule = reader.rule()
    reader.end()
    return rule


def read_phrase(phrase: str, vocabulary: Vocabulary, readings: Mapping[str, str] | None = None) -> Rule:
    """The expression of a phrase, with what is not understood kept as `Text`.

    Args:
        phrase: the words of the document.
        vocabulary: the processes.
        readings: canonical words of phrases that a person has read, by their folded text.
    """
    phrase = _tidy((readings or {}).get(fold(phrase), phrase))
    try:
        return read_rule(phrase, vocabulary)
    except Unread:
        parts = [part for part in re.split(r"\s*;\s*or\s+", phrase) if part]
    read = tuple(_read_or_keep(part, vocabulary) for part in parts)
    return AnyOf(read) if len(read) > 1 and not all(isinstance(part, Text) for part in read) else Text(phrase)


def _read_or_keep(part: str, vocabulary: Vocabulary) -> Rule:
    try:
        return read_rule(part, vocabulary)
    except Unread:
        return Text(part)


def _tidy(phrase: str) -> str:
    folded = " ".join(phrase.replace("’", "'").split()).rstrip(".;, ")
    return re.sub(r"(?<=[a-z])- (?=[a-z])", "-", folded.replace(" ,", ",").replace(" ;", ";"), flags=re.IGNORECASE)


class _Reader:
    """A recursive-descent reader over one phrase; its state is how far it has come."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.at = 0
        self.vocabulary = vocabulary

    def take(self, pattern: str | re.Pattern[str]) -> re.Match[str] | None:
        found = re.compile(pattern, re.IGNORECASE).match(self.text, self.at) if isinstance(pattern, str) else (
            pattern.match(self.text, self.at)
        )  # fmt: skip
        if found:
            self.at = found.end()
        return found

    def need(self, pattern: str) -> re.Match[str]:
        found = self.take(pattern)
        if not found:
            raise Unread(f"stopped at {self.text[self.at :]!r} in {self.text!r}")
        return found

    def end(self) -> None:
        self.need(r"\s*$")

    def rule(self) -> Rule:
        if re.match(rf"for {QUOTED}:", self.text[self.at :]):
            return self.by_goods()
        if self.at == 0 and LETTERED.match(self.text):
            return self.lettered()
        if self.at == 0 and NATIONAL.match(self.text):
            return self.national()
        return self.alternatives()

    def by_goods(self) -> Rule:
        cases: list[Case] = []
        while found := self.take(rf"(?:;\s*)?for {QUOTED}:\s*"):
            cases.append(Case(found[1].replace("””", "”"), self.alternatives()))
        return ByGoods(tuple(cases))

    def lettered(self) -> Rule:
        """`A. gear boxes: ... B. other good: ...`, the letters in order and at least two."""
        heads = list(LETTERED.finditer(self.text))
        if len(heads) < 2 or [head[1] for head in heads] != [chr(ord("A") + i) for i in range(len(heads))]:
            raise Unread(f"letters of goods do not follow one another in {self.text!r}")
        return self.cases(heads, 2)

    def national(self) -> Rule:
        """`For HS 1234.56.7890: ...; others: ...`: goods named by a party's own codes, the others last."""
        heads = list(NATIONAL.finditer(self.text))
        if len(heads) < 2 or not re.search(r"\bothers?$", heads[-1][1], re.IGNORECASE):
            raise Unread(f"goods of national codes without the others in {self.text!r}")
        return self.cases(heads, 1)

    def cases(self, heads: Sequence[re.Match[str]], group: int) -> Rule:
        """The rule of each case between its head and the next."""
        ends = [head.start() for head in heads[1:]] + [len(self.text)]
        bodies = [self.text[head.end() : end] for head, end in zip(heads, ends, strict=True)]
        self.at = len(self.text)
        return ByGoods(
            tuple(
                Case(re.sub(r"^for ", "", head[group], flags=re.IGNORECASE), read_rule(body, self.vocabulary))
                for head, body in zip(heads, bodies, strict=True)
            )
        )

    def alternatives(self) -> Rule:
        parts, joints = [self.conjunction()], []
        while not re.match(r"\s*(?:[;,]?\s*$|;\s*for “|\))", self.text[self.at :]) and (found := self.take(SEPARATOR)):
            joints.append(found[0].strip().casefold())
            parts.append(self.conjunction())
        if joints and not joints[-1].endswith("or"):
            raise Unread(f"a list without a final `or` in {self.text!r}")
        if "or" in joints and any(bare for _, bare in parts):
            raise Unread(f"`and` and `or` without a mark between them in {self.text!r}")
        rules = tuple(rule for rule, _ in parts)
        return AnyOf(rules) if len(rules) > 1 else rules[0]

    def conjunction(self) -> tuple[Rule, bool]:
        """Rules joined by `and`, and whether there were several without parentheses around them."""
        parts = [self.atom()]
        while self.take(r"\s+and\s+(?!provided)|,?\s+provided that it has\s+"):
            parts.append(self.atom())
        return (AllOf(tuple(parts)), True) if len(parts) > 1 else (parts[0], False)

    def atom(self) -> Rule:
        if self.take(r"\("):
            rule = self.rule()
            self.need(r"\)")
            return rule
        if found := self.take(QUOTED):
            return Text(found[1].replace("””", "”"))
        if leaf := self.obtained() or self.change() or self.content() or self.condition():
            return leaf
        if self.take(r"made from "):
            return self.made_from()
        if found := self.take(self.vocabulary.pattern):
            return Process(self.vocabulary.codes[fold(found[0])], self.where())
        raise Unread(f"stopped at {self.text[self.at :]!r} in {self.text!r}")

    def made_from(self) -> Rule:
        """Kinds of material, with commas and a final `or`."""
        kinds: list[str] = []
        while not kinds or re.match(rf"(?:, | or ){self.vocabulary.kind_pattern.pattern}", self.text[self.at :], re.I):
            if kinds:
                self.take(r", | or ")
            kinds.append(self.vocabulary.kind_codes[fold(self.need(self.vocabulary.kind_pattern.pattern)[0])])
        return MadeFrom(tuple(kinds))

    def obtained(self) -> Rule | None:
        if self.take(r"(?:PE\b|" + re.escape(PRODUCED) + ")"):
            return Produced()
        if self.take(re.escape(ANY_HEADING)):
            return AnyHeading()
        if not self.take(r"WO\b|(?:be )?wholly[ -]obtained(?: or produced)?"):
            return None
        return WhollyObtained(self.where())

    def where(self) -> Where:
        found = self.take(r"\s+in\s+(?:the territory of\s+)?(the exporting|any) ?party\b")
        return "party" if not found else "any_party" if found[1].casefold() == "any" else "exporting_party"

    def change(self) -> Rule | None:
        level = self.level()
        if level is None:
            return None
        excluded = self.codes() if self.take(EXCEPT) else ()
        return Change(level, excluded, self.provided())

    def level(self) -> Level | None:
        if found := self.take(r"(CC|CTH|CTSH)\b"):
            return {"CC": "CC", "CTH": "CTH", "CTSH": "CTSH"}[found[1].upper()]  # type: ignore[return-value]
        if self.take(r"(?:a )?change to (?=(?:this |any )?(?:chapter|heading|subheading))"):
            if not self.take(r"(?:this|any) (?:chapter|heading|subheading)"):
                self.codes()
            unit = self.need(r",?\s+from any other (chapter|heading|subheading)")[1]
            return LEVEL_OF[unit.casefold()]
        return None

    def content(self) -> Rule | None:
        if found := self.take(r"(?:RVC|QVC)\s*(?:of )?(\d{1,3}(?:\.\d{1,3})?)\s*%?"):
            method: Method = "any"
            if by := self.take(r" by build-(down|up)\b"):
                method = "build_down" if by[1].casefold() == "down" else "build_up"
            final = bool(self.take(r" with the final process in the exporting Party"))
            return Content(Decimal(found[1]), method, final, self.provided())
        if self.take(r"(?:a )?regional value content of (?:not less than|at least)\s+"):
            number = Decimal(self.need(NUMBER)[1])
            self.take(r"\s+of (?:the )?FOB value(?: of the good)*")
            return Content(number, "any", False, self.provided())
        return None

    def provided(self) -> tuple[Rule, ...]:
        found: list[Rule] = []
        while self.take(PROVIDED):
            found.append(self.atom())
        return tuple(found)

    def condition(self) -> Rule | None:
        if found := self.take(MILK):
            return MaterialLimit(Decimal(found[1]), "content_weight", content="the raw material of or from milk")
        if self.take(NO_TOLERANCE_BUT_BY_SUBHEADING):
            return NoTolerance("CTSH")
        if self.take(r"no de minimis for imported materials"):
            unless = self.take(r" unless by (CC|CTH|CTSH)\b")
            return NoTolerance({"CC": "CC", "CTH": "CTH", "CTSH": "CTSH"}[unless[1].upper()] if unless else None)  # type: ignore[arg-type]
        if found := self.take(
            rf"at least {NUMBER} by weight of (?:{QUOTED}|(the [a-z ]+?)(?: is| are)?)\s+originating"
        ):
            quoted = found[2].replace("””", "”") if found[2] is not None else found[3]
            return OriginatingShare(Decimal(found[1]), quoted)
        if self.take(
            r"(?:the value of )?(?:the )?non-originating materials(?= (?:of|in|at most|does|do|must|shall|not) )"
        ):
            return self.limit()
        return self.materials()

    def limit(self) -> Rule:
        materials = self.codes() if self.take(r" of (?!the )") else ()
        what = self.take(rf" in {QUOTED}")
        self.need(r" (?:at most|(?:does|do|must|shall) not exceed|not over)\s+")
        number = Decimal(self.need(NUMBER)[1])
        return MaterialLimit(number, self.basis(), materials, what[1].replace("””", "”") if what else None)

    def basis(self) -> Basis:
        bases: dict[Basis, str] = {
            "fob": r" of the FOB value(?: of the (?:good|product))?",
            "ex_works": r" of the ex-works price(?: \(EXW\))?(?: of the (?:good|product))?",
            "weight": r" of the (?:total )?weight of the (?:good|product)",
            "content_weight": r" of its weight",
        }
        for basis, pattern in bases.items():
            if self.take(pattern):
                return basis
        raise Unread(f"a limit without its basis in {self.text!r}")

    def materials(self) -> Rule | None:
        """`materials of chapter 03 are wholly obtained`, or `are originating`."""
        start = self.at
        self.take(r"(?:the )?(?:materials?|fabrics) (?:of|from) ")
        if re.match(rf"(?:ch\b|(?:chapter|(?:sub)?heading)s?\b|{CODE})", self.text[self.at :], re.IGNORECASE):
            materials = self.codes()
            if self.take(r"\s+(?:are |is )?(?:WO\b|wholly[ -]+obtained(?: or produced)?)"):
                return MaterialsObtained(materials, self.where())
            if self.take(r"\s+(?:are |is )?orig(?:i)?nating"):
                return MaterialsOriginating(materials, self.where())
        self.at = start
        return None

    def codes(self) -> tuple[Codes, ...]:
        """A list of codes and ranges; a unit (`headings`) carries over to the codes that follow it."""
        found = [self.codes_of(None)]
        joint = (
            rf"\s*(?:,\s*(?:and |or )?|and\s+|or\s+)(?=(?:from )?(?:(?:chapter|ch|(?:sub)?heading)s?\.?\s*)?(?:{CODE}))"
        )
        while self.take(joint):
            self.take(r"from ")
            found.append(self.codes_of(found[-1]))
        return tuple(found)

    def codes_of(self, before: Codes | None) -> Codes:
        unit = self.take(r"(chapter|ch|heading|subheading)s?\.?\s*")
        first = self.need(rf"({CODE})")[1]
        last = self.take(rf"\s*(?:to|through|-|–)\s*({CODE})")
        size = SIZE_OF[unit[1].casefold()] if unit else len(before.first) if before and len(first) < 3 else None
        codes = Codes(_digits(first), _digits(last[1] if last else first))
        if len(codes.first) != len(codes.last) or codes.first > codes.last or (size and size != len(codes.first)):
            raise Unread(f"codes that do not fit together at {first!r} in {self.text!r}")
        if unit is None and before is None and len(first) < 3:
            raise Unread(f"a number that may not be a chapter at {first!r} in {self.text!r}")
        return codes


def _digits(code: str) -> str:
    digits = code.replace(".", "")
    return digits.zfill(2) if len(digits) < 2 else digits
