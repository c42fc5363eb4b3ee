import fc from "fast-check";
import { expect, test } from "vitest";
import type { Cost } from "../../src/chat/model.ts";
import { Calendar } from "../../src/usage/calendar.ts";
import { reportCsv, reportJson, reportOf, type ReportRow } from "../../src/usage/report.ts";
import { Ledger } from "../../src/usage/ledger.ts";
import { audit } from "../../src/usage/audit.ts";
import { anyRow, ledgerPath, ledgerRow, noon, yuan } from "../support/ledger-rows.ts";

const calendar = new Calendar("Asia/Shanghai");
const dayBefore = new Date(noon.getTime() - 24 * 3_600_000);

function ledgerOf(rows: Parameters<Ledger["book"]>[0]): Ledger {
  const ledger = Ledger.open(ledgerPath());
  ledger.book(rows);
  return ledger;
}

test("a report has days in their order, others by cost, and the cache's share", () => {
  using ledger = ledgerOf([
    ledgerRow("a", { cost: yuan(1), to: { provider: "p", model: "cheap" } }),
    ledgerRow("b", { cost: yuan(2), to: { provider: "p", model: "dear" }, sentAt: dayBefore }),
    ledgerRow("c", { cost: null, usage: null, to: { provider: "p", model: "free" } }),
  ]);
  const days = reportOf(ledger.sums("day", "Asia/Shanghai"), "day", "CNY");
  expect(days.rows.map(({ key, cacheHitShare }) => [key, cacheHitShare])).toEqual([
    ["2026-11-19", 0.64],
    ["2026-11-20", 0.64],
  ]);
  const models = reportOf(ledger.sums("model", "UTC"), "model", "CNY");
  expect(models.rows.map(({ key }) => key)).toEqual(["p/dear", "p/cheap", "p/free"]);
  expect(models.rows[2]).toMatchObject({ cacheHitShare: null, costs: [], unknown: 1, uncounted: 1 });
  expect(models.total).toMatchObject({ requests: 3, costs: [yuan(3)], unknown: 1, uncounted: 1 });
  expect(reportJson(days)).toMatchObject({
    by: "day",
    rows: [{ day: "2026-11-19", requests: 1, usage: { cached_tokens: 64 }, costs: [yuan(2)] }, { day: "2026-11-20" }],
    total: { requests: 3, cost_unknown: 1, uncounted: 1 },
  });
});

test("the totals of all groupings are the same", () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyRow, { selector: ({ id }) => id, maxLength: 20 }), (rows) => {
      using ledger = ledgerOf(rows);
      const groupings = ["day", "week", "month", "model", "provider", "conversation", "purpose"] as const;
      const totals = groupings.map((by) => reportOf(ledger.sums(by, "Asia/Kolkata"), by, "CNY").total);
      const byCurrency = (costs: readonly Cost[]) => costs.toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
      const ordered = ({ costs, atMost, ...total }: ReportRow) =>
        Object.assign(total, { costs: byCurrency(costs), atMost: byCurrency(atMost) });
      for (const total of totals) expect(ordered(total)).toEqual(ordered(totals[0]!));
    }),
    { numRuns: 8 },
  );
});

test("CSV quotes what must be quoted, and starts no formula", () => {
  using ledger = ledgerOf([
    ledgerRow("a", { conversation: '=HYPERLINK("http://h.test")', cost: yuan(1e-8) }),
    ledgerRow("b", { conversation: "a,b\n", cost: { currency: "USD", amount: 2 }, usage: null }),
    ledgerRow("c", { conversation: null, cost: null }),
  ]);
  expect(reportCsv(reportOf(ledger.sums("conversation", "UTC"), "conversation", "CNY"))).toBe(
    [
      "conversation,requests,prompt_tokens,cached_tokens,completion_tokens,reasoning_tokens,total_tokens,cache_hit_share,cost_CNY,cost_USD,cost_unknown,uncounted",
      '"\'=HYPERLINK(""http://h.test"")",1,100,64,20,5,120,0.64,0.00000001,,0,0',
      ",1,100,64,20,5,120,0.64,,,1,0",
      '"a,b\n",1,0,0,0,0,0,,,2,0,1',
      "",
    ].join("\r\n"),
  );
});

/** Looks at one account at hours after noon in Shanghai, and rows of the ledger. */
function audited(
  looks: readonly (readonly [hour: number, total: string])[],
  spent: readonly (readonly [number, number | null])[],
) {
  const at = (hour: number) => new Date(Date.parse("2026-11-20T04:00:00Z") + hour * 3_600_000);
  const balances = looks.map(([hour, total]) => ({ at: at(hour), provider: "deepseek", currency: "CNY", total }));
  const rows = spent.map(([hour, amount], index) =>
    ledgerRow(`r${index}`, { sentAt: at(hour), cost: amount === null ? null : yuan(amount) }),
  );
  return audit(balances, rows, calendar).map(({ from, to, booked, charged, paidIn, unknown, disagrees }) => [
    from.slice(8) + (from === to ? "" : `-${to.slice(8)}`),
    booked,
    charged,
    paidIn,
    unknown,
    disagrees,
  ]);
}

test("an audit agrees within what the account's decimals leave open", () => {
  const looks = [
    [0, "10.00"],
    [1, "9.50"],
    [2, "9.00"],
  ] as const;
  expect(
    audited(looks, [
      [0.5, 0.495],
      [1.5, 0.514],
    ]),
  ).toEqual([["20", 1.009, 1, 0, 0, false]]);
  expect(
    audited(looks, [
      [0.5, 0.495],
      [1.5, 0.516],
    ]),
  ).toEqual([["20", 1.011, 1, 0, 0, true]]);
  // What is sent at the moment of a look belongs to the time after it; what is before the first and after the last, to none.
  expect(
    audited(looks, [
      [-1, 5],
      [0, 1],
      [2, 5],
    ]),
  ).toEqual([["20", 1, 1, 0, 0, false]]);
});

test("an audit tells of top-ups, of days between looks, and of costs that nobody knows", () => {
  const looks = [
    [0, "10"],
    [1, "9"],
    [2, "109.00"],
    [3, "108.00"],
    [75, "100.00"],
  ] as const;
  expect(
    audited(looks, [
      [0.5, 1],
      [1.5, 3],
      [2.5, null],
      [50, 8],
    ]),
  ).toEqual([
    ["20", 1, 2, 100, 1, false],
    ["20-23", 8, 8, 0, 0, false],
  ]);
  expect(
    audited(
      [
        [0, "10.00"],
        [30, "9.00"],
      ],
      [],
    ),
  ).toEqual([["20-21", 0, 1, 0, 0, true]]);
  expect(audited([[0, "10.00"]], [[1, 1]])).toEqual([]);
});

test("an audit keeps accounts and currencies apart", () => {
  const look = (hour: number, provider: string, currency: string, total: string) => ({
    at: new Date(noon.getTime() + hour * 60_000),
    provider,
    currency,
    total,
  });
  const balances = [
    look(0, "deepseek", "CNY", "5.00"),
    look(0, "deepseek", "USD", "5.00"),
    look(0, "siliconflow", "CNY", "5.00"),
    look(2, "deepseek", "CNY", "4.00"),
    look(2, "deepseek", "USD", "4.50"),
    look(2, "siliconflow", "CNY", "5.00"),
  ];
  const sentAt = new Date(noon.getTime() + 60_000);
  const rows = [
    ledgerRow("a", { sentAt, cost: yuan(1) }),
    ledgerRow("b", { sentAt, cost: { currency: "USD", amount: 0.5 } }),
  ];
  const entries = audit(balances, rows, calendar);
  expect(entries.map(({ provider, currency, booked, disagrees }) => [provider, currency, booked, disagrees])).toEqual([
    ["deepseek", "CNY", 1, false],
    ["deepseek", "USD", 0.5, false],
    ["siliconflow", "CNY", 0, false],
  ]);
});
