"""Judges one expression of a rule of origin on the facts of one good: met, not met, or not known, test by test.

The three-valued logic, the tests of the leaves and the steps they leave belong here; which rule applies and what else
a good must meet is in `origin_evaluate`. Where it is not known whether a material originates, a test is met if it is
met without it, and failed if it is failed even with it: more origin never hurts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Literal

from transforms.origin_codes import changes, may_lie_in
from transforms.origin_facts import FactsSpec, Material
from transforms.origin_language import (
    DIGITS,
    AllOf,
    AnyHeading,
    AnyOf,
    ByGoods,
    Case,
    Change,
    Codes,
    Content,
    MaterialLimit,
    MaterialsObtained,
    MaterialsOriginating,
    NoTolerance,
    OriginatingShare,
    Process,
    Produced,
    Rule,
    Text,
    WhollyObtained,
)
from transforms.origin_print import print_codes, print_number
from transforms.origin_regime import Citation, Regime, Row

Materials = tuple[Material, ...]


@dataclass(frozen=True)
class Finding:
    """Met, not met or (None) not known, and the facts that would tell."""

    met: bool | None
    missing: frozenset[str] = frozenset()


MET, FAILED = Finding(True), Finding(False)


def unknown(*facts: str) -> Finding:
    """A finding that waits for facts."""
    return Finding(None, frozenset(facts))


def any_of(findings: Iterable[Finding]) -> Finding:
    """Met where one is; not known where one that is not known could still be."""
    found = list(findings)
    if any(finding.met for finding in found):
        return MET
    return _open(found) or FAILED


def all_of(findings: Iterable[Finding]) -> Finding:
    """Failed where one is; not known where one that is not known could still fail."""
    found = list(findings)
    if any(finding.met is False for finding in found):
        return FAILED
    return _open(found) or MET


def _open(findings: Sequence[Finding]) -> Finding | None:
    waiting = [finding for finding in findings if finding.met is None]
    return Finding(None, frozenset().union(*(finding.missing for finding in waiting))) if waiting else None


@dataclass
class Judge:
    """Judges one rule; `steps` collects every test in the order in which it was made.

    Attributes:
        products: possible codes of the good in the edition of the rule.
        at: where the rule stands.
    """

    facts: FactsSpec
    materials: Materials | None
    regime: Regime
    products: tuple[str, ...]
    at: Citation
    steps: list[dict[str, Any]] = field(default_factory=list)

    def step(
        self, test: str, finding: Finding, at: Citation, explanation: str, value: object = None, limit: object = None
    ) -> Finding:
        """Note a test and hand back its finding."""
        self.steps.append(
            {
                "test": test,
                "met": finding.met,
                "value": value,
                "threshold": limit,
                "article": at.article,
                "document_id": at.document_id,
                "page": at.page,
                "explanation": explanation,
            }
        )
        return finding

    def judge(self, rule: Rule) -> Finding:
        """What the facts say of a rule."""
        match rule:
            case AnyOf(of):
                return any_of([self.judge(part) for part in of])
            case AllOf(of):
                return all_of([self.judge(part) for part in of])
            case ByGoods(cases):
                return self._by_goods(cases)
            case Change(provided=provided):
                conditions = [self.judge(c) for c in provided if not isinstance(c, NoTolerance)]
                return all_of([self._change(rule), self._worked("change"), *conditions])
            case Content(provided=provided):
                return all_of([self._content(rule), self._worked("value"), *(self.judge(c) for c in provided)])
            case _:
                return self._leaf(rule)

    def _leaf(self, rule: Rule) -> Finding:
        match rule:
            case WhollyObtained(where):
                return self.wholly_obtained(anywhere=where == "any_party")
            case Produced():
                return self.produced()
            case MaterialLimit():
                return self._limit(rule)
            case MaterialsObtained(materials):
                return self._materials_obtained(materials)
            case MaterialsOriginating(materials):
                return self._materials_originating(materials)
            case OriginatingShare(minimum, content):
                return self._share(minimum, content)
            case Process(code):
                done = self.facts.processes
                finding = unknown("processes") if done is None else Finding(code in done)
                self.step("PROCESS", finding, self.at, f"The process {code} must be carried out.", done, code)
                return all_of([finding, self._worked("change")])
            case AnyHeading() | NoTolerance():
                return self.step("ANY_HEADING", MET, self.at, "Materials of any heading may be used.")
            case Text(text):
                said = "These words were not read by the project; a person must judge them."
                return self.step("TEXT", unknown(f"a reading of: {text}"), self.at, said, None, text)
            case _:
                raise TypeError(f"{rule!r} is not a leaf of the language")

    def worked_enough(self) -> Finding:
        """Whether more was done than minimal operations."""
        done, minimal = self.facts.processes, self.regime.operations
        if minimal is None:
            return unknown("the text of the regime on minimal operations, which is not held")
        return unknown("processes") if done is None else Finding(not done or not set(done) <= minimal)

    def _worked(self, kind: Literal["value", "change"]) -> Finding:
        """The same for a test of one kind, where the regime's list bears on that kind only."""
        return self.worked_enough() if self.regime.bears_on == kind else MET

    def _by_goods(self, cases: Sequence[Case]) -> Finding:
        chosen = [case for case in cases if case.goods == self.facts.goods]
        if chosen:
            return self.judge(chosen[0].rule)
        found = [self.judge(case.rule) for case in cases]
        if len({finding.met for finding in found}) == 1 and found[0].met is not None:
            return found[0]
        wanted = "goods: " + " | ".join(case.goods for case in cases)
        said = "The rule depends on what the good is, in the words of the annex."
        return self.step("GOODS", unknown(wanted), self.at, said, self.facts.goods, [case.goods for case in cases])

    # --- wholly obtained, or only from originating materials ---------------------------------------------------------

    def wholly_obtained(self, *, anywhere: bool = False) -> Finding:
        """Whether the good is wholly obtained; never so where a material is known not to originate."""
        finding = unknown("wholly_obtained")
        if self.facts.wholly_obtained is not None:
            finding = Finding(self.facts.wholly_obtained)
        elif any(material.counts is False for material in self.materials or ()):
            finding = FAILED
        if anywhere and finding.met is not True and self.materials:
            each = [Finding(m.wholly_obtained, frozenset({f"{m.name}.wholly_obtained"})) for m in self.materials]
            finding = any_of([finding, all_of(each)])
        where = "in any Party" if anywhere else "in one Party"
        return self.step("WO", finding, self.regime.cite("wholly_obtained"), f"The good is wholly obtained {where}.")

    def produced(self) -> Finding:
        """Whether every material originates."""
        if self.materials is None:
            finding = unknown("materials")
        elif not self.materials:
            finding = FAILED
        else:
            finding = all_of(Finding(m.counts, frozenset({f"{m.name}.originating"})) for m in self.materials)
        said = "Every material of which the good is made originates."
        return self.step("PE", finding, self.regime.cite("wholly_obtained"), said)

    # --- tests on materials ------------------------------------------------------------------------------------------

    def _over(self, test: Callable[[Materials], Finding]) -> Finding:
        """A test over the non-originating materials, with and without those of unknown origin."""
        if self.materials is None:
            return unknown("materials")
        most = self._foreign()
        least = tuple(m for m in self.materials if m.counts is False)
        finding = test(most)
        if most == least or finding.met:
            return finding
        hopeful = test(least)
        if hopeful.met is False:
            return hopeful
        return Finding(None, hopeful.missing | {f"{m.name}.originating" for m in most if m not in least})

    def _foreign(self) -> Materials:
        """Materials that do not originate, or may not."""
        return tuple(material for material in self.materials or () if material.counts is not True)

    def _change(self, rule: Change) -> Finding:
        changed = self._over(lambda found: self._unchanged(found, rule)[0])
        failing = self._unchanged(self._foreign(), rule)[1]
        finding = self._over(lambda found: self._changed_or_tolerated(found, rule))
        words = f"Every non-originating material changes {self._level_words(rule)}."
        self.step(rule.level, changed, self.at, words, [m.name for m in failing], None)
        if changed.met is not True and failing:
            at = self.regime.cite("de_minimis")
            self.step("de_minimis", finding, at, self._tolerance_words(), self._tolerance_value(failing))
        return finding

    @staticmethod
    def _level_words(rule: Change) -> str:
        unit = {"CC": "chapter", "CTH": "heading", "CTSH": "subheading"}[rule.level]
        return unit + (f", and does not come from {print_codes(rule.excluded)}" if rule.excluded else "")

    def _unchanged(self, found: Materials, rule: Change) -> tuple[Finding, Materials]:
        """Whether all of them change classification, and those that do not, or may not."""
        each = [(material, self._changes(material, rule)) for material in found]
        return all_of(finding for _, finding in each), tuple(m for m, finding in each if finding.met is not True)

    def _changes(self, material: Material, rule: Change) -> Finding:
        """Whether one material changes classification, for every code it and the good may have."""
        size = DIGITS[rule.level]
        results = {changes(product[:size], code, rule.excluded) for product in self.products for code in material.codes}
        return Finding(results.pop()) if len(results) == 1 and None not in results else unknown(f"{material.name}.hs")

    def _changed_or_tolerated(self, found: Materials, rule: Change) -> Finding:
        each = [(material, self._changes(material, rule)) for material in found]
        failed = tuple(m for m, finding in each if finding.met is False)
        doubtful = tuple(m for m, finding in each if finding.met is None)
        if not failed and not doubtful:
            return MET
        whole = self._tolerated(failed + doubtful, rule)
        if not doubtful or whole.met:
            return whole
        least = self._tolerated(failed, rule) if failed else MET
        return least if least.met is False else unknown(*whole.missing, *(f"{m.name}.hs" for m in doubtful))

    def _tolerated(self, found: Materials, rule: Change) -> Finding:
        """Whether de minimis covers the materials."""
        if self.regime.tolerances is None:
            return unknown("the text of the regime on de minimis, which is not held")
        for condition in rule.provided:
            if isinstance(condition, NoTolerance) and any(
                m.imported and not (condition.unless and self._changes(m, Change(condition.unless)).met) for m in found
            ):
                return FAILED
        return any_of(self._at_most(row["basis"], found, Decimal(row["pct"])) for row in self._tolerance())

    def _tolerance(self) -> list[Row]:
        """The tolerances for the good."""
        return [
            row
            for row in self.regime.tolerances or ()
            if all(Codes(row["code_from"], row["code_to"]).holds(product) for product in self.products)
        ]

    def _tolerance_words(self) -> str:
        bases = {"fob_value": "FOB value", "weight": "weight"}
        limits = [f"{print_number(Decimal(row['pct']))} % of the {bases[row['basis']]}" for row in self._tolerance()]
        return f"Materials that do not change may be up to {' or '.join(limits)}." if limits else "No tolerance."

    def _tolerance_value(self, found: Materials) -> object:
        shares = [self._exact(row["basis"], found) for row in self._tolerance()]
        known = [rounded(share, up=True) for share in shares if share is not None]
        return known[0] if known else None

    # --- shares ------------------------------------------------------------------------------------------------------

    def _ratio(self, basis: str, found: Materials) -> tuple[Decimal | None, frozenset[str]]:
        """Share of the materials whose amounts are known, in per cent of the basis, and the facts that are missing."""
        weight = basis == "weight"
        name = {"weight": "product_weight_kg", "ex_works": "ex_works"}.get(basis, "fob")
        money = self.facts.ex_works if basis == "ex_works" else self.facts.fob
        whole = self.facts.product_weight_kg if weight else money.amount if money else None
        if not whole:
            return None, frozenset({name})
        parts = [(m.name, m.weight_kg if weight else m.value) for m in found]
        missing = frozenset(f"{part}.{'weight_kg' if weight else 'value'}" for part, amount in parts if amount is None)
        return sum((amount for _, amount in parts if amount is not None), Decimal(0)) * 100 / whole, missing

    def _at_most(self, basis: str, found: Materials, limit: Decimal) -> Finding:
        """Whether the share is within a limit; the known part alone may already be beyond it."""
        share, missing = self._ratio(basis, found)
        if share is not None and share > limit:
            return FAILED
        return Finding(None, missing) if missing else MET

    def _exact(self, basis: str, found: Materials) -> Decimal | None:
        """The share, where every amount is known."""
        share, missing = self._ratio(basis, found)
        return None if missing or self.materials is None else share

    def _content(self, rule: Content) -> Finding:
        """Regional value content by the formulas that rule and regime allow; one that is met is enough."""
        methods = self.regime.methods if rule.method == "any" else (rule.method,)
        found: list[Finding] = []
        at = self.regime.cite("value_added_calculation")
        if "build_down" in methods:
            finding = self._over(lambda m: self._at_most("fob", m, 100 - rule.minimum))
            share = self._exact("fob", self._foreign())
            value = rounded(100 - share) if share is not None else None
            words = "Build-down: (FOB value - non-originating materials) / FOB value."
            found.append(self.step("RVC", finding, at, words, value, number(rule.minimum)))
        if "build_up" in methods and (self.facts.costs or "build_down" not in methods):
            found.append(self._build_up(rule, at))
        whole = any_of(found)
        if rule.final_process:
            done = self.facts.final_process
            last = unknown("final_process") if done is None else Finding(done)
            words = "The final process takes place in the exporting Party."
            whole = all_of([whole, self.step("final_process", last, self.at, words)])
        return whole

    def _build_up(self, rule: Content, at: Citation) -> Finding:
        costs, fob = self.facts.costs, self.facts.fob
        share, missing = self._ratio("fob", tuple(m for m in self.materials or () if m.counts))
        value = None
        missing |= {f"{m.name}.originating" for m in self.materials or () if m.counts is None}
        missing |= {"costs"} if costs is None else set()
        missing |= {"materials"} if self.materials is None else set()
        finding = Finding(None, missing)
        if costs and fob and share is not None:
            share += (costs.labour + costs.overhead + costs.profit + costs.other) * 100 / fob.amount
            value = rounded(share)
            finding = MET if share >= rule.minimum else FAILED if not missing else finding
        words = "Build-up: (originating materials + labour + overhead + profit + other costs) / FOB value."
        return self.step("RVC", finding, at, words, value, number(rule.minimum))

    def _limit(self, rule: MaterialLimit) -> Finding:
        if rule.content is not None:
            shares = [100 - s.originating_pct for s in self.facts.shares if s.content == rule.content]
            finding = Finding(shares[0] <= rule.maximum) if shares else unknown(f"shares: {rule.content}")
            value = number(shares[0]) if shares else None
        else:

            def pick(found: Materials) -> Materials:
                return tuple(m for m in found if not rule.materials or may_lie_in(m.codes, rule.materials))

            finding = self._over(lambda m: self._at_most(rule.basis, pick(m), rule.maximum))
            share = self._exact(rule.basis, pick(self._foreign()))
            value = rounded(share, up=True) if share is not None else None
        words = "Non-originating materials stay within the limit of the rule."
        return self.step("MAX_NON_ORIGINATING", finding, self.at, words, value, number(rule.maximum))

    def _materials_obtained(self, ranges: tuple[Codes, ...]) -> Finding:
        if self.materials is None:
            finding = unknown("materials")
        else:
            each = [m for m in self.materials if may_lie_in(m.codes, ranges)]
            finding = all_of(
                FAILED if m.counts is False else Finding(m.wholly_obtained, frozenset({f"{m.name}.wholly_obtained"}))
                for m in each
            )
        words = f"Materials of {print_codes(ranges)} are wholly obtained."
        return self.step("MATERIALS_WO", finding, self.at, words)

    def _materials_originating(self, ranges: tuple[Codes, ...]) -> Finding:
        if self.materials is None:
            finding = unknown("materials")
        else:
            each = [m for m in self.materials if may_lie_in(m.codes, ranges)]
            finding = all_of(Finding(m.counts, frozenset({f"{m.name}.originating"})) for m in each)
        return self.step("MATERIALS_ORIGINATING", finding, self.at, f"Materials of {print_codes(ranges)} originate.")

    def _share(self, minimum: Decimal, content: str) -> Finding:
        shares = [share.originating_pct for share in self.facts.shares if share.content == content]
        finding = Finding(shares[0] >= minimum) if shares else unknown(f"shares: {content}")
        words = f"Of {content}, enough originates by weight."
        value = number(shares[0]) if shares else None
        return self.step("MIN_ORIGINATING", finding, self.at, words, value, number(minimum))


def number(value: Decimal) -> int | float:
    """A number for JSON."""
    return int(value) if value == value.to_integral_value() else float(value)


def rounded(share: Decimal, *, up: bool = False) -> int | float:
    """A share to two decimals, rounded against the exporter so that it never seems to meet what it fails."""
    return number(share.quantize(Decimal("0.01"), ROUND_CEILING if up else ROUND_FLOOR))
