import { fstatSync } from "node:fs";
import type { ChatEvent } from "../chat/model.ts";
import { AppError, systemReason } from "../errors.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { AnswerView, silentWriter } from "../terminal/answer.ts";
import { sayParts } from "../terminal/parts.ts";
import { describe } from "../terminal/terminal.ts";
import type { App } from "./app.ts";
import { type Earlier, findEarlier } from "./archive.ts";
import { asLine, asObject, errorLine } from "./asked.ts";
import { withFiles } from "./attachments.ts";
import { type Answer, Dialogue, type Question } from "./dialogue.ts";
import { answerWriter } from "./writers.ts";

export interface Asking {
  readonly words: string;
  readonly files: readonly string[];
  readonly output: "text" | "json" | "jsonl";
  readonly earlier: Earlier;
  /** No question: the last answer is gone on with. */
  readonly goOn: boolean;
}

/**
 * One question, one answer; or the rest of an answer that had broken off.
 *
 * @throws AppError whatever kept the answer from being whole or saved, after all that came was printed; `usage` where there is
 *   nothing to go on with
 */
export async function runAsk(app: App, asking: Asking): Promise<void> {
  const question = asking.goOn ? null : await gather(asking, app.stop);
  const dialogue = await Dialogue.open(app, await findEarlier(app, asking.earlier));
  if (question === null && !dialogue.canContinue) {
    throw new AppError("usage", { message: app.words.session.nothingToContinue });
  }
  if (dialogue.provider === "demo") app.terminal.say(app.terminal.ink.err.yellow(app.words.session.demo));
  const { onEvent, view } = viewOf(app, asking.output);
  const answer = await (question === null
    ? dialogue.continueAnswer(onEvent, app.stop)
    : dialogue.ask(question, onEvent, app.stop));
  await view.end();
  const error = failureIn(dialogue, answer);
  if (asking.output === "json") app.terminal.json(asObject(app, dialogue, question?.text ?? null, answer, error));
  if (asking.output === "jsonl" && error !== answer.error) app.terminal.json(errorLine(app, error!));
  report(app, dialogue, answer);
  // Whoever read the answer has seen enough: that is no failure to speak of.
  if (error !== null && app.stop.reason !== "closed") throw error;
  await app.terminal.drained(app.stop);
  const { refusal } = app.terminal;
  if (refusal !== null) throw new AppError("output_unwritable", { reason: refusal, transcript: dialogue.path });
}

function viewOf(app: App, output: Asking["output"]): { onEvent: (event: ChatEvent) => void; view: AnswerView } {
  const { terminal, words, settings } = app;
  const view = new AnswerView(
    terminal,
    words,
    output === "text" ? answerWriter(app) : silentWriter(),
    settings.show_thinking,
  );
  const onEvent = (event: ChatEvent) => {
    const line = output === "jsonl" ? asLine(app, event) : null;
    if (line !== null) terminal.json(line);
    view.onEvent(event);
  };
  return { onEvent, view };
}

/** Words, piped text, or both; then the files. */
async function gather({ words, files }: Asking, stop: AbortSignal): Promise<Question> {
  const piped = await readPiped(stop);
  const text = [words, piped].filter((part) => part.trim() !== "").join("\n\n");
  const question = await withFiles(text, files, process.cwd());
  if (question.text.trim() === "" && question.images === undefined) throw new AppError("no_question", {});
  return question;
}

/**
 * What is piped or redirected in; a terminal, `/dev/null` and a closed stdin give nothing.
 *
 * @throws AppError `input_unreadable` for what is no text; `interrupted` when `stop` comes before the end of it
 */
async function readPiped(stop: AbortSignal): Promise<string> {
  try {
    const stat = fstatSync(0);
    if (!stat.isFIFO() && !stat.isFile() && !stat.isSocket()) return "";
  } catch {
    return "";
  }
  const { stdin } = process;
  const pieces: Buffer[] = [];
  const leave = () => stdin.destroy();
  stop.addEventListener("abort", leave, { once: true });
  try {
    for await (const piece of stdin as AsyncIterable<Buffer>) pieces.push(piece);
  } catch (error) {
    if (!stop.aborted) throw new AppError("input_unreadable", { path: "stdin", reason: systemReason(error) });
  }
  stop.removeEventListener("abort", leave);
  if (stop.aborted) throw new AppError("interrupted", {});
  const bytes = Buffer.concat(pieces);
  if (bytes.subarray(0, 8000).includes(0)) throw new AppError("input_unreadable", { path: "stdin", reason: "binary" });
  return bytes
    .toString("utf8")
    .replace(/^\uFEFF/u, "")
    .replace(/\r?\n$/u, "");
}

/** What the exit code comes from; null where the answer is whole and saved. */
function failureIn({ provider }: Dialogue, { error, finishReason, unsaved }: Answer): AppError | null {
  if (error !== null) return error;
  if (finishReason === "content_filter") return new AppError("content_refused", { provider, reason: finishReason });
  return unsaved;
}

/** What is left to say. */
function report(app: App, dialogue: Dialogue, answer: Answer): void {
  const { terminal, words } = app;
  if (app.stop.reason === "closed") return;
  sayParts(terminal, words, answer);
  if (answer.finishReason === "length") terminal.say(terminal.ink.err.yellow(words.answer.cutByLength));
  if (dialogue.path !== null && answer.unsaved === null) terminal.detail(sanitize(dialogue.path));
  if (answer.error !== null && answer.unsaved !== null) terminal.warn(sanitize(describe(answer.unsaved, words.errors)));
}
