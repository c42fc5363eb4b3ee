import type { UserMessage } from "../chat/messages.ts";
import { estimateTokens } from "../chat/usage.ts";
import { asAppError } from "../errors.ts";
import { textOf } from "../chat/message-text.ts";
import { count, money, shortCount } from "../terminal/figures.ts";
import type { Answer } from "../chat/answer.ts";
import type { Host } from "./host.ts";
import { compact } from "./slash/compact.ts";

/** From this share of the model's window on, the next questions may not fit. */
const nearlyFull = 0.8;
/** Tokens that fit any model: while a conversation has fewer, nobody is asked for its window. */
const smallWindow = 400;

/** Says so before a conversation no longer fits; with the setting `compact: auto` makes room by itself. */
export async function warnOfContext(host: Host, answer: Answer): Promise<void> {
  if (answer.error !== null) return;
  if (host.dialogue.context.tokens >= smallWindow) await host.dialogue.learnWindow();
  const { tokens, window } = host.dialogue.context;
  if (window === null || tokens < window * nearlyFull) return;
  if (await compacted(host)) return;
  const share = `${Math.round((tokens / window) * 100)}%`;
  host.terminal.warn(host.words.context.near({ share }));
}

/** The same before a question that won't fit in the context: warns, or makes room, before it is sent. */
export async function makeRoom(host: Host, question: UserMessage): Promise<void> {
  const { tokens, window } = host.dialogue.context;
  if (window === null || host.settings.get("history") === "false") return;
  const needed = tokens + estimateTokens(textOf(question.content));
  if (needed <= window || host.dialogue.conversation.turns.length === 0 || (await compacted(host))) return;
  host.terminal.warn(host.words.context.full({ tokens: count(needed), window: count(window) }));
}

/** Compacts if the settings say so; returns whether it did. A failure is reported and doesn't fail the question. */
async function compacted(host: Host): Promise<boolean> {
  if (host.settings.get("compact") !== "auto") return false;
  try {
    return (await compact.run(host, "")) === "stay";
  } catch (error) {
    host.tell(asAppError(error));
    return false;
  }
}

/** Tokens of the prefix cache whose loss is worth a word. */
const largeLoss = 2_000;

/**
 * Says, after a command, what the next message loses of the prefix cache.
 *
 * @param told tokens whose loss was said already
 * @returns tokens of which it is known now
 */
export function tellForfeit({ dialogue, terminal, words }: Host, told: number): number {
  const lost = dialogue.forfeited;
  if (lost === null || lost.tokens < largeLoss) return 0;
  if (lost.tokens <= told) return told;
  const cost = lost.cost === null ? null : money(lost.cost);
  terminal.say(terminal.ink.err.muted(words.usage.forfeited({ tokens: shortCount(lost.tokens), cost })));
  return lost.tokens;
}
