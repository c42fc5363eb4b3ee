import { type Conversation, messagesOf, type Preface, type Turn } from "../../chat/conversation.ts";
import { callsOf, textOf } from "../../chat/message-text.ts";
import type { Message } from "../../chat/messages.ts";
import { tokensOfWeight, weightOf } from "../../chat/usage.ts";

/** Turns never change, and a conversation shares them with the one that it was before: each is weighed once. */
const weights = new WeakMap<Turn, number>();

/** Tokens of a conversation as the next request would send it, estimated. */
export function estimatedTokens(conversation: Conversation): number {
  return tokensOfWeight(conversation.turns.reduce((sum, turn) => sum + turnWeight(turn), prefaceWeight(conversation)));
}

/**
 * How many of the oldest turns must go until the others are estimated at no more than so many tokens: one at least, and all but
 * one at most.
 */
export function turnsOver(conversation: Conversation, tokens: number): number {
  const { turns } = conversation;
  let weight = turns.reduce((sum, turn) => sum + turnWeight(turn), prefaceWeight(conversation));
  let count = 0;
  do {
    weight -= turns[count] === undefined ? 0 : turnWeight(turns[count]!);
    count++;
  } while (tokensOfWeight(weight) > tokens && turns.length - count > 1);
  return count;
}

function prefaceWeight({ system, examples }: Preface): number {
  const start = system === null ? 0 : weightOf(system);
  return examples.reduce((sum, { user, assistant }) => sum + weightOf(user) + weightOf(assistant) + 2, start);
}

function messageWeight(message: Message): number {
  const calls = callsOf(message).reduce((sum, { name, arguments: json }) => sum + weightOf(name) + weightOf(json), 0);
  return weightOf(textOf(message.content)) + calls;
}

function turnWeight(turn: Turn): number {
  const known = weights.get(turn);
  if (known !== undefined) return known;
  // One more for what stands between two messages.
  const weight = messagesOf(turn).reduce((sum, message) => sum + messageWeight(message) + 1, 0);
  weights.set(turn, weight);
  return weight;
}
