import { expect, test } from "vitest";
import { count, money } from "../../src/terminal/figures.ts";

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

test("thousands are parted", () => {
  expect([0, 999, 1000, 1_234_567].map(count)).toEqual(["0", "999", "1,000", "1,234,567"]);
});
