// Whether a good originates under a regime: the steps, the verdict, the criterion and the facts that are missing. It gives
// what `ftadata origin` gives for the same facts; docs/origin.md says how, and shared cases hold both to it.

import { BadFacts, materialsOf, partiesOf, readFacts } from "./origin-facts.js";
import { alike, allOf, anyOf, FAILED, MET, said, unknown } from "./origin-finding.js";
import { Judge } from "./origin-judge.js";
import { partOf } from "./origin-shares.js";

const VERDICTS = new Map([[true, "qualifies"], [false, "does_not"], [null, "needs_more_facts"]]);

/**
 * The answer for a good.
 *
 * @param facts the facts, as docs/origin.md has them
 * @param regime the bundle of the regime
 * @param candidates the rules that may apply
 * @throws BadFacts where the facts are malformed or contradict themselves
 */
export function evaluate(facts, regime, candidates) {
  const read = readFacts(facts);
  const steps = [];
  const judge = judgeOf(read, regime, candidates[0], steps);
  const parties = judge.step("parties", said(
    regime.exporters.includes(read.exporter) && regime.importers.includes(read.importer) && read.exporter !== read.importer));
  accumulation(judge);
  const obtained = judge.whollyObtained();
  if (obtained.met && judge.materials?.some((m) => m.counts === false)) throw new BadFacts("wholly_obtained", "contradiction");
  const exclusive = regime.exclusive ? judge.produced() : FAILED;
  const specific = byRule(read, regime, candidates, steps);
  const worked = workedEnough(judge);
  const consigned = directly(judge);
  const verdict = allOf([parties, anyOf([obtained, exclusive, allOf([specific, worked])]), consigned]);
  return {
    verdict: VERDICTS.get(verdict.met),
    criterion: !verdict.met ? null : obtained.met ? "WO" : exclusive.met ? "PE" : "PSR",
    steps,
    missing: [...new Set(verdict.missing)].sort(),
  };
}

function judgeOf(facts, regime, candidate, steps) {
  const rule = candidate?.rule ?? {};
  const at = { article: rule.locator ?? null, document_id: rule.document_id ?? null, page: rule.page ?? null };
  return new Judge(facts, materialsOf(facts, regime, candidate?.older), regime, candidate?.products ?? [facts.product], at, steps);
}

function accumulation(judge) {
  const { facts, regime } = judge;
  const parties = partiesOf(regime);
  const others = (facts.materials ?? []).filter((m) => parties.includes(m.origin) && m.origin !== facts.exporter);
  const at = judge.cite("accumulation");
  if (others.length) judge.step("accumulation", said(regime.accumulates), at, others.map((m) => m.name));
  const inPart = (judge.materials ?? []).filter((m) => m.counts !== true && partOf(m, judge.partial)?.isZero() === false);
  if (inPart.length) judge.step("partial_cumulation", MET, at, inPart.map((m) => m.name), regime.partial);
}

/** What the rules that may apply say: they must agree, and each must be in force and read. */
function byRule(facts, regime, candidates, steps) {
  if (!candidates.length) return unknown("a rule of origin for the product, which is not held");
  const found = candidates.map((candidate) => {
    const finding = judgeOf(facts, regime, candidate, steps).judge(candidate.rule.rule);
    if (candidate.state === "superseded") return unknown(`the rule in force: this one was replaced by ${candidate.rule.superseded_by}`);
    const alone = candidate.state === "ambiguous" && candidates.length === 1;
    return alone ? unknown(`the subheading of the product in ${candidate.rule.hs_edition}`) : finding;
  });
  return alike(found) ? allOf(found) : unknown(`the subheading of the product in ${candidates[0].rule.hs_edition}`);
}

function workedEnough(judge) {
  const finding = judge.workedEnough();
  judge.step("minimal_operations", finding, judge.cite("non_qualifying_operations"), judge.facts.processes);
  return judge.regime.bears_on === "all" ? finding : MET;
}

/** Whether the goods travelled directly, or through other countries unaltered. */
function directly(judge) {
  const { facts: { shipping }, regime } = judge;
  const parties = partiesOf(regime);
  const strangers = (shipping?.via ?? []).filter((country) => !parties.includes(country));
  let finding;
  if (!shipping || (shipping.direct === null && !shipping.via.length)) finding = unknown("shipping");
  else if (shipping.direct && !strangers.length) finding = MET;
  else if (regime.transit === null || regime.transit === undefined) finding = unknown("the text of the regime on transit, which is not held");
  else if (!regime.transit) finding = said(!strangers.length);
  else finding = shipping.processed === null ? unknown("shipping.processed") : said(!shipping.processed);
  return judge.step("direct_consignment", finding, judge.cite("direct_consignment"), strangers);
}
