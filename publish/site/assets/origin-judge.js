// Judges one expression of a rule of origin on the facts of one good, test by test: met, failed, or not known. Where it
// is not known whether a material originates, a test is made with it and without it: more origin never hurts.

import { changes, DIGITS, liesIn, mayLieIn } from "./origin-codes.js";
import { alike, allOf, anyOf, FAILED, MET, said, unknown } from "./origin-finding.js";
import { HUNDRED, Ratio } from "./origin-ratio.js";
import { atMost, builtUp, exact, lessPart, partOf } from "./origin-shares.js";

const NOWHERE = { article: null, document_id: null, page: null };

export class Judge {
  /** `at` is where the rule stands; `products` are possible codes of the good in its edition; `steps` collects the tests. */
  constructor(facts, materials, regime, products, at, steps) {
    Object.assign(this, { facts, materials, regime, products, at, steps });
    this.partial = Ratio.of(regime.partial);
    this.leaves = {
      WO: (rule) => this.whollyObtained(rule.where === "any_party"),
      PE: () => this.produced(),
      PROCESS: (rule) => this.process(rule.code),
      MAX_NON_ORIGINATING: (rule) => this.limit(rule),
      MIN_ORIGINATING: (rule) => this.share(rule),
      MATERIALS_WO: (rule) => this.materialsObtained(rule.materials),
      MATERIALS_ORIGINATING: (rule) => this.materialsOriginating(rule.materials),
      MADE_FROM: (rule) => this.madeFrom(rule.kinds),
      ANY_HEADING: () => this.step("ANY_HEADING", MET, this.at),
      NO_DE_MINIMIS: () => this.step("ANY_HEADING", MET, this.at),
      TEXT: (rule) => this.step("TEXT", unknown(`a reading of: ${rule.text}`), this.at, null, rule.text),
      GOODS: (rule) => this.byGoods(rule.cases),
      RVC: (rule) => this.valueContent(rule),
      CC: (rule) => this.change(rule),
      CTH: (rule) => this.change(rule),
      CTSH: (rule) => this.change(rule),
    };
  }

  cite(code) { return this.regime.citations[code] ?? NOWHERE; }

  step(test, finding, at, value = null, threshold = null) {
    const { article, document_id, page } = { ...NOWHERE, ...at };
    this.steps.push({ test, met: finding.met, value, threshold, article, document_id, page });
    return finding;
  }

  judge(rule) {
    if (rule.any) return anyOf(rule.any.map((part) => this.judge(part)));
    if (rule.all) return allOf(rule.all.map((part) => this.judge(part)));
    const leaf = this.leaves[rule.op];
    if (!leaf) throw new TypeError(`${rule.op} is not in the language of rules`);
    return leaf(rule);
  }

  /** Whether more was done than minimal operations. */
  workedEnough() {
    const minimal = this.regime.operations;
    const done = this.facts.processes;
    if (minimal === null || minimal === undefined) return unknown("the text of the regime on minimal operations, which is not held");
    if (done === null) return unknown("processes");
    return said(!done.length || done.some((code) => !minimal.includes(code)));
  }

  worked(kind) { return this.regime.bears_on === kind ? this.workedEnough() : MET; }

  process(code) {
    const done = this.facts.processes;
    const finding = done === null ? unknown("processes") : said(done.includes(code));
    this.step("PROCESS", finding, this.at, done, code);
    return allOf([finding, this.worked("change")]);
  }

  byGoods(cases) {
    const chosen = cases.find((one) => one.goods === this.facts.goods);
    if (chosen) return this.judge(chosen.rule);
    const found = cases.map((one) => this.judge(one.rule));
    if (alike(found) && found[0].met !== null) return found[0];
    const words = cases.map((one) => one.goods);
    return this.step("GOODS", unknown(`goods: ${words.join(" | ")}`), this.at, this.facts.goods, words);
  }

  // --- wholly obtained, or only from originating materials ---

  whollyObtained(anywhere = false) {
    const materials = this.materials ?? [];
    let finding = this.facts.whollyObtained === null && materials.some((m) => m.counts === false)
      ? FAILED : said(this.facts.whollyObtained, "wholly_obtained");
    if (anywhere && finding.met !== true && materials.length) {
      finding = anyOf([finding, allOf(materials.map((m) => said(m.whollyObtained, `${m.name}.wholly_obtained`)))]);
    }
    return this.step("WO", finding, this.cite("wholly_obtained"));
  }

  produced() {
    const each = this.materials?.map((m) => said(m.counts, `${m.name}.originating`));
    const finding = !each ? unknown("materials") : each.length ? allOf(each) : FAILED;
    return this.step("PE", finding, this.cite("wholly_obtained"));
  }

  // --- tests on materials ---

  foreign() { return (this.materials ?? []).filter((m) => m.counts !== true); }

  /** A test over the materials that do not originate, with and without those of which it is not known. */
  over(test) {
    if (this.materials === null) return unknown("materials");
    const most = this.foreign();
    const least = most.filter((m) => m.counts === false);
    const finding = test(most);
    if (most.length === least.length || finding.met) return finding;
    const hopeful = test(least);
    if (hopeful.met === false) return FAILED;
    const doubtful = most.filter((m) => m.counts === null).map((m) => `${m.name}.originating`);
    return unknown(...new Set([...hopeful.missing, ...doubtful]));
  }

  change(rule) {
    const each = (found) => found.map((m) => ({ m, finding: this.changes(m, rule.op, rule.except) }));
    const changed = this.over((found) => allOf(each(found).map(({ finding }) => finding)));
    const failing = each(this.foreign()).filter(({ finding }) => finding.met !== true).map(({ m }) => m);
    const finding = this.over((found) => this.changedOrTolerated(each(found), rule));
    this.step(rule.op, changed, this.at, failing.map((m) => m.name));
    if (changed.met !== true && failing.length) {
      this.step("de_minimis", finding, this.cite("de_minimis"), this.toleratedShare(failing));
    }
    const conditions = (rule.provided ?? []).filter((part) => part.op !== "NO_DE_MINIMIS").map((part) => this.judge(part));
    return allOf([finding, this.worked("change"), ...conditions]);
  }

  /** Whether one material changes classification, for every code that it and the good may have. */
  changes(material, level, except = []) {
    const size = DIGITS[level];
    const answers = new Set(this.products.flatMap(
      (product) => material.codes.map((code) => changes(product.slice(0, size), code, except ?? []))));
    return answers.size === 1 ? said([...answers][0], `${material.name}.hs`) : unknown(`${material.name}.hs`);
  }

  changedOrTolerated(each, rule) {
    const failed = each.filter(({ finding }) => finding.met === false).map(({ m }) => m);
    const doubtful = each.filter(({ finding }) => finding.met === null).map(({ m }) => m);
    if (!failed.length && !doubtful.length) return MET;
    const whole = this.tolerated([...failed, ...doubtful], rule);
    if (!doubtful.length || whole.met) return whole;
    if (failed.length && this.tolerated(failed, rule).met === false) return FAILED;
    return unknown(...new Set([...whole.missing, ...doubtful.map((m) => `${m.name}.hs`)]));
  }

  tolerated(found, rule) {
    if (!this.regime.tolerances) return unknown("the text of the regime on de minimis, which is not held");
    const barred = (rule.provided ?? []).some((condition) => condition.op === "NO_DE_MINIMIS" && found.some(
      (m) => m.imported && !(condition.unless && this.changes(m, condition.unless).met)));
    if (barred) return FAILED;
    return anyOf(this.tolerances().map((row) => atMost(this.facts, row.basis, found, Ratio.of(row.pct))));
  }

  /** The tolerances for the good. */
  tolerances() {
    return (this.regime.tolerances ?? []).filter(
      (row) => this.products.every((product) => liesIn(product, [row.code_from, row.code_to]) === true));
  }

  toleratedShare(found) {
    const shares = this.tolerances().map((row) => exact(this.facts, row.basis, found));
    return shares.find((share) => share !== null)?.shown({ up: true }) ?? null;
  }

  materialsObtained(ranges) {
    const each = this.materials?.filter((m) => mayLieIn(m.codes, ranges));
    const finding = each ? allOf(each.map(
      (m) => (m.counts === false ? FAILED : said(m.whollyObtained, `${m.name}.wholly_obtained`)))) : unknown("materials");
    return this.step("MATERIALS_WO", finding, this.at);
  }

  materialsOriginating(ranges) {
    const each = this.materials?.filter((m) => mayLieIn(m.codes, ranges));
    const finding = each ? allOf(each.map((m) => said(m.counts, `${m.name}.originating`))) : unknown("materials");
    return this.step("MATERIALS_ORIGINATING", finding, this.at);
  }

  madeFrom(kinds) {
    const finding = this.over((found) => allOf(found.map((m) => ofKind(m, kinds))));
    return this.step("MADE_FROM", finding, this.at, this.foreign().map((m) => m.kind), kinds);
  }

  // --- shares ---

  valueContent(rule) {
    const methods = rule.method === "any" ? this.regime.methods : [rule.method];
    const at = this.cite("value_added_calculation");
    const found = [];
    if (methods.includes("build_down")) {
      const finding = this.over((materials) => this.within(materials, HUNDRED.minus(Ratio.of(rule.min))));
      const share = this.unsaidParts(this.foreign()).length
        ? null : exact(this.facts, "fob", lessPart(this.foreign(), this.partial));
      found.push(this.step("RVC", finding, at, share && HUNDRED.minus(share).shown(), rule.min));
    }
    if (methods.includes("build_up") && (this.facts.costs || !methods.includes("build_down"))) found.push(this.buildUp(rule, at));
    let whole = anyOf(found);
    if (rule.final_process) {
      whole = allOf([whole, this.step("final_process", said(this.facts.finalProcess, "final_process"), this.at)]);
    }
    return allOf([whole, this.worked("value"), ...(rule.provided ?? []).map((part) => this.judge(part))]);
  }

  /** Whether what does not count as originating stays within a limit, whatever parts are not known. */
  within(found, limit) {
    const worst = atMost(this.facts, "fob", lessPart(found, this.partial), limit);
    const unsaid = this.unsaidParts(found);
    if (worst.met || !unsaid.length) return worst;
    const best = atMost(this.facts, "fob", lessPart(found, this.partial, { hope: true }), limit);
    return best.met === false ? FAILED : unknown(...new Set([...best.missing, ...worst.missing, ...unsaid]));
  }

  unsaidParts(found) { return found.filter((m) => partOf(m, this.partial) === null).map((m) => `${m.name}.regional_pct`); }

  buildUp(rule, at) {
    const minimum = Ratio.of(rule.min);
    const { least, most, missing } = builtUp(this.facts, this.materials, this.partial);
    const finding = least && !minimum.above(least) ? MET : most && minimum.above(most) ? FAILED : unknown(...missing);
    return this.step("RVC", finding, at, least && least.shown(), rule.min);
  }

  limit(rule) {
    if (rule.content) {
      const share = this.contentOf(rule.content);
      const rest = share && HUNDRED.minus(share);
      const finding = rest ? said(!rest.above(Ratio.of(rule.max))) : unknown(`shares: ${rule.content}`);
      return this.step("MAX_NON_ORIGINATING", finding, this.at, rest && rest.number(), rule.max);
    }
    const pick = (found) => found.filter((m) => !rule.materials?.length || mayLieIn(m.codes, rule.materials));
    const finding = this.over((found) => atMost(this.facts, rule.basis, pick(found), Ratio.of(rule.max)));
    const share = exact(this.facts, rule.basis, pick(this.foreign()));
    return this.step("MAX_NON_ORIGINATING", finding, this.at, share && share.shown({ up: true }), rule.max);
  }

  share(rule) {
    const share = this.contentOf(rule.content);
    const finding = share ? said(!Ratio.of(rule.min).above(share)) : unknown(`shares: ${rule.content}`);
    return this.step("MIN_ORIGINATING", finding, this.at, share && share.number(), rule.min);
  }

  contentOf(content) { return this.facts.shares.find((share) => share.content === content)?.pct ?? null; }
}

function ofKind(material, kinds) {
  const { kind } = material;
  if (kind === "other" || kinds.some((one) => kind === one || kind?.startsWith(`${one}.`))) return MET;
  return kind === null || kinds.some((one) => one.startsWith(`${kind}.`)) ? unknown(`${material.name}.kind`) : FAILED;
}
