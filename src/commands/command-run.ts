import { Console } from "../app/console.ts";
import { Engine, type EngineOptions } from "../app/engine.ts";
import { logEnd } from "../app/log.ts";
import { tellIgnored } from "../app/settings-notice.ts";
import { defaultMaxWait, openTerminal, unwritten, warnOf, warnOfClock } from "../app/startup.ts";
import { asAppError, exitCodeOf } from "../errors.ts";
import type { Words } from "../words/types.ts";
import type { CommandContext, Verb } from "./command.ts";
import { readFlags } from "./options.ts";

/** What the options of the whole program say. */
export interface GlobalOptions {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: boolean;
  /** The setting, where the settings have been read. */
  readonly theme?: Engine["settings"]["theme"];
}

interface CommandRun extends GlobalOptions {
  readonly sources: Pick<EngineOptions, "thread" | "config" | "configFile" | "flags" | "tolerant">;
  readonly words: Words;
  readonly stop: AbortController;
  /** Called once the settings are read. */
  readonly onTheme: (theme: Engine["settings"]["theme"]) => void;
}

/**
 * Opens an engine, does a command's work, and closes the engine.
 *
 * @returns the exit code, where an error was reported already; else null
 * @throws what ended the work, which is still to be reported
 */
export async function runCommand(
  command: Verb,
  work: Parameters<CommandContext["run"]>[1],
  { words, stop, onTheme, quiet, verbose, color, sources }: CommandRun,
): Promise<number | null> {
  const verbosity = quiet === true ? "quiet" : verbose === true ? "verbose" : "normal";
  const terminal = openTerminal({ color, verbosity, onClosed: () => stop.abort("closed") });
  const console = new Console(terminal, words);
  const engine = await Engine.open({
    flags: readFlags(command),
    ...sources,
    command: command.name(),
    stop: stop.signal,
    language: words.exporting.language,
    maxWait: defaultMaxWait[terminal.errIsTerminal ? "terminal" : "script"],
    originName: console.originName,
    onLogFailure: (error) => warnOf(console, error),
    onClock: (facts) => warnOfClock(console, facts),
    askTrust: async (engine, question) =>
      await (await import("../app/trust/trust-question.ts")).askTrust(engine, console, question),
  });
  terminal.useSettings(engine.settings);
  onTheme(engine.settings.theme);
  // The shell's question for completions is answered without a word on the screen.
  if (command.name() !== "complete-words") tellIgnored(engine, console);
  try {
    const reported = (await work(engine, console)) ?? null;
    const lost = reported === null ? await unwritten(stop.signal) : null;
    if (lost !== null) throw lost;
    logEnd(engine.log, reported);
    return reported === null ? null : exitCodeOf(reported.kind);
  } catch (error) {
    logEnd(engine.log, asAppError(error));
    throw error;
  } finally {
    await engine.close();
  }
}
