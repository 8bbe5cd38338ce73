// What a trader says of a good, checked for its shape, and what follows for each material; what is not said stays null.

import { digits } from "./origin-codes.js";
import { Ratio, ZERO } from "./origin-ratio.js";

export class BadFacts extends Error {
  constructor(fact, problem) {
    super(`${fact}: ${problem}`);
    this.fact = fact;
    this.problem = problem;
  }
}

const FACTS = ["product_hs", "hs_edition", "exporter", "importer", "fob", "ex_works", "wholly_obtained", "processes", "materials",
  "product_weight_kg", "shipping", "goods", "shares", "costs", "final_process"];
const MATERIAL = ["hs", "value", "origin", "weight_kg", "originating", "wholly_obtained", "kind", "regional_pct"];
const PARTS = { fob: ["amount", "currency"], ex_works: ["amount", "currency"], shipping: ["direct", "via", "processed"],
  costs: ["labour", "overhead", "profit", "other"] };

/** The facts with every absent key null and numbers exact. Throws BadFacts. */
export function readFacts(facts) {
  known(facts, FACTS, "");
  for (const [name, keys] of Object.entries(PARTS)) if (facts[name]) known(facts[name], keys, `${name}.`);
  for (const name of ["product_hs", "exporter", "importer"]) if (!facts[name]) throw new BadFacts(name, "missing");
  code("product_hs", facts.product_hs, [6]);
  const materials = facts.materials?.map((material, n) => readMaterial(material, `materials[${n}]`)) ?? null;
  const fob = amount(facts.fob?.amount, "fob.amount");
  if (fob?.isZero()) throw new BadFacts("fob.amount", "zero");
  return {
    exporter: facts.exporter, importer: facts.importer, product: digits(facts.product_hs), materials, fob,
    exWorks: amount(facts.ex_works?.amount, "ex_works.amount"),
    weight: amount(facts.product_weight_kg, "product_weight_kg"),
    whollyObtained: facts.wholly_obtained ?? null, processes: facts.processes ?? null, goods: facts.goods ?? null,
    finalProcess: facts.final_process ?? null,
    shares: (facts.shares ?? []).map((share) => ({ content: share.content, pct: Ratio.of(share.originating_pct) })),
    costs: facts.costs ? PARTS.costs.map((name) => amount(facts.costs[name], `costs.${name}`) ?? ZERO) : null,
    shipping: facts.shipping
      ? { direct: facts.shipping.direct ?? null, via: facts.shipping.via ?? [], processed: facts.shipping.processed ?? null }
      : null,
  };
}

function known(given, keys, before) {
  for (const key of Object.keys(given)) if (!keys.includes(key)) throw new BadFacts(before + key, "unknown");
}

function code(name, given, sizes) {
  const found = digits(given);
  if (!/^\d+$/.test(found) || !sizes.includes(found.length)) throw new BadFacts(name, "code");
}

function amount(given, name) {
  if (given === null || given === undefined) return null;
  const found = Ratio.of(given);
  if (!found) throw new BadFacts(name, "number");
  if (found.isNegative()) throw new BadFacts(name, "negative");
  return found;
}

function readMaterial(material, name) {
  known(material, MATERIAL, `${name}.`);
  code(`${name}.hs`, material.hs ?? "", [2, 4, 6]);
  return {
    name, hs: digits(material.hs), origin: material.origin ?? null, originating: material.originating ?? null,
    whollyObtained: material.wholly_obtained ?? null, kind: material.kind ?? null,
    value: amount(material.value, `${name}.value`), weight: amount(material.weight_kg, `${name}.weight_kg`),
    regional: amount(material.regional_pct, `${name}.regional_pct`),
  };
}

/** The materials as a rule sees them: their codes in its edition, and whether each counts as originating. */
export function materialsOf(facts, regime, older) {
  const parties = partiesOf(regime);
  return facts.materials?.map((material) => {
    const inside = material.origin === null || parties.includes(material.origin);
    const home = material.origin === null || material.origin === facts.exporter;
    let counts = inside ? material.originating : false;
    if (inside && !home && counts !== false) counts = regime.accumulates === false ? false : regime.accumulates ? counts : null;
    return {
      ...material, codes: older?.[material.hs] ?? [material.hs], counts, imported: !inside,
      partner: inside && material.origin !== facts.exporter, whollyObtained: inside ? material.whollyObtained : false,
    };
  }) ?? null;
}

export const partiesOf = (regime) => [...new Set([...regime.exporters, ...regime.importers])].sort();
