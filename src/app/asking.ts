import { fstatSync } from "node:fs";
import { relative } from "node:path";
import type { ChatEvent } from "../chat/model.ts";
import { AppError, systemReason } from "../errors.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { AnswerView, silentWriter } from "../terminal/answer.ts";
import { describe } from "../terminal/terminal.ts";
import { isoWithOffset } from "../transcripts/times.ts";
import type { App } from "./app.ts";
import { type Earlier, findEarlier } from "./archive.ts";
import { withFiles } from "./attachments.ts";
import { type Answer, Dialogue, type Question } from "./dialogue.ts";
import { answerWriter } from "./writers.ts";

export interface Asking {
  readonly words: string;
  readonly files: readonly string[];
  readonly output: "text" | "json" | "jsonl";
  readonly earlier: Earlier;
}

/**
 * One question, one answer.
 *
 * @throws AppError whatever kept the answer from being whole or saved, after all that came was printed
 */
export async function runAsk(app: App, asking: Asking): Promise<void> {
  const question = await gather(asking, app.stop);
  const dialogue = await Dialogue.open(app, await findEarlier(app, asking.earlier));
  if (dialogue.provider === "demo") app.terminal.say(app.terminal.ink.err.yellow(app.words.session.demo));
  const writer = asking.output === "text" ? answerWriter(app) : silentWriter();
  const view = new AnswerView(app.terminal, app.words, writer, app.settings.show_thinking);
  const lines = asking.output === "jsonl" ? printEvents(app) : () => {};
  const onEvent = (event: ChatEvent) => {
    lines(event);
    view.onEvent(event);
  };
  const answer = await dialogue.ask(question, onEvent, app.stop);
  await view.end();
  if (asking.output === "json") app.terminal.out(`${JSON.stringify(asObject(app, dialogue, question, answer))}\n`);
  report(app, dialogue, answer);
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

/** What is left to say, and the error that the exit code comes from. */
function report(app: App, dialogue: Dialogue, answer: Answer): void {
  const { terminal, words } = app;
  // Whoever read the answer has seen enough: that is no failure to speak of.
  if (app.stop.reason === "closed") return;
  if (answer.finishReason === "length") terminal.say(terminal.ink.err.yellow(words.answer.cutByLength));
  if (dialogue.path !== null && answer.unsaved === null) terminal.detail(sanitize(dialogue.path));
  if (answer.error !== null && answer.unsaved !== null) terminal.warn(sanitize(describe(answer.unsaved, words.errors)));
  if (answer.error !== null) throw answer.error;
  if (answer.finishReason === "content_filter") {
    throw new AppError("content_refused", { provider: dialogue.provider, reason: "content_filter" });
  }
  if (answer.unsaved !== null) throw answer.unsaved;
}

function printEvents(app: App): (event: ChatEvent) => void {
  return (event) => {
    const line = asLine(app, event);
    if (line !== null) app.terminal.out(`${JSON.stringify(line)}\n`);
  };
}

function asLine(app: App, event: ChatEvent): object | null {
  if (event.type === "text" || event.type === "reasoning") return { type: event.type, text: event.text };
  if (event.type === "usage") return { type: "usage", ...asUsage(event.usage) };
  if (event.type === "finish") return { type: "finish", reason: event.reason };
  if (event.type !== "error") return null;
  return { type: "error", code: event.error.code, message: describe(event.error, app.words.errors) };
}

/** The object of `ask -o json`, as promised in docs. */
function asObject(app: App, dialogue: Dialogue, question: Question, answer: Answer): object {
  const { startedAt, endedAt, firstAt, error } = answer;
  return {
    id: dialogue.id,
    provider: dialogue.provider,
    model: dialogue.modelId,
    question: question.text,
    answer: answer.text,
    reasoning: answer.reasoning === "" ? null : answer.reasoning,
    finish_reason: answer.finishReason,
    complete: answer.status === "complete" && (answer.finishReason === "stop" || answer.finishReason === "tool_calls"),
    usage: answer.usage === null ? null : asUsage(answer.usage),
    cost: answer.cost,
    timing: {
      first_token_ms: firstAt === null ? null : firstAt.getTime() - startedAt.getTime(),
      total_ms: endedAt.getTime() - startedAt.getTime(),
    },
    transcript: dialogue.path === null || answer.unsaved !== null ? null : relativePath(app, dialogue.path),
    started_at: isoWithOffset(startedAt),
    ended_at: isoWithOffset(endedAt),
    error: error === null ? null : { code: error.code, message: describe(error, app.words.errors) },
  };
}

function asUsage(usage: NonNullable<Answer["usage"]>): object {
  return {
    prompt_tokens: usage.promptTokens,
    cached_tokens: usage.cachedTokens,
    completion_tokens: usage.completionTokens,
    reasoning_tokens: usage.reasoningTokens,
    total_tokens: usage.totalTokens,
  };
}

/** Relative to the working directory where the file lies inside it. */
function relativePath(app: App, path: string): string {
  const near = relative(app.workingFolder, path);
  return near.startsWith("..") ? path : near;
}
