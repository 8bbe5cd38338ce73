// Shares of materials in the value or the weight of a good, in per cent; exact, and rounded only to be shown.

import { FAILED, MET, unknown } from "./origin-finding.js";
import { HUNDRED, ZERO } from "./origin-ratio.js";

const BASES = {
  weight: { fact: "product_weight_kg", whole: (facts) => facts.weight, part: "weight", unit: "weight_kg" },
  ex_works: { fact: "ex_works", whole: (facts) => facts.exWorks, part: "value", unit: "value" },
  fob: { fact: "fob", whole: (facts) => facts.fob, part: "value", unit: "value" },
};
const basisOf = (name) => BASES[name] ?? BASES.fob;
const sum = (amounts) => amounts.reduce((total, amount) => total.plus(amount), ZERO);

/** The share of those materials whose amounts are known, and the facts that are missing. */
function ratio(facts, name, found) {
  const basis = basisOf(name);
  const whole = basis.whole(facts);
  if (!whole || whole.isZero()) return { share: null, missing: [basis.fact] };
  const missing = found.filter((m) => m[basis.part] === null).map((m) => `${m.name}.${basis.unit}`);
  const amounts = found.map((m) => m[basis.part]).filter((amount) => amount !== null);
  return { share: sum(amounts).times(HUNDRED).by(whole), missing };
}

/** The share where every amount is known, else null. */
export function exact(facts, name, found) {
  const { share, missing } = ratio(facts, name, found);
  return missing.length || facts.materials === null ? null : share;
}

/** Whether the share is within a limit; the known part alone may already be beyond it. */
export function atMost(facts, name, found, limit) {
  const { share, missing } = ratio(facts, name, found);
  if (share?.above(limit)) return FAILED;
  return missing.length ? unknown(...missing) : MET;
}

/** The per cent of a non-originating material that counts by partial cumulation; null where it is not known. */
export function partOf(material, partial) {
  if (partial === null || !material.partner) return ZERO;
  if (material.regional === null) return null;
  return partial.above(material.regional) ? ZERO : material.regional;
}

/** The materials at the value that does not count; `hope` takes a part that is not known for the whole. */
export function lessPart(found, partial, { hope = false } = {}) {
  if (partial === null) return found;
  return found.map((m) => {
    if (m.value === null) return m;
    const part = partOf(m, partial) ?? (hope ? HUNDRED : ZERO);
    return { ...m, value: m.value.times(HUNDRED.minus(part)).by(HUNDRED) };
  });
}

/** Value content by build-up: at least, at most (null: nothing bounds it), and the facts that would tell. */
export function builtUp(facts, materials, partial) {
  const lacking = ["costs", "fob"].filter((name) => facts[name] === null).concat(materials === null ? ["materials"] : []);
  if (lacking.length) return { least: null, most: null, missing: lacking };
  const costs = sum(facts.costs);
  const missing = [];
  let [least, most, bounded] = [costs, costs, true];
  for (const m of materials) {
    const part = m.counts ? HUNDRED : partOf(m, partial);
    const hoped = m.counts === null || part === null ? HUNDRED : part;
    if (hoped.isZero()) continue;
    if (m.value === null) missing.push(`${m.name}.value`);
    if (m.counts === null) missing.push(`${m.name}.originating`);
    if (m.counts === false && part === null) missing.push(`${m.name}.regional_pct`);
    bounded = bounded && m.value !== null;
    least = least.plus((m.value ?? ZERO).times(part ?? ZERO).by(HUNDRED));
    most = most.plus((m.value ?? ZERO).times(hoped).by(HUNDRED));
  }
  const ofFob = (amount) => amount.times(HUNDRED).by(facts.fob);
  return { least: ofFob(least), most: bounded ? ofFob(most) : null, missing };
}

