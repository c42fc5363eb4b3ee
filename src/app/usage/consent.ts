import type { UserMessage } from "../../chat/messages.ts";
import type { Cost } from "../../chat/model.ts";
import { asAppError } from "../../errors.ts";
import { money, shortCount } from "../../terminal/figures.ts";
import { confirmed } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { describe } from "../../terminal/terminal.ts";
import type { Tariff } from "../../usage/tariff.ts";
import type { Words } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import type { Engine } from "../engine.ts";
import type { CostEstimate } from "./estimate.ts";
import { isLimited, isMuch } from "./expense.ts";

/**
 * Says before a question is sent what it will cost where that is much, and asks on a terminal where it could exceed a budget.
 *
 * @param question null: the last answer is continued
 * @param release lends the terminal to the question
 * @returns whether it is to be sent; off a terminal always, as the budget itself refuses it then
 */
export async function mayAfford(
  engine: Pick<Engine, "file" | "settings">,
  console: Console,
  dialogue: ChatSession,
  question: UserMessage | null,
  release: () => void,
): Promise<boolean> {
  const { terminal, words } = console;
  if (isMuch(engine, dialogue, question)) {
    terminal.say(terminal.ink.err.muted(estimateLine(words, await dialogue.estimate(question))));
  }
  if (!terminal.interactive || !isLimited(engine) || engine.settings.over_budget) return true;
  const exceeded = await dialogue.exceededBy(question).catch(asAppError);
  if (exceeded === null) return true;
  release();
  terminal.warn(sanitize(describe(exceeded, words.errors)));
  if (!(await confirmed(words.usage.sendAnyway, false, words.confirm))) {
    terminal.say(words.attachments.notSent);
    return false;
  }
  dialogue.allowExcess();
  return true;
}

/** One line: tokens, how much of them comes from the cache, and what that costs. */
export function estimateLine({ usage }: Pick<Words, "usage">, estimate: CostEstimate): string {
  const { prompt, kept, input, atMost, unknown, tariff, maxOutput, maxSearches } = estimate;
  return [
    usage.estimatedTokens({ tokens: shortCount(prompt.tokens), isExact: prompt.isExact }),
    ...(kept === null || kept === 0 ? [] : [usage.estimatedHit({ tokens: shortCount(kept) })]),
    ...(input === null ? [] : [usage.estimatedInput({ cost: money(input) })]),
    ...(maxOutput === null ? [] : [usage.estimatedOutput({ tokens: shortCount(maxOutput) })]),
    ...(maxSearches === 0 ? [] : [usage.estimatedSearches({ searches: maxSearches })]),
    ...(atMost === null ? (unknown === null ? [] : [usage.costUnknown]) : [costLine(usage, atMost, tariff)]),
  ].join(" · ");
}

function costLine(words: Words["usage"], atMost: Cost, tariff: Tariff | null): string {
  return words.atMost({ cost: money(atMost), tariff: tariff === "unknown" ? null : tariff });
}
