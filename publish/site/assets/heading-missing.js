// The agreements of a pair of which no rate is held for some goods: that they are in force, why no rate stands here, and
// what is held all the same, the rule of origin and the certificate. Read from the release's static JSON when it is asked for.
import { api, date, fill, lang, make, root, words } from "./common.js";

const why = await words("why");
const days = await words("days");

// A table of them, or null where there is none: regimes of the pair in force on a day, but for those shown already.
export async function missingTable({ from, to, heading, codes, shown, day, say, originTest }) {
  const [pair, held] = await Promise.all([api(`compare/${from}/${to}/pair.json`), api(`rules/${heading}.json`).catch(() => ({ rules: [] }))]);
  const rows = Object.entries(pair.regimes)
    .filter(([id, regime]) => !shown.has(id) && !regime.not_in_force)
    .map(([id, regime]) => row(id, regime, held.rules.filter((rule) => rule.regime_id === id && rule.hs6.some((hs6) => codes.includes(hs6))), { day, say, originTest }));
  if (!rows.length) return null;
  const table = make("table", undefined, "rates absent"), head = make("tr");
  for (const text of [say.agreement, say.now, say.rule, say.certificate, say.source]) { const th = make("th", text); th.scope = "col"; head.append(th); }
  table.append(head, ...rows);
  return table;
}

const covers = (period, day) => (period.from ?? "") <= day && (!period.to || day < period.to);

function link(text, path) {
  const made = make("a", text);
  made.href = new URL(`${lang}/${path}`, root);
  return made;
}

function row(id, regime, rules, { day, say, originTest }) {
  const made = make("tr"), name = make("th"), rate = make("td"), rule = make("td", undefined, "rule"), proof = make("td"), source = make("td");
  made.dataset.regime = id;
  name.scope = "row";
  name.append(link(regime.short_name, `agreements/${id}/`), make("small", regime.in_force_from ? fill(say.in_force, { date: date(regime.in_force_from, days) }) : say.in_force_unknown));
  const reason = regime.otherwise?.find((period) => covers(period, day))?.reason_code ?? (regime.standing === "unknown" ? "in_force_unknown" : "no_schedule");
  rate.append(make("b", say.not_held, "rate not_held"), make("small", why[reason] ?? why.no_schedule));
  const current = rules.filter((one) => one.state !== "superseded" && covers({ from: one.valid_from, to: one.valid_to }, day));
  const told = current.length ? current : rules;
  for (const text of new Set(told.map((one) => one.text))) { const words = make("div", text); words.lang = "en"; rule.append(words); }
  if (!told.length) rule.append(make("span", say.no_rule, "dim"));
  else {
    if (!current.length) rule.append(make("span", say.superseded_rule, "tag warn"));
    const place = make("small");
    place.append(link(told[0].page ? fill(say.page, { page: told[0].page }) : say.source, `documents/#${encodeURIComponent(told[0].document_id)}`));
    rule.append(place, originTest(id));
  }
  proof.append(link(regime.certificates?.find((one) => covers(one, day))?.form ?? say.unknown_form, `agreements/${id}/#certificate`));
  source.append(link(say.held_of_it, `agreements/${id}/#held`));
  made.append(name, rate, rule, proof, source);
  return made;
}
