import type { WebUse } from "../chat/events.ts";
import type { RequestRecord } from "../chat/requests.ts";
import type { AppError } from "../errors.ts";
import type { BudgetState } from "../usage/budget-state.ts";
import type { UnknownCost } from "../usage/cost.ts";
import type { Words } from "../words/types.ts";
import { money } from "./figures.ts";
import { sanitize, sanitizeLine } from "./sanitize.ts";
import { describe, errorWords, type Terminal } from "./terminal.ts";

/** The requests that an answer took, and why it is not whole; null when it is. */
interface AnswerParts {
  readonly requests: readonly RequestRecord[];
  readonly error: AppError | null;
}

type PartWords = Pick<Words, "answer" | "errors">;

/** Says how an answer was put together. */
export function sayParts(terminal: Terminal, words: PartWords, parts: AnswerParts): void {
  for (const line of partNotes(words, parts)) {
    // Beside an error it is a part of what went wrong, which is said whatever else is not.
    if (parts.error === null) terminal.say(terminal.ink.err.muted(line));
    else terminal.report(terminal.ink.err.muted(line));
  }
}

/** A line for each request that another provider took over, then for each that continued the answer. */
export function partNotes(words: PartWords, parts: AnswerParts): string[] {
  return [...failovers(words, parts), ...continuations(words, parts)];
}

/** Sources below an answer that are named one by one. */
const maxSources = 20;

/** Lists what the service found on the web: numbered, each with its title and its whole URL. */
export function saySources(
  terminal: Terminal,
  words: Pick<Words, "answer">,
  { web }: { readonly web: WebUse | null },
): void {
  if (web === null || web.sources.length === 0) return;
  const { muted } = terminal.ink.err;
  terminal.say(muted(words.answer.sources));
  for (const [index, { title, url }] of web.sources.slice(0, maxSources).entries()) {
    const name = title === null ? "" : `${sanitize(title).replaceAll(/\s+/gu, " ").trim()} · `;
    terminal.say(muted(`${String(index + 1).padStart(3)}. ${name}${sanitize(url)}`));
  }
  const more = web.sources.length - maxSources;
  if (more > 0) terminal.say(muted(words.answer.moreSources({ more })));
}

/** Warns of pictures of an answer that could not be had; not of the one that is the answer's error. */
export function sayLostPictures(
  terminal: Terminal,
  { errors }: PartWords,
  { lostPictures, error }: { readonly lostPictures: readonly AppError[]; readonly error: AppError | null },
): void {
  for (const lost of lostPictures) if (lost !== error) terminal.warn(sanitizeLine(describe(lost, errors)));
}

/** Warns that the ledger does not have an answer's requests. */
export function sayUnbooked(
  terminal: Terminal,
  { errors }: PartWords,
  { unbooked }: { unbooked: AppError | null },
): void {
  if (unbooked !== null) terminal.warn(sanitize(describe(unbooked, errors)));
}

/** Warns that answers are not read from the cache or stored there, where they were to be. */
export function sayUncached(
  terminal: Terminal,
  words: PartWords,
  { cacheError }: { cacheError: AppError | null },
): void {
  if (cacheError !== null) terminal.warn(sanitize(describe(cacheError, words.errors)));
}

/**
 * Says that a conversation is saved in another file than was meant.
 *
 * @param moved the path of the file that another program was writing to, and its own, both as they are shown; null where it was
 *   not moved
 */
export function sayMoved(
  terminal: Terminal,
  words: Pick<Words, "answer">,
  moved: { readonly avoided: string; readonly path: string } | null,
): void {
  if (moved !== null) terminal.warn(words.answer.savedApart(moved));
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
  const { muted } = terminal.ink.err;
  if (answer.rethought > 0) terminal.say(muted(words.answer.rethought));
  const isAlone = answer.error?.code === "empty_answer" && answer.reasoning.trim() !== "";
  if (isAlone && !isShown && answer.rethought === 0) terminal.say(muted(sanitize(answer.reasoning.trim())));
}

/** Warns of limits of a budget that are nearly used. */
export function sayBudget(
  terminal: Terminal,
  words: Pick<Words, "usage">,
  { warnings }: { readonly warnings: readonly BudgetState[] },
): void {
  for (const { scope, limited, currency, limit, spent, uncounted } of warnings) {
    const share = String(Math.floor(((spent + uncounted) / limit) * 100));
    terminal.warn(words.usage.budgetUsed({ share, scope, limited, limit: money({ currency, amount: limit }) }));
  }
}

/** Says what can be done where the cost of an answer is unknown. */
export function sayUnknownCost(
  terminal: Terminal,
  words: Pick<Words, "answer">,
  { unknownCost }: { readonly unknownCost: UnknownCost | null },
): void {
  const advice = unknownCost === null ? "" : words.answer.unknownCost[unknownCost];
  if (advice !== "") terminal.say(terminal.ink.err.muted(advice));
}

/** Why an answer is not whole, with the reasons of all that were asked before; null when it is. */
export function failureOf(words: PartWords, parts: AnswerParts): string | null {
  if (parts.error === null) return null;
  return [...failovers(words, parts), describe(parts.error, words.errors)].join("\n");
}

function failovers(words: PartWords, { requests }: AnswerParts): string[] {
  return requests.flatMap(({ why, to, error }, index) => {
    if (why !== "failover") return [];
    const form = words.answer[hasFailed(requests, index) ? "failoverFailed" : "failover"];
    return form({ why: reasonOf(words, error), provider: to.provider, model: sanitize(to.model) });
  });
}

function continuations(words: PartWords, { requests }: AnswerParts): string[] {
  return requests.flatMap(({ why, to: { provider }, error }, index) => {
    if (why === "first" || why === "retry" || why === "failover" || why === "tools") return [];
    const form = words.answer.continued[hasFailed(requests, index) ? "failed" : why];
    return form({ why: reasonOf(words, error), provider }).trimStart();
  });
}

/** Whether neither a request nor a retry of it produced output. */
function hasFailed(requests: readonly RequestRecord[], index: number): boolean {
  const next = requests.slice(index + 1).findIndex(({ why }) => why !== "retry");
  const end = next < 0 ? requests.length : index + 1 + next;
  return requests.slice(index, end).every(({ producedOutput }) => !producedOutput);
}

function reasonOf(words: PartWords, error: AppError | null): string {
  return error === null ? "" : sanitize(errorWords(error, words.errors).what);
}
