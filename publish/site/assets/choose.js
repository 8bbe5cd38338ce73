// The door: goes on in the language that was chosen before, else in that of the browser, if it is one of ours.
let lang = null;
try { lang = localStorage.getItem("lang"); } catch { /* storage may be refused */ }
lang ??= navigator.languages?.some((tag) => tag.startsWith("km")) ? "km" : "en";
if (lang === "en" || lang === "km") location.replace(`${lang}/`);
