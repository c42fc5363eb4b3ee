import type { NamedRole } from "../config/roles/role.ts";
import { processVariables } from "../config/variables.ts";
import { type LanguageRead, readLanguage } from "../config/language.ts";
import { AppError } from "../errors.ts";
import { standardOutputs } from "../terminal/output.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { describe, errorWords, Terminal, type TerminalOptions } from "../terminal/terminal.ts";
import { loadWords } from "../words/load.ts";
import type { Words } from "../words/types.ts";
import type { ClockFacts } from "./credentials.ts";
import type { Console } from "./console.ts";

export type ChosenLanguage = LanguageRead;

/** The language to speak, known before the command line is parsed. */
export function chooseLanguage(args: readonly string[]): ChosenLanguage {
  return readLanguage(args, processVariables());
}

/** The words of the language chosen; those of the other are not loaded. */
export async function wordsOf({ language }: ChosenLanguage): Promise<Words> {
  return await loadWords(language);
}

export function openTerminal(options: Omit<TerminalOptions, "variables">): Terminal {
  return new Terminal({ ...options, variables: processVariables() });
}

/** Help and version, which are printed before there is a terminal with settings. */
export function print(text: string): void {
  standardOutputs().out.write(text);
}

/**
 * Waits until stdout has taken what was written to it, or `stop` comes.
 *
 * @returns what to tell where it did not; null where it did, or where its reader has just gone
 */
export async function unwritten(stop: AbortSignal): Promise<AppError | null> {
  const { out } = standardOutputs();
  await out.drained(stop);
  return out.loss?.kind === "refused"
    ? new AppError("output_unwritable", { reason: out.loss.reason, transcript: null })
    : null;
}

/** Whether stack traces are wanted. */
function debugging(): boolean {
  return Boolean(processVariables()["DEEPSEEK_CHAT_DEBUG"]);
}

/** Seconds for `maxWait` of an engine: a person sees the waits, and can stop them. */
export const defaultMaxWait = { terminal: 600, script: 60 } as const;

/** Tells a person of an error that ends nothing. */
export function warnOf({ terminal, words }: Console, error: AppError): void {
  terminal.warn(sanitize(describe(error, words.errors)));
}

/** Tells a person that this machine's clock is not that of a service, which refused a request for it. */
export function warnOfClock({ terminal, words }: Console, facts: ClockFacts): void {
  terminal.warn(sanitize(words.clock.off(facts)));
}

/** Says what of another program's role is left out. */
export function tellUnsupported({ terminal, words }: Console, role: NamedRole | null): void {
  if (role !== null && role.unsupported.length > 0) terminal.warn(sanitize(words.roles.unsupported(role)));
}

/** Tells a person of an error that ends the program. */
export function tellError(terminal: Terminal, words: Words, error: AppError): void {
  const { what, next } = errorWords(error, words.errors);
  terminal.fail({ what: sanitize(what), next: sanitize(next) });
  if (error.traceId !== null) terminal.detail(sanitize(`trace ${error.traceId}`));
  if (debugging()) terminal.err(`${sanitize(traceOf(error))}\n`);
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${traceOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
