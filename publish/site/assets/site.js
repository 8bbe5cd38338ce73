// What every page has: the choice of language is remembered, a menu that closes, pages kept for reading without a network.
const root = new URL(document.body.dataset.root, location.href);
try { localStorage.setItem("lang", document.documentElement.lang); } catch { /* storage may be refused */ }
document.querySelector(".lang")?.addEventListener("click", (event) => {
  event.currentTarget.href += location.search + location.hash;
});
const menu = document.querySelector(".menu");
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && menu?.open) menu.open = false; });
// A link to a part that is folded opens it.
const target = document.querySelector(":target");
if (target instanceof HTMLDetailsElement) target.open = true;
if ("serviceWorker" in navigator && (location.protocol === "https:" || location.hostname === "127.0.0.1" || location.hostname === "localhost"))
  navigator.serviceWorker.register(new URL("sw.js", root)).catch(() => {});
