// The search form: suggestions while one types, by keyboard and for screen readers, and searches kept on this device only.
import { Index } from "./find.js";
import { dotted, fill, lang, make, number, root, words } from "./common.js";

const { core, more } = document.body.dataset;
const form = document.getElementById("search");
const [input, list, status, from, to] = ["q", "q-list", "q-status", "from", "to"].map((id) => document.getElementById(id));
const say = await words("search");
const RECENT = "recent";
let index = null, loading = null, adding = null, shown = [], chosen = -1;

// Headings and everyday words come when the field is entered, subheadings when something is typed: a slow line is spared.
const read = async (name) => (await fetch(new URL(`assets/${name}`, root))).json();

function load() {
  loading ??= read(core).then((nodes) => { index = new Index(nodes); })
    .catch(() => { loading = null; status.textContent = say.offline; });
  return loading;
}

function addSubheadings() {
  adding ??= Promise.all([read(more), load()]).then(([nodes]) => {
    index.addSubheadings(nodes);
    if (document.activeElement === input && chosen < 0) suggest();
    update();
  }).catch(() => { adding = null; });
}

function address(entry) {
  const code = entry.line ?? entry.code;
  if (entry.code.length === 2) return new URL(`${lang}/hs/${entry.code}/`, root);
  const url = new URL(`${lang}/hs/${entry.code.slice(0, 4)}/`, root);
  if (from.value) url.searchParams.set("from", from.value);
  if (to.value) url.searchParams.set("to", to.value);
  if (code.length > 4) url.searchParams.set("hs", code);
  return url;
}

function label(entry) {
  const body = make("span", undefined, "what"), english = lang === "en" || !entry.km;
  if (entry.word) body.append(make("b", lang === "km" && entry.word.km ? entry.word.km : entry.word.en), " ");
  const described = make("span", english ? entry.en : entry.km);
  if (english && lang !== "en") described.lang = "en";
  body.append(described);
  if (entry.older) body.append(" ", make("small", fill(say.older, { edition: dotted(entry.older) })));
  if (entry.line) body.append(" ", make("small", say.line));
  return [make("span", dotted(entry.line ?? entry.code), "code"), body];
}

const long = (text) => text.replace(/[\s.]/g, "").length >= (/[\u1780-\u17ff\d]/.test(text) ? 2 : 3);

async function suggest() {
  if (!long(input.value)) return close();
  addSubheadings();
  if (!index) { status.textContent = say.loading; await load(); }
  if (!index || !long(input.value)) return;
  const { results } = index.search(input.value, 8);
  shown = results;
  chosen = -1;
  list.replaceChildren(...results.map((entry, number) => {
    const item = make("li");
    item.id = `q-${number}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.append(...label(entry));
    item.addEventListener("mousedown", (event) => { event.preventDefault(); go(entry); });
    return item;
  }));
  list.hidden = !results.length;
  input.setAttribute("aria-expanded", String(results.length > 0));
  input.removeAttribute("aria-activedescendant");
  status.textContent = results.length ? fill(say.results, { n: number(results.length) }) : say.none;
}

function close() {
  list.hidden = true;
  chosen = -1;
  shown = [];
  status.textContent = "";
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function choose(number) {
  chosen = (number + shown.length) % shown.length;
  [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
  input.setAttribute("aria-activedescendant", `q-${chosen}`);
  list.children[chosen].scrollIntoView({ block: "nearest" });
}

function go(entry) {
  const url = address(entry);
  remember({ path: url.pathname.slice(root.pathname.length) + url.search, text: `${dotted(entry.line ?? entry.code)} ${lang === "km" && entry.km ? entry.km : entry.en}`.slice(0, 80) });
  location.assign(url);
}

input.setAttribute("role", "combobox");
input.setAttribute("aria-autocomplete", "list");
input.setAttribute("aria-controls", "q-list");
input.setAttribute("aria-expanded", "false");
input.addEventListener("focus", load, { once: true });
input.addEventListener("input", suggest);
input.addEventListener("blur", close);
input.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" && shown.length) choose(chosen + 1);
  else if (event.key === "ArrowUp" && shown.length) choose(chosen < 0 ? -1 : chosen - 1);
  else if (event.key === "Escape") close();
  else if (event.key === "Enter" && chosen >= 0) go(shown[chosen]);
  else return;
  event.preventDefault();
});

// One side of the trade is the home party: choosing another exporter makes it the destination, and the other way.
const home = form.dataset.home;
from.addEventListener("change", () => { if (from.value !== home) to.value = home; else if (to.value === home) to.value = ""; });
to.addEventListener("change", () => { if (to.value && to.value !== home) from.value = home; else if (to.value === home && from.value === home) from.value = ""; });

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  addSubheadings();
  await load();
  await adding;
  const { results } = index?.search(input.value, 2) ?? { results: [] };
  const digits = /^[\d\s.]+$/.test(input.value);
  if (results.length && (digits || results.length === 1) && results[0].code.length > 2) return go(results[0]);
  const url = new URL(`${lang}/search/`, root);
  for (const field of [input, from, to]) if (field.value) url.searchParams.set(field.name, field.value);
  location.assign(url);
});

function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(RECENT) ?? "[]");
    return kept.filter((one) => typeof one.path === "string" && /^(en|km)\/hs\/\d{2,4}\//.test(one.path) && typeof one.text === "string");
  } catch { return []; }
}
function remember(one) {
  try { localStorage.setItem(RECENT, JSON.stringify([one, ...recent().filter((old) => old.path !== one.path)].slice(0, 6))); } catch { /* storage may be refused */ }
}
const box = document.getElementById("recent");
if (box && recent().length) {
  box.hidden = false;
  box.querySelector("ul").replaceChildren(...recent().map(({ path, text }) => {
    const item = make("li"), link = make("a", text);
    link.href = new URL(path, root);
    item.append(link);
    return item;
  }));
  box.querySelector("button").addEventListener("click", () => { try { localStorage.removeItem(RECENT); } catch { /* nothing is kept */ } box.hidden = true; });
}

// The page of results.
const found = document.getElementById("found");
function update() {
  if (!found || !index) return;
  const { results, read } = index.search(input.value, 40);
  found.replaceChildren(...results.map((entry) => {
    const item = make("li"), link = make("a");
    link.href = address(entry);
    link.append(...label(entry));
    item.append(link);
    return item;
  }));
  const meant = read?.length ? " " + fill(say.did_you_mean, { word: read.map(([, word]) => word).join(" ") }) : "";
  document.getElementById("count").textContent = (results.length ? fill(say.results, { n: number(results.length) }) : say.none) + meant;
}
const asked = new URLSearchParams(location.search);
for (const field of [from, to]) if ([...field.options].some((option) => option.value === asked.get(field.name))) field.value = asked.get(field.name);
if (found && asked.get("q")) {
  input.value = asked.get("q").slice(0, 200);
  load().then(update);
  addSubheadings();
}
