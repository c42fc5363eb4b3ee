import type { WebUse } from "../chat/events.ts";
import type { Cost, Usage } from "../chat/model.ts";
import type { UnknownCost } from "../usage/cost.ts";
import type { Tariff } from "../usage/tariff.ts";
import type { Words } from "../words/types.ts";
import { displayWidth } from "./width.ts";

const signs: Readonly<Record<string, string>> = { CNY: "¥", USD: "$" };

export interface AnswerFigures {
  readonly usage: Usage | null;
  /** Whether it is a stored answer; absent where it is none. */
  readonly cached?: boolean | undefined;
  readonly cost: Cost | null;
  /** Why the cost is unknown, where that is to be said; else null or absent. */
  readonly unknownCost?: UnknownCost | null;
  /** Null or absent where the price does not depend on the hour. */
  readonly tariff?: Tariff | null;
  /** What the session has cost, by currency; empty or absent where it is not to be said. */
  readonly session?: readonly Cost[];
  /** What the service found on the web; null or absent where it did not search. */
  readonly web?: WebUse | null;
  readonly totalMs: number;
}

/**
 * The line below an answer: tokens, cost, time and the session's sum, each where it is known.
 *
 * @param room columns of the terminal: what does not fit continues in a line of its own, and no figure is parted from its name
 */
export function summarise(
  words: Words["answer"],
  { usage, cached = false, cost, unknownCost = null, tariff = null, session = [], web = null, totalMs }: AnswerFigures,
  room = Infinity,
): string {
  const parts: string[] = [];
  // It took no tokens now.
  if (cached) parts.push(words.cached);
  else if (usage !== null) {
    const { promptTokens, cachedTokens, completionTokens, reasoningTokens } = usage;
    const part = (tokens: number) => (tokens > 0 ? shortCount(tokens) : null);
    const [hit, thinking] = [part(cachedTokens), part(reasoningTokens)];
    parts.push(
      words.tokens({
        prompt: shortCount(promptTokens),
        cached: hit,
        completion: shortCount(completionTokens),
        thinking,
      }),
    );
  }
  if (web !== null) parts.push(words.searches({ searches: web.searches }));
  if (cost !== null) parts.push(tariff === null ? money(cost) : words.costAt[tariff]({ cost: money(cost) }));
  else if (unknownCost === "price" || unknownCost === "outdated") parts.push(words.costUnknown);
  parts.push(words.seconds((totalMs / 1000).toFixed(1)));
  if (session.length > 0) parts.push(words.session({ cost: session.map(money).join(" + ") }));
  return inLines(parts, room);
}

/** Facts with dots between them, in lines of so many columns at most; no fact is broken. */
export function inLines(parts: readonly string[], room: number): string {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = lines.length === 0 ? part : `${lines.at(-1)!} · ${part}`;
    if (lines.length > 0 && displayWidth(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines.join("\n");
}

/** Small sums with four decimals: most questions cost less than a fen. */
export function money({ currency, amount }: Cost): string {
  const digits = amount === 0 || amount >= 1 ? 2 : amount >= 0.0001 ? 4 : 6;
  return `${Object.hasOwn(signs, currency) ? signs[currency]! : `${currency} `}${amount.toFixed(digits)}`;
}

/** At most three digits and a letter: `900`, `1.2k`, `46k`, `1.3M`. */
export function shortCount(tokens: number): string {
  if (tokens < 1000) return String(tokens);
  const [value, letter] = tokens < 999_500 ? [tokens / 1000, "k"] : [tokens / 1_000_000, "M"];
  return `${value.toFixed(value < 9.95 ? 1 : 0).replace(/\.0$/u, "")}${letter}`;
}

/** `1234567` as `1,234,567`, in both languages. */
export function count(tokens: number): string {
  return String(tokens).replace(/\B(?=(?:\d{3})+$)/gu, ",");
}

/** `900 B`, `48 kB`, `1.3 MB`, `2 GB`, in both languages. */
export function shortBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"] as const;
  const step = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** step;
  return `${value.toFixed(step > 0 && value < 10 ? 1 : 0).replace(/\.0$/u, "")} ${units[step]}`;
}
