"""From the extraction of a document with product-specific rules to rows of table `origin_rule`, and which rule applies.

A rule may run over rows and pages; what cannot be placed at a code is rejected with its place. Phrases are read in
`origin_grammar`; documents and readings are described in each regime's `origin.yml`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sources.origin_specs import GeneralRuleSpec, ProcessesSpec, RuleSetSpec
from transforms.origin_grammar import Vocabulary, fold, read_phrase, read_rule
from transforms.origin_language import AnyOf, Rule, Text, dumps, parse_state
from transforms.origin_print import print_rule
from transforms.source_rows import source_row_id

Record = dict[str, Any]
LEVELS = {6: "subheading", 4: "heading", 2: "chapter"}


class RowLike(Protocol):
    """A row of an extraction, as `sources.extraction` makes it."""

    @property
    def locator(self) -> str: ...  # noqa: D102
    @property
    def page(self) -> int: ...  # noqa: D102
    @property
    def row_no(self) -> int: ...  # noqa: D102
    @property
    def role(self) -> str: ...  # noqa: D102
    @property
    def cells(self) -> Mapping[str, str]: ...  # noqa: D102


class ExtractionLike(Protocol):
    """An extraction, as `sources.extraction` makes it."""

    @property
    def document_id(self) -> str: ...  # noqa: D102
    @property
    def rows(self) -> Sequence[RowLike]: ...  # noqa: D102


@dataclass
class Phrase:
    """The words of one rule, row by row of those it runs over, at the row where it begins."""

    row: RowLike
    first: str
    last: str
    is_ex: bool
    alone: bool
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words on one line."""
        return " ".join(" ".join(self.words).split())


def vocabulary_of(spec: ProcessesSpec) -> Vocabulary:
    """The vocabulary of processes and kinds of material for the grammar and the printer."""
    spellings = {words: code for code, process in spec.processes.items() for words in process.also}
    processes = {code: process.en for code, process in spec.processes.items()}
    return Vocabulary(processes, spellings, {code: kind.en for code, kind in spec.materials.items()})


def origin_rule_rows(
    extraction: ExtractionLike, spec: RuleSetSpec, regime_id: str, vocabulary: Vocabulary
) -> tuple[list[Record], list[Record]]:
    """Rows of `origin_rule`, and rows of `rejected_row` for what could not be placed.

    Rows that fit no role are already rejected in `source_rows`.

    Args:
        extraction: the accepted extraction of the document.
        spec: how the set is laid out, with its readings.
        regime_id: the regime it belongs to.
        vocabulary: the processes.
    """
    phrases, rejected = _phrases(extraction, spec)
    readings = {fold(reading.phrase): reading.reading for reading in spec.readings}
    read: dict[str, Rule] = {}
    rows: list[Record] = []
    numbers: Counter[tuple[str, str]] = Counter()
    for phrase in phrases:
        if phrase.text not in read:
            parts = phrase.words if spec.joint_column else [phrase.text]
            read[phrase.text] = _any_of([read_phrase(part, vocabulary, readings) for part in parts])
        numbers[phrase.first, phrase.last] += 1
        rows.append(
            {
                "regime_id": regime_id,
                "document_id": extraction.document_id,
                "hs_edition": spec.hs_edition,
                "code_from": phrase.first,
                "code_to": phrase.last,
                "is_ex": int(phrase.is_ex),
                "row_no": numbers[phrase.first, phrase.last],
                **_reading(read[phrase.text], vocabulary, None if phrase.alone else spec.besides),
                "valid_from": _day(spec.valid_from),
                "valid_to": _day(spec.valid_to),
                "superseded_by": spec.superseded_by,
                "evidence": spec.evidence,
                "locator": phrase.row.locator,
                "page": phrase.row.page,
                "source_row_id": source_row_id(extraction.document_id, phrase.row.locator),
            }
        )
    return rows, rejected


def lost_rule_rows(spec: RuleSetSpec, regime_id: str, vocabulary: Vocabulary) -> list[Record]:
    """Rows of `origin_rule` for rules that the held copy lacks: words only, so that no general rule stands in."""
    return [
        {
            "regime_id": regime_id,
            "document_id": spec.document,
            "hs_edition": spec.hs_edition,
            "code_from": lost.code,
            "code_to": lost.code,
            "is_ex": 0,
            "row_no": 1,
            **_reading(Text(lost.reason), vocabulary),
            "valid_from": _day(spec.valid_from),
            "valid_to": _day(spec.valid_to),
            "superseded_by": spec.superseded_by,
            "evidence": spec.evidence,
            "locator": lost.locator,
            "page": lost.page,
            "source_row_id": source_row_id(spec.document, lost.locator),
        }
        for lost in spec.lost
    ]


def general_rule_row(spec: GeneralRuleSpec, regime_id: str, vocabulary: Vocabulary) -> Record:
    """The row of `origin_rule` of a general rule; it has no code and no edition.

    Raises:
        Unread: its words are not canonical.
    """
    return {
        "regime_id": regime_id,
        "document_id": spec.at.document,
        "hs_edition": None,
        "code_from": None,
        "code_to": None,
        "is_ex": 0,
        "row_no": 1,
        **_reading(read_rule(spec.rule, vocabulary), vocabulary),
        "valid_from": _day(spec.valid_from),
        "valid_to": _day(spec.valid_to),
        "superseded_by": None,
        "evidence": spec.evidence,
        "locator": f"{spec.at.article}" + (f", page {spec.at.page}" if spec.at.page else ""),
        "page": spec.at.page,
        "source_row_id": None,
    }


def _any_of(rules: Sequence[Rule]) -> Rule:
    """The rules as alternatives of one another, those inside an alternative among them."""
    flat = tuple(part for rule in rules for part in (rule.of if isinstance(rule, AnyOf) else (rule,)))
    return AnyOf(flat) if len(flat) > 1 else flat[0]


def _reading(rule: Rule, vocabulary: Vocabulary, besides: str | None = None) -> Record:
    """The rule as columns; `parse_state` says how fully its own words were read, not what stands besides."""
    whole = _any_of([rule, Text(besides)]) if besides else rule
    words = whole.text if isinstance(whole, Text) else print_rule(whole, vocabulary.words)
    return {"rule_text": words, "rule": dumps(whole), "parse_state": parse_state(rule)}


def _day(value: object) -> str | None:
    return None if value is None else str(value)


def _phrases(extraction: ExtractionLike, spec: RuleSetSpec) -> tuple[list[Phrase], list[Record]]:
    phrases: list[Phrase] = []
    rejected: list[Record] = []
    current: Phrase | None = None
    for row in extraction.rows:
        words, alone = _words(row, spec)
        if row.role == "line":
            column, cell = _cell(row, spec)
            current = _phrase(row, cell, words, alone)
            if current is None:
                expected = "2, 4 or 6 digits, or a range of them"
                rejected.append(_reject(extraction, row, column, cell, expected, "it is no HS code"))
            else:
                phrases.append(current)
        elif row.role == "heading":
            current = None
        elif row.role == "continuation" and (words or spec.joint_column) and not spec.rule:
            if current is None:
                reason = "its words continue no rule: the row before it is a heading or was rejected"
                rejected.append(_reject(extraction, row, spec.rule_column, words, "a line before it", reason))
            else:
                current.words.append(words)
    return phrases, rejected


CODE = re.compile(r"(ex\.?\s*)?(?:chapter\s*)?([\d.]+)(?:\s*(?:-|–|to)\s*([\d.]+))?(?:\s*\([A-Z]+\))?", re.IGNORECASE)


def _words(row: RowLike, spec: RuleSetSpec) -> tuple[str, bool]:
    """The words of a row (its own, or those of the whole document or of its serial), and whether they are all."""
    if spec.by_serial:
        serial = int(row.cells[spec.serial_column] or 0)
        found = next((rule for rule in spec.by_serial if rule.first <= serial <= rule.last), None)
        return (found.rule, found.alone) if found else ("", False)
    return spec.rule or row.cells[spec.rule_column].replace("\n", " ").strip(), False


def _phrase(row: RowLike, cell: str, words: str, alone: bool) -> Phrase | None:
    """The rule that begins at a row, or None where its code is none; a national line is a part of its subheading."""
    found = CODE.fullmatch(cell)
    first = found[2].replace(".", "") if found else ""
    last = found[3].replace(".", "") if found and found[3] else first
    part = len(first) == 8
    first, last = (first[:6], last[:6]) if part else (first, last)
    if not found or len(first) not in LEVELS or len(last) != len(first) or first > last:
        return None
    return Phrase(row, first, last, part or found[1] is not None, alone, [words] if words else [])


def _cell(row: RowLike, spec: RuleSetSpec) -> tuple[str, str]:
    """The narrowest column that is filled and its text on one line, or the range that two columns give."""
    if spec.range_columns:
        first, last = (row.cells[column].strip() for column in spec.range_columns)
        size = next((n for n in sorted(LEVELS) if re.fullmatch("0*", first[n:]) and re.fullmatch("9*", last[n:])), 10)
        return spec.range_columns[0], f"{first[:size]} to {last[:size]}"
    for column in spec.code_columns:
        if cell := " ".join(row.cells[column].split()):
            return column, cell
    return spec.code_columns[-1], ""


def _reject(
    extraction: ExtractionLike, row: RowLike, column: str | None, value: str, expected: str, reason: str
) -> Record:
    return {
        "document_id": extraction.document_id,
        "locator": row.locator,
        "page": row.page,
        "row_no": row.row_no,
        "column_name": column,
        "value": value,
        "expected": expected,
        "reason": reason,
        "remedy": "Look at the page; mend the cell in corrections.yml or the roles in documents.yml.",
    }


# --- which rule applies ----------------------------------------------------------------------------------------------


def rules_by_code(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Rows of `origin_rule` that stand at a code, by each code they cover."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["code_from"] is not None:
            size = len(row["code_from"])
            for number in range(int(row["code_from"]), int(row["code_to"]) + 1):
                found.setdefault(f"{number:0{size}d}", []).append(row)
    return found


def resolve(by_code: Mapping[str, list[Mapping[str, Any]]], subheading: str) -> tuple[str, list[Mapping[str, Any]]]:
    """The rules for a subheading of the rules' own edition, and the level they stand at.

    The narrowest level wins; rules for part of a code (`is_ex`) leave the rest of it to the next level up, whose rules
    follow. Where no rule stands at any level the level is `general` and the list empty.
    """
    found: list[Mapping[str, Any]] = []
    level = "general"
    for size, name in LEVELS.items():
        if rules := by_code.get(subheading[:size]):
            level = name if not found else level
            found += rules
            if not all(rule["is_ex"] for rule in rules):
                break
    return level, found
