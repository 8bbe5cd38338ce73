// The three values in which a test of origin is answered: met, failed, or unknown with the facts that would tell.

export const MET = { met: true, missing: [] };
export const FAILED = { met: false, missing: [] };

export const unknown = (...missing) => ({ met: null, missing });
/** What a fact says, or unknown by its name where nobody has said it. */
export const said = (fact, ...names) => (fact === true ? MET : fact === false ? FAILED : unknown(...names));

const waiting = (findings) => {
  const open = findings.filter((finding) => finding.met === null);
  return open.length ? unknown(...new Set(open.flatMap((finding) => finding.missing))) : null;
};

export const anyOf = (findings) => (findings.some((f) => f.met === true) ? MET : waiting(findings) ?? FAILED);
export const allOf = (findings) => (findings.some((f) => f.met === false) ? FAILED : waiting(findings) ?? MET);

/** Whether all findings give the same answer. */
export const alike = (findings) => new Set(findings.map((finding) => finding.met)).size === 1;
