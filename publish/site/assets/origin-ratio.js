// Exact numbers: what was typed, as a fraction of whole numbers, so that 40 % is 40 % and never 39.999999.

const common = (a, b) => (b ? common(b, a % b) : a < 0n ? -a : a);

export class Ratio {
  constructor(over, under = 1n) {
    const by = common(over, under) || 1n;
    this.over = over / by;
    this.under = under / by;
  }

  /** The decimal digits of a number or a string as written; null where it is no number. */
  static of(value) {
    if (value === null || value === undefined) return null;
    const [, sign, whole, part = "", power = "0"] = /^([+-]?)(\d+)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(String(value).trim()) ?? [];
    if (whole === undefined || Math.abs(Number(power)) > 60) return null;
    const shift = part.length - Number(power);
    const digits = BigInt(whole + part) * (sign === "-" ? -1n : 1n);
    return shift > 0 ? new Ratio(digits, 10n ** BigInt(shift)) : new Ratio(digits * 10n ** BigInt(-shift));
  }

  plus(other) { return new Ratio(this.over * other.under + other.over * this.under, this.under * other.under); }
  minus(other) { return new Ratio(this.over * other.under - other.over * this.under, this.under * other.under); }
  times(other) { return new Ratio(this.over * other.over, this.under * other.under); }
  by(other) {
    const turned = other.over < 0n ? -1n : 1n;
    return new Ratio(this.over * other.under * turned, this.under * other.over * turned);
  }
  above(other) { return this.over * other.under > other.over * this.under; }
  isZero() { return this.over === 0n; }
  isNegative() { return this.over < 0n; }

  /** For showing: two decimals, rounded down, or up. */
  shown({ up = false } = {}) {
    const scaled = this.over * 100n;
    let cut = scaled / this.under;
    const rest = scaled % this.under;
    if (rest > 0n && up) cut += 1n;
    if (rest < 0n && !up) cut -= 1n;
    return Number(cut) / 100;
  }

  number() { return Number(this.over) / Number(this.under); }
}

export const ZERO = new Ratio(0n);
export const HUNDRED = new Ratio(100n);
