import type { Usage } from "../../src/chat/model.ts";

/** A service's count without thinking. */
export const usageOf = (promptTokens: number, cachedTokens: number, completionTokens: number): Usage => ({
  promptTokens,
  cachedTokens,
  completionTokens,
  reasoningTokens: 0,
  totalTokens: promptTokens + completionTokens,
});
