import type { Cost } from "../chat/model.ts";
import { sumUsage } from "../chat/usage.ts";
import { type ExactCost, roundedCost } from "./exact-cost.ts";
import type { Grouping, LedgerSum } from "./ledger-sums.ts";

/** One line of a report; the units are those of `LedgerSum`. */
export interface ReportRow extends Omit<LedgerSum, "costs" | "atMost"> {
  /** Part of the prompts' tokens that came from the prefix cache, from 0 to 1; null without prompts. */
  readonly cacheHitShare: number | null;
  readonly costs: readonly Cost[];
  readonly atMost: readonly Cost[];
}

export interface Report {
  readonly by: Grouping;
  /** Times in their order; others by cost, then by tokens, the largest first. */
  readonly rows: readonly ReportRow[];
  /** Of all rows together, exactly; its key is null. */
  readonly total: ReportRow;
}

/** @param currency of the costs that the rows are sorted by first */
export function reportOf(sums: readonly LedgerSum[], by: Grouping, currency: string): Report {
  const isTime = by === "day" || by === "week" || by === "month";
  const byKey = (a: LedgerSum, b: LedgerSum) => compare(a.key ?? "", b.key ?? "");
  const bySize = (a: LedgerSum, b: LedgerSum) =>
    compare(picoOf(b, currency), picoOf(a, currency)) || b.usage.totalTokens - a.usage.totalTokens || byKey(a, b);
  return { by, rows: sums.toSorted(isTime ? byKey : bySize).map(reportRow), total: reportRow(totalOf(sums)) };
}

/** A report as JSON, in the names that the other commands' JSON has. */
export function reportJson({ by, rows, total }: Report): object {
  return { by, rows: rows.map((row) => Object.assign({ [by]: row.key }, jsonOf(row))), total: jsonOf(total) };
}

const columns = "requests,prompt_tokens,cached_tokens,completion_tokens,reasoning_tokens,total_tokens,cache_hit_share";

/**
 * A report as CSV (RFC 4180) with a header, one column for the cost in each currency, and one for the most that requests can have cost
 * that were not counted. A text that a spreadsheet would take for a formula
 * begins with an apostrophe.
 */
export function reportCsv({ by, rows }: Report): string {
  const currenciesOf = (listed: readonly (readonly Cost[])[]) =>
    [...new Set(listed.flat().map(({ currency }) => currency))].toSorted();
  const paid = currenciesOf(rows.map(({ costs }) => costs));
  const bounded = currenciesOf(rows.map(({ atMost }) => atMost));
  const money = [...paid.map((currency) => `cost_${currency}`), ...bounded.map((currency) => `at_most_${currency}`)];
  const header = [by, columns, ...money, "cost_unknown", "uncounted"].join(",");
  const lines = rows.map(({ key, requests, usage, cacheHitShare, costs, atMost, unknown, uncounted }) => {
    const { promptTokens, cachedTokens, completionTokens, reasoningTokens, totalTokens } = usage;
    const tokens = [promptTokens, cachedTokens, completionTokens, reasoningTokens, totalTokens];
    const amountsOf = (sums: readonly Cost[], currencies: readonly string[]) =>
      currencies.map((wanted) => sums.find(({ currency }) => currency === wanted)?.amount ?? "");
    const amounts = [...amountsOf(costs, paid), ...amountsOf(atMost, bounded)];
    return [key ?? "", requests, ...tokens, cacheHitShare ?? "", ...amounts, unknown, uncounted].map(csvCell).join(",");
  });
  return [header, ...lines].map((line) => `${line}\r\n`).join("");
}

function csvCell(value: string | number): string {
  // In full: a spreadsheet may not know an exponent.
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toFixed(12).replace(/0+$/u, "");
  const text = /^[=+\-@\t\r]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function reportRow({ costs, atMost, ...sum }: LedgerSum): ReportRow {
  const { promptTokens, cachedTokens } = sum.usage;
  const share = promptTokens === 0 ? null : Number((cachedTokens / promptTokens).toFixed(4));
  return { ...sum, cacheHitShare: share, costs: costs.map(roundedCost), atMost: atMost.map(roundedCost) };
}

function jsonOf({ requests, usage, cacheHitShare, costs, atMost, unknown, uncounted }: ReportRow): object {
  return {
    requests,
    usage: {
      prompt_tokens: usage.promptTokens,
      cached_tokens: usage.cachedTokens,
      completion_tokens: usage.completionTokens,
      reasoning_tokens: usage.reasoningTokens,
      total_tokens: usage.totalTokens,
    },
    cache_hit_share: cacheHitShare,
    costs,
    cost_unknown: unknown,
    at_most: atMost,
    uncounted,
  };
}

function totalOf(sums: readonly LedgerSum[]): LedgerSum {
  const number = (name: "requests" | "uncounted" | "unknown" | "bounded") =>
    sums.reduce((sum, each) => sum + each[name], 0);
  const total = (name: "costs" | "atMost") =>
    [
      ...Map.groupBy(
        sums.flatMap((sum) => sum[name]),
        ({ currency }) => currency,
      ),
    ].map(([currency, same]) => ({ currency, pico: exactTotal(same) }));
  return {
    key: null,
    requests: number("requests"),
    usage: sumUsage(sums.map(({ usage }) => usage)),
    uncounted: number("uncounted"),
    costs: total("costs"),
    unknown: number("unknown"),
    bounded: number("bounded"),
    atMost: total("atMost"),
  };
}

function exactTotal(costs: readonly ExactCost[]): bigint {
  return costs.reduce((sum, { pico }) => sum + pico, 0n);
}

function picoOf({ costs }: LedgerSum, wanted: string): bigint {
  return costs.find(({ currency }) => currency === wanted)?.pico ?? 0n;
}

function compare<Value extends string | bigint>(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
