"""The self-assessment: a guided path from a good and its materials to a verdict, evaluated in the browser.

Here are only its frame and its vocabulary; the steps are in `assets/assess*.js`, the evaluation in
`assets/origin-*.js`, and the rules and regimes come from the static JSON of the release.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from publish.evidence import Row
from publish.origin import regimes_with_origin
from publish.site.facts import Facts
from publish.site.pages import Page
from sources.origin_specs import ProcessSpec, load_processes


def pages(facts: Facts) -> Iterator[Page]:
    """The one page of the self-assessment; it offers no regime where a release says nothing of origin."""
    yield Page("origin/", "assess.html", "assess.title", "origin", _values(facts), ("assess.js",))


def tested_regimes(facts: Facts) -> frozenset[str]:
    """Regimes under which origin can be tested; none where the release lacks the tables for it."""
    held = {"provision", "origin_rule"} <= facts.tables
    return frozenset(regimes_with_origin(facts.connection)) if held else frozenset()


def _values(facts: Facts) -> dict[str, Any]:
    said = tested_regimes(facts)
    vocabulary = load_processes()
    words = {
        "process": [_word(code, word) for code, word in vocabulary.processes.items()],
        "operation": [_word(code, word) for code, word in vocabulary.minimal_operations.items()],
        "kind": [_word(code, word) for code, word in vocabulary.materials.items()],
    }
    return {
        "regimes": [row for regime_id, row in facts.regimes.items() if regime_id in said],
        "parties": list(facts.parties.values()),
        "vocabulary": words,
    }


def _word(code: str, word: ProcessSpec) -> Row:
    return {"code": code, "name_en": word.en, "name_km": word.km}
