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

/** What programs print that several secrets come from: each is run once. */
export type CommandOutputs = Map<string, Promise<string>>;

/**
 * Runs a program that prints a key, as password managers do. The first line that is not blank counts, because some print further
 * fields below the key; of a private key as PEM all of it, and of a JSON object the field that is named.
 *
 * @param field null for a program that prints the key itself
 * @param outputs of programs that were run already
 * @throws AppError as `outputOf`
 */
export async function runKeyCommand(
  options: KeyCommand,
  field: string | null = null,
  outputs: CommandOutputs = new Map(),
): Promise<string> {
  const about = JSON.stringify(options.command);
  const pending = outputs.get(about) ?? outputOf(options);
  outputs.set(about, pending);
  const output = await pending;
  const key = field === null ? keyIn(output) : fieldIn(output, field);
  if (key === null || key === "") {
    const [command = ""] = commandWords(options.command).map(expandHome);
    throw new AppError("key_command_failed", {
      provider: options.provider,
      command,
      why: "empty",
      reason: "",
      said: "",
    });
  }
  return key;
}

function keyIn(output: string): string {
  const text = output.trim();
  return text.startsWith("-----BEGIN ") ? text.replaceAll("\r\n", "\n") : text.split(/\r?\n/u, 1)[0]!.trim();
}

/** A field of a JSON object; null where there is none. */
function fieldIn(output: string, field: string): string | null {
  try {
    const read = JSON.parse(output) as Readonly<Record<string, unknown>> | null;
    const value = read !== null && Object.hasOwn(Object(read) as object, field) ? read[field] : null;
    return typeof value === "string" ? value.trim() : null;
  } catch {
    return null;
  }
}

/**
 * Runs a program without a shell, with nothing to read on stdin, and without the keys of the environment.
 *
 * @returns what it printed
 * @throws AppError `key_command_failed` with what it said on stderr, never with what it printed; `interrupted`
 */
export async function outputOf(options: KeyCommand): Promise<string> {
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
  if (output.stdout.trim() === "") throw fail("empty", "", said(output));
  return output.stdout;
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
