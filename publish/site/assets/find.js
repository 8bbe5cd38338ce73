// Finds products by code or by words, in English and Khmer: prefixes, small misspellings, everyday words.
// Pure functions over the two files of the index; what is typed is data only.

const KHMER = /[\u1780-\u17ff]/;
const FILLERS = new Set("a an and of or the for in with to not other than on by nesoi nes".split(" "));

export const fold = (text) =>
  text.normalize("NFKD").replace(/[\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, "").toLowerCase();

const stem = (word) =>
  word.length > 4 && word.endsWith("ies") ? word.slice(0, -3) + "y"
  : word.length > 4 && /(ss|x|ch|sh)es$/.test(word) ? word.slice(0, -2)
  : word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1)
  : word;

export function tokens(text) {
  const parts = fold(text).replace(/\b([a-z])[ -](?=[a-z])/g, "$1").split(/[^a-z0-9]+/);
  return parts.filter((part) => part && !FILLERS.has(part)).slice(0, 12).map(stem);
}

const bare = (text) => fold(text).replace(/[\s\u17d4\u17d6"'()\-]+/g, "");

export class Index {
  constructor(core) {
    this.entries = [];
    this.places = new Map();
    this.byCode = new Map();
    this.older = core.older;
    core.chapters.forEach((node) => this.#node(node, 0.6));
    core.headings.forEach((node) => this.#node(node, 1.1));
    core.words.forEach(([en, km, codes]) => this.#add({ kind: "word", en, km, codes: codes.split(" ") }, 2.2));
  }

  addSubheadings(nodes) {
    nodes.forEach((node) => this.#node(node, 1));
    this.sorted = null;
  }

  #node([code, en, km], weight) {
    const entry = { kind: "code", code, en, km, codes: [code] };
    this.byCode.set(code, entry);
    this.#add(entry, weight);
  }

  #add(entry, weight) {
    const number = this.entries.push(entry) - 1;
    const words = tokens(entry.en);
    entry.weight = weight;
    entry.length = words.length || 1;
    entry.bare = entry.km ? bare(entry.km) : "";
    new Set(words).forEach((word) => {
      const at = words.indexOf(word);
      const found = this.places.get(word);
      if (found) found.push(number, at);
      else this.places.set(word, [number, at]);
    });
  }

  // What a query finds: entries, best first.
  search(query, limit = 8) {
    const digits = query.replace(/[\s.\-\u200b]/g, "");
    if (/^[0-9\u17e0-\u17e9]{2,12}$/.test(digits))
      return { results: this.#codes(digits.replace(/[\u17e0-\u17e9]/g, (d) => d.charCodeAt(0) - 0x17e0), limit) };
    if (KHMER.test(query)) return { results: this.#khmer(bare(query), limit) };
    return this.#words(tokens(query.slice(0, 200)), limit);
  }

  #codes(digits, limit) {
    const six = digits.slice(0, 6);
    if (digits.length > 6 && this.byCode.has(six)) return [{ ...this.byCode.get(six), line: digits }];
    const found = [...this.byCode.values()].filter((entry) => entry.code.startsWith(digits));
    if (found.length) return found.sort((a, b) => (a.code < b.code ? -1 : 1)).slice(0, limit);
    const became = this.older[six];
    if (became) return became.split(" ").slice(0, limit).map((code) => ({ ...this.byCode.get(code), older: six, line: digits.length > 6 ? digits : undefined })).filter((entry) => entry.code);
    return [...this.byCode.values()].filter((entry) => entry.code.startsWith(digits.slice(0, 4))).slice(0, limit);
  }

  #khmer(query, limit) {
    if (!query) return [];
    const scored = [];
    const pairs = bigrams(query);
    for (const entry of this.entries) {
      if (!entry.bare) continue;
      const score = similar(query, pairs, entry) * (entry.kind === "word" ? 1.3 : 1);
      if (score > 0.45) scored.push([score, entry]);
    }
    return this.#opened(scored.sort((a, b) => b[0] - a[0]), limit);
  }

  #words(words, limit) {
    if (!words.length) return { results: [] };
    const scores = new Map();
    const read = [];
    words.forEach((word, at) => {
      const forms = this.#forms(word, at === words.length - 1);
      if (forms.length && forms[0].slips) read.push([word, forms[0].word]);
      const best = new Map();
      for (const { word: form, value } of forms) {
        const found = this.places.get(form);
        const rare = Math.log(1 + this.entries.length / found.length);
        for (let i = 0; i < found.length; i += 2) {
          const score = value * rare * (found[i + 1] === 0 ? 1.3 : 1);
          if (score > (best.get(found[i]) ?? 0)) best.set(found[i], score);
        }
      }
      for (const [number, score] of best) {
        const sum = scores.get(number) ?? [0, 0];
        scores.set(number, [sum[0] + score, sum[1] + 1]);
      }
    });
    const most = Math.max(0, ...[...scores.values()].map(([, matched]) => matched));
    const scored = [];
    for (const [number, [score, matched]] of scores) {
      const entry = this.entries[number];
      if (matched === most || (entry.kind === "word" && matched === entry.length))
        scored.push([(score * entry.weight * matched) / Math.sqrt(Math.max(entry.length, words.length)), entry]);
    }
    scored.sort((a, b) => b[0] - a[0] || (a[1].code ?? "") .localeCompare(b[1].code ?? ""));
    return { results: this.#opened(scored, limit), read };
  }

  // Everyday words become the codes they stand for; a code is given once.
  #opened(scored, limit) {
    const found = new Map();
    for (const [, entry] of scored) {
      for (const code of entry.codes) {
        const node = this.byCode.get(code) ?? this.byCode.get(code.slice(0, 4));
        if (node && !found.has(node.code)) found.set(node.code, entry.kind === "word" ? { ...node, word: entry } : node);
      }
      if (found.size >= limit) break;
    }
    return [...found.values()].slice(0, limit);
  }

  // The words of the index that a typed word may stand for: itself, what begins with it, else what is near to it.
  #forms(word, isLast) {
    this.sorted ??= [...this.places.keys()].sort();
    const found = this.places.has(word) ? [{ word, value: 1 }] : [];
    if (word.length >= 3 && (isLast || !found.length)) {
      for (let i = lowest(this.sorted, word); i < this.sorted.length && this.sorted[i].startsWith(word); i++)
        if (this.sorted[i] !== word) found.push({ word: this.sorted[i], value: 0.75 * (word.length / this.sorted[i].length) });
    }
    if (found.length || word.length < 4) return found;
    const slips = word.length < 7 ? 1 : 2;
    for (const known of this.sorted) {
      if (Math.abs(known.length - word.length) > slips) continue;
      const far = distance(word, known, slips);
      if (far <= slips) found.push({ word: known, value: 0.7 / far - (known[0] === word[0] ? 0 : 0.2), slips: far });
    }
    return found.sort((a, b) => b.value - a.value).slice(0, 6);
  }
}

function lowest(sorted, word) {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < word) low = middle + 1;
    else high = middle;
  }
  return low;
}

const bigrams = (text) => {
  const found = new Set();
  for (let i = 0; i < text.length - 1; i++) found.add(text.slice(i, i + 2));
  return found;
};

function similar(query, pairs, entry) {
  const text = entry.bare;
  if (text === query) return 2;
  if (text.startsWith(query)) return 1.2 + query.length / text.length / 2;
  if (text.includes(query)) return 1 + query.length / text.length / 2;
  if (text.length > 2 && query.includes(text)) return 0.8 + text.length / query.length / 2;
  const other = (entry.pairs ??= bigrams(text));
  let shared = 0;
  for (const pair of pairs) if (other.has(pair)) shared++;
  return (2 * shared) / (pairs.size + other.size || 1);
}

// Letters to add, drop, change or swap to make one word the other; counting stops above `most`.
export function distance(one, other, most) {
  let before = [], row = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; i++) {
    const earlier = before;
    before = row;
    row = [i];
    let least = i;
    for (let j = 1; j <= other.length; j++) {
      let cost = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) cost = Math.min(cost, earlier[j - 2] + 1);
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least > most) return most + 1;
  }
  return row[other.length];
}
