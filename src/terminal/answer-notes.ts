import type { AppError } from "../errors.ts";
import type { Words } from "../words/types.ts";
import { sanitize } from "./sanitize.ts";
import { describe, errorWords, type Terminal } from "./terminal.ts";

interface TakeoverRecord {
  readonly provider: string;
  readonly model: string;
  readonly error: AppError;
  /** Whether anything came of it. */
  readonly brought: boolean;
}

/** How an answer was put together: who took over from whom and why, how it went on where it had broken off. */
interface Parts {
  readonly failovers: readonly TakeoverRecord[];
  readonly seams: readonly (TakeoverRecord & { readonly how: "prefix" | "asked" | "again" })[];
  /** Why it ended early in spite of that; null when it is whole. */
  readonly error: AppError | null;
}

type PartWords = Pick<Words, "answer" | "errors">;

/** A line for each part of an answer that another provider, or another request, gave or was to give. */
export function sayParts(terminal: Terminal, words: PartWords, parts: Parts): void {
  const why = (error: AppError) => (error.code === "interrupted" ? "" : sanitize(errorWords(error, words.errors).what));
  const seams = parts.seams.map(({ how, provider, error, brought }) =>
    words.answer.seam[brought ? how : "inVain"]({ why: why(error), provider }).trimStart(),
  );
  for (const line of [...takeovers(words, parts), ...seams]) {
    // Beside an error it is a part of what went wrong, which is told whatever else is not.
    if (parts.error === null) terminal.say(terminal.ink.err.dim(line));
    else terminal.err(`${terminal.ink.err.dim(line)}\n`);
  }
}

/**
 * Says that a conversation is saved in another file than was meant.
 *
 * @param avoided the file that another program was writing to; null where there was none
 */
export function sayMoved(
  terminal: Terminal,
  words: Pick<Words, "answer">,
  avoided: string | null,
  path: string | null,
): void {
  if (avoided === null || path === null) return;
  terminal.warn(words.answer.savedApart({ avoided: sanitize(avoided), path: sanitize(path) }));
}

/**
 * What else is to be said of an answer's thinking: that some of it was shown as text, and all of it where there is nothing else.
 *
 * @param isShown whether thinking was shown as it came, and stays
 */
export function sayThinking(
  terminal: Terminal,
  words: Pick<Words, "answer">,
  answer: { readonly reasoning: string; readonly rethought: number; readonly error: AppError | null },
  isShown: boolean,
): void {
  const { dim } = terminal.ink.err;
  if (answer.rethought > 0) terminal.say(dim(words.answer.rethought));
  const isAlone = answer.error?.code === "empty_answer" && answer.reasoning.trim() !== "";
  if (isAlone && !isShown && answer.rethought === 0) terminal.say(dim(sanitize(answer.reasoning.trim())));
}

/** Why an answer is not whole, with the reasons of all that were asked before; null when it is. */
export function failureOf(words: PartWords, parts: Parts): string | null {
  if (parts.error === null) return null;
  return [...takeovers(words, parts), describe(parts.error, words.errors)].join("\n");
}

function takeovers(words: PartWords, { failovers }: Parts): string[] {
  return failovers.map(({ provider, model, error, brought }) =>
    words.answer[brought ? "failover" : "failoverInVain"]({
      why: sanitize(errorWords(error, words.errors).what),
      provider,
      model: sanitize(model),
    }),
  );
}
