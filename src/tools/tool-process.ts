import type { ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { systemReason } from "../errors.ts";
import { CapturedOutput } from "./captured-output.ts";
import { ProcessGroup } from "./process-group.ts";

export interface ProcessOptions {
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly string[];
  /** The working folder. */
  readonly folder: string;
  /** The whole environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** What it reads on stdin. */
  readonly input: string;
  /** Seconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Gets the last line on stderr now and then. */
  readonly onProgress: (line: string) => void;
}

export type ProcessEnd =
  | { readonly type: "exit"; readonly code: number }
  | { readonly type: "signal"; readonly signal: string }
  | { readonly type: "timeout" }
  | { readonly type: "stopped" }
  /** It could not be started; the system's name of the failure. */
  | { readonly type: "failed"; readonly reason: string };

export interface ProcessResult {
  readonly end: ProcessEnd;
  readonly stdout: CapturedOutput;
  readonly stderr: CapturedOutput;
}

/** Bytes of stdout that are kept from its beginning; pictures come as JSON. */
const maxOutput = 128 * 1024;
const maxJson = 8 * 1024 * 1024;
const maxErrors = 32 * 1024;
/** Milliseconds that pipes may stay open once the process has ended: whatever it started may hold them. */
const drainTime = 300;
/** Milliseconds between two reports of progress. */
const progressPause = 200;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Runs a program without a shell, as the leader of a process group, and ends the whole group when the program ends, when the time is
 * over, or when the signal is aborted. Takes a bounded amount of memory, whatever is printed. Never throws.
 */
export async function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  const [stdout, stderr] = [new CapturedOutput(maxOutput, maxJson), new CapturedOutput(maxErrors)];
  const result = (end: ProcessEnd): ProcessResult => ({ end, stdout, stderr });
  if (options.signal.aborted) return result({ type: "stopped" });
  const child = await startProcess(options);
  if (typeof child === "string") return result({ type: "failed", reason: child });
  // Without a pid it was not started; the error says why.
  if (child.pid === undefined) return result(await endOf(child));
  using group = new ProcessGroup(child.pid);
  child.stdout.on("data", stdout.take);
  child.stderr.on("data", stderr.take);
  reportProgress(child, options.onProgress);
  // A program that does not read its input may have closed it.
  child.stdin.on("error", () => {}).end(options.input);
  const closed = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  let early: ProcessEnd | null = null;
  const endEarly = (type: "timeout" | "stopped") => {
    early ??= { type };
    group.end();
  };
  const stop = () => endEarly("stopped");
  options.signal.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(() => endEarly("timeout"), options.timeout * 1000);
  const end = await endOf(child);
  clearTimeout(timer);
  options.signal.removeEventListener("abort", stop);
  await drained(closed);
  for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
  return result(early ?? end);
}

/** The process, or why there is none. */
async function startProcess({ command, folder, variables }: ProcessOptions): Promise<Child | string> {
  const { default: spawn } = await import("cross-spawn");
  const [program = "", ...args] = command;
  try {
    // Throws at once for what no program can be called, and for arguments that are too long.
    return spawn(program, args, {
      cwd: folder,
      env: variables,
      detached: process.platform !== "win32",
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      // It takes the quotes of a command line as they are.
      windowsVerbatimArguments: program === "cmd.exe",
    }) as Child;
  } catch (error) {
    return systemReason(error);
  }
}

async function endOf(child: Child): Promise<ProcessEnd> {
  return await new Promise((resolve) => {
    child.once("error", (error) => resolve({ type: "failed", reason: systemReason(error) }));
    child.once("exit", (code, signal) =>
      resolve(code === null ? { type: "signal", signal: signal ?? "" } : { type: "exit", code }),
    );
  });
}

function reportProgress({ stderr }: Child, onProgress: (line: string) => void): void {
  let latest = -Infinity;
  stderr.on("data", (chunk: Buffer) => {
    const now = performance.now();
    if (now - latest < progressPause) return;
    const line =
      chunk
        .subarray(-1024)
        .toString("utf8")
        .trimEnd()
        .split(/[\r\n]/u)
        .at(-1) ?? "";
    if (line.trim() === "") return;
    latest = now;
    onProgress(line);
  });
}

/** Waits for the end of the pipes, and not long. */
async function drained(closed: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, drainTime);
  await Promise.race([closed, promise]);
  clearTimeout(timer);
}
