import { asAppError, type AppError } from "../errors.ts";
import { AnswerView } from "../terminal/answer.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { summarise } from "../terminal/summary.ts";
import { describe } from "../terminal/terminal.ts";
import type { Answer, Host, LineSource } from "./host.ts";
import { runSlash } from "./slash/table.ts";

/**
 * The session: reads lines, answers questions, runs slash commands, until someone leaves.
 *
 * @returns the error of the last question that failed, for the exit code of a script; null when all went well
 */
export async function runRepl(host: Host, lines: LineSource, stop: AbortSignal): Promise<AppError | null> {
  let failed: AppError | null = null;
  let interrupted = false;
  while (!stop.aborted) {
    const line = await lines.read();
    if (line.kind === "end") break;
    if (line.kind === "interrupt") {
      if (interrupted) break;
      host.terminal.say(host.terminal.ink.err.dim(host.words.session.howToLeave));
      interrupted = true;
      continue;
    }
    interrupted = false;
    const next = await respond(host, lines, line.text, stop);
    if (next === "leave") break;
    if (next !== "stay") failed = next;
    if (failed?.exitCode === 3 && !host.terminal.interactive) break;
  }
  return failed;
}

/** What one line leads to. */
async function respond(
  host: Host,
  lines: LineSource,
  line: string,
  stop: AbortSignal,
): Promise<"stay" | "leave" | AppError> {
  const text = line.trim();
  if (text === "") return "stay";
  if (text === "q" || text === "Q") return "leave";
  try {
    if (text.startsWith("/") && !text.startsWith("//")) return await runSlash(host, text);
    const answer = await answerQuestion(host, lines, text.startsWith("//") ? text.slice(1) : line, stop);
    return answer.error ?? answer.unsaved ?? "stay";
  } catch (error) {
    const known = asAppError(error);
    if (known.code === "internal") throw error;
    tell(host, known);
    return known;
  }
}

async function answerQuestion(host: Host, lines: LineSource, text: string, stop: AbortSignal): Promise<Answer> {
  const question = await host.attach(text);
  const controller = new AbortController();
  const release = lines.hold(() => controller.abort());
  const view = new AnswerView(host.terminal, host.words, host.answerWriter());
  try {
    const answer = await host.dialogue.ask(question, view.onEvent, AbortSignal.any([stop, controller.signal]));
    await view.end();
    close(host, answer);
    return answer;
  } finally {
    release();
  }
}

/** What stands below an answer: why it ended early, and one dim line of figures. */
function close(host: Host, answer: Answer): void {
  const { terminal, words } = host;
  const { error, startedAt, firstAt, endedAt, usage, cost, finishReason, unsaved } = answer;
  if (error?.code === "interrupted") terminal.say(terminal.ink.err.yellow(words.answer.interrupted));
  else if (error !== null) tell(host, error);
  if (finishReason === "length") terminal.say(terminal.ink.err.yellow(words.answer.cutByLength));
  if (finishReason === "content_filter") terminal.say(terminal.ink.err.yellow(words.answer.cutByFilter));
  const firstMs = firstAt === null ? null : firstAt.getTime() - startedAt.getTime();
  const summary = summarise(words.answer, { usage, cost, firstMs, totalMs: endedAt.getTime() - startedAt.getTime() });
  terminal.say(terminal.ink.err.dim(summary));
  if (unsaved?.code === "transcript_unwritable") {
    const { path, reason } = (unsaved as AppError<"transcript_unwritable">).details;
    terminal.warn(words.answer.notSaved({ path: sanitize(path), reason }));
  }
}

function tell(host: Host, error: AppError): void {
  host.terminal.err(`${host.terminal.ink.err.red(sanitize(describe(error, host.words.errors)))}\n`);
}
