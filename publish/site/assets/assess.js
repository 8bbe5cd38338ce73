// The self-assessment: one step shown at a time, back and forward, the rules loaded when the product is known, and in
// the end the verdict. What is typed stays on the device; a link carries it behind the #, which no server is sent.
import { Form } from "./assess-form.js";
import { showAnswer, showRule } from "./assess-answer.js";
import { load, NotFound } from "./assess-rules.js";
import { fill, words } from "./common.js";
import { BadFacts } from "./origin-facts.js";
import { evaluate } from "./origin-evaluate.js";

const form = document.getElementById("assess");
const byId = (id) => document.getElementById(id);
const say = await words("assess");
const sections = [...form.querySelectorAll("[data-step]")];
const steps = sections.map((section) => section.dataset.step);
const fields = await Form.open(form, say);
let loaded = null;

/** Rules for what is chosen; null, and the problem told, where there are none. */
async function rules() {
  const { regime, hs } = fields.product();
  const key = `${regime} ${hs}`;
  if (loaded?.key === key) return loaded;
  byId("problem").textContent = say.loading;
  try {
    loaded = { key, ...(await load(regime, hs)) };
    byId("problem").textContent = "";
  } catch (error) {
    loaded = null;
    byId("problem").textContent = error instanceof NotFound ? fill(say.hs_unknown, { code: hs || "…" }) : say.failed;
    return null;
  }
  byId("hs-name").textContent = loaded.name;
  showRule(byId("rule"), loaded, say);
  byId("rule-box").hidden = false;
  fields.ask(loaded);
  return loaded;
}

function show(step, { focus = true } = {}) {
  const place = Math.max(steps.indexOf(step), 0);
  sections.forEach((section, n) => { section.hidden = n !== place; });
  for (const [n, item] of [...byId("path").children].entries()) {
    if (n === place) item.setAttribute("aria-current", "step"); else item.removeAttribute("aria-current");
    item.classList.toggle("done", n < place);
  }
  byId("back").hidden = place === 0;
  byId("next").hidden = place === steps.length - 1;
  byId("next").textContent = place === steps.length - 2 ? say.finish : say.next;
  byId("problem").textContent = "";
  byId("shared").textContent = "";
  if (focus) sections[place].querySelector("h2").focus();
}

async function go(step, { remember = true, focus = true } = {}) {
  let target = step;
  if (target !== "product" && !(await rules())) target = "product";
  else if (target === "answer" && !answer()) return;
  const problem = byId("problem").textContent;
  show(target, { focus });
  if (target === "product" && step !== target) byId("problem").textContent = problem;
  if (remember) history.pushState({ step: target }, "", location.href.split("#")[0]);
  fields.keep();
}

/** Evaluates and shows; false where the facts cannot be used, which is told. */
function answer() {
  try {
    const facts = fields.facts();
    const found = evaluate(facts, loaded.bundle, loaded.candidates);
    if (loaded.doubt) found.missing = [`the subheading of the product in ${loaded.edition}`];
    showAnswer(byId("answer"), found, facts, loaded, say, fields.names());
    return true;
  } catch (error) {
    if (!(error instanceof BadFacts)) throw error;
    byId("problem").textContent = fill(say[`bad_${error.problem}`] ?? say.bad_unknown, { fact: fields.label(error.fact) });
    return false;
  }
}

const current = () => sections.find((section) => !section.hidden).dataset.step;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  go(steps[Math.min(steps.indexOf(current()) + 1, steps.length - 1)]);
});
byId("back").addEventListener("click", () => go(steps[Math.max(steps.indexOf(current()) - 1, 0)]));
byId("hs").addEventListener("change", () => { if (fields.product().hs.length === 6) rules(); });
byId("regime").addEventListener("change", () => { if (fields.product().hs.length === 6) rules(); });
byId("print").addEventListener("click", () => print());
byId("again").addEventListener("click", () => { fields.forget(); location.assign(location.pathname); });
byId("share").addEventListener("click", async () => {
  const link = `${location.href.split("#")[0]}#${fields.encoded()}`;
  try {
    await navigator.clipboard.writeText(link);
    byId("shared").textContent = say.shared;
  } catch {
    const anchor = Object.assign(document.createElement("a"), { href: link, textContent: say.share_link });
    byId("shared").replaceChildren(fill(say.shared_by_hand, { link: "" }), anchor);
  }
});
addEventListener("popstate", (event) => go(event.state?.step ?? "product", { remember: false }));
addEventListener("hashchange", () => location.reload());

for (const section of sections) {
  const item = document.createElement("li");
  item.textContent = say[`path_${section.dataset.step}`] ?? say[`step_${section.dataset.step}`];
  byId("path").append(item);
}
form.hidden = false;
await go(location.hash.length > 1 ? "answer" : history.state?.step ?? "product", { remember: false, focus: false });
history.replaceState({ step: current() }, "");
