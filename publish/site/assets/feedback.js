// Prepares an e-mail with a reference number; nothing is sent by the site.
import { words } from "./common.js";

const say = await words("feedback");
const form = document.getElementById("enquiry");
const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
const reference = `FTA-${day}-${[...crypto.getRandomValues(new Uint8Array(3))].map((byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase()}`;
document.getElementById("reference").textContent = reference;
document.getElementById("enquiry-about").value = (new URLSearchParams(location.search).get("about") ?? "").slice(0, 200);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const [kind, about, message] = ["kind", "enquiry-about", "message"].map((id) => document.getElementById(id).value);
  const subject = `[${reference}] ${say[`kind_${kind}`]}: ${about}`;
  location.href = `mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(`${message}\n\n${reference}`)}`;
});
