import type { UserMessage } from "../../chat/messages.ts";
import type { Console } from "../console.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import { estimateLine } from "../usage/consent.ts";
import type { CostEstimate } from "../usage/estimate.ts";

/**
 * What `ask --estimate` prints: a line, or an object.
 *
 * @param question null: the last answer is continued
 */
export async function printEstimate(
  { terminal, words }: Console,
  dialogue: ChatSession,
  question: UserMessage | null,
  output: "text" | "json" | "jsonl",
): Promise<void> {
  const estimate = await dialogue.estimate(question);
  if (output === "text") terminal.out(`${estimateLine(words, estimate)}\n`);
  else terminal.json(asObject(estimate));
}

function asObject({ to, prompt, kept, maxOutput, maxSearches, input, atMost, unknown, tariff }: CostEstimate): object {
  return {
    type: "estimate",
    provider: to.provider,
    model: to.model,
    prompt_tokens: prompt.tokens,
    exact: prompt.isExact,
    cached_tokens: kept,
    max_completion_tokens: maxOutput,
    ...(maxSearches > 0 && { max_searches: maxSearches }),
    tariff,
    cost: atMost === null ? null : { currency: atMost.currency, input: input?.amount ?? null, at_most: atMost.amount },
    cost_unknown: unknown,
  };
}
