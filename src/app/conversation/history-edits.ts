import type { AppError } from "../../errors.ts";
import { type ChatState, lookedAt } from "./chat-state.ts";
import { turnsOver } from "./context-estimate.ts";
import { Recording } from "./recorder.ts";

/** A state after turns were taken out of it. */
interface HistoryEdit {
  readonly state: ChatState;
  /** Why the transcript does not say so; null where it does, or where nothing is saved. */
  readonly unsaved: AppError | null;
}

/**
 * Withdraws the last question with its answer, also in the transcript's account of the conversation.
 *
 * @param signal ends the waiting for another program that is writing to the transcript
 */
export async function withdrawLast(before: ChatState, signal: AbortSignal): Promise<HistoryEdit> {
  const { failed, conversation, writer } = before;
  const record = new Recording(writer);
  const taken = failed ?? conversation.last;
  for (const id of taken?.ids ?? []) await record.note("undo", { id }, signal);
  const rest = failed === null ? { conversation: conversation.withoutLast(), cut: false } : {};
  const state = lookedAt({ ...before, ...rest, failed: null, counted: null });
  return { state, unsaved: record.failure };
}

/**
 * Marks the last answer as a good one, or takes that back; also in the transcript. Null where there is none.
 *
 * @param signal as for `withdrawLast`
 */
export async function toggleLastGood(
  before: ChatState,
  signal: AbortSignal,
): Promise<(HistoryEdit & { readonly good: boolean }) | null> {
  const id = before.failed === null ? before.conversation.last?.ids[0] : undefined;
  if (id === undefined) return null;
  const record = new Recording(before.writer);
  const good = !before.good.has(id);
  await record.annotate("good", { id, good }, signal);
  const marked = new Set(before.good);
  if (good) marked.add(id);
  else marked.delete(id);
  const { failure } = record;
  return { state: failure === null ? lookedAt({ ...before, good: marked }) : before, good, unsaved: failure };
}

/**
 * Puts a summary in the place of all turns.
 *
 * @param heading stands before it
 * @param signal as for `withdrawLast`
 */
export async function replaceBySummary(
  before: ChatState,
  heading: string,
  summary: string,
  signal: AbortSignal,
): Promise<HistoryEdit> {
  const conversation = before.conversation.summarise(heading, summary, 0);
  return await covered({ ...before, conversation, cut: false }, summary, before.conversation.lastId, signal);
}

/**
 * Drops the oldest turns, at least one, until what is left is estimated at no more than so many tokens.
 *
 * @param signal as for `withdrawLast`
 * @returns also how many turns
 */
export async function dropOldest(
  before: ChatState,
  tokens: number,
  signal: AbortSignal,
): Promise<HistoryEdit & { readonly turns: number }> {
  const { turns } = before.conversation;
  const count = turnsOver(before.conversation, tokens);
  const through =
    turns
      .slice(0, count)
      .findLast(({ ids }) => ids.length > 0)
      ?.ids.at(-1) ?? null;
  const conversation = before.conversation.dropOldest(count);
  const edit = await covered({ ...before, conversation }, null, through, signal);
  return { ...edit, turns: turns.length - conversation.turns.length };
}

/** Writes down what stands for the turns up to an exchange; for turns without an id, of files of other makers, nothing can. */
async function covered(
  state: ChatState,
  summary: string | null,
  through: string | null,
  signal: AbortSignal,
): Promise<HistoryEdit> {
  const record = new Recording(state.writer);
  if (through !== null) await record.note("compact", { summary, through }, signal);
  return { state: lookedAt({ ...state, counted: null }), unsaved: record.failure };
}
