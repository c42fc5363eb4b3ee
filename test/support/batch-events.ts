import type { BatchEvent } from "../../src/batch/events.ts";
import type { ItemError, ItemResult } from "../../src/batch/result.ts";

/** A result with what a test is about; the rest of it is plain. */
export function itemResult(result: Partial<ItemResult> = {}): Extract<BatchEvent, { type: "result" }> {
  const answer = { text: "x", reasoning: "", calls: [], finishReason: "stop", data: null, requestId: null };
  return {
    type: "result",
    result: {
      index: 0,
      id: "1",
      model: { provider: "deepseek", model: "deepseek-flash" },
      answer,
      error: null,
      usage: { promptTokens: 100, cachedTokens: 60, completionTokens: 50, reasoningTokens: 20, totalTokens: 150 },
      cost: { currency: "CNY", amount: 0.5 },
      requests: 1,
      cached: false,
      startedAt: 0,
      firstMs: 300,
      totalMs: 2000,
      ...result,
    },
  };
}

/** The same of an item that failed. */
export function failedItem(code: string, result: Partial<ItemResult> = {}): Extract<BatchEvent, { type: "result" }> {
  const error: ItemError = { code, message: "No.", status: 503, requestId: null, isPassing: true, partial: "" };
  return itemResult({ answer: null, error, usage: null, cost: null, ...result });
}
