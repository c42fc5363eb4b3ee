import type { ChatEvent } from "../../chat/events.ts";
import type { ExtractionForm } from "../../chat/extraction.ts";
import type { Layer } from "../../chat/layers.ts";
import type { UserMessage } from "../../chat/messages.ts";
import { AppError } from "../../errors.ts";
import { textOf, userMessage } from "../../chat/message-text.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { AnswerView, silentWriter } from "../../terminal/answer.ts";
import {
  sayBudget,
  sayMoved,
  sayLostPictures,
  sayParts,
  saySources,
  sayThinking,
  sayUnbooked,
  sayUncached,
  sayUnknownCost,
} from "../../terminal/answer-notes.ts";
import { summarise } from "../../terminal/figures.ts";
import { describe } from "../../terminal/terminal.ts";
import type { Flags } from "../../config/schema.ts";
import type { Console } from "../console.ts";
import { answerNotice } from "../answer-notice.ts";
import { isPiped } from "../standard-input.ts";
import { displayPath } from "../display-path.ts";
import type { Engine } from "../engine.ts";
import { extractionIn } from "../role.ts";
import { type Earlier, findEarlier } from "../library/resolve.ts";
import type { AnswerOutput, AnswerToShape, ShapedAnswer } from "./answer-shape.ts";
import { asLine, asObject, errorLine } from "./output.ts";
import { structuredForm } from "./wanted-form.ts";
import type { StructuredForm } from "./structured-form.ts";
import type { OffPeakGate } from "./off-peak.ts";
import type { Attachment } from "../conversation/attachment.ts";
import { ChatSession } from "../conversation/chat-session.ts";
import { firstProvider } from "../conversation/chat-state.ts";
import { uploadsDocuments } from "../files/document-route.ts";
import type { TranscriptFile } from "../../transcripts/format/types.ts";
import type { Answer } from "../../chat/answer.ts";
import { timingOf } from "../../chat/turn.ts";
import { startServers } from "../mcp/run-servers.ts";
import { isLimited, isMuch } from "../usage/expense.ts";
import { answerWriter } from "../conversation/answer-writer.ts";
import { PicturePlaces } from "../images/picture-places.ts";

export interface Asking {
  readonly words: string;
  readonly files: readonly string[];
  readonly output: AnswerOutput;
  /** What alone of the answer is printed; null for all of it. */
  readonly extract: ExtractionForm | null;
  readonly earlier: Earlier;
  /** No question: the last answer is continued. */
  readonly continueAnswer: boolean;
  /** Says what the question costs at most, and asks nothing. */
  readonly estimate: boolean;
  /** Waits for the off-peak hours. */
  readonly offPeak: boolean;
  /** The flags, where another process is to ask; else null. */
  readonly detach: Flags | null;
}

/** A question that has been read, and how its answer is wanted. */
export interface PreparedAsk extends Pick<Asking, "output" | "offPeak"> {
  /** What alone of the answer is printed: also a command, which may be run then; null for all of it. */
  readonly extract: ExtractionForm | "command" | null;
  /** The form that the answer is to have; null for free text. */
  readonly form: StructuredForm | null;
  /** Null: the last answer is continued. */
  readonly question: UserMessage | null;
  /** Called once the question is in the transcript, or could not be written there. */
  readonly onBegun: () => void;
}

/** As after Ctrl-C: nothing was asked. */
const declined = { code: "interrupted", kind: "interrupted" } as const;

/**
 * One question, one answer; or the rest of an answer that had broken off.
 *
 * @throws AppError whatever kept the answer from being whole or saved, after all that came was printed; `not_possible` where there is
 *   nothing to continue; as `askInBackground`
 * @returns what the exit code follows from where the person did not want it sent; null when all went well
 */
export async function runAsk(engine: Engine, console: Console, asking: Asking): Promise<typeof declined | null> {
  if (asking.detach !== null && !engine.settings.save) {
    throw new AppError("usage", { message: console.words.help.usage.detachUnsaved });
  }
  const form = await structuredForm(engine, console, asking.extract);
  // They start while the question is read.
  await startServers(engine);
  const earlier = await findEarlier(engine, console, asking.earlier);
  const gathered = asking.continueAnswer ? null : await gather(engine, console, asking, earlier);
  const dialogue = await ChatSession.open(engine, console, earlier);
  if (gathered === null && !dialogue.canContinue) {
    throw new AppError("not_possible", { message: console.words.session.nothingToContinue });
  }
  if (dialogue.provider === "demo") console.terminal.say(console.terminal.ink.err.warning(console.words.session.demo));
  if (earlier !== null) {
    (await import("../session/inheritance-notice.ts")).tellInheritance(engine, console, dialogue, earlier, true);
  }
  const { question = null, files = [] } = gathered ?? {};
  if (asking.estimate) {
    await (await import("./estimate-output.ts")).printEstimate(console, dialogue, question, asking.output);
    return null;
  }
  // A refusal to send the attachments has been reported already.
  if (!(await maySendFiles(engine, console, dialogue, files))) return declined;
  if (!(await mayPay(engine, console, dialogue, question))) return declined;
  await dialogue.prepareDocuments(question, engine.stop);
  const { output, offPeak, detach: flags } = asking;
  const extract = asking.extract ?? (form === null ? extractionIn(engine.role) : null);
  if (flags === null) {
    return await putQuestion(engine, console, dialogue, { question, output, extract, form, offPeak, onBegun() {} });
  }
  const { askInBackground } = await import("./background.ts");
  await askInBackground(engine, console, dialogue, {
    question,
    output,
    offPeak,
    flags,
    earlier: earlier?.path ?? null,
  });
  return null;
}

/**
 * Asks, shows the answer and says what is to be said of it.
 *
 * @throws AppError as `runAsk`
 * @returns as `runAsk`
 */
export async function putQuestion(
  engine: Engine,
  console: Console,
  dialogue: ChatSession,
  { question, output, extract, form, offPeak, onBegun }: PreparedAsk,
): Promise<typeof declined | null> {
  const gate = offPeak ? await openGate(engine, console, dialogue) : null;
  const beforehand: Layer = (next) => {
    const model = gate === null ? next : gate.layer(next);
    return (request, signal) => {
      onBegun();
      return model(request, signal);
    };
  };
  // The row of the waiting comes before that of the answer.
  const places = new PicturePlaces(engine, console, dialogue);
  const open = () => viewOf(engine, console, places, { output, extract, form });
  let view = gate === null ? open() : null;
  const refused = new Set<string>();
  const onEvent = (event: ChatEvent) => {
    if (event.type === "tool_result" && event.output.isRefused === true) refused.add(event.call.name);
    if (gate?.left !== true) (view ??= open()).onEvent(event);
  };
  const first = await (question === null
    ? dialogue.continueAnswer(onEvent, engine.stop, beforehand)
    : dialogue.ask(question, onEvent, engine.stop, false, beforehand));
  await view?.end();
  const correct = async (correction: UserMessage) => {
    const second = open();
    const corrected = await dialogue.correct(correction, second.onEvent, engine.stop);
    await second.end();
    return corrected;
  };
  const toShape = { answer: first, question, output, extract, form, correct };
  const shaped = await shapedAnswer(engine, console, dialogue, toShape);
  const answer = shaped?.answer ?? first;
  const names = console.terminal.interactive ? [] : [...refused];
  const error = failureIn(dialogue, answer, names) ?? shaped?.error ?? null;
  if (gate?.waited === true && !gate.left && console.terminal.errIsTerminal) {
    // Who waits for hours looks at something else.
    const finished = { question, model: dialogue.modelId, failed: error !== null };
    const notice = answerNotice(engine, console.words, finished);
    if (notice !== null) console.terminal.control(notice);
  }
  const typed = question === null ? null : textOf(question.content);
  if (output === "json") {
    console.terminal.json({
      ...asObject(engine.workingFolder, console, dialogue, places, typed, answer, error),
      ...shaped?.fields,
    });
  }
  await shaped?.print(console, output);
  const isReported = error === null || (error === answer.error && error.code !== "empty_answer");
  if (output === "jsonl" && !isReported) console.terminal.json(errorLine(console, error));
  report(engine, console, dialogue, answer, output);
  if (gate?.left === true) {
    sayNotAsked(engine, console, dialogue);
    return declined;
  }
  // A reader of stdout that is gone is no error.
  if (error !== null && engine.stop.reason !== "closed") throw error;
  await console.terminal.drained(engine.stop);
  const { refusal } = console.terminal;
  if (refusal !== null) throw new AppError("output_unwritable", { reason: refusal, transcript: dialogue.path });
  // Half a command may do something else.
  const isCommand = extract === "command" && output === "text" && answer.finishReason === "stop";
  if (isCommand && console.terminal.interactive && console.terminal.outIsTerminal) {
    await (await import("./command-run.ts")).offerCommand(engine, console, shaped?.text ?? "");
  }
  return null;
}

/** What is printed in the place of the whole answer; null for all of it. */
async function shapedAnswer(
  engine: Engine,
  console: Console,
  dialogue: ChatSession,
  { extract, form, ...turn }: AnswerToShape,
): Promise<ShapedAnswer | null> {
  if (extract !== null) {
    const { extractionOf } = await import("./extraction-output.ts");
    return extractionOf(engine, dialogue, turn.answer, extract);
  }
  if (form === null) return null;
  const { structuredAnswer } = await import("./structured-answer.ts");
  return await structuredAnswer(engine, console, dialogue, { form, ...turn });
}

/** Asks, where there is much to send; what asks is loaded where there are files, or pictures of before. */
async function maySendFiles(
  engine: Engine,
  console: Console,
  dialogue: ChatSession,
  files: readonly Attachment[],
): Promise<boolean> {
  if (files.length === 0 && !dialogue.resendsPictures) return true;
  const { maySend } = await import("../conversation/attachment-consent.ts");
  return await maySend(engine, console, dialogue, files, () => {});
}

/** Asks, where the question could exceed a budget; what asks is loaded where there is one, or much to send. */
async function mayPay(
  engine: Engine,
  console: Console,
  dialogue: ChatSession,
  question: UserMessage | null,
): Promise<boolean> {
  if (!isLimited(engine) && !isMuch(engine, dialogue, question)) return true;
  const { mayAfford } = await import("../usage/consent.ts");
  return await mayAfford(engine, console, dialogue, question, () => {});
}

/** What waits for the off-peak hours is loaded where that is wanted. */
async function openGate(engine: Engine, console: Console, dialogue: ChatSession): Promise<OffPeakGate> {
  const { OffPeakGate: Gate } = await import("./off-peak.ts");
  return new Gate(engine, console, { provider: dialogue.provider, model: dialogue.modelId });
}

/** Where a question is kept that somebody stopped waiting for. */
function sayNotAsked(
  { workingFolder }: Pick<Engine, "workingFolder">,
  { terminal, words }: Console,
  dialogue: ChatSession,
): void {
  const { path, id, unsaved } = dialogue;
  if (path === null || unsaved !== null) return terminal.say(words.tariff.notAskedUnsaved);
  const command = `deepseek-chat --resume ${id}`;
  terminal.say(words.tariff.notAsked({ path: displayPath(workingFolder, path), command }));
}

/** What shows the answer; gets the events of its turn. */
interface ShownAnswer {
  readonly onEvent: (event: ChatEvent) => void;
  readonly end: () => Promise<void>;
}

function viewOf(
  engine: Pick<Engine, "environment" | "keyPlaces" | "settings" | "workingFolder">,
  console: Console,
  places: PicturePlaces,
  { output, extract, form }: Pick<PreparedAsk, "output" | "extract" | "form">,
): ShownAnswer {
  const { settings } = engine;
  const { terminal, words } = console;
  // JSON that a program reads is printed once it is sure to fit.
  const isShown = extract === null && (form === null || terminal.outIsTerminal);
  const writer = form === null ? answerWriter(engine, console, places) : form.writer(terminal);
  const isWritten = output === "text" && isShown;
  const view = new AnswerView(terminal, words, isWritten ? writer : silentWriter(), settings.show_thinking);
  const onEvent = (event: ChatEvent) => {
    const line = output === "jsonl" ? asLine(engine.workingFolder, console, places, event) : null;
    if (line !== null) terminal.json(line);
    // The text of an answer that is not shown leaves the spinner where it is.
    if (isShown || event.type !== "text") view.onEvent(event);
  };
  return { onEvent, end: () => view.end() };
}

interface Gathered {
  readonly question: UserMessage;
  readonly files: readonly Attachment[];
}

/** Words, piped text, or both; and the files. What reads pipes and files is loaded where there are some. */
async function gather(
  engine: Engine,
  console: Console,
  { words, files: paths }: Asking,
  earlier: TranscriptFile | null,
): Promise<Gathered> {
  const piped = isPiped()
    ? await (await import("./piped-text.ts")).readPiped(engine, console, words.trim() === "")
    : "";
  const text = engine.questionOf({ words, piped });
  if (paths.length > 0) {
    const [{ readNamed }, { withAttachments }] = await Promise.all([
      import("../conversation/attachment-consent.ts"),
      import("../conversation/attachments.ts"),
    ]);
    const uploads = uploadsDocuments(engine, firstProvider(engine, earlier));
    const files = await readNamed(engine, console, paths, uploads);
    if (files.length > 0) return { question: withAttachments(text, files), files };
  }
  if (text === "") throw new AppError("no_question", {});
  return { question: userMessage(text), files: [] };
}

/**
 * The error that determines the exit code; null if the answer is complete and saved.
 *
 * @param names tools that nobody could be asked about: without an answer that is why there is none
 */
function failureIn(
  { provider }: ChatSession,
  { error, finishReason, refused, unsaved }: Answer,
  names: readonly string[],
): AppError | null {
  const isFruitless = error?.code === "empty_answer" || error?.code === "tool_rounds";
  if (isFruitless && names.length > 0) return new AppError("tool_not_allowed", { names });
  if (error !== null) return error;
  if (finishReason === "content_filter") return new AppError("content_refused", { provider, reason: finishReason });
  if (refused) return new AppError("content_refused", { provider, reason: "refusal" });
  return unsaved;
}

/** What is left to say. */
function report(
  engine: Pick<Engine, "settings" | "stop">,
  { terminal, words }: Console,
  dialogue: ChatSession,
  answer: Answer,
  output: AnswerOutput,
): void {
  if (engine.stop.reason === "closed") return;
  if (output === "text" && terminal.errIsTerminal) saySources(terminal, words, answer);
  sayLostPictures(terminal, words, answer);
  sayParts(terminal, words, answer);
  if (output === "text")
    sayThinking(terminal, words, answer, terminal.errIsTerminal && engine.settings.show_thinking === "always");
  if (answer.finishReason === "length") terminal.say(terminal.ink.err.warning(words.answer.cutByLength));
  const isWorthTelling = answer.error === null || answer.usage !== null;
  if (terminal.errIsTerminal && output === "text" && isWorthTelling)
    terminal.say(terminal.ink.err.muted(summarise(words.answer, { ...answer, ...timingOf(answer) }, terminal.columns)));
  if (terminal.errIsTerminal) sayUnknownCost(terminal, words, answer);
  sayBudget(terminal, words, answer);
  sayUncached(terminal, words, answer);
  sayUnbooked(terminal, words, answer);
  sayMoved(terminal, words, dialogue.takeAvoided());
  if (dialogue.path !== null && answer.unsaved === null) terminal.detail(sanitize(dialogue.path));
  if (answer.error !== null && answer.unsaved !== null) terminal.warn(sanitize(describe(answer.unsaved, words.errors)));
}
