// The form of the self-assessment: its fields, the rows of materials, what a rule makes it ask, and the facts it gives.
import { fill, make } from "./common.js";
import { asked, bundles } from "./assess-rules.js";

const ELSEWHERE = "ZZ";
const MATERIAL = [
  ["hs", "text"], ["value", "number"], ["weight_kg", "number"], ["origin", "country"], ["originating", "said"],
  ["wholly_obtained", "said"], ["kind", "kind"], ["regional_pct", "number"],
];
const LABELS = { hs: "hs", value: "value", weight_kg: "weight", origin: "origin", originating: "originating",
  wholly_obtained: "obtained", kind: "kind", regional_pct: "regional" };
const SAID = { true: true, false: false };
const STORE = "assess";
/** Fields that are kept as they stand; the regime first, since it decides which parties can be chosen. */
const FIELDS = ["regime", "exporter", "importer", "hs", "fob", "currency", "ex_works", "weight", "labour", "overhead",
  "profit", "other", "via", "goods", "obtained", "final", "direct", "processed"];

const vocabulary = (kind) => new Map([...document.querySelectorAll(`[data-words="${kind}"] option`)].map((o) => [o.value, o.textContent]));
const countries = new Map([...document.querySelectorAll("#countries option")].map((o) => [o.value, o.textContent]));
/** A number as people type it: thousands may have commas or spaces. */
const typed = (text) => text.trim().replace(/[\s,](?=\d{3}\b)/g, "") || null;

function decoded(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

export class Form {
  static async open(form, say) {
    const made = new Form(form, say);
    made.bundles = await bundles();
    made.listen();
    made.restore();
    if (!made.rows.length) made.addMaterial();
    return made;
  }

  constructor(form, say) {
    Object.assign(this, { form, say, needs: asked([]), bundle: null });
    this.words = { process: vocabulary("process"), operation: vocabulary("operation"), kind: vocabulary("kind") };
    this.materials = form.querySelector("#materials");
  }

  get rows() { return [...this.materials.children]; }
  get(name) { return this.form.elements[name]?.value ?? ""; }

  listen() {
    this.form.querySelector("#add").addEventListener("click", () => this.addMaterial().querySelector("input").focus());
    this.form.elements.regime.addEventListener("change", () => this.listParties());
    this.form.elements.none.addEventListener("change", (event) => { this.materials.hidden = event.target.checked; });
    for (const radio of this.form.elements.direct) radio.addEventListener("change", () => this.showRoute());
  }

  /** The names of everything that an answer may name by a code. */
  names() {
    const regimes = [...this.form.elements.regime.options].map((option) => [option.value, option.textContent]);
    return new Map([...regimes, ...countries, ...Object.values(this.words).flatMap((kind) => [...kind]), ["other_work", this.say.work_more]]);
  }

  product() { return { regime: this.get("regime"), hs: this.get("hs").replace(/\D/g, "").slice(0, 6) }; }

  listParties() {
    const bundle = this.bundles[this.get("regime")];
    const home = this.form.dataset.home;
    const options = (codes) => [...(codes ?? [])].sort().map((code) => new Option(countries.get(code) ?? code, code));
    const [from, to] = [this.form.elements.exporter, this.form.elements.importer];
    const [wasFrom, wasTo] = [from.value, to.value];
    from.replaceChildren(...options(bundle?.exporters));
    to.replaceChildren(...options(bundle?.importers?.filter((code) => code !== home)), ...options(bundle?.importers?.filter((code) => code === home)));
    from.value = [...from.options].some((o) => o.value === wasFrom) ? wasFrom : home;
    if ([...to.options].some((o) => o.value === wasTo)) to.value = wasTo;
    for (const row of this.rows) this.listOrigins(row.querySelector('[data-key="origin"]'));
  }

  listOrigins(select) {
    const was = select.value;
    const bundle = this.bundles[this.get("regime")];
    const parties = [...new Set([...(bundle?.exporters ?? []), ...(bundle?.importers ?? [])])].sort();
    const option = (code) => new Option(countries.get(code) ?? code, code);
    select.replaceChildren(new Option(this.say.unsaid, ""), ...parties.map(option), new Option(this.say.elsewhere, ELSEWHERE));
    select.value = was;
  }

  showRoute() {
    this.form.querySelector('[data-asks="via"]').hidden = this.get("direct") !== "false";
  }

  /** Shows only the questions that the rules ask. */
  ask({ candidates, bundle }) {
    const needs = asked(candidates);
    Object.assign(this, { needs, bundle });
    const shown = {
      ex_works: needs.bases.has("ex_works"), costs: bundle.methods.includes("build_up"), final: needs.final,
      goods: needs.goods.length > 0, shares: needs.contents.size > 0,
    };
    for (const [name, wanted] of Object.entries(shown)) this.form.querySelector(`[data-asks="${name}"]`).hidden = !wanted;
    this.listWork("processes", [...needs.processes], this.words.process);
    this.listWork("operations", bundle.operations ?? [], this.words.operation, this.say.work_more);
    const goods = this.form.elements.goods;
    const was = goods.value;
    goods.replaceChildren(new Option(this.say.goods_none, ""), ...needs.goods.map((text) => new Option(text, text)));
    if (needs.goods.includes(was)) goods.value = was;
    this.listShares();
    for (const row of this.rows) this.showAsked(row);
    if (this.wanted) this.fillIn(this.wanted);
  }

  listWork(id, codes, names, more) {
    const box = this.form.querySelector(`#${id}`);
    const was = new Set([...box.querySelectorAll("input:checked")].map((input) => input.value));
    for (const label of box.querySelectorAll("label")) label.remove();
    for (const code of more ? [...codes, "other_work"] : codes) {
      const label = make("label", undefined, "check"), input = make("input");
      Object.assign(input, { type: "checkbox", name: "work", value: code, checked: was.has(code) });
      label.append(input, " " + (code === "other_work" ? more : names.get(code) ?? code));
      box.append(label);
    }
    box.hidden = !codes.length && !more;
  }

  listShares() {
    const box = this.form.querySelector("#shares");
    box.replaceChildren(...[...this.needs.contents].map((content, n) => {
      const wrap = make("div"), label = make("label", fill(this.say.share, { content })), input = make("input");
      Object.assign(input, { type: "text", inputMode: "decimal", id: `share-${n}` });
      input.dataset.content = content;
      label.htmlFor = input.id;
      wrap.append(label, input);
      return wrap;
    }));
  }

  addMaterial() {
    const row = make("fieldset", undefined, "material");
    const number = (this.made = (this.made ?? 0) + 1);
    row.append(make("legend"));
    for (const [key, type] of MATERIAL) row.append(this.field(`m${number}-${key}`, key, type));
    const remove = make("button", this.say.remove, "quiet");
    remove.type = "button";
    remove.addEventListener("click", () => { row.remove(); this.number(); this.form.querySelector("#add").focus(); });
    row.append(remove);
    this.materials.append(row);
    this.listOrigins(row.querySelector('[data-key="origin"]'));
    this.number();
    this.showAsked(row);
    return row;
  }

  field(id, key, type) {
    const wrap = make("div"), label = make("label", this.say[`material_${LABELS[key]}`]);
    let input = make(type === "text" || type === "number" ? "input" : "select");
    if (type === "said") input.append(new Option(this.say.unsaid, ""), new Option(this.say.yes, "true"), new Option(this.say.no, "false"));
    if (type === "kind") input.append(new Option(this.say.unsaid, ""), ...[...this.words.kind].map(([code, name]) => new Option(name, code)));
    if (input instanceof HTMLInputElement) Object.assign(input, { type: "text", autocomplete: "off", inputMode: type === "number" ? "decimal" : "numeric" });
    input.dataset.key = key;
    input.id = label.htmlFor = id;
    wrap.append(label, input);
    return wrap;
  }

  number() {
    this.rows.forEach((row, n) => { row.querySelector("legend").textContent = fill(this.say.material, { n: n + 1 }); });
  }

  showAsked(row) {
    const hide = (key, hidden) => { row.querySelector(`[data-key="${key}"]`).parentElement.hidden = hidden; };
    hide("kind", !this.needs.kinds);
    hide("regional_pct", this.bundle?.partial === null || this.bundle?.partial === undefined);
    hide("wholly_obtained", !this.needs.where);
  }

  /** The facts as docs/origin.md has them; what was not said is left out. */
  facts() {
    const { hs } = this.product();
    const facts = { product_hs: hs, hs_edition: "HS 2022", exporter: this.get("exporter"), importer: this.get("importer") };
    const put = (name, value) => { if (value !== null && value !== undefined && value !== "") facts[name] = value; };
    const money = (name) => { const amount = typed(this.get(name)); return amount && { amount, currency: this.get("currency") }; };
    put("wholly_obtained", SAID[this.get("obtained")]);
    put("fob", money("fob"));
    put("ex_works", money("ex_works"));
    put("product_weight_kg", typed(this.get("weight")));
    put("final_process", SAID[this.get("final")]);
    put("goods", this.get("goods"));
    if (!this.form.elements.unsaid.checked) facts.processes = [...this.form.querySelectorAll('[name="work"]:checked')].map((i) => i.value);
    const materials = this.form.elements.none.checked ? [] : this.rows.map((row) => this.material(row)).filter(Boolean);
    if (materials.length || this.form.elements.none.checked) facts.materials = materials;
    const shares = [...this.form.querySelectorAll("[data-content]")].filter((i) => typed(i.value));
    if (shares.length) facts.shares = shares.map((i) => ({ content: i.dataset.content, originating_pct: typed(i.value) }));
    const costs = ["labour", "overhead", "profit", "other"].map((name) => [name, typed(this.get(name))]).filter(([, v]) => v);
    if (costs.length) facts.costs = Object.fromEntries(costs);
    put("shipping", this.shipping());
    return facts;
  }

  material(row) {
    const found = {};
    for (const input of row.querySelectorAll("[data-key]")) {
      if (input.parentElement.hidden || !input.value.trim()) continue;
      found[input.dataset.key] = input.value in SAID ? SAID[input.value] : typed(input.value);
    }
    return Object.keys(found).length ? { hs: "", ...found } : null;
  }

  shipping() {
    const direct = SAID[this.get("direct")];
    if (direct === undefined) return null;
    if (direct) return { direct };
    const via = this.get("via").toUpperCase().match(/[A-Z]{2}/g) ?? [];
    const processed = SAID[this.get("processed")];
    return { direct, via, ...(processed === undefined ? {} : { processed }) };
  }

  /** What people call a fact. */
  label(fact) {
    const [, number, key] = /^materials\[(\d+)\]\.(\w+)$/.exec(fact) ?? [];
    if (number) return `${fill(this.say.material, { n: Number(number) + 1 })}: ${this.say[`material_${LABELS[key]}`] ?? key}`;
    const named = { product_hs: "hs", "fob.amount": "fob", "ex_works.amount": "ex_works", product_weight_kg: "weight", wholly_obtained: "step_obtained" };
    return this.say[named[fact]] ?? this.say[fact.replace("costs.", "cost_")] ?? fact;
  }

  // --- kept on the device, or carried by a link ---

  state() {
    return {
      ...Object.fromEntries(FIELDS.map((name) => [name, this.get(name)]).filter(([, value]) => value)),
      none: this.form.elements.none.checked, unsaid: this.form.elements.unsaid.checked,
      work: [...this.form.querySelectorAll('[name="work"]:checked')].map((i) => i.value),
      materials: this.rows.map((row) => Object.fromEntries([...row.querySelectorAll("[data-key]")].map((i) => [i.dataset.key, i.value]).filter(([, v]) => v))),
      shares: Object.fromEntries([...this.form.querySelectorAll("[data-content]")].map((i) => [i.dataset.content, i.value])),
    };
  }

  keep() { try { sessionStorage.setItem(STORE, JSON.stringify(this.state())); } catch { /* storage may be refused */ } }
  forget() { try { sessionStorage.removeItem(STORE); } catch { /* storage may be refused */ } }
  encoded() {
    const bytes = new TextEncoder().encode(JSON.stringify(this.state()));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  }

  /** Begins with what a link carries, else with what the address asks, else with what was entered before. */
  restore() {
    const asked = new URLSearchParams(location.search);
    const asks = asked.has("regime") && !history.state;
    let state = null;
    try {
      if (location.hash.length > 1) state = decoded(location.hash.slice(1));
      else if (asks) state = { regime: asked.get("regime"), importer: asked.get("to"), exporter: asked.get("from"), hs: asked.get("hs") };
      else state = JSON.parse(sessionStorage.getItem(STORE));
    } catch { /* no link of ours, or storage refused: begin empty */ }
    if (state && typeof state === "object") this.fillIn((this.wanted = state));
  }

  /** Puts a state into the fields; those that a rule has yet to ask for are filled when it has. */
  fillIn(state) {
    const text = (value) => String(value ?? "").slice(0, 200);
    const put = (name) => { const field = this.form.elements[name]; if (field && state[name] !== undefined) field.value = text(state[name]); };
    put(FIELDS[0]);
    this.listParties();
    for (const name of FIELDS.slice(1)) put(name);
    for (const name of ["none", "unsaid"]) this.form.elements[name].checked = state[name] === true;
    this.materials.hidden = state.none === true;
    if (!this.filled) for (const material of (Array.isArray(state.materials) ? state.materials : []).slice(0, 200)) {
      const row = this.addMaterial();
      for (const input of row.querySelectorAll("[data-key]")) input.value = text(material?.[input.dataset.key]);
    }
    for (const input of this.form.querySelectorAll('[name="work"]')) input.checked = Array.isArray(state.work) && state.work.includes(input.value);
    for (const input of this.form.querySelectorAll("[data-content]")) input.value = text(state.shares?.[input.dataset.content]);
    if (this.filled) this.wanted = null;
    this.filled = true;
    this.showRoute();
  }
}
