import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { AppError, type ErrorDetails, systemReason } from "../errors.ts";
import { type Variables, withoutKeys } from "./variables.ts";
import { expandHome } from "./home.ts";

export interface KeyCommand {
  readonly provider: string;
  /** The program and its arguments, or both in one line. */
  readonly command: string | readonly string[];
  readonly variables: Variables;
  /** Variables with keys, which the program is not given. */
  readonly keyVariables: readonly string[];
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Bytes; a program that prints more prints something else. */
const maxOutput = 64 * 1024;
const maxSaid = 300;

/**
 * Runs a program that prints a key, as password managers do: without a shell, with nothing to read on stdin, and without the
 * keys of the environment. The first line that is not blank counts, because some print further fields below the key.
 *
 * @throws AppError `key_command_failed` with what it said on stderr, never with what it printed; `interrupted`
 */
export async function runKeyCommand(options: KeyCommand): Promise<string> {
  const [program = "", ...args] = commandWords(options.command).map(expandHome);
  const fail = (why: ErrorDetails["key_command_failed"]["why"], reason: string, said: string) =>
    new AppError("key_command_failed", { provider: options.provider, command: program, why, reason, said });
  let output: { stdout: string; stderr: string };
  try {
    // Throws at once for what no program can be called.
    const running = promisify(execFile)(program, args, {
      env: withoutKeys(options.variables, options.keyVariables),
      signal: options.signal,
      timeout: options.timeout,
      killSignal: "SIGKILL",
      maxBuffer: maxOutput,
      windowsHide: true,
    });
    // A program that does not read its input may have closed it.
    running.child.stdin?.on("error", () => {}).end();
    output = await running;
  } catch (error) {
    // The original is no cause: it holds all that was printed.
    if (options.signal.aborted) throw new AppError("interrupted", {});
    const [why, reason] = whyFailed(error as Failure, options.timeout);
    throw fail(why, reason, said(error as Failure));
  }
  const key = output.stdout
    .split(/\r?\n/u)
    .map((line) => line.trim())
    .find((line) => line !== "");
  if (key === undefined) throw fail("empty", "", said(output));
  return key;
}

/**
 * The words of a command: at blanks, but not between quotes, which do not nest and know no escapes. Who needs more gives a
 * list.
 */
export function commandWords(command: string | readonly string[]): readonly string[] {
  if (typeof command !== "string") return command;
  const words = command.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/gu) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/gu, "$1$2"));
}

type Failure = Error & {
  code?: string | number | null;
  killed?: boolean;
  signal?: string;
  stdout: string;
  stderr: string;
};

function whyFailed(error: Failure, timeout: number): ["missing" | "timeout" | "failed" | "flooded", string] {
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return ["flooded", ""];
  if (error.killed === true) return ["timeout", String(timeout / 1000)];
  if (typeof error.code === "number") return ["failed", String(error.code)];
  return error.signal ? ["failed", error.signal] : ["missing", systemReason(error)];
}

/** The end of what it said on stderr, without what it printed, should it have said that too. */
function said({ stdout = "", stderr = "" }: { stdout?: string; stderr?: string }): string {
  let text = stderr;
  for (const line of stdout.split(/\r?\n/u)) {
    if (line.trim().length >= 4) text = text.replaceAll(line.trim(), "[key]");
  }
  return text.replace(/\s+/gu, " ").trim().slice(-maxSaid).replace(/\.$/u, "");
}
