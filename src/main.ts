import { CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { type ChosenWords, chooseWords, openTerminal, tellError, unwritten } from "./app/startup.ts";
import { ask } from "./commands/ask.ts";
import { cache } from "./commands/cache.ts";
import { chat } from "./commands/chat.ts";
import { completion } from "./commands/completion.ts";
import { config } from "./commands/config.ts";
import { background } from "./commands/background.ts";
import { doctor } from "./commands/doctor.ts";
import { keys } from "./commands/keys.ts";
import { balance, models } from "./commands/models.ts";
import type { GlobalOptions } from "./commands/command-run.ts";
import { commandFirst, withBareCache } from "./commands/argument-order.ts";
import { setup } from "./commands/setup.ts";
import { usage } from "./commands/usage.ts";
import { transcripts } from "./commands/transcripts.ts";
import { type Declare, type CommandContext, HelpRequest, Verb } from "./commands/command.ts";
import { asAppError, type AppError, exitCodeOf } from "./errors.ts";
import type { Words } from "./words/types.ts";

const verbs: Readonly<Record<string, Declare>> = {
  chat,
  ask,
  transcripts,
  models,
  balance,
  usage,
  cache,
  setup,
  keys,
  config,
  doctor,
  background,
};

/** Conventional exit codes of programs that a signal ended. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof signals;

/**
 * Runs the program and sets the exit code; the process ends by itself when nothing is left to do.
 *
 * @param thread the file that a thread beside it begins with; it calls `work`
 */
export async function main(args: readonly string[], thread: string): Promise<void> {
  const stop = new AbortController();
  listenForSignals(stop);
  const { words, config } = await chooseWords(args);
  const ordered = inOrder(withBareCache(args), words, stop);
  const program = buildProgram(words, stop, ordered[0], { thread, config });
  try {
    await program.parseAsync(ordered, { from: "user" });
  } catch (error) {
    // A reader of stdout that is gone is no error.
    if (stop.signal.reason !== "closed") process.exitCode = await report(error, words, globalsOf(program), stop.signal);
  }
  if (!stop.signal.aborted) return;
  process.exitCode = signalCodeOf(stop.signal.reason);
  // Nothing is left to do; a proxy that is silent on the way to a tunnel would be waited for.
  setTimeout(() => process.exit(), leftoverMs).unref();
}

/** Milliseconds that connections have to close once all that a signal ended is done. */
const leftoverMs = 100;

/**
 * The arguments with the command first; all commands are declared only where one may stand behind options. Help of a command within
 * a group is asked of the command itself: commander's `help` knows the first word alone.
 */
function inOrder(args: readonly string[], words: Words, stop: AbortController): readonly string[] {
  const [first, ...others] = args;
  if (first === "help" && others.length > 1) return [...others, "--help"];
  const behind = first?.startsWith("-") === true && others.some((word) => Object.hasOwn(verbs, word));
  return behind ? commandFirst(buildProgram(words, stop), args) : args;
}

/** Does, within a thread, the work that the program has begun it for. */
export async function work(): Promise<void> {
  const { serveThread } = await import("./app/worker/worker-entry.ts");
  serveThread();
}

/** What is known once the program has started. */
interface Started {
  /** The file that threads beside the program begin with. */
  readonly thread: string | null;
  readonly config: ChosenWords["config"];
}

const notStarted: Started = { thread: null, config: null };

/**
 * The program as it is declared; nothing is read or loaded before it is parsed.
 *
 * @param asked the first argument: where it names a command, no other is declared, which saves a millisecond; a session must know a command's name
 */
export function buildProgram(words: Words, stop: AbortController, asked = "", started: Started = notStarted): Verb {
  const { help } = words;
  const program = new Verb("deepseek-chat", words);
  program
    .description(help.program)
    .version(manifest.version, "-V, --version", help.version)
    .helpCommand("help [command]", help.helpCommand)
    .option("--lang <code>", help.global.lang)
    .option("-q, --quiet", help.global.quiet)
    .option("-v, --verbose", help.global.verbose)
    .option("--no-color", help.global.noColor)
    .option("--log-file <path>", help.global.logFile)
    .option("--log-content", help.global.logContent);
  const shell: CommandContext = {
    words,
    run: async (command, work, sources) => {
      // An error that ends the program is shown in the same colours.
      const onTheme = (theme: string) => void program.setOptionValue("theme", theme);
      // Help and usage errors need nothing of it.
      const { runCommand } = await import("./commands/command-run.ts");
      const run = { words, stop, sources: { ...started, ...sources }, onTheme, ...globalsOf(program) };
      const exitCode = await runCommand(command as Verb, work, run);
      if (exitCode !== null) process.exitCode = exitCode;
    },
  };
  const chosen =
    Object.hasOwn(verbs, asked) && asked !== "chat" ? [verbs[asked]!] : [...Object.values(verbs), completion];
  for (const declare of chosen) declare(program, shell);
  return program;
}

function globalsOf(program: Verb): GlobalOptions {
  return program.opts<GlobalOptions>();
}

/** Says what went wrong, and gives the exit code. */
async function report(error: unknown, words: Words, globals: GlobalOptions, stop: AbortSignal): Promise<number> {
  const { color, verbose, theme = "auto" } = globals;
  // --help and --version end the parsing by throwing.
  const isHelp = error instanceof HelpRequest;
  if (isHelp) await showHelp(error, words, globals);
  const printed = isHelp || error instanceof CommanderError;
  const lost = printed ? await unwritten(stop) : null;
  if (printed && lost === null) return (isHelp ? !error.isMistake : error.exitCode === 0) ? 0 : 2;
  const known: AppError = lost ?? asAppError(error);
  const verbosity = verbose === true ? "verbose" : "normal";
  const terminal = openTerminal({ color, verbosity, onClosed: () => {} });
  terminal.useSettings({ theme, width: terminal.textColumns });
  tellError(terminal, words, known);
  return exitCodeOf(known.kind);
}

/** Prints the help of a command: on stdout where it was asked for, on stderr where a command is missing. */
async function showHelp({ verb, isMistake }: HelpRequest, words: Words, { color }: GlobalOptions): Promise<void> {
  const { loadHelpPage, widestHelp } = await import("./app/help-page.ts");
  const terminal = openTerminal({ color, verbosity: "normal", onClosed: () => {} });
  const stream = isMistake ? "err" : "out";
  const isTerminal = isMistake ? terminal.errIsTerminal : terminal.outIsTerminal;
  const { heading, muted } = terminal.ink[stream];
  const columns = Math.min(widestHelp, isTerminal ? terminal.columns : widestHelp);
  const page = await loadHelpPage(words, { columns, heading, muted });
  terminal[stream](page.formatHelp(verb));
}

/** Milliseconds the program has to end in order after a signal, whatever it waits for. */
const graceMs = 900;

/** The first signal ends the program in order, with all that came kept; a second one at once. */
function listenForSignals(stop: AbortController): void {
  // A file that has grown to the limit is an error to tell; unheard, this signal would end the program. Windows knows none.
  if (process.platform !== "win32") process.on("SIGXFSZ", () => {});
  for (const signal of Object.keys(signals) as Signal[]) {
    process.once(signal, () => {
      stop.abort(signal);
      setTimeout(() => process.exit(signals[signal]), graceMs).unref();
      process.once(signal, () => process.kill(process.pid, "SIGKILL"));
    });
  }
}

/** A reader of stdout that has gone is no failure. */
function signalCodeOf(reason: unknown): number {
  return signals[reason as Signal] ?? 0;
}
