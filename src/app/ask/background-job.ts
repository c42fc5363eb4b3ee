import { closeSync, readFileSync, writeSync } from "node:fs";
import { AppError, asAppError } from "../../errors.ts";
import { tellDevice } from "../../terminal/device.ts";
import { withoutKeys } from "../../config/variables.ts";
import { answerNotice } from "../answer-notice.ts";
import { notifyDesktop } from "./desktop-notice.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { ChatSession } from "../conversation/chat-session.ts";
import { findEarlier } from "../library/resolve.ts";
import { putQuestion } from "./ask.ts";
import { structuredForm } from "./wanted-form.ts";
import type { BackgroundJob, BackgroundStart } from "./background.ts";

/** The pipe to the program that started this one. */
const starter = 3;

/**
 * Reads from stdin what is to be asked.
 *
 * @throws AppError `no_question` where that is no job: the command was not started by `ask --detach`
 */
export async function readJob(): Promise<BackgroundJob> {
  try {
    return JSON.parse(readFileSync(0, "utf8")) as BackgroundJob;
  } catch (error) {
    throw new AppError("no_question", {}, { cause: error });
  }
}

/**
 * Asks as `ask` does; the answer goes to the transcript alone. Says once where that is, and then, on the terminal, when it is done.
 *
 * @throws AppError as `runAsk`
 */
export async function runJob(engine: Engine, console: Console, job: BackgroundJob): Promise<void> {
  let isTold = false;
  const tell = (start: BackgroundStart) => {
    if (!isTold) report(start);
    isTold = true;
  };
  let dialogue: ChatSession | null = null;
  try {
    const { earlier: path, question, offPeak } = job;
    const named = path === null ? ({ kind: "none" } as const) : ({ kind: "named", reference: path } as const);
    const opened = await ChatSession.open(engine, console, await findEarlier(engine, console, named));
    dialogue = opened;
    if (job.mayExceed) opened.allowExcess();
    const form = await structuredForm(engine, console, null);
    const onBegun = () => tell(placeOf(engine, opened));
    await putQuestion(engine, console, opened, { question, output: "text", extract: null, form, offPeak, onBegun });
    // A stored answer is given without a request.
    onBegun();
    await announce(engine, console, opened, job, false);
  } catch (error) {
    const { code, details } = asAppError(error);
    // A failure of the start is told by who started this.
    if (isTold && dialogue !== null) await announce(engine, console, dialogue, job, true);
    else tell({ code, details });
    throw error;
  }
}

/**
 * Where the question is.
 *
 * @throws AppError `transcript_unwritable`: an answer that nobody could read is not asked for
 */
function placeOf({ transcripts }: Engine, { path, id, unsaved }: ChatSession): BackgroundStart {
  if (unsaved !== null) throw unsaved;
  if (path !== null && id !== null) return { path, id };
  throw new AppError("transcript_unwritable", { path: transcripts, reason: "ENOENT" });
}

function report(start: BackgroundStart): void {
  try {
    writeSync(starter, JSON.stringify(start));
    closeSync(starter);
  } catch {
    // Who started this is gone; the transcript has all of it.
  }
}

/** Tells of an answer on the desktop, where that is wanted and possible, else on the terminal, where that is still there. */
async function announce(
  { settings, environment, keyPlaces, stop }: Engine,
  { words }: Console,
  dialogue: ChatSession,
  job: BackgroundJob,
  failed: boolean,
): Promise<void> {
  if (stop.aborted) return;
  if (settings.notify === "desktop") {
    // Others can read the command line that shows it: it has nothing of the conversation.
    const question = `deepseek-chat transcripts show ${dialogue.id}`;
    const text = failed ? words.session.answerFailed({ question }) : words.session.answerReady({ question });
    const env = withoutKeys(environment.variables, keyPlaces.keyVariables);
    if (await notifyDesktop(text, env)) return;
  }
  const finished = { question: job.question, model: dialogue.modelId, failed };
  const notice = answerNotice({ settings, environment }, words, finished);
  if (notice !== null && job.terminal !== null) tellDevice(job.terminal, notice);
}
