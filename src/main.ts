import { chooseLanguage } from "./app/startup.ts";
import { printStoredHelp } from "./app/stored-help.ts";

/** Conventional exit codes of programs that a signal ended. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof signals;

/** Where files of the installation are. */
export interface Installation {
  /** The file that a thread beside the program begins with; it calls `work`. */
  readonly thread: string;
  /** The folder of the build, which has the pages of `--help`; null where the source runs without one. */
  readonly build: string | null;
}

/** Runs the program and sets the exit code; the process ends by itself when nothing is left to do. */
export async function main(args: readonly string[], { thread, build }: Installation): Promise<void> {
  outliveFileLimit();
  // All is done and written then; Node would take its heap apart first, which takes 1 to 2 ms.
  process.once("beforeExit", () => process.exit());
  const { language, config } = chooseLanguage(args);
  // It is printed at once: a signal need not end it in order, and what that takes is not loaded.
  if (build !== null && printStoredHelp(args, language, build)) return;
  const stop = new AbortController();
  listenForSignals(stop);
  const { runProgram } = await import("./commands/program.ts");
  const exitCode = await runProgram(args, { language, config, thread, stop });
  if (exitCode !== null) process.exitCode = exitCode;
  if (!stop.signal.aborted) return;
  process.exitCode = signalCodeOf(stop.signal.reason);
  // Nothing is left to do; a proxy that is silent on the way to a tunnel would be waited for.
  setTimeout(() => process.exit(), leftoverMs).unref();
}

/** Milliseconds that connections have to close once all that a signal ended is done. */
const leftoverMs = 100;

/** Does, within a thread, the work that the program has begun it for. */
export async function work(): Promise<void> {
  const { serveThread } = await import("./app/worker/worker-entry.ts");
  serveThread();
}

/** Milliseconds the program has to end in order after a signal, whatever it waits for. */
const graceMs = 900;

/** A file that has grown to the limit is an error to tell; unheard, this signal would end the program. Windows knows none. */
function outliveFileLimit(): void {
  if (process.platform !== "win32") process.on("SIGXFSZ", () => {});
}

/** The first signal ends the program in order, with all that came kept; a second one at once. */
function listenForSignals(stop: AbortController): void {
  for (const signal of Object.keys(signals) as Signal[]) {
    process.once(signal, () => {
      stop.abort(signal);
      setTimeout(() => process.exit(signals[signal]), graceMs).unref();
      process.once(signal, () => process.exit(signals[signal]));
    });
  }
}

/** A reader of stdout that has gone is no failure. */
function signalCodeOf(reason: unknown): number {
  return signals[reason as Signal] ?? 0;
}
