import type { Cost, Usage } from "./model.ts";

/**
 * What an answer cost by the service's own count.
 *
 * @param rates per million tokens, in units of `currency`; null gives null: a price is never guessed
 */
export function costOf(
  usage: Usage | null,
  rates: { readonly cached: number; readonly input: number; readonly output: number } | null,
  currency: string,
): Cost | null {
  if (usage === null || rates === null) return null;
  const fresh = usage.promptTokens - usage.cachedTokens;
  const amount =
    (usage.cachedTokens * rates.cached + fresh * rates.input + usage.completionTokens * rates.output) / 1e6;
  // Twelve digits hide what binary fractions add to a sum of prices.
  return { currency, amount: Number(amount.toPrecision(12)) };
}

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

/** Of several requests together; null where nobody knows what one of them cost. */
export function sumCosts(costs: readonly (Cost | null)[]): Cost | null {
  const known = costs.filter((cost) => cost !== null);
  const [first] = known;
  if (first === undefined || known.length < costs.length) return null;
  const amount = known.reduce((sum, cost) => sum + cost.amount, 0);
  return { currency: first.currency, amount: Number(amount.toPrecision(12)) };
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
