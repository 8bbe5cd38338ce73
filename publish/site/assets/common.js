// What several scripts use: the place of the site, its words in the language of the page, and elements made without markup.
export const root = new URL(document.body.dataset.root, location.href);
export const lang = document.documentElement.lang;

// The strings of some namespaces, `heading.lines` as `say.lines`; `{name}` is filled in by `fill`.
export async function words(...names) {
  const parts = await Promise.all(names.map((name) => import(`./words-${lang}-${name}.js`)));
  return Object.assign({}, ...parts.map((part) => part.default));
}

// A static file of the release, read once; what failed may be tried again. The error has the `status`.
const files = new Map();
export function api(path) {
  if (!files.has(path)) {
    files.set(path, fetch(new URL(`api/v1/${path}`, root)).then((response) => {
      if (!response.ok) throw Object.assign(new Error(`${path}: ${response.status}`), { status: response.status });
      return response.json();
    }).catch((error) => { files.delete(path); throw error; }));
  }
  return files.get(path);
}

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
export const dotted = (code) => (code.length <= 4 ? code : [code.slice(0, 4), ...code.slice(4).match(/.{1,2}/g)].join("."));
export const percent = (rate) => `${+rate.toFixed(6)}%`;

// A number, and an ISO day with the names of months (`words("days")`), as people write them.
export const number = (value) => (lang === "km" ? String(value).replace(/\d/g, (digit) => "០១២៣៤៥៦៧៨៩"[digit]) : String(value));
export function date(day, names) {
  const [year, month, date] = day.split("-").map(Number);
  return `${number(date)} ${names[month]} ${number(year)}`;
}

export function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}
