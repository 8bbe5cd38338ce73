// Whether HS codes change classification or lie in a range, also where a code is too short to tell (null).

export const DIGITS = { CC: 2, CTH: 4, CTSH: 6 };
export const digits = (code) => String(code).replace(/[. ]/g, "").slice(0, 6);

/** Whether a code lies in a range of codes; null where the digits it lacks would decide. */
export function liesIn(code, [first, last]) {
  const size = Math.min(code.length, first.length);
  const cut = code.slice(0, size);
  const inside = first.slice(0, size) <= cut && cut <= last.slice(0, size);
  return inside && code.length < first.length ? null : inside;
}

export const mayLieIn = (codes, ranges) => codes.some((code) => ranges.some((range) => liesIn(code, range) !== false));

/** Whether a material changes classification into a product whose code is cut to the level of the rule. */
export function changes(product, material, except) {
  const size = Math.min(product.length, material.length);
  let same = product.slice(0, size) === material.slice(0, size);
  if (same && material.length < product.length) same = null;
  const barred = except.map((range) => liesIn(material, range));
  if (same || barred.includes(true)) return false;
  return same === null || barred.includes(null) ? null : true;
}
