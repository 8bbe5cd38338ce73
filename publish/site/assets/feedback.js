// Prepares an e-mail with a reference number; nothing is sent by the site.
import { words } from "./common.js";

const say = await words("feedback");
const form = document.getElementById("enquiry");
const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
const reference = `FTA-${day}-${[...crypto.getRandomValues(new Uint8Array(3))].map((byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase()}`;
document.getElementById("reference").textContent = reference;
document.getElementById("enquiry-about").value = (new URLSearchParams(location.search).get("about") ?? "").slice(0, 200);
const text = document.getElementById("text"), prepared = document.getElementById("prepared"), copied = document.getElementById("copied");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const [kind, about, message] = ["kind", "enquiry-about", "message"].map((id) => document.getElementById(id).value);
  const subject = `[${reference}] ${say[`kind_${kind}`]}: ${about}`, body = `${message}\n\n${reference}`;
  text.value = [form.dataset.to, subject, "", body].filter((line, at) => at || line).join("\n");
  const to = encodeURIComponent(form.dataset.to).replaceAll("%40", "@");
  document.getElementById("mail").href = `mailto:${to}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`;
  copied.textContent = "";
  prepared.hidden = false;
  prepared.querySelector("h2").focus();
});
document.getElementById("copy").addEventListener("click", async () => {
  text.select();
  try { await navigator.clipboard.writeText(text.value); copied.textContent = say.copied; } catch { copied.textContent = say.selected; }
});
