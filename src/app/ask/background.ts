import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import type { UserMessage } from "../../chat/messages.ts";
import type { Flags } from "../../config/schema.ts";
import { AppError, type ErrorCode, type ErrorDetails } from "../../errors.ts";
import { terminalDevice } from "../../terminal/device.ts";
import { localTime } from "../../terminal/local-time.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import type { Console } from "../console.ts";
import { displayPath, shownPath } from "../display-path.ts";
import type { Engine } from "../engine.ts";
import { offPeakTime } from "./off-peak.ts";

/** What another process is to ask. */
export interface BackgroundJob {
  /** Null: the last answer is continued. */
  readonly question: UserMessage | null;
  readonly offPeak: boolean;
  /** Whether the person let the answer exceed a budget. */
  readonly mayExceed: boolean;
  readonly flags: Flags;
  /** Path of the conversation that is resumed; null for a new one. */
  readonly earlier: string | null;
  /** The device of the terminal where it is told that the answer is there; null for none. */
  readonly terminal: string | null;
}

/** What the other process reports once: where the question is, or what kept it from there. */
export type BackgroundStart =
  | { readonly path: string; readonly id: string }
  | { readonly code: ErrorCode; readonly details: ErrorDetails[ErrorCode] };

interface BackgroundAsk extends Omit<BackgroundJob, "mayExceed" | "terminal"> {
  readonly output: "text" | "json" | "jsonl";
}

/**
 * Has a process of its own ask, which goes on when this one and its terminal are gone, and says where the answer will be. The job
 * is handed over by a pipe: a command line can be read by everybody.
 *
 * @throws AppError what keeps the other process from asking; `interrupted`
 */
export async function askInBackground(
  engine: Engine,
  console: Console,
  dialogue: ChatSession,
  { output, ...asked }: BackgroundAsk,
): Promise<void> {
  const job: BackgroundJob = {
    ...asked,
    mayExceed: dialogue.mayExceed,
    terminal: console.terminal.errIsTerminal ? terminalDevice() : null,
  };
  const { pid, start } = await begin(engine, job);
  if ("code" in start) throw new AppError(start.code, start.details);
  const { terminal, words } = console;
  const { id, path } = start;
  if (output !== "text") return terminal.json({ id, pid, transcript: shownPath(engine.workingFolder, path) });
  const now = new Date();
  const to = { provider: dialogue.provider, model: dialogue.modelId };
  const until = job.offPeak ? offPeakTime(engine, to, now) : null;
  const shown = displayPath(engine.workingFolder, path);
  if (until === null) return terminal.say(words.tariff.detached({ pid, path: shown }));
  const time = localTime(until, now, words.tariff);
  terminal.say(words.tariff.detachedWaiting({ pid, path: shown, until: time }));
}

/** Starts the process, and waits until its question is in the transcript. */
async function begin(
  { thread, language, stop }: Engine,
  job: BackgroundJob,
): Promise<{ readonly pid: number; readonly start: BackgroundStart }> {
  const launcher = join(dirname(thread ?? process.argv[1]!), "deepseek-chat.js");
  const args = [...process.execArgv, launcher, "background", "--lang", language];
  const child = spawn(process.execPath, args, {
    detached: true,
    windowsHide: true,
    stdio: ["pipe", "ignore", "ignore", "pipe"],
  });
  const end = () => child.kill();
  stop.addEventListener("abort", end);
  try {
    await once(child, "spawn");
    // It may end without having read all of it.
    child.stdin!.on("error", () => {}).end(JSON.stringify(job));
    const said = await textIn(child.stdio[3] as Readable);
    if (stop.aborted) throw new AppError("interrupted", {});
    if (said === "") throw new Error("The process that was to ask has ended.");
    return { pid: child.pid!, start: JSON.parse(said) as BackgroundStart };
  } finally {
    stop.removeEventListener("abort", end);
    child.unref();
  }
}

async function textIn(stream: Readable): Promise<string> {
  let text = "";
  for await (const piece of stream.setEncoding("utf8")) text += String(piece);
  return text;
}
