import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateTokens, sumUsage, tokensOfWeight, weightOf } from "../../src/chat/usage.ts";
import { usageOf } from "../support/usage.ts";

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
  expect(sumUsage([usageOf(30, 20, 12), usageOf(5, 0, 1)])).toEqual(usageOf(35, 20, 13));
  expect(sumUsage([])).toEqual(usageOf(0, 0, 0));
});
