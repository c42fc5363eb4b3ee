import type { Calendar } from "./calendar.ts";
import { exactCost, fromPico, picoOfText } from "./exact-cost.ts";
import type { AccountBalance } from "./ledger-columns.ts";
import type { LedgerRow } from "./ledger-row.ts";

/** What was spent of one account between two looks at its balance, by our figures and by the account's. */
export interface AuditEntry {
  readonly provider: string;
  readonly currency: string;
  /** The days of the first and the last look, `YYYY-MM-DD`: one day, or several where nobody looked within them. */
  readonly from: string;
  readonly to: string;
  /** In units of the currency, without the times of top-ups. */
  readonly booked: number;
  /** The same by the account. */
  readonly charged: number;
  /** By how much the balance rose, all in all, between looks between which it rose: at least so much was paid in. */
  readonly paidIn: number;
  /** Requests in that time whose cost nobody knows. */
  readonly unknown: number;
  /** Whether the two figures are farther apart than the balances are exact. */
  readonly disagrees: boolean;
}

/** Two looks at the same account, one after the other; amounts in units of 1e-12. */
interface Interval {
  readonly start: number;
  readonly end: number;
  readonly from: string;
  readonly to: string;
  /** By how much the balance fell. */
  readonly fall: bigint;
  /** By how much that may be wrong: each balance is rounded to its last decimal. */
  readonly blur: bigint;
  booked: bigint;
  unknown: number;
}

/**
 * Compares what the ledger says with what the accounts say. A time in which a balance rose is told and not compared: nobody knows how
 * much was paid in. A service may take the money for a request some seconds after it answers, so that of two looks close to each
 * other each may disagree; those of one day are taken together.
 *
 * @param balances in the order of their times
 * @param rows in the order in which they were sent
 * @returns by account, in the order of their times
 */
export function audit(
  balances: readonly AccountBalance[],
  rows: Iterable<LedgerRow>,
  calendar: Calendar,
): AuditEntry[] {
  const accounts = [...Map.groupBy(balances, ({ provider, currency }) => `${provider} ${currency}`).values()];
  const parts = accounts.map((looks) => ({ account: looks[0]!, intervals: intervalsOf(looks, calendar), passed: 0 }));
  for (const { to, sentAt, cost } of rows) {
    for (const part of parts) {
      const { account, intervals } = part;
      if (to.provider !== account.provider || (cost !== null && cost.currency !== account.currency)) continue;
      while (part.passed < intervals.length && intervals[part.passed]!.end <= sentAt.getTime()) part.passed++;
      const interval = intervals[part.passed];
      if (interval !== undefined && interval.start <= sentAt.getTime()) addTo(interval, cost);
    }
  }
  return parts.flatMap(({ account, intervals }) => {
    const days = Map.groupBy(intervals, ({ from, to }) => `${from} ${to}`);
    return [...days.values()].map((same) => entryOf(account, same));
  });
}

function intervalsOf(balances: readonly AccountBalance[], calendar: Calendar): Interval[] {
  const looks = balances.flatMap(({ at, total }) => {
    const pico = picoOfText(total);
    return pico === null ? [] : [{ at: at.getTime(), pico, blur: lastDecimal(total) }];
  });
  return looks.slice(1).map(({ at, pico, blur }, index) => {
    const before = looks[index]!;
    const [from, to] = [calendar.nameOf("day", before.at), calendar.nameOf("day", at)];
    // Each is off by half of its last decimal at most.
    const both = (before.blur + blur) / 2n;
    return { start: before.at, end: at, from, to, fall: before.pico - pico, blur: both, booked: 0n, unknown: 0 };
  });
}

function addTo(interval: Interval, cost: LedgerRow["cost"]): void {
  const exact = cost === null ? null : exactCost(cost);
  if (exact === null) interval.unknown++;
  else interval.booked += exact.pico;
}

function entryOf({ provider, currency }: AccountBalance, intervals: readonly Interval[]): AuditEntry {
  const [{ from, to } = { from: "", to: "" }] = intervals;
  const compared = intervals.filter(({ fall }) => fall >= 0n);
  const total = (of: readonly Interval[], what: (interval: Interval) => bigint) =>
    of.reduce((sum, interval) => sum + what(interval), 0n);
  const [booked, charged] = [total(compared, (each) => each.booked), total(compared, ({ fall }) => fall)];
  const paidIn = total(intervals, ({ fall }) => (fall < 0n ? -fall : 0n));
  const apart = booked > charged ? booked - charged : charged - booked;
  // Between neighbours the error of the look they share cancels out.
  const chains = compared.filter((each) => !compared.some(({ end }) => end === each.start));
  return {
    provider,
    currency,
    from,
    to,
    booked: fromPico(booked),
    charged: fromPico(charged),
    paidIn: fromPico(paidIn),
    unknown: intervals.reduce((sum, each) => sum + each.unknown, 0),
    disagrees: apart > total(chains, ({ blur }) => blur),
  };
}

/** One unit of the last decimal of an amount, in units of 1e-12. */
function lastDecimal(total: string): bigint {
  const decimals = total.split(".")[1]?.length ?? 0;
  return 10n ** BigInt(12 - decimals);
}
