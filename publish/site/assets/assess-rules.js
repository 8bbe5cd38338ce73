// The rules for a product under a regime, from the static files of the release, as the evaluator takes them.
import { api, lang } from "./common.js";

export class NotFound extends Error {}

const read = (path) => api(path).catch((error) => { throw error.status === 404 ? new NotFound(path) : error; });

export const bundles = async () => (await read("origin/regimes.json")).regimes;

/** What is needed for one product: its name, the regime, the candidates, and whether its older code is in doubt. */
export async function load(regime, hs) {
  if (!/^\d{6}$/.test(hs)) throw new NotFound(hs);
  const heading = hs.slice(0, 4);
  const [all, page, node] = await Promise.all([bundles(), read(`origin/${heading}.json`), read(`hs/${heading}.json`)]);
  const bundle = all[regime];
  const good = node.subheadings.find((one) => one.code === hs);
  if (!bundle || !good) throw new NotFound(hs);
  const edition = bundle.hs_edition;
  const products = page.products[hs]?.[edition] ?? [];
  const older = edition === "HS 2022" ? {} : await olderCodes(edition);
  const candidates = products.flatMap((code) => (page.reached[regime]?.[code] ?? []).map(([place, level]) => (
    { rule: page.rules[place], level, state: page.rules[place].state, products: [code], older })));
  return { regime, hs, bundle, edition, candidates, doubt: !products.length, name: good[`path_${lang}`] ?? good.path_en };
}

async function olderCodes(edition) {
  const { sets, codes } = await read(`origin/older/${edition.toLowerCase().replace(" ", "-")}.json`);
  return new Proxy({}, { get: (_, code) => sets[codes[code]] });
}

/** What the expressions of some rules ask about, so that only such questions are put. */
export function asked(candidates) {
  const found = { processes: new Set(), bases: new Set(), goods: [], contents: new Set(), final: false, kinds: false, where: false };
  const walk = (rule) => {
    for (const part of [...(rule.any ?? []), ...(rule.all ?? []), ...(rule.provided ?? [])]) walk(part);
    for (const one of rule.cases ?? []) { if (!found.goods.includes(one.goods)) found.goods.push(one.goods); walk(one.rule); }
    if (rule.op === "PROCESS") found.processes.add(rule.code);
    if (rule.basis) found.bases.add(rule.basis);
    if (rule.content) found.contents.add(rule.content);
    if (rule.final_process) found.final = true;
    if (rule.op === "MADE_FROM") found.kinds = true;
    if (rule.where === "any_party" || rule.op === "MATERIALS_WO") found.where = true;
  };
  for (const { rule } of candidates) walk(rule.rule);
  return found;
}
