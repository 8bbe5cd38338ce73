// A page of an agreement: what it asks of the product at hand, given in the address or typed.
import { showRule } from "./assess-answer.js";
import { load, NotFound } from "./assess-rules.js";
import { dotted, fill, words } from "./common.js";

const box = document.getElementById("product-rule");
const field = box.querySelector("input"), name = box.querySelector("#product-name"), rule = box.querySelector("#rule");
const test = document.getElementById("origin-test");
const say = await words("assess");
let turn = 0;

async function show() {
  const hs = field.value.replace(/\D/g, "").slice(0, 6), mine = ++turn;
  rule.replaceChildren();
  name.textContent = "";
  if (hs.length < 6) return;
  keepAddress(hs);
  try {
    const found = await load(box.dataset.regime, hs);
    if (mine !== turn) return;
    name.textContent = found.name;
    showRule(rule, found, say);
  } catch (error) {
    if (mine === turn) name.textContent = error instanceof NotFound ? fill(say.hs_unknown, { code: dotted(hs) }) : say.failed;
  }
}

/** The address of this page, and of the test of origin, for the product. */
function keepAddress(hs) {
  for (const url of [new URL(location.href), new URL(test.href)]) {
    url.searchParams.set("hs", hs);
    if (url.pathname === location.pathname) history.replaceState(null, "", url); else test.href = url.href;
  }
}

box.hidden = false;
field.addEventListener("input", show);
box.addEventListener("submit", (event) => event.preventDefault());
const asked = (new URLSearchParams(location.search).get("hs") ?? "").replace(/\D/g, "").slice(0, 6);
if (asked) field.value = dotted(asked);
await show();
