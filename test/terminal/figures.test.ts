import { expect, test } from "vitest";
import { count, money, shortCount } from "../../src/terminal/figures.ts";

test.each([
  ["CNY", 1.5, "\u00a51.50"],
  ["USD", 1.5, "$1.50"],
  ["USD", 0.0301, "$0.0301"],
  ["CNY", 0.00004, "\u00a50.000040"],
  ["USD", 0, "$0.00"],
  ["EUR", 2, "EUR 2.00"],
  ["constructor", 2, "constructor 2.00"],
])("%s %d is shown in its own currency", (currency, amount, shown) => {
  expect(money({ currency, amount })).toBe(shown);
});

test("short counts have at most three digits", () => {
  const counts = [0, 999, 1000, 1204, 9_949, 9_950, 46_400, 999_499, 999_500, 1_250_000, 64_000_000];
  const shown = ["0", "999", "1k", "1.2k", "9.9k", "10k", "46k", "999k", "1M", "1.3M", "64M"];
  expect(counts.map(shortCount)).toEqual(shown);
});

test("thousands are parted", () => {
  expect([0, 999, 1000, 1_234_567].map(count)).toEqual(["0", "999", "1,000", "1,234,567"]);
});
