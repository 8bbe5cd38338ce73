// A page of duties: shows the pair, product and agreements that were asked for, and loads the national lines behind a rate.
import { api, dotted, fill, lang, make, percent, root, words } from "./common.js";
import { missingTable } from "./heading-missing.js";

const box = document.getElementById("question");
const say = await words("heading", "state");
const sections = [...document.querySelectorAll("[data-from][data-to]")];
const asked = new URLSearchParams(location.search);

// What is asked: one section (or all), one subheading (or all), and which agreements.
const known = new Set([...document.querySelectorAll("[data-code]")].map((row) => row.dataset.code));
const digits = (asked.get("hs") ?? "").replace(/\D/g, "").slice(0, 10);
const question = {
  pair: sections.some((s) => s.id === pairId()) ? pairId() : "",
  code: known.has(digits.slice(0, 6)) ? digits.slice(0, 6) : "",
  line: digits.length > 6 && known.has(digits.slice(0, 6)) ? digits : "",
  force: false, rate: false, form: "",
};

function pairId() {
  const [from, to] = [asked.get("from"), asked.get("to")];
  const found = sections.find((s) => s.dataset.to === to && (!from || s.dataset.from === from))
    ?? sections.find((s) => s.dataset.from === from && from !== box.dataset.home);
  return found?.id ?? sections.find((s) => `#${s.id}` === location.hash)?.id ?? "";
}

function select(label, options, value, onchange) {
  const wrap = make("div"), name = make("label", label), field = make("select");
  field.id = name.htmlFor = `question-${box.children.length}`;
  for (const [key, text] of options) field.append(new Option(text, key, false, key === value));
  field.addEventListener("change", () => { onchange(field.value); apply(); keepAddress(); });
  wrap.append(name, field);
  box.append(wrap);
}

function check(label, name) {
  const wrap = make("label", undefined, "check"), field = make("input");
  field.type = "checkbox";
  field.addEventListener("change", () => { question[name] = field.checked; apply(); });
  wrap.append(field, " " + label);
  return wrap;
}

const described = (code) => document.getElementById(`hs${code}`).cells[1].textContent;
const product = make("p", undefined, "product");
box.after(product);

function build() {
  select(say.destination, [["", say.everything], ...sections.map((s) => [s.id, s.querySelector("h3,dt").textContent])], question.pair, (value) => { question.pair = value; });
  select(say.product, [["", say.all_codes], ...[...known].map((code) => [code, `${dotted(code)} ${described(code)}`])], question.code, (value) => { question.code = value; question.line = ""; });
  const filters = make("fieldset"), legend = make("legend", say.filter);
  filters.append(legend, check(say.filter_held, "rate"));
  const kinds = ["bilateral", "plurilateral", "country_to_country", "country_to_group", "fta", "unilateral"];
  const forms = [["", say.filter_every], ...kinds.map((kind) => [kind, say[`filter_${kind}`]])];
  box.append(filters);
  select(say.agreement, forms, "", (value) => { question.form = value; });
  box.hidden = false;
}

function apply() {
  for (const section of sections) section.hidden = Boolean(question.pair) && section.id !== question.pair;
  for (const group of document.querySelectorAll("[data-hs]"))
    group.hidden = Boolean(question.code) && !group.dataset.hs.split(" ").includes(question.code);
  for (const row of document.querySelectorAll("tr[data-regime]"))
    row.hidden = (question.rate && !row.querySelector(".ok,.free")) || (Boolean(question.form) && !(row.dataset.form ?? "").split(" ").includes(question.form));
  for (const row of document.querySelectorAll("[data-code]")) row.classList.toggle("asked", row.dataset.code === question.code);
  for (const part of document.querySelectorAll("[data-part]"))
    part.hidden = Boolean(question.pair) && !part.querySelector("[data-from]:not([hidden])");
  for (const note of document.querySelectorAll(".jump")) note.hidden = Boolean(question.pair);
  product.replaceChildren(...(question.code ? [make("b", dotted(question.line || question.code), "code"), " " + described(question.code)] : []));
  if (question.code && lang !== "en") product.lang = document.getElementById(`hs${question.code}`).querySelector("[lang]")?.lang ?? lang;
  showMissing();
  if (question.pair) for (const years of document.querySelectorAll(`#${CSS.escape(question.pair)} details.years`)) years.open = true;
}

// Under the pair that was asked for: the agreements of which no rate is held, with what is held of them.
let turn = 0;
async function showMissing() {
  const mine = ++turn;
  for (const old of document.querySelectorAll(".scroll.absent")) old.remove();
  for (const short of document.querySelectorAll(".missing[data-short], .nothing dd")) short.hidden = false;
  for (const title of document.querySelectorAll(".nothing > h3")) title.hidden = Boolean(question.pair);
  const section = document.getElementById(question.pair);
  if (!section || question.rate || question.form) return;
  const shown = new Set([...section.querySelectorAll("[data-hs]:not([hidden]) tr[data-regime]")].map((row) => row.dataset.regime));
  const { from, to } = section.dataset;
  try {
    const table = await missingTable({
      from, to, heading: box.dataset.heading, codes: question.code ? [question.code] : [...known], shown, day: box.dataset.day, say,
      originTest: (regime) => originTest(regime, section, () => question.code || [...known][0]),
    });
    if (mine !== turn || !table) return;
    const wrap = make("div", undefined, "scroll absent"), nothing = section.closest(".nothing");
    if (!nothing) wrap.append(make("p", say.not_held_table, "note"));
    wrap.append(table);
    (nothing ?? section).append(wrap);
    for (const short of section.querySelectorAll(".missing[data-short], dd")) short.hidden = true;
  } catch { /* the short list stays */ }
}

function keepAddress() {
  const url = new URL(location.href);
  const section = sections.find((s) => s.id === question.pair);
  for (const name of ["from", "to", "hs"]) url.searchParams.delete(name);
  if (section) { url.searchParams.set("from", section.dataset.from); url.searchParams.set("to", section.dataset.to); }
  if (question.code) url.searchParams.set("hs", question.line || question.code);
  url.hash = "";
  history.replaceState(null, "", url);
}

// An agreement that is opened from here says what it asks of the product that was asked for.
document.querySelector("main").addEventListener("click", (event) => {
  const anchor = event.target.closest('a[href*="/agreements/"]');
  if (!anchor || !question.code) return;
  const url = new URL(anchor.href);
  url.searchParams.set("hs", question.code);
  anchor.href = url.href;
});

// National lines, from the static JSON of the release.
async function subheadings(from, to, heading) {
  const first = await api(`compare/${from}/${to}/${heading}.json`);
  const rest = await Promise.all((first.continued_in ?? []).map(api));
  return [first, ...rest].flatMap((page) => page.subheadings);
}

async function linesOf(entry) {
  if (!entry) return [];
  if (entry.lines) return entry.lines;
  return (await Promise.all((entry.lines_in ?? []).map(api))).flatMap((page) => page.lines);
}

const today = box.dataset.day;
const shownRate = (p) => !p ? say.not_held : p.rate_pct !== null && p.rate_pct !== undefined ? percent(p.rate_pct) : p.duty_text ?? say[p.state] ?? p.state;

function lineRow(line, fallback) {
  const row = make("tr");
  if (question.line && line.line_code.startsWith(question.line)) row.className = "asked";
  const now = line.periods.find((p) => p.from <= today && (!p.to || today < p.to));
  const code = make("th", dotted(line.line_code), "code");
  code.scope = "row";
  const rate = make("td", shownRate(now));
  for (const next of line.periods.filter((p) => p.from > today).slice(0, 4)) rate.append(make("small", `${next.from}: ${shownRate(next)}`));
  const base = make("td", line.base_rate_pct !== undefined && line.base_rate_pct !== null ? percent(line.base_rate_pct) : line.base_duty_text ?? "–");
  const place = make("td"), link = make("a", line.locator ?? say.source);
  link.href = new URL(`${lang}/documents/#${encodeURIComponent(line.document_id ?? fallback)}`, root);
  place.append(link);
  row.append(code, rate, base, make("td", line.category ?? "–"), place);
  return row;
}

async function openLines(button, row) {
  const group = row.closest("[data-hs]"), section = row.closest("[data-from]");
  const codes = question.code ? [question.code] : group.dataset.hs.split(" ");
  button.disabled = true;
  button.textContent = say.lines_loading;
  const holder = make("tr", undefined, "lines"), cell = make("td");
  cell.colSpan = 5;
  holder.append(cell);
  try {
    const held = (await subheadings(section.dataset.from, section.dataset.to, box.dataset.heading)).filter((s) => codes.includes(s.hs6));
    const entries = held.map((s) => s.regimes?.find((e) => e.regime_id === row.dataset.regime && e.schedule_id === row.dataset.schedule));
    let lines = [...new Map((await Promise.all(entries.map(linesOf))).flat().map((line) => [JSON.stringify(line), line])).values()];
    if (question.line && lines.some((line) => line.line_code.startsWith(question.line))) lines.sort((a, b) => b.line_code.startsWith(question.line) - a.line_code.startsWith(question.line));
    const table = make("table"), head = make("tr");
    for (const text of [say.line, say.now, say.base, say.category, say.page_row]) { const th = make("th", text); th.scope = "col"; head.append(th); }
    table.append(head, ...lines.slice(0, 200).map((line) => lineRow(line, row.dataset.document)));
    const wrap = make("div", undefined, "scroll");
    wrap.append(table);
    cell.append(make("p", say.lines_text, "note"), wrap);
    if (lines.length > 200) cell.append(make("p", fill(say.lines_all, { n: lines.length }), "note"));
  } catch { cell.append(make("p", say.lines_failed)); }
  row.after(holder);
  button.remove();
}

// A way from a rule to the test of origin, with the pair and the product filled in.
function originTest(regime, section, product) {
  const link = make("a", say.test_origin, "test");
  link.href = new URL(`${lang}/origin/`, root);
  const follow = () => { link.search = new URLSearchParams({ regime, from: section.dataset.from, to: section.dataset.to, hs: product() }); };
  for (const moment of ["pointerdown", "focus"]) link.addEventListener(moment, follow);
  follow();
  return link;
}

for (const row of document.querySelectorAll("tr[data-regime]")) {
  const button = make("button", say.lines, "quiet");
  button.type = "button";
  button.addEventListener("click", () => openLines(button, row));
  row.lastElementChild.append(button);
  if (row.querySelector(".rule a"))
    row.querySelector(".rule").append(originTest(row.dataset.regime, row.closest("[data-from]"), () => question.code || row.closest("[data-hs]").dataset.hs.split(" ")[0]));
}

// The page was made on the release's day; where a rate has changed since, it says so.
const now = new Date().toISOString().slice(0, 10);
for (const row of document.querySelectorAll("tr[data-next]"))
  if (row.dataset.next <= now) row.cells[1].append(make("small", say.changed, "warn"));

build();
apply();
if (!question.pair) document.querySelector("details.codes").open = true;
if (question.line && question.pair) document.querySelectorAll(`#${CSS.escape(question.pair)} [data-hs]:not([hidden]) tr[data-regime] button`).forEach((button) => button.click());
