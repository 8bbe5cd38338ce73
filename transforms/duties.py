"""Duties as cells state them: the state of a cell, its duty, and the row of table `duty`.

How duties are written in a schedule is data (`sources.specs.DutySpec`); the forms themselves are in
`transforms.duty_grammar`. Nothing here knows lines, categories or dates.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sources.specs import DutySpec
from transforms.duty_grammar import Unreadable, read_duty
from transforms.duty_values import FREE, Component, Duty, Kind, make_duty, plain, print_duty, text_only
from warehouse.keys import stable_key

__all__ = [
    "CANONICAL", "FREE", "Cell", "Component", "Duty", "Kind", "duty_id", "duty_row", "make_duty", "parse_duty",
    "print_duty", "text_only",
]  # fmt: skip

CANONICAL = DutySpec()
"""How canonical text is written: every number with its sign, every currency by its ISO code, no words of a source."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one duty cell of a document says.

    Attributes:
        state: `ok`, `free`, `unparsed`, or the state that the source's YAML gives to the cell's words.
        duty: the duty; None where the cell holds none.
        text: the cell as printed, its spaces tidied.
    """

    state: str
    duty: Duty | None
    text: str


def parse_duty(text: str, spec: DutySpec) -> Cell:
    """What a cell says, by the words and forms of its schedule.

    Text that is not understood gives state `unparsed` with a `text_only` duty; a blank that the YAML says nothing of
    gives `unparsed` without one. Never raises for any text.
    """
    shown = tidy(text)
    said = shown if shown in _words(spec) else _without_notes(shown, spec.footnotes)
    word = _words(spec).get(said)
    if word is not None:
        return Cell(word, FREE if word == "free" else None, shown)
    if not said:
        return Cell("unparsed", None, shown)
    bracketed = spec.brackets is not None and _in_brackets(said)
    if spec.brackets is not None and _is_range_in_brackets(said):
        return Cell(spec.brackets, text_only(shown), shown)
    try:
        duty = read_duty(said[1:-1] if bracketed else said, spec.bare_number, spec.currency, spec.lines)
    except Unreadable:
        return Cell("unparsed", text_only(shown), shown)
    if bracketed and spec.brackets is not None:
        return Cell(spec.brackets, duty, shown)
    return Cell("free" if duty.kind == "free" else "ok", duty, shown)


def _without_notes(shown: str, marks: tuple[str, ...]) -> str:
    """The text without the marks of notes at its end, however many there are."""
    while mark := next((mark for mark in marks if shown.endswith(mark)), None):
        shown = shown.removesuffix(mark).rstrip()
    return shown


def tidy(text: str) -> str:
    """The text with single spaces, no blank lines and no space at the ends of lines."""
    lines = (" ".join(line.split()) for line in re.split(r"\r\n?|\n", text))
    return "\n".join(line for line in lines if line)


def duty_id(duty: Duty) -> str:
    """The key of a duty: a hash of its canonical text."""
    return _key_of_text(duty.text)


@lru_cache(maxsize=4096)
def _key_of_text(text: str) -> str:
    return stable_key("duty", [text])


def duty_row(duty: Duty) -> dict[str, Any]:
    """The row of table `duty`: duty_id, text, kind, rate_pct (percentage points), components (JSON)."""
    return {
        "duty_id": duty_id(duty),
        "text": duty.text,
        "kind": duty.kind,
        "rate_pct": duty.rate_pct,
        "components": json.dumps(_components(duty), ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    }


def _components(duty: Duty) -> list[dict[str, Any]]:
    parts = [
        {"option": number, "role": "duty", **_component(part)}
        for number, option in enumerate(duty.options, start=1)
        for part in option
    ]
    for role, bound in (("minimum", duty.minimum), ("maximum", duty.maximum)):
        if bound is not None:
            parts.append({"role": role, **_component(bound)})
    return parts


def _component(part: Component) -> dict[str, Any]:
    if part.unit is None:
        return {"sign": part.sign, "percent": plain(part.amount), "basis": "customs_value"}
    return {
        "sign": part.sign,
        "amount": plain(part.amount),
        "currency": part.currency,
        "quantity": plain(part.quantity),
        "unit": part.unit,
        "basis": part.basis,
    }


def _words(spec: DutySpec) -> dict[str, str]:
    return {tidy(word): state for word, state in spec.words.items()}


def _is_range_in_brackets(text: str) -> bool:
    """Whether the text is a range of rates of which each stands in brackets: `(5.3%)〜(6.4%)`."""
    ends = text.split("〜")
    return len(ends) > 1 and all(_in_brackets(end.strip()) for end in ends)


def _in_brackets(text: str) -> bool:
    """Whether one pair of brackets encloses the whole text."""
    depth = 0
    for at, sign in enumerate(text):
        depth += (sign in "(（") - (sign in ")）")
        if depth == 0:
            return at == len(text) - 1 and at > 0
    return False
