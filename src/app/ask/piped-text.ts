import { AppError, systemReason } from "../../errors.ts";
import { decodeText, localeOf } from "../../text-encoding.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { maxInputBytes, readStream } from "../conversation/input-file.ts";

/** Milliseconds after the first word about it that a question in words waits for an open pipe which gives nothing. */
const waitMs = 3000;

/**
 * What is piped or redirected in. Where a pipe is open and nothing comes, says so after a second.
 *
 * @param alone whether it is the question: then it is waited for without end
 * @throws AppError `input_unreadable` for what is no text or too much; `interrupted`
 */
export async function readPiped(
  engine: Pick<Engine, "environment" | "stop">,
  console: Console,
  alone: boolean,
): Promise<string> {
  const bytes = await readStdin(engine.stop, console, alone);
  const decoded = decodeText(bytes, localeOf(engine.environment.variables));
  if (typeof decoded === "string") throw new AppError("input_unreadable", { path: "stdin", reason: decoded });
  const { text, encoding, damaged } = decoded;
  const { attachments } = console.words;
  if (encoding !== "UTF-8")
    console.terminal.say(attachments.converted({ name: "stdin", encoding: sanitize(encoding) }));
  if (damaged) console.terminal.warn(attachments.damaged({ name: "stdin" }));
  return text.replace(/\r?\n$/u, "");
}

async function readStdin(stop: AbortSignal, { terminal, words }: Console, alone: boolean): Promise<Buffer> {
  const { stdin } = process;
  const given = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onSilence = (begun: boolean) => {
    terminal.say(words.attachments[alone ? "waitingForQuestion" : "waitingForStdin"]);
    if (!alone && !begun) timer = setTimeout(() => given.abort(), waitMs);
  };
  try {
    return await readStream(stdin, {
      name: "stdin",
      maxBytes: maxInputBytes,
      stop: AbortSignal.any([stop, given.signal]),
      onSilence,
      onData: () => clearTimeout(timer),
    });
  } catch (error) {
    if (stop.aborted) throw new AppError("interrupted", {}, { cause: error });
    if (given.signal.aborted) {
      terminal.say(words.attachments.withoutStdin);
      return Buffer.alloc(0);
    }
    if (error instanceof AppError) throw error;
    throw new AppError("input_unreadable", { path: "stdin", reason: systemReason(error) }, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
