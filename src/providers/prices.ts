import type { ModelConfig } from "../config/schema.ts";

/** Per million tokens, in units of the currency. */
export interface Rates {
  readonly cached: number;
  readonly input: number;
  readonly output: number;
}

export interface ModelFacts {
  /** Tokens. */
  readonly context?: number;
  readonly maxOutput?: number;
  readonly vision?: boolean;
  readonly rates?: Readonly<Partial<Record<"CNY" | "USD", Rates>>>;
  /** Twice the price in DeepSeek's peak hours. */
  readonly peak?: boolean;
}

/**
 * As of 2026-11-26, by `provider/id`; the config file's `models` overrides it. Sources: api-docs.deepseek.com/pricing;
 * docs.siliconflow.cn for the names there. SiliconFlow's documents give no window for its own installation of the models,
 * so none is written down; V4-Pro reads text alone wherever it runs.
 */
const flash: ModelFacts = {
  context: 1_000_000,
  maxOutput: 384_000,
  vision: true,
  peak: true,
  rates: { CNY: { cached: 0.02, input: 1, output: 4 }, USD: { cached: 0.003, input: 0.15, output: 0.6 } },
};
const facts: Readonly<Record<string, ModelFacts>> = {
  "deepseek/deepseek-flash": flash,
  // The former name of the same model, still accepted and billed as flash.
  "deepseek/deepseek-v4-flash": flash,
  "deepseek/deepseek-v4-pro": {
    context: 1_000_000,
    maxOutput: 384_000,
    vision: false,
    peak: true,
    rates: { CNY: { cached: 0.15, input: 4.5, output: 13.5 }, USD: { cached: 0.022, input: 0.66, output: 1.98 } },
  },
  "siliconflow/deepseek-ai/DeepSeek-V4-Pro": { vision: false },
  "siliconflow-com/deepseek-ai/DeepSeek-V4-Pro": { vision: false },
};

/** Chinese public holidays of 2026, when no peak price is charged: [month, first day, last day]. */
const holidays2026: readonly (readonly [number, number, number])[] = [
  [1, 1, 3],
  [2, 15, 23],
  [4, 4, 6],
  [5, 1, 5],
  [6, 19, 21],
  [9, 25, 27],
  [10, 1, 7],
];

/**
 * What is known of a model; empty when nothing is.
 *
 * @param custom the config file's `models`, which come before all else
 * @param reported what the server itself says, which comes before the table
 */
export function modelFacts(
  provider: string,
  model: string,
  custom: Readonly<Record<string, ModelConfig>>,
  reported: ModelFacts = {},
): ModelFacts {
  const known = { ...ownEntry(facts, `${provider}/${model}`), ...reported };
  const entry = ownEntry(custom, `${provider}/${model}`) ?? ownEntry(custom, model);
  if (entry === undefined) return known;
  const { context, max_output: maxOutput, vision, CNY, USD } = entry;
  const priced = CNY !== undefined || USD !== undefined;
  return {
    ...known,
    ...(context !== undefined && { context }),
    ...(maxOutput !== undefined && { maxOutput }),
    ...(vision !== undefined && { vision }),
    // A price somebody wrote down is the price: no peak is put on top of it.
    ...(priced && { peak: false, rates: { ...(CNY && { CNY }), ...(USD && { USD }) } }),
  };
}

/** Ids come from outside, `constructor` and the like among them. */
function ownEntry<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Ids of a provider's models that the table knows. */
export function knownModels(provider: string): string[] {
  const lead = `${provider}/`;
  return Object.keys(facts).flatMap((name) => (name.startsWith(lead) ? [name.slice(lead.length)] : []));
}

/**
 * The rates that hold at a moment, or null where the model's price in that currency is unknown.
 *
 * @param at when the request is made
 * @param holidays further days without peak price, `YYYY-MM-DD`, Beijing time
 */
export function ratesAt(
  model: ModelFacts,
  currency: "CNY" | "USD",
  at: Date,
  holidays: readonly string[],
): Rates | null {
  const rates = model.rates?.[currency];
  if (rates === undefined) return null;
  if (model.peak !== true) return rates;
  if (isTariffUnknown(at, holidays)) return null;
  const factor = isPeak(at, holidays) ? 2 : 1;
  return { cached: rates.cached * factor, input: rates.input * factor, output: rates.output * factor };
}

/**
 * Days of a year that may be public holidays in China, [month, first day, last day]: those of New Year, the Spring Festival,
 * Qingming, Labour Day, the Dragon Boat and the Mid-Autumn Festival and the National Day, wherever the State Council puts them.
 */
const possibleHolidays: readonly (readonly [number, number, number])[] = [
  [1, 1, 3],
  [1, 20, 31],
  [2, 1, 29],
  [3, 1, 1],
  [4, 2, 7],
  [4, 28, 30],
  [5, 1, 7],
  [5, 25, 31],
  [6, 1, 27],
  [9, 5, 30],
  [10, 1, 10],
  [12, 29, 31],
];

/**
 * Whether it is not known which price holds: at a peak hour of a day that may be a holiday, in a year whose holidays nobody wrote
 * down. A list that names a day of the year is taken for all of them.
 *
 * @param holidays as for `ratesAt`
 */
export function isTariffUnknown(at: Date, holidays: readonly string[]): boolean {
  const day = beijingTime(at);
  const year = day.getUTCFullYear();
  if (year <= 2026 || holidays.some((holiday) => holiday.startsWith(`${year}-`))) return false;
  return isPeak(at, holidays) && isAmong(possibleHolidays, day);
}

/** Peak: Beijing time (UTC+8 all year), Monday to Friday, 9–12 and 14–18 o'clock, holidays excepted. */
export function isPeak(at: Date, holidays: readonly string[]): boolean {
  const beijing = beijingTime(at);
  const weekday = beijing.getUTCDay();
  if (weekday === 0 || weekday === 6) return false;
  const hour = beijing.getUTCHours();
  if (!((hour >= 9 && hour < 12) || (hour >= 14 && hour < 18))) return false;
  if (holidays.includes(beijing.toISOString().slice(0, 10))) return false;
  return beijing.getUTCFullYear() !== 2026 || !isAmong(holidays2026, beijing);
}

function isAmong(days: typeof holidays2026, at: Date): boolean {
  const [month, day] = [at.getUTCMonth() + 1, at.getUTCDate()];
  return days.some(([m, first, last]) => m === month && day >= first && day <= last);
}

/** The clock of Beijing, read as UTC; it is 8 hours ahead all year. */
function beijingTime(at: Date): Date {
  return new Date(at.getTime() + 8 * 3_600_000);
}
