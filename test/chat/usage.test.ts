import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Usage } from "../../src/chat/model.ts";
import { costOf, estimateTokens, sumCosts, sumUsage, tokensOfWeight, weightOf } from "../../src/chat/usage.ts";

const usage = (promptTokens: number, cachedTokens: number, completionTokens: number): Usage => ({
  promptTokens,
  cachedTokens,
  completionTokens,
  reasoningTokens: 0,
  totalTokens: promptTokens + completionTokens,
});
const rates = { cached: 0.02, input: 1, output: 4 };

describe("what an answer cost", () => {
  test("is what was cached, fresh and answered, each at its rate", () => {
    expect(costOf(usage(30, 20, 12), rates, "CNY")).toEqual({ currency: "CNY", amount: 0.0000584 });
    expect(costOf(usage(1_000_000, 0, 0), rates, "CNY")).toEqual({ currency: "CNY", amount: 1 });
    expect(costOf(usage(0, 0, 0), rates, "USD")).toEqual({ currency: "USD", amount: 0 });
  });

  test("is known of several requests only where it is known of each", () => {
    const cost = (amount: number) => ({ currency: "CNY", amount });
    expect(sumCosts([cost(0.1), cost(0.2)])).toEqual(cost(0.3));
    expect([sumCosts([cost(0.1), null]), sumCosts([null]), sumCosts([])]).toEqual([null, null, null]);
  });

  test("has no digits that binary fractions add", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(100_000), (prompt, completion) => {
        const { amount } = costOf(usage(prompt, 0, completion), { cached: 0, input: 0.1, output: 0.2 }, "CNY")!;
        expect(amount).toBeCloseTo((prompt + 2 * completion) / 1e7, 12);
        expect(String(amount).replace(/e.*$/u, "").length).toBeLessThanOrEqual(15);
      }),
    );
  });

  test("is unknown without a count or without a price", () => {
    expect(costOf(null, rates, "CNY")).toBe(null);
    expect(costOf(usage(1, 0, 1), null, "CNY")).toBe(null);
  });
});

test("an estimate counts Chinese characters twice as high as others, and grows with the text", () => {
  expect(estimateTokens("")).toBe(0);
  expect(estimateTokens("a".repeat(100))).toBe(30);
  expect(estimateTokens("\u4f60".repeat(100))).toBe(60);
  expect(tokensOfWeight(weightOf("abc") + weightOf("\u4f60"))).toBe(estimateTokens("abc\u4f60"));
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (one, other) => {
      expect(estimateTokens(one + other)).toBeGreaterThanOrEqual(estimateTokens(one));
    }),
  );
});

test("several requests are counted together", () => {
  expect(sumUsage([usage(30, 20, 12), usage(5, 0, 1)])).toEqual(usage(35, 20, 13));
  expect(sumUsage([])).toEqual(usage(0, 0, 0));
});
