/** What tokens cost, per million, in units of the currency. */
export interface Rates {
  /** Of the prompt, what came from the prefix cache. */
  readonly cached: number;
  /** The rest of the prompt. */
  readonly input: number;
  readonly output: number;
  /** Of a training file, each time that it is gone through; absent where nobody knows. */
  readonly training?: number | undefined;
}

export type Currency = "CNY" | "USD";

/** The price of a model in one currency. */
export interface Price {
  readonly rates: Rates;
  /** By which the rates are multiplied in DeepSeek's peak hours; 1 where the hour does not matter. */
  readonly peakFactor: number;
  /** The day on which the source was read, `YYYY-MM-DD`; null for a price of the config file. */
  readonly asOf: string | null;
  /** The last day for which the price is known, Beijing time; null where no end is known. */
  readonly until: string | null;
  readonly source: string | null;
}

/** What a person wrote down in the config file's `models`. */
export interface CustomPrices {
  readonly CNY?: Rates | undefined;
  readonly USD?: Rates | undefined;
  readonly peak_factor?: number | undefined;
  readonly until?: string | undefined;
}

interface PriceRow extends Omit<Price, "asOf" | "source"> {
  readonly provider: string;
  /** All ids by which the service bills the same model. */
  readonly models: readonly string[];
  readonly currency: Currency;
  readonly asOf: string;
  readonly source: string;
}

const deepseek = {
  provider: "deepseek",
  peakFactor: 2,
  asOf: "2026-11-26",
  until: null,
  source: "https://api-docs.deepseek.com/quick_start/pricing",
} as const;
const deepseekUnit = {
  provider: "deepseek",
  asOf: "2026-11-26",
  until: null,
  source: "https://api-docs.deepseek.com/quick_start/pricing",
} as const;
// The former name is still accepted, and billed as flash.
const flash = ["deepseek-flash", "deepseek-v4-flash"];

/**
 * One row a price. No figure of SiliconFlow's is known that can be dated after the middle of 2026, so its models have no row: an older
 * one would pass for today's.
 */
const table: readonly PriceRow[] = [
  { ...deepseek, models: flash, currency: "CNY", rates: { cached: 0.02, input: 1, output: 4 } },
  { ...deepseek, models: flash, currency: "USD", rates: { cached: 0.003, input: 0.15, output: 0.6 } },
  { ...deepseek, models: ["deepseek-v4-pro"], currency: "CNY", rates: { cached: 0.15, input: 4.5, output: 13.5 } },
  { ...deepseek, models: ["deepseek-v4-pro"], currency: "USD", rates: { cached: 0.022, input: 0.66, output: 1.98 } },
];

/** What is billed by number: `search`, what models search and fetch on the web by the service's own tools; `page`, of a document whose text is recognized. */
export type PricedUnit = "search" | "page";

interface UnitRow extends Omit<PriceRow, "models" | "rates" | "peakFactor"> {
  readonly unit: PricedUnit;
  readonly perThousand: number;
}

/** One row a price. No price in dollars is known for pages. */
const unitTable: readonly UnitRow[] = [
  { ...deepseekUnit, unit: "search", currency: "CNY", perThousand: 5 },
  { ...deepseekUnit, unit: "search", currency: "USD", perThousand: 0.75 },
  { ...deepseekUnit, unit: "page", currency: "CNY", perThousand: 1.5 },
];

/** What a service bills for `count` of a unit, in units of the currency; null where nobody knows. */
export function unitCost(provider: string, currency: Currency, unit: PricedUnit, count: number): number | null {
  const isOf = (row: UnitRow) => row.provider === provider && row.currency === currency && row.unit === unit;
  const row = unitTable.find(isOf);
  return row === undefined ? null : Number(((count * row.perThousand) / 1000).toPrecision(12));
}

/**
 * The price of a model.
 *
 * @param custom the config file's entries by `provider/id` or `id`, which come before the table: a price in one currency hides the
 *   table's in the other
 * @returns null where nobody knows it
 */
export function priceOf(
  provider: string,
  model: string,
  currency: Currency,
  custom: Readonly<Record<string, CustomPrices>>,
): Price | null {
  const own = ownEntry(custom, `${provider}/${model}`) ?? ownEntry(custom, model);
  if (own?.CNY !== undefined || own?.USD !== undefined) {
    const rates = own[currency];
    // No peak is put on top of a price that somebody wrote down, unless they say so.
    const { peak_factor: peakFactor = 1, until = null } = own;
    return rates === undefined ? null : { rates, peakFactor, asOf: null, until, source: null };
  }
  const isOf = (row: PriceRow) => row.provider === provider && row.currency === currency && row.models.includes(model);
  return table.find(isOf) ?? null;
}

/** Ids come from outside, `constructor` and the like among them. */
function ownEntry<Value>(entries: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}
