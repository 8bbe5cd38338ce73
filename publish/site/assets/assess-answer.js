// How an answer is shown: the verdict, what is missing in words, and every step with its article and page.
import { dotted, fill, lang, make, root } from "./common.js";

const link = (path, text) => Object.assign(make("a", text), { href: new URL(`${lang}/${path}`, root).href });

export function showRule(box, { candidates, doubt, edition }, say) {
  const rules = [...new Map(candidates.map(({ rule }) => [rule.row_key, rule])).values()];
  box.replaceChildren(...rules.map((rule) => {
    const item = make("p"), words = make("strong", rule.rule_text);
    words.lang = "en";
    item.append(words, " ", make("small", rule.hs_edition ?? ""), " ", place(rule.document_id, rule.locator, null, say));
    return item;
  }));
  if (doubt) box.append(make("p", fill(say.rule_doubt, { edition }), "warn"));
  else if (!rules.length) box.append(make("p", say.rule_none, "warn"));
}

/** A citation that leads to the document. */
function place(document, article, page, say) {
  const text = [article, page && !String(article ?? "").startsWith("page") ? fill(say.page, { page }) : null].filter(Boolean).join(", ");
  return document ? link(`documents/#${encodeURIComponent(document)}`, text || document) : make("span", text);
}

export function showAnswer(box, answer, facts, { regime }, say, names) {
  const head = make("div", undefined, `verdict ${answer.verdict}`);
  const sides = [facts.exporter, facts.importer].map((party) => names.get(party) ?? party).join(" → ");
  head.append(make("p", `${names.get(regime) ?? regime} · ${dotted(facts.product_hs)} · ${sides}`, "asked-of"), make("h3", say[`verdict_${answer.verdict}`]));
  if (answer.criterion) head.append(make("p", say[`by_${answer.criterion}`]));
  const parts = [head];
  if (answer.missing.length && answer.verdict === "needs_more_facts") {
    const list = make("ul");
    list.append(...answer.missing.map((fact) => make("li", missing(fact, say))));
    parts.push(make("h3", say.missing), list);
  }
  const steps = make("ol", undefined, "judged");
  steps.append(...answer.steps.map((step) => shownStep(step, say, names)));
  parts.push(make("h3", say.steps), steps, make("h3", say.proof));
  const proof = make("p", `${say.proof_text} `);
  proof.append(link(`agreements/${encodeURIComponent(regime)}/`, names.get(regime) ?? regime));
  parts.push(proof, make("p", say.guidance, "note"));
  box.replaceChildren(...parts);
}

function shownStep(step, say, names) {
  const state = step.met === true ? "met" : step.met === false ? "not_met" : "open";
  const item = make("li", undefined, state);
  item.append(make("span", say[state], "state"), " ", make("span", say[`test_${step.test}`] ?? step.test));
  const [value, against] = [step.value, step.threshold].map((one) => told(one, say, names));
  if (against && value && !Array.isArray(step.value)) item.append(" ", make("strong", fill(say.value, { value, threshold: against })));
  else if (against) item.append(" ", make("strong", against));
  if (Array.isArray(step.value) && value) item.append(make("small", value));
  if (step.document_id || step.article) { const at = make("small"); at.append(place(step.document_id, step.article, step.page, say)); item.append(at); }
  return item;
}

/** A value or a threshold in words: materials, processes and kinds by name, several of them in a row. */
function told(value, say, names) {
  if (Array.isArray(value)) return value.map((one) => told(one ?? "–", say, names)).join(", ");
  const [, number] = /^materials\[(\d+)\]$/.exec(String(value)) ?? [];
  return number ? fill(say.material, { n: Number(number) + 1 }) : value === null ? "" : names.get(value) ?? String(value);
}

const PREFIXES = [
  ["the subheading of the product in ", "miss_subheading", "edition"], ["a rule of origin", "miss_rule", "text"],
  ["the rule in force: this one was replaced by ", "miss_replaced", "text"], ["a reading of: ", "miss_reading", "text"],
  ["goods: ", "miss_goods", "text"], ["shares: ", "miss_shares", "text"], ["the text of the regime on ", "miss_text", "text"],
];

/** A missing fact in words. */
export function missing(fact, say) {
  const [, number, key] = /^materials\[(\d+)\]\.(\w+)$/.exec(fact) ?? [];
  if (number) return fill(say.miss_material, { n: Number(number) + 1, what: say[`miss_material_${key}`] ?? key });
  if (fact === "shipping.processed") return say.miss_processed;
  const found = PREFIXES.find(([start]) => fact.startsWith(start));
  if (found) return fill(say[found[1]], { [found[2]]: fact.slice(found[0].length).replace(", which is not held", "") });
  return say[`miss_${fact}`] ?? fact;
}
