import { messagesOf, type Turn } from "../../chat/conversation.ts";
import type { Answer } from "../../chat/answer.ts";
import type { OnEvent } from "../../chat/events.ts";
import type { Model } from "../../chat/layers.ts";
import type { Message, UserMessage } from "../../chat/messages.ts";
import { answerEvents, answerPictures, textOf, thinkingOf as thoughtIn, userMessage } from "../../chat/message-text.ts";
import type { AnswerSchema } from "../../chat/model.ts";
import type { Purpose } from "../../chat/purpose.ts";
import { runTurn } from "../../chat/turn.ts";
import type { Settings } from "../../config/schema.ts";
import type { Words } from "../../words/types.ts";
import { type ChatState, lookedAt } from "./chat-state.ts";
import { countedAfter, type Spending } from "../usage/cost-meter.ts";
import type { MeteredToolbox } from "../usage/metered-tools.ts";
import { sentBy } from "../usage/prefix.ts";
import type { TurnPlace } from "../usage/turn-place.ts";
import { endingOf, Recording } from "./recorder.ts";
import { isCut } from "./replay.ts";
import { inForce } from "./sampling.ts";
import { requestOf } from "./settings-request.ts";
import type { SavedFile } from "../../transcripts/format/types.ts";
import { titleOf } from "../../transcripts/store/names.ts";

/** What a turn is run with, beside the state. */
export interface TurnContext {
  readonly model: Model;
  /** The tools that the model may call; null for none. */
  readonly toolbox: MeteredToolbox | null;
  readonly settings: Settings;
  /** The form that the answer is to have; null for free text. */
  readonly schema: AnswerSchema | null;
  /** What a question is put for. */
  readonly purpose: Purpose;
  readonly spending: Spending;
  readonly place: TurnPlace;
  /** In which the transcript says how an answer ended. */
  readonly words: Pick<Words, "answer" | "errors">;
  readonly onEvent: OnEvent;
  readonly signal: AbortSignal;
}

/** An answer, and the state after it. */
interface TurnOutcome {
  readonly answer: Answer;
  readonly state: ChatState;
}

/** What was typed to continue an answer, as the transcript shows it. */
const continueCommand = "/continue";

/** Puts a question. */
export async function runQuestion(
  context: TurnContext,
  before: ChatState,
  question: UserMessage,
): Promise<TurnOutcome> {
  const dated = { ...question, askedAt: new Date() };
  const { history } = context.settings;
  const { last } = before.conversation;
  // A correction is of the last answer.
  const corrected =
    history || last === null || context.purpose !== "retry" || before.failed !== null ? [] : messagesOf(last);
  const messages = before.conversation.request([...corrected, dated], history);
  const wantsTitle = context.settings.title && before.title === null && before.conversation.asked.length === 0;
  const answer = await runExchange(context, before, { messages, question, wantsTitle });
  const ids = newIds(before);
  const conversation = before.conversation.add({ question: dated, answers: answer.messages, ids });
  const failed = isEmpty(answer) ? { question, ids } : null;
  const cut = failed === null ? isCut(answer) : before.cut;
  const title = before.title ?? (answer.title === null ? null : titleOf(answer.title));
  return { answer, state: lookedAt({ ...before, ...after(answer, messages), conversation, title, failed, cut }) };
}

/**
 * Asks a model that makes pictures, and adds its answer to the conversation.
 *
 * @param asked what makes them; the conversation keeps its own
 */
export async function runImages(
  context: TurnContext,
  before: ChatState,
  asked: Pick<ChatState, "connection" | "modelId">,
  question: UserMessage,
): Promise<TurnOutcome> {
  const dated = { ...question, askedAt: new Date() };
  const answer = await runExchange(context, { ...before, ...asked, inherited: {} }, { messages: [dated], question });
  const turn = { question: dated, answers: answer.messages, ids: newIds(before) };
  const conversation = before.conversation.add(turn);
  return { answer, state: lookedAt({ ...before, conversation, counted: null }) };
}

/**
 * Continues the last answer from where it stopped.
 *
 * @param continues id of its exchange; null where it has none
 */
export async function runContinuation(
  context: TurnContext,
  before: ChatState,
  continues: string | null,
): Promise<TurnOutcome> {
  const messages = before.conversation.continuation(context.settings.history);
  const answer = await runExchange(context, before, { messages, question: userMessage(continueCommand), continues });
  const conversation = isEmpty(answer)
    ? before.conversation
    : before.conversation.extendLast(answer.messages, newIds(before));
  return { answer, state: lookedAt({ ...before, ...after(answer, messages), conversation, cut: isCut(answer) }) };
}

/**
 * Puts an edited text in the place of the last answer, and has the model continue it. The transcript has all of it as an exchange
 * of its own, with the same question.
 *
 * @param before the last turn is still in it, and withdrawn in the transcript
 */
export async function runEditedAnswer(
  context: TurnContext,
  before: ChatState,
  last: Turn,
  kept: string,
): Promise<TurnOutcome> {
  const edited = before.conversation.withLastAnswer(kept);
  const messages = edited.continuation(context.settings.history);
  const { question } = last;
  const edits = last.ids.at(-1) ?? null;
  const answer = await runExchange(context, before, { messages, question, edits, kept: edited.last?.answers ?? [] });
  const conversation = edited.extendLast(answer.messages, newIds(before));
  const cut = isEmpty(answer) || isCut(answer);
  return { answer, state: lookedAt({ ...before, ...after(answer, messages), conversation, failed: null, cut }) };
}

/** Whether nothing came of a turn that the conversation would hold. */
function isEmpty({ text, messages }: Answer): boolean {
  return text === "" && !messages.some(({ role }) => role === "tool") && answerPictures(messages).length === 0;
}

/** What is known of the conversation's tokens after an answer. */
function after(answer: Answer, messages: readonly Message[]): Pick<ChatState, "counted" | "sent"> {
  return { counted: countedAfter(answer), sent: sentBy(messages, answer) };
}

/** The exchange that has just ended in the transcript. */
function newIds({ writer }: ChatState): readonly string[] {
  const id = writer?.exchangeId ?? null;
  return id === null ? [] : [id];
}

interface PendingTurn {
  readonly messages: readonly Message[];
  readonly question: UserMessage;
  /** Id of the exchange whose answer is continued; null for none. */
  readonly continues?: string | null;
  /** Id of the exchange whose answer was edited; null for none. */
  readonly edits?: string | null;
  /** What stands at the beginning of the answer already. */
  readonly kept?: Turn["answers"];
  readonly wantsTitle?: boolean;
}

/**
 * Sends one request, passes its events to the transcript before other listeners, and adds up its usage. A turn begun in the transcript
 * is always ended, whatever is thrown in between.
 */
async function runExchange(
  { model, toolbox, settings, schema, purpose, spending, place, words, onEvent, signal }: TurnContext,
  { connection, modelId, conversation, inherited, writer }: ChatState,
  { messages, question, continues = null, edits = null, kept = [], wantsTitle = false }: PendingTurn,
): Promise<Answer> {
  const request = { ...requestOf(inForce(settings, inherited), modelId, messages, schema), wantsTitle };
  const asked = { provider: connection.name, model: modelId };
  const record = new Recording(writer);
  await record.ready(signal);
  using exchange = record.begin({
    ...asked,
    at: new Date(),
    question: textOf(question.content),
    system: conversation.system,
    examples: conversation.examples,
    sampling: request.sampling,
    thinking: request.thinking,
    continues,
    edits,
    images: question.content.filter((part) => part.type === "image"),
    files: savedFiles(question),
  });
  for (const event of answerEvents(kept)) record.onEvent(event);
  using _prepared = spending.prepare();
  const result = await runTurn(model, request, [record.onEvent, onEvent], signal, asked, toolbox);
  const charged = continues === null && edits === null ? purpose : "continuation";
  const bill = await spending.add(result, charged, toolbox?.billed);
  exchange.end(endingOf(result, bill, words, lengthsOf(kept)));
  await spending.book(bill.billed, place);
  return { ...result, ...bill, unsaved: record.failure, unbooked: spending.takeUnbooked() };
}

/** The documents of a question that lie at a service. */
function savedFiles({ content }: UserMessage): SavedFile[] {
  return content.flatMap((part) => {
    if (part.type !== "document" || part.place === null) return [];
    const { name, digest, size: bytes, place } = part;
    return [{ name, digest, bytes, ...place }];
  });
}

/** UTF-16 units of the text in answers, and of the thinking. */
function lengthsOf(answers: Turn["answers"]): { readonly at: number; readonly thought: number } {
  const own = answers.filter((each) => each.role === "assistant");
  const sumOf = (lengths: readonly number[]) => lengths.reduce((sum, length) => sum + length, 0);
  return {
    at: sumOf(own.map(({ content }) => textOf(content).length)),
    thought: sumOf(own.map(({ content }) => thoughtIn(content).length)),
  };
}
