import type { SQLInputValue } from "node:sqlite";
import type { Usage } from "../chat/model.ts";
import { purposes, takesTokens } from "../chat/purpose.ts";
import { sumUsage } from "../chat/usage.ts";
import { type Calendar, type CalendarUnit, quarterHour } from "./calendar.ts";
import type { ExactCost } from "./exact-cost.ts";
import { tokenColumns, usageIn } from "./ledger-columns.ts";
import { type LedgerFile, lowUnits, type SqlRow } from "./ledger-file.ts";

export type Grouping = CalendarUnit | "model" | "provider" | "conversation" | "purpose";

/** Several billed requests together. */
export interface LedgerSum {
  /** `2026-11-27`, `2026-W48`, `2026-11`, `provider/model`, or as the column has it; null for unsaved conversations. */
  readonly key: string | null;
  readonly requests: number;
  /** Of all requests that were counted. */
  readonly usage: Usage;
  /** Requests whose tokens nobody knows. */
  readonly uncounted: number;
  /** One for each currency: those are never added. */
  readonly costs: readonly ExactCost[];
  /** Requests whose cost nobody knows. */
  readonly unknown: number;
  /** How many of those can have cost at most what `atMost` says, as they were not counted. */
  readonly bounded: number;
  readonly atMost: readonly ExactCost[];
}

const quarters = `sent_at / ${quarterHour}`;
const keys: Readonly<Record<Grouping, string>> = {
  day: quarters,
  week: quarters,
  month: quarters,
  model: "provider || '/' || model",
  provider: "provider",
  conversation: "conversation",
  purpose: "purpose",
};

/** The exact sum of costs as two columns: a sum in one could be too large for SQLite's integers. */
export function sumOf(cost: string): string {
  return `coalesce(sum(${cost} / ${lowUnits}), 0) AS high, coalesce(sum(${cost} % ${lowUnits}), 0) AS low`;
}

/** The sum in two columns as one. */
export function picoIn({ high, low }: SqlRow): bigint {
  return (high as bigint) * BigInt(lowUnits) + (low as bigint);
}

/** Sums over the rows for which a condition holds. */
export function sumRequests(
  file: LedgerFile,
  by: Grouping,
  calendar: Calendar,
  condition: string,
  values: readonly SQLInputValue[],
): LedgerSum[] {
  const tokens = Object.values(tokenColumns).map((column) => `sum(${column}) AS ${column}`);
  // What is billed otherwise has no tokens to count.
  const others = purposes.filter((purpose) => !takesTokens(purpose)).map((purpose) => `'${purpose}'`);
  const counted = `count(CASE WHEN purpose IN (${others.join(", ")}) THEN 0 ELSE total_tokens END) AS counted`;
  const sql = `SELECT ${keys[by]} AS key, currency, cost IS NULL AS is_bound, count(*) AS requests, ${counted},
    ${tokens.join(", ")}, ${sumOf("coalesce(cost, at_most)")} FROM requests WHERE ${condition} GROUP BY 1, 2, 3`;
  const sums = new Map<string | null, SumInProgress>();
  for (const row of file.all(sql, ...values)) {
    const key = keyIn(row, by, calendar);
    const sum = sums.get(key) ?? new SumInProgress();
    sum.add(row);
    sums.set(key, sum);
  }
  return [...sums].map(([key, sum]) => sum.result(key));
}

function keyIn({ key }: SqlRow, by: Grouping, calendar: Calendar): string | null {
  if (by === "day" || by === "week" || by === "month") return calendar.nameOf(by, Number(key) * quarterHour);
  return key === null ? null : String(key);
}

/** Puts together the rows that have one key: one for each currency, and each quarter of an hour. */
class SumInProgress {
  #requests = 0;
  #counted = 0;
  #unknown = 0;
  #bounded = 0;
  #usages: Usage[] = [];
  readonly #costs = new Map<string, bigint>();
  readonly #atMost = new Map<string, bigint>();

  add(row: SqlRow): void {
    const { currency } = row;
    this.#requests += Number(row["requests"]);
    this.#counted += Number(row["counted"]);
    this.#usages.push(usageIn(row));
    const isKnown = row["is_bound"] === 0n;
    if (!isKnown) this.#unknown += Number(row["requests"]);
    if (typeof currency !== "string") return;
    if (!isKnown) this.#bounded += Number(row["requests"]);
    const sums = isKnown ? this.#costs : this.#atMost;
    sums.set(currency, (sums.get(currency) ?? 0n) + picoIn(row));
  }

  result(key: string | null): LedgerSum {
    const listed = (sums: ReadonlyMap<string, bigint>) =>
      [...sums].map(([currency, pico]) => ({ currency, pico })).toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
    return {
      key,
      requests: this.#requests,
      usage: sumUsage(this.#usages),
      uncounted: this.#requests - this.#counted,
      costs: listed(this.#costs),
      unknown: this.#unknown,
      bounded: this.#bounded,
      atMost: listed(this.#atMost),
    };
  }
}
