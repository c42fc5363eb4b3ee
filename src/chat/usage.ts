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

/** UTF-16 units of a text, Chinese, Japanese and Korean ones counted twice. The weights of parts add up to that of the whole. */
export function weightOf(text: string): number {
  let weight = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x2e80 && isWide(unit)) weight++;
  }
  return weight;
}

/** The estimate for texts of that weight. */
export function tokensOfWeight(weight: number): number {
  return Math.ceil((weight * 3) / 10);
}

function isWide(unit: number): boolean {
  return (
    unit <= 0x9fff ||
    (unit >= 0xac00 && unit <= 0xd7af) ||
    (unit >= 0xf900 && unit <= 0xfaff) ||
    (unit >= 0xff00 && unit <= 0xffef)
  );
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
