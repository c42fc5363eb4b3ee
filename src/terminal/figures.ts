import type { Cost, Usage } from "../chat/model.ts";
import type { Words } from "../words/types.ts";

const signs: Readonly<Record<string, string>> = { CNY: "¥", USD: "$" };

/** The line below an answer: tokens, time, cost, each where it is known. */
export function summarise(
  words: Words["answer"],
  facts: { usage: Usage | null; cost: Cost | null; totalMs: number; firstMs: number | null },
): string {
  const { usage, cost, totalMs, firstMs } = facts;
  const parts: string[] = [];
  if (usage !== null) {
    const cached = usage.cachedTokens > 0 ? count(usage.cachedTokens) : null;
    parts.push(words.tokens({ prompt: count(usage.promptTokens), cached, completion: count(usage.completionTokens) }));
  }
  parts.push(words.seconds((totalMs / 1000).toFixed(1)));
  if (firstMs !== null) parts.push(words.firstWord((firstMs / 1000).toFixed(1)));
  if (cost !== null) parts.push(money(cost));
  return parts.join(" · ");
}

/** Small sums with four decimals: most questions cost less than a fen. */
export function money({ currency, amount }: Cost): string {
  const digits = amount === 0 || amount >= 1 ? 2 : amount >= 0.0001 ? 4 : 6;
  return `${Object.hasOwn(signs, currency) ? signs[currency]! : `${currency} `}${amount.toFixed(digits)}`;
}

/** `1234567` as `1,234,567`, in both languages. */
export function count(tokens: number): string {
  return String(tokens).replace(/\B(?=(?:\d{3})+$)/gu, ",");
}
