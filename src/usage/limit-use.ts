import type { SQLInputValue } from "node:sqlite";
import { quarterHour, type TimeSpan } from "./calendar.ts";
import type { LedgerFile } from "./ledger-file.ts";
import { picoIn, sumOf } from "./ledger-sums.ts";

/** What of a limit is used; amounts in units of 1e-12 of its currency. */
export interface LimitUse {
  spent: bigint;
  /** What requests can have cost at most that were not counted. */
  uncounted: bigint;
  /** What requests can cost that were reserved and are not booked. */
  reserved: bigint;
  /** Requests of unknown cost. */
  unknown: number;
  /** Requests billed in another currency. */
  foreign: number;
}

/** Which requests count for a limit: those of a day or a month, or of a conversation. */
export interface LimitRange {
  readonly within: TimeSpan | string;
  /** Null for all providers. */
  readonly provider: string | null;
}

export function emptyUse(): LimitUse {
  return { spent: 0n, uncounted: 0n, reserved: 0n, unknown: 0, foreign: 0 };
}

/** What the ledger says is used. */
export function useOf(file: LedgerFile, currency: string, { within, provider }: LimitRange): LimitUse {
  const use = emptyUse();
  const isTime = typeof within !== "string";
  const ofProvider = provider === null ? "" : " AND provider = ?";
  const select = (columns: string, table: string, range: string, values: readonly SQLInputValue[]) =>
    file.all(
      `SELECT coalesce(currency, '') AS currency, ${columns} FROM ${table} WHERE ${range}${ofProvider} GROUP BY 1, 2`,
      ...values,
      ...(provider === null ? [] : [provider]),
    );
  const added = "is_bound, sum(requests) AS requests, sum(high) AS high, sum(low) AS low";
  const counted = `cost IS NULL AS is_bound, count(*) AS requests, ${sumOf("coalesce(cost, at_most)")}`;
  const held = `0 AS is_bound, ${sumOf("cost")}`;
  const rows = isTime
    ? select(added, "spent", "quarter >= ? AND quarter < ?", [within.start / quarterHour, within.end / quarterHour])
    : select(counted, "requests", "conversation = ?", [within]);
  for (const row of rows) {
    if (row["currency"] === currency) use[row["is_bound"] === 1n ? "uncounted" : "spent"] = picoIn(row);
    else if (row["currency"] === "") use.unknown += Number(row["requests"]);
    else use.foreign += Number(row["requests"]);
  }
  const reserved = isTime
    ? select(held, "reservations", "sent_at >= ? AND sent_at < ?", [within.start, within.end])
    : select(held, "reservations", "conversation = ?", [within]);
  const own = reserved.find((row) => row["currency"] === currency);
  if (own !== undefined) use.reserved = picoIn(own);
  return use;
}
