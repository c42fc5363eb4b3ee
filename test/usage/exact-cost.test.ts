import fc from "fast-check";
import { expect, test } from "vitest";
import { boundedPico, exactCost, fromPico, picoOfText } from "../../src/usage/exact-cost.ts";

const picoOf = (amount: number) => exactCost({ currency: "CNY", amount })?.pico ?? null;

test.each([
  [0, 0n],
  [1, 10n ** 12n],
  [0.1 + 0.2, 300_000_000_000n],
  [2e-8, 20_000n],
  [1e-12, 1n],
  [4.9e-13, 0n],
  [5e-13, 1n],
  [123_456.789, 123_456_789_000_000_000n],
  [9_000_000, 9n * 10n ** 18n],
])("%d of a currency is exact", (amount, pico) => {
  expect(picoOf(amount)).toBe(pico);
});

test.each([-1, -1e-20, Number.NaN, Infinity, -Infinity, 1e7, Number.MAX_VALUE])("no cost is %d", (amount) => {
  expect(picoOf(amount)).toBeNull();
  expect(boundedPico(amount)).toBe(2n ** 63n - 1n);
});

test("what has at most twelve significant digits is the same again", () => {
  fc.assert(
    fc.property(fc.nat(999_999_999_999), fc.nat(12), (digits, decimals) => {
      const amount = Number(`${digits}e-${decimals}`);
      fc.pre(amount < 9e6);
      expect(picoOf(amount)).toBe(BigInt(digits) * 10n ** BigInt(12 - decimals));
      expect(fromPico(picoOf(amount)!)).toBe(amount);
    }),
  );
});

test.each([
  ["110.00", 110n * 10n ** 12n],
  ["0.000000000001", 1n],
  ["-3.5", -3_500_000_000_000n],
  ["7", 7n * 10n ** 12n],
  ["", null],
  ["1,000.00", null],
  ["1e3", null],
  [".5", null],
  ["1.", null],
  ["1234567890123", null],
])("a balance of %j", (text, pico) => {
  expect(picoOfText(text)).toBe(pico);
});
