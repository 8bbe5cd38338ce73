"""Whether a good originates under a regime: which criterion is met, what else must be met, and which facts are missing.

The answer is a list of steps, each with its article and page, and a verdict. It is guidance, not a ruling. Rules are
judged in `origin_judge`; everything it needs comes from rows of a release's tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from transforms.origin_facts import FactsSpec, bad_facts, digits, materials_of, read_facts
from transforms.origin_finding import FAILED, MET, Finding, all_of, any_of, unknown
from transforms.origin_judge import Judge
from transforms.origin_language import from_json, to_json
from transforms.origin_regime import Citation, Regime
from transforms.origin_shares import number, part_of

GUIDANCE = "This is guidance, not a ruling: customs of the importing Party decides, and may rule in advance."
VERDICTS = {True: "qualifies", False: "does_not", None: "needs_more_facts"}


@dataclass(frozen=True)
class Candidate:
    """A rule that may apply to the good.

    Attributes:
        rule: the row of `origin_rule`, its `rule` as JSON already read.
        level: level it stands at.
        state: `ok`, `ambiguous` or `superseded`, as in `hs2022_origin_rule`.
        products: codes that the good may have in the edition of the rule.
        older: for codes of the facts, their codes in the edition of the rule where the two differ.
    """

    rule: Mapping[str, Any]
    level: str
    state: str
    products: tuple[str, ...]
    older: Mapping[str, Sequence[str]] = field(default_factory=dict)


def evaluate(facts: Mapping[str, Any], regime: Regime, candidates: Sequence[Candidate]) -> dict[str, Any]:
    """The answer of `ftadata origin`: verdict, criterion, rule, steps, missing facts, proof of origin.

    Args:
        facts: the facts as JSON.
        regime: what its tables say.
        candidates: the rules that may apply; several where the correlation is in doubt, none where none is held.

    Raises:
        FtaError: the facts are malformed or contradict themselves.
    """
    read = read_facts(facts)
    steps: list[dict[str, Any]] = []
    judge = _judge(read, regime, candidates[0] if candidates else None, steps)
    parties = _parties(judge)
    _accumulation(judge)
    obtained = judge.wholly_obtained()
    if obtained.met and any(material.counts is False for material in judge.materials or ()):
        raise bad_facts("wholly_obtained", "the good has a material that does not originate")
    exclusive = judge.produced() if regime.exclusive else FAILED
    psr = _specific(read, regime, candidates, steps)
    working = _worked_enough(judge)
    consigned = _consigned(judge)
    by_rule = all_of([psr, working])
    verdict = all_of([parties, any_of([obtained, exclusive, by_rule]), consigned])
    return {
        "verdict": VERDICTS[verdict.met],
        "criterion": _criterion(verdict, obtained, exclusive),
        "rule": _rule(candidates[0]) if candidates else None,
        "rules": [_rule(candidate) for candidate in candidates],
        "steps": steps,
        "missing": sorted(verdict.missing),
        "certificate": [_proof(row) for row in regime.certificate],
        "guidance": GUIDANCE,
    }


def _judge(facts: FactsSpec, regime: Regime, candidate: Candidate | None, steps: list[dict[str, Any]]) -> Judge:
    older = candidate.older if candidate else {}
    rule = candidate.rule if candidate else {}
    products = candidate.products if candidate else (digits(facts.product_hs),)
    at = Citation(rule.get("locator"), rule.get("document_id"), rule.get("page"))
    return Judge(facts, materials_of(facts, regime.parties, regime.accumulates, older), regime, products, at, steps)


def _parties(judge: Judge) -> Finding:
    facts, regime = judge.facts, judge.regime
    met = facts.exporter in regime.exporters and facts.importer in regime.importers and facts.exporter != facts.importer
    return judge.step("parties", Finding(met), Citation(), f"{facts.exporter} may export to {facts.importer} under it.")


def _accumulation(judge: Judge) -> None:
    """Note which materials of other Parties there are and whether they may count; the tests on materials use it."""
    facts, regime = judge.facts, judge.regime
    others = [
        f"materials[{number}]"
        for number, material in enumerate(facts.materials or ())
        if material.origin in regime.parties and material.origin != facts.exporter
    ]
    if others:
        said = "Materials that originate in another Party count as originating."
        judge.step("accumulation", Finding(regime.accumulates), regime.cite("accumulation"), said, others)
    in_part = [m.name for m in judge.materials or () if m.counts is not True and part_of(m, regime.partial)]
    if in_part and regime.partial is not None:
        said = "Materials of another Party that do not originate count in proportion to their regional content."
        at = regime.cite("accumulation")
        judge.step("partial_cumulation", MET, at, said, in_part, number(regime.partial))


def _specific(
    facts: FactsSpec, regime: Regime, candidates: Sequence[Candidate], steps: list[dict[str, Any]]
) -> Finding:
    """What the rules that may apply say: they must agree, and each must be in force and read."""
    if not candidates:
        return unknown("a rule of origin for the product, which is not held")
    found: list[Finding] = []
    for candidate in candidates:
        finding = _judge(facts, regime, candidate, steps).judge(from_json(candidate.rule["rule"]))
        if candidate.state == "superseded":
            finding = unknown(f"the rule in force: this one was replaced by {candidate.rule['superseded_by']}")
        elif candidate.state == "ambiguous" and len(candidates) == 1:
            finding = unknown(f"the subheading of the product in {candidate.rule['hs_edition']}")
        found.append(finding)
    if len({finding.met for finding in found}) == 1:
        return all_of(found)
    return unknown(f"the subheading of the product in {candidates[0].rule['hs_edition']}")


def _worked_enough(judge: Judge) -> Finding:
    """Whether more was done than minimal operations; asked of goods that qualify by a rule only."""
    finding = judge.worked_enough()
    said = {
        "all": "More was done to the good than operations that do not confer origin.",
        "value": "More was done than minimal operations; asked where the claim rests on value content.",
        "change": "More was done than minimal operations; asked where the claim rests on a change or a process.",
    }[judge.regime.bears_on]
    at = judge.regime.cite("non_qualifying_operations")
    judge.step("minimal_operations", finding, at, said, judge.facts.processes)
    return finding if judge.regime.bears_on == "all" else MET


def _consigned(judge: Judge) -> Finding:
    """Whether the goods travelled directly, or through other countries unaltered."""
    route, regime = judge.facts.shipping, judge.regime
    outside = [country for country in (route.via if route else ()) if country not in regime.parties]
    if route is None or (route.direct is None and not route.via):
        finding = unknown("shipping")
    elif route.direct and not outside:
        finding = MET
    elif regime.transit is None:
        finding = unknown("the text of the regime on transit, which is not held")
    elif not regime.transit:
        finding = FAILED if outside else MET
    else:
        finding = unknown("shipping.processed") if route.processed is None else Finding(not route.processed)
    said = "The goods travel directly, or through other countries unaltered."
    return judge.step("direct_consignment", finding, regime.cite("direct_consignment"), said, outside)


def _criterion(verdict: Finding, obtained: Finding, exclusive: Finding) -> str | None:
    """The criterion by which a good that qualifies does so."""
    if not verdict.met:
        return None
    return "WO" if obtained.met else "PE" if exclusive.met else "PSR"


def _rule(candidate: Candidate) -> dict[str, Any]:
    row = candidate.rule
    return {
        "text": row["rule_text"],
        "expression": to_json(from_json(row["rule"])),
        "level": candidate.level,
        "hs_edition": row["hs_edition"],
        "state": candidate.state,
        "document_id": row["document_id"],
        "page": row["page"],
        "locator": row["locator"],
    }


def _proof(row: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("code", "value", "value_num", "unit", "text_en", "text_km", "document_id", "article", "page", "evidence")
    return {key: row[key] for key in keys}
