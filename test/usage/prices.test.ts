import fc from "fast-check";
import { expect, test } from "vitest";
import { priceOf, unitCost } from "../../src/usage/prices.ts";

const CNY = { cached: 1, input: 2, output: 3 };

test("a price of the table has a date and a source, and the former name of a model the price of its new one", () => {
  const price = priceOf("deepseek", "deepseek-flash", "CNY", {});
  expect(price).toMatchObject({ rates: { cached: 0.02, input: 1, output: 4 }, peakFactor: 2 });
  expect(price!.asOf).toMatch(/^\d{4}-\d\d-\d\d$/u);
  expect(price!.source).toMatch(/^https:/u);
  expect(priceOf("deepseek", "deepseek-v4-flash", "CNY", {})).toEqual(price);
  expect(priceOf("deepseek", "deepseek-v4-pro", "USD", {})!.rates).toEqual({
    cached: 0.022,
    input: 0.66,
    output: 1.98,
  });
});

test("a price is unknown for what nobody knows: never guessed", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (provider, model) => {
      fc.pre(provider !== "deepseek");
      expect(priceOf(provider, model, "CNY", {})).toBe(null);
    }),
  );
  expect(priceOf("siliconflow", "deepseek-flash", "CNY", {})).toBe(null);
  expect(priceOf("deepseek", "constructor", "CNY", {})).toBe(null);
});

test("what somebody wrote down comes before the table, at any hour and only in their currency", () => {
  const own = { "deepseek/deepseek-flash": { CNY } };
  const written = { rates: CNY, peakFactor: 1, asOf: null, until: null, source: null };
  expect(priceOf("deepseek", "deepseek-flash", "CNY", own)).toEqual(written);
  expect(priceOf("deepseek", "deepseek-flash", "USD", own)).toBe(null);
  expect(priceOf("p", "m", "CNY", { m: { CNY } })).toEqual(written);
  expect(priceOf("p", "m", "CNY", { m: { CNY }, "p/m": { USD: CNY } })).toBe(null);
  const until = "2026-12-31";
  expect(priceOf("p", "m", "CNY", { m: { CNY, peak_factor: 2, until } })).toEqual({ ...written, peakFactor: 2, until });
  expect(priceOf("deepseek", "deepseek-flash", "CNY", { "deepseek-flash": {} })!.peakFactor).toBe(2);
});

test("searches of a service's own web tools cost what its table says a thousand", () => {
  expect(unitCost("deepseek", "CNY", "search", 20)).toBe(0.1);
  expect(unitCost("deepseek", "USD", "search", 1)).toBe(0.00075);
  expect(unitCost("siliconflow", "CNY", "search", 1)).toBeNull();
  expect(unitCost("deepseek", "CNY", "page", 1000)).toBe(1.5);
  expect(unitCost("deepseek", "USD", "page", 1)).toBeNull();
});
