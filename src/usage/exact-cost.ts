import type { Cost } from "../chat/model.ts";

/** An amount in whole units of 1e-12 of a currency, so that sums are exact in any order. */
export interface ExactCost {
  /** ISO 4217. */
  readonly currency: string;
  readonly pico: bigint;
}

/** The largest amount that one row can hold: SQLite's integers have 64 bits. */
const maxPico = 2n ** 63n - 1n;

/**
 * A cost in whole units, by the first twelve significant digits of its amount.
 *
 * @returns null for an amount that cannot be: negative, not finite, or over 9 million units of the currency
 */
export function exactCost({ currency, amount }: Cost): ExactCost | null {
  if (!Number.isFinite(amount) || amount < 0) return null;
  const pico = toPico(amount);
  return pico > maxPico ? null : { currency, pico };
}

/** The amount in units of 1e-12; the largest one that a row can hold where it is larger, or no number. */
export function boundedPico(amount: number): bigint {
  return exactCost({ currency: "", amount })?.pico ?? maxPico;
}

/** The amount in units of 1e-12, by its first twelve significant digits. */
function toPico(amount: number): bigint {
  const [digits = "", exponent] = amount.toExponential(11).split("e");
  const whole = BigInt(digits.replace(".", ""));
  // The digits are a multiple of 1e-11 before the exponent counts.
  const shift = Number(exponent) + 1;
  if (shift >= 0) return whole * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return (whole + divisor / 2n) / divisor;
}

/** The cost as a number, to twelve significant digits. */
export function roundedCost({ currency, pico }: ExactCost): Cost {
  return { currency, amount: fromPico(pico) };
}

/** The amount as a number, to twelve significant digits. */
export function fromPico(pico: bigint): number {
  return Number((Number(pico) / 1e12).toPrecision(12));
}

/** The exact amount that a decimal number says, as services write balances; null for another text, and for one over twelve digits. */
export function picoOfText(text: string): bigint | null {
  const {
    sign,
    whole,
    rest = "",
  } = /^(?<sign>-?)(?<whole>\d{1,12})(?:\.(?<rest>\d{1,12}))?$/u.exec(text)?.groups ?? {};
  if (whole === undefined) return null;
  const pico = BigInt(whole + rest.padEnd(12, "0"));
  return sign === "-" ? -pico : pico;
}
