"""Judges one expression of a rule of origin on the facts of one good: met, not met, or not known, test by test.

The three-valued logic, the tests of the leaves and the steps they leave belong here; which rule applies and what else
a good must meet is in `origin_evaluate`. Where it is not known whether a material originates, a test is met if it is
met without it, and failed if it is failed even with it: more origin never hurts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from transforms.origin_codes import changes, may_lie_in
from transforms.origin_facts import FactsSpec, Material
from transforms.origin_finding import FAILED, MET, Finding, all_of, any_of, unknown
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
    MadeFrom,
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
from transforms.origin_shares import Materials, at_most, built_up, exact, less_part, number, part_of, rounded


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
                conditions = (self.judge(c) for c in provided if not isinstance(c, NoTolerance))
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
            case MadeFrom(kinds):
                return self._made_from(kinds)
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
        return any_of(at_most(self.facts, row["basis"], found, Decimal(row["pct"])) for row in self._tolerance())

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
        shares = [exact(self.facts, row["basis"], found) for row in self._tolerance()]
        known = [rounded(share, up=True) for share in shares if share is not None]
        return known[0] if known else None

    # --- shares ------------------------------------------------------------------------------------------------------

    def _content(self, rule: Content) -> Finding:
        """Regional value content by the formulas that rule and regime allow; one that is met is enough."""
        methods = self.regime.methods if rule.method == "any" else (rule.method,)
        found: list[Finding] = []
        at = self.regime.cite("value_added_calculation")
        if "build_down" in methods:
            finding = self._over(lambda m: self._within(m, 100 - rule.minimum))
            share = None if self._unsaid_parts() else exact(self.facts, "fob", self._less_part())
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

    def _within(self, found: Materials, limit: Decimal) -> Finding:
        """Whether what does not count as originating stays within a limit, whatever parts are not known."""
        worst = at_most(self.facts, "fob", less_part(found, self.regime.partial), limit)
        if worst.met or not self._unsaid_parts(found):
            return worst
        best = at_most(self.facts, "fob", less_part(found, self.regime.partial, hope=True), limit)
        return best if best.met is False else Finding(None, best.missing | worst.missing | self._unsaid_parts(found))

    def _less_part(self) -> Materials:
        return less_part(self._foreign(), self.regime.partial)

    def _unsaid_parts(self, found: Materials | None = None) -> frozenset[str]:
        """Facts that would tell what part of non-originating materials counts."""
        found = self._foreign() if found is None else found
        return frozenset(f"{m.name}.regional_pct" for m in found if part_of(m, self.regime.partial) is None)

    def _build_up(self, rule: Content, at: Citation) -> Finding:
        least, most, missing = built_up(self.facts, self.materials, self.regime.partial)
        finding = Finding(None, missing)
        if least is not None and least >= rule.minimum:
            finding = MET
        elif most is not None and most < rule.minimum:
            finding = FAILED
        words = "Build-up: (originating materials + labour + overhead + profit + other costs) / FOB value."
        value = rounded(least) if least is not None else None
        return self.step("RVC", finding, at, words, value, number(rule.minimum))

    def _limit(self, rule: MaterialLimit) -> Finding:
        if rule.content is not None:
            shares = [100 - s.originating_pct for s in self.facts.shares if s.content == rule.content]
            finding = Finding(shares[0] <= rule.maximum) if shares else unknown(f"shares: {rule.content}")
            value = number(shares[0]) if shares else None
        else:

            def pick(found: Materials) -> Materials:
                return tuple(m for m in found if not rule.materials or may_lie_in(m.codes, rule.materials))

            finding = self._over(lambda m: at_most(self.facts, rule.basis, pick(m), rule.maximum))
            share = exact(self.facts, rule.basis, pick(self._foreign()))
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

    def _made_from(self, kinds: tuple[str, ...]) -> Finding:
        finding = self._over(lambda found: all_of(_of_kind(material, kinds) for material in found))
        words = "Textile materials that do not originate are of the kinds with which the work may begin."
        return self.step("MADE_FROM", finding, self.at, words, [m.kind for m in self._foreign()], list(kinds))

    def _share(self, minimum: Decimal, content: str) -> Finding:
        shares = [share.originating_pct for share in self.facts.shares if share.content == content]
        finding = Finding(shares[0] >= minimum) if shares else unknown(f"shares: {content}")
        words = f"Of {content}, enough originates by weight."
        value = number(shares[0]) if shares else None
        return self.step("MIN_ORIGINATING", finding, self.at, words, value, number(minimum))


def _of_kind(material: Material, kinds: Sequence[str]) -> Finding:
    """Whether a material is of one of the kinds; what is no textile is not asked."""
    kind = material.kind
    if kind == "other" or any(kind == one or (kind or "").startswith(f"{one}.") for one in kinds):
        return MET
    if kind is None or any(one.startswith(f"{kind}.") for one in kinds):
        return unknown(f"{material.name}.kind")
    return FAILED
