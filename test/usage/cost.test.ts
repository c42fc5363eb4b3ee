import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chargeOf, costOf, highestRates, sumByCurrency, sumCosts } from "../../src/usage/cost.ts";
import { type Currency, priceOf } from "../../src/usage/prices.ts";
import { usageOf } from "../support/usage.ts";

const rates = { cached: 0.02, input: 1, output: 4 };
const cost = (amount: number, currency = "CNY") => ({ currency, amount });

describe("what tokens cost", () => {
  test("is what was cached, fresh and answered, each at its rate", () => {
    expect(costOf(usageOf(30, 20, 12), rates, "CNY")).toEqual(cost(0.0000584));
    expect(costOf(usageOf(1_000_000, 0, 0), rates, "CNY")).toEqual(cost(1));
    expect(costOf(usageOf(0, 0, 0), rates, "USD")).toEqual(cost(0, "USD"));
  });

  test("has no digits that binary fractions add", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(100_000), (prompt, completion) => {
        const { amount } = costOf(usageOf(prompt, 0, completion), { cached: 0, input: 0.1, output: 0.2 }, "CNY");
        expect(amount).toBeCloseTo((prompt + 2 * completion) / 1e7, 12);
        expect(String(amount).replace(/e.*$/u, "").length).toBeLessThanOrEqual(15);
      }),
    );
  });
});

describe("costs together", () => {
  test("are known only where each is, and never across currencies", () => {
    expect(sumCosts([cost(0.1), cost(0.2)])).toEqual(cost(0.3));
    const unknown = [[cost(0.1), null], [null], [], [cost(1), cost(1, "USD")]];
    expect(unknown.map((costs) => sumCosts(costs))).toEqual([null, null, null, null]);
    expect(sumByCurrency([cost(0.1), cost(1, "USD"), cost(0.2)])).toEqual([cost(0.3), cost(1, "USD")]);
  });
});

describe("a request", () => {
  const flash = priceOf("deepseek", "deepseek-flash", "CNY", {})!;
  const at = new Date("2026-11-20T20:00:00+08:00");

  test("has no cost where the count, the price or the tariff is unknown, or the price has run out", () => {
    const one = usageOf(1, 0, 1);
    expect(chargeOf(null, flash, "CNY", at, [])).toEqual({ cost: null, unknown: "usage" });
    expect(chargeOf(one, null, "CNY", at, [])).toEqual({ cost: null, unknown: "price" });
    expect(chargeOf(null, null, "CNY", at, [])).toEqual({ cost: null, unknown: "price" });
    const holiday = new Date("2027-02-08T10:00:00+08:00");
    expect(chargeOf(one, flash, "CNY", holiday, [])).toEqual({ cost: null, unknown: "holiday" });
    const old = { ...flash, until: "2026-11-20" };
    expect(chargeOf(one, old, "CNY", new Date("2026-11-20T23:59:59.999+08:00"), []).unknown).toBe(null);
    expect(chargeOf(one, old, "CNY", new Date("2026-11-21T00:00:00+08:00"), []).unknown).toBe("outdated");
  });

  test("can cost no more than at the highest rates", () => {
    expect(highestRates(flash)).toEqual({ cached: 0.04, input: 2, output: 8 });
    expect(highestRates({ ...flash, peakFactor: 0.5 })).toEqual(flash.rates);
  });
});

/**
 * Computed by hand from DeepSeek's price list, in units of 1e-6 of the currency: tokens × rate, doubled at peak. Times are given
 * with the offset of the machine's zone, so that the table reads as the clock on its wall.
 */
const table: readonly (readonly [
  at: string,
  model: string,
  currency: Currency,
  prompt: number,
  cached: number,
  completion: number,
  millionths: number | "holiday",
])[] = [
  // A Friday of Beijing: the edges of both peaks, to the millisecond.
  ["2026-11-20T08:59:59.999+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-11-20T09:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  ["2026-11-20T11:59:59.999+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  ["2026-11-20T12:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-11-20T13:59:59.999+08:00", "deepseek-flash", "CNY", 0, 0, 1000, 4000],
  ["2026-11-20T14:00:00.000+08:00", "deepseek-flash", "CNY", 0, 0, 1000, 8000],
  ["2026-11-20T17:59:59.999+08:00", "deepseek-flash", "CNY", 0, 0, 1000, 8000],
  ["2026-11-20T18:00:00.000+08:00", "deepseek-flash", "CNY", 0, 0, 1000, 4000],
  ["2026-11-20T23:59:59.999+08:00", "deepseek-flash", "CNY", 1000, 1000, 0, 20],
  ["2026-11-21T00:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 1000, 0, 20],
  // A weekend, and the Monday after it.
  ["2026-11-21T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 500, 100, 910],
  ["2026-11-22T16:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 500, 100, 910],
  ["2026-11-23T08:59:59.999+08:00", "deepseek-flash", "CNY", 1000, 500, 100, 910],
  ["2026-11-23T09:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 500, 100, 1820],
  // The same in dollars, and the other model.
  ["2026-11-20T10:00:00.000+08:00", "deepseek-flash", "USD", 1000, 500, 100, 273],
  ["2026-11-20T20:00:00.000+08:00", "deepseek-flash", "USD", 1000, 500, 100, 136.5],
  ["2026-11-20T10:00:00.000+08:00", "deepseek-v4-pro", "CNY", 1000, 500, 100, 7350],
  ["2026-11-20T20:00:00.000+08:00", "deepseek-v4-pro", "CNY", 1000, 500, 100, 3675],
  ["2026-11-20T10:00:00.000+08:00", "deepseek-v4-pro", "USD", 1000, 500, 100, 1078],
  ["2026-11-20T20:00:00.000+08:00", "deepseek-v4-pro", "USD", 1000, 500, 100, 539],
  ["2026-11-20T20:00:00.000+08:00", "deepseek-v4-flash", "CNY", 1000, 500, 100, 910],
  // Large counts, and none at all.
  ["2026-11-20T20:00:00.000+08:00", "deepseek-flash", "CNY", 1_000_000, 0, 384_000, 2_536_000],
  ["2026-11-20T10:00:00.000+08:00", "deepseek-flash", "CNY", 1_000_000, 0, 384_000, 5_072_000],
  ["2026-11-20T20:00:00.000+08:00", "deepseek-flash", "CNY", 1_000_000, 999_999, 1, 20_004.98],
  ["2026-11-20T10:00:00.000+08:00", "deepseek-flash", "CNY", 0, 0, 0, 0],
  ["2026-11-20T10:00:00.000+08:00", "deepseek-flash", "CNY", 1, 0, 1, 10],
  ["2026-11-20T20:00:00.000+08:00", "deepseek-v4-pro", "USD", 3, 2, 1, 2.684],
  // Public holidays: the first and last day of each, and the working days around them.
  ["2026-01-01T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-01-02T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-01-05T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  ["2026-02-13T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  ["2026-02-16T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-02-23T17:59:59.999+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-02-24T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  ["2026-04-06T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-04-07T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  ["2026-05-01T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-05-06T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  ["2026-06-19T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-06-22T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  ["2026-09-25T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-10-07T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-10-08T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  // Saturdays and Sundays that are worked to make up for a holiday stay off-peak.
  ["2026-02-14T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-02-28T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-05-09T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-10-10T15:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  // Machines in other zones: the same edges on their clocks.
  ["2026-11-20T09:59:59.999Z", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  ["2026-11-20T10:00:00.000Z", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-11-19T16:59:59.999-08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-11-19T17:00:00.000-08:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  ["2026-11-20T06:29:59.999+05:30", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-11-20T06:30:00.000+05:30", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  ["2026-11-22T20:00:00.000-05:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  // Days on which clocks change elsewhere: Berlin on 29 March, New York on 1 November, an hour of each side.
  ["2026-03-30T02:59:59.999+02:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-03-30T03:00:00.000+02:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  ["2026-11-01T19:59:59.999-05:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2026-11-01T20:00:00.000-05:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  // 2027, whose holidays are not announced: known where none can be, and off the peak hours.
  ["2026-12-31T17:59:59.999+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
  ["2027-01-01T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, "holiday"],
  ["2027-01-01T13:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 1000],
  ["2027-02-08T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, "holiday"],
  ["2027-03-15T10:00:00.000+08:00", "deepseek-flash", "CNY", 1000, 0, 0, 2000],
];

test.each(table)("sent at %s to %s, in %s: %i tokens, %i from the cache, %i answered", (...row) => {
  const [at, model, currency, prompt, cached, completion, millionths] = row;
  const price = priceOf("deepseek", model, currency, {});
  const { cost: known, unknown } = chargeOf(usageOf(prompt, cached, completion), price, currency, new Date(at), []);
  const exact = known === null ? null : Math.round(known.amount * 1e12);
  expect(unknown ?? exact).toBe(typeof millionths === "string" ? millionths : Math.round(millionths * 1e6));
});
