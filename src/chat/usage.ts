import type { Usage } from "./model.ts";

/**
 * A rough count of tokens before a service has counted: 0.3 a character of Latin text, 0.6 a Chinese one, as DeepSeek's
 * documentation gives it. Always shown as an estimate.
 */
export function estimateTokens(text: string): number {
  return tokensOfWeight(weightOf(text));
}

/**
 * The mean of a text's UTF-16 units and its UTF-8 bytes: 1 for each Latin character, 2 for each Chinese one. The weights of parts add up
 * to that of the whole.
 */
export function weightOf(text: string): number {
  // Both are counted without a look at each character here: a long conversation has millions.
  return (text.length + Buffer.byteLength(text)) / 2;
}

/** The estimate for texts of that weight. */
export function tokensOfWeight(weight: number): number {
  return Math.ceil((weight * 3) / 10);
}

/** Of several requests together. */
export function sumUsage(usages: readonly Usage[]): Usage {
  const total = (key: keyof Usage) => usages.reduce((tokens, usage) => tokens + usage[key], 0);
  return {
    promptTokens: total("promptTokens"),
    cachedTokens: total("cachedTokens"),
    completionTokens: total("completionTokens"),
    reasoningTokens: total("reasoningTokens"),
    totalTokens: total("totalTokens"),
  };
}
