import type { Message } from "../../chat/messages.ts";
import { prefixOf, textOf } from "../../chat/message-text.ts";
import type { Cost, ModelRef } from "../../chat/model.ts";
import type { TurnResult } from "../../chat/turn.ts";
import { weightOf } from "../../chat/usage.ts";
import { costOf } from "../../usage/cost.ts";
import type { Currency, Rates } from "../../usage/prices.ts";

/** What a request sent: the service's prefix cache holds it for a while. */
export interface SentPrefix {
  readonly to: ModelRef;
  readonly messages: readonly Message[];
  /** Tokens of the prompt, by the service's count. */
  readonly tokens: number;
}

/** How much of a prefix the next request begins with, in tokens, about. */
interface PrefixUse {
  readonly kept: number;
  readonly lost: number;
}

/**
 * What the last request of a turn sent; null where the service gave no count. The beginning of an answer that was continued is left
 * out: it comes again with its rest.
 */
export function sentBy(
  messages: readonly Message[],
  result: Pick<TurnResult, "requests" | "messages">,
): SentPrefix | null {
  const last = result.requests.findLast(({ usage }) => usage !== null);
  if (last === undefined) return null;
  const results = result.messages.slice(0, result.messages.findLastIndex(({ role }) => role === "tool") + 1);
  const kept = [...(prefixOf(messages) === null ? messages : messages.slice(0, -1)), ...results];
  return { to: last.to, messages: kept, tokens: last.usage!.promptTokens };
}

/**
 * How much of what was sent comes again at the beginning of the next request. The cache works on whole prefixes and for one model:
 * from the first message that differs, nothing is kept.
 */
export function prefixUse(sent: SentPrefix, to: ModelRef, messages: readonly Message[]): PrefixUse {
  const isSameModel = sent.to.provider === to.provider && sent.to.model === to.model;
  const first = sent.messages.findIndex((message, index) => !isSame(message, messages[index]));
  if (isSameModel && first < 0) return { kept: sent.tokens, lost: 0 };
  const all = weight(sent.messages);
  const kept = isSameModel && all > 0 ? Math.floor((sent.tokens * weight(sent.messages.slice(0, first))) / all) : 0;
  return { kept, lost: sent.tokens - kept };
}

/** What it costs more to send tokens that the cache does not hold any more. */
export function costOfLoss(tokens: number, rates: Rates, currency: Currency): Cost {
  const usage = { promptTokens: tokens, completionTokens: 0, reasoningTokens: 0, totalTokens: tokens };
  const [fresh, cached] = [0, tokens].map((hit) => costOf({ ...usage, cachedTokens: hit }, rates, currency).amount);
  return { currency, amount: Number((fresh! - cached!).toPrecision(12)) };
}

/** A conversation keeps its messages; only the system prompt is made anew for each request. */
function isSame(one: Message, other: Message | undefined): boolean {
  if (one === other) return true;
  return one.role === other?.role && JSON.stringify(one.content) === JSON.stringify(other.content);
}

function weight(messages: readonly Message[]): number {
  return messages.reduce((sum, { content }) => sum + weightOf(textOf(content)), 0);
}
