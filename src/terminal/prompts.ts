import { AppError } from "../errors.ts";
import type { Words } from "../words/types.ts";
import { ownRows } from "./own-line.ts";
import { sanitize } from "./sanitize.ts";

/** Questions to a person, asked on stderr so that stdout stays clean; `@inquirer/prompts` is loaded at the first one. */
export interface Choice<Value> {
  readonly value: Value;
  readonly name: string;
  readonly description?: string;
}

/** The signs say it in every language. */
const theme = { style: { keysHelpTip: () => "" } };

export async function choose<Value>(
  message: string,
  choices: readonly Choice<Value>[],
  fallback?: Value,
): Promise<Value> {
  const { select } = await import("@inquirer/prompts");
  const rows = choices.map((choice) => ({
    value: choice.value,
    name: hanging(sanitize(choice.name)),
    short: hangingAnswer(message, sanitize(choice.name)),
    ...(choice.description !== undefined && { description: sanitize(choice.description) }),
  }));
  const config = {
    message: hanging(message),
    choices: rows,
    theme,
    pageSize,
    ...(fallback !== undefined && { default: fallback }),
  };
  return await asked((context) => select<Value>(config, context));
}

/** A text behind a sign of two columns, in rows that break at words; what draws the questions cuts at the edge. */
function hanging(text: string): string {
  return ownRows(text, Math.max(1, (process.stderr.columns || 80) - 3)).join("\n  ");
}

/** The answer as it is left behind the question, broken at words too. */
function hangingAnswer(message: string, answer: string): string {
  const rest = hanging(`${message} ${answer}`).slice(hanging(message).length);
  return rest.replace(/^ /u, "");
}

/** Rows of a list that are seen at once. */
const pageSize = 12;

/**
 * A choice among names, however many: what is typed narrows them, and may itself be the answer.
 *
 * @param hidden whether what is typed is shown as stars, and is no answer
 * @throws AppError `interrupted`
 */
export async function chooseName(
  message: string,
  names: readonly string[],
  hidden: (typed: string) => boolean,
): Promise<string> {
  const { search } = await import("@inquirer/prompts");
  const source = (typed = ""): { value: string; name: string }[] => {
    const wanted = typed.trim();
    const words = wanted.toLowerCase().split(/\s+/u);
    const found = names.filter((name) => words.every((word) => name.toLowerCase().includes(word)));
    const own = wanted === "" || hidden(wanted) || names.includes(wanted) ? [] : [wanted];
    return [...found, ...own].map((value) => ({ value, name: sanitize(value) }));
  };
  const style = { ...theme.style, searchTerm: (typed: string) => masked(typed, hidden) };
  return await asked((context) =>
    search<string>({ message: hanging(message), source, theme: { style }, pageSize }, context),
  );
}

/**
 * A line of text.
 *
 * @param hidden whether what is typed is shown as stars
 * @param problem what is wrong with an answer; null for one that will do
 * @throws AppError `interrupted`
 */
export async function askText(
  message: string,
  {
    fallback,
    initial,
    hidden,
    problem,
  }: {
    readonly fallback?: string;
    /** Stands there to begin with, and can be edited. */
    readonly initial?: string;
    readonly hidden: (typed: string) => boolean;
    readonly problem: (typed: string) => string | null;
  },
): Promise<string> {
  const { input } = await import("@inquirer/prompts");
  const config = {
    message: hanging(message),
    transformer: (typed: string) => masked(typed, hidden),
    validate: (typed: string) => problem(typed.trim()) ?? true,
    ...(fallback !== undefined && { default: fallback }),
    ...(initial !== undefined && { default: initial, prefill: "editable" as const }),
  };
  return (await asked((context) => input(config, context))).trim();
}

function masked(typed: string, hidden: (typed: string) => boolean): string {
  return hidden(typed.trim()) ? "*".repeat(typed.length) : sanitize(typed);
}

/**
 * Something that nobody is to see: each character is shown as a star, and nothing shows it otherwise.
 *
 * @param problem what is wrong with an answer; null for one that will do
 * @throws AppError `interrupted`
 */
export async function askSecret(message: string, problem: (typed: string) => string | null): Promise<string> {
  const { secretPrompt } = await import("./secret.ts");
  return await asked((context) => secretPrompt({ message, problem }, context));
}

export async function confirmed(message: string, fallback: boolean, words: Words["confirm"]): Promise<boolean> {
  const { confirm } = await import("@inquirer/prompts");
  const { yes, no, neither } = words;
  const keywords = { yes, no, error: () => neither };
  // A letter is a capital where it is the default, which the package shows by colour alone where there are no capitals.
  const confirmDefault = (answer: string) => {
    const capital = answer.toUpperCase();
    return capital === answer ? `[${answer}]` : capital;
  };
  return await asked((context) =>
    confirm({ message: hanging(message), default: fallback, theme: { keywords, style: { confirmDefault } } }, context),
  );
}

/** Yes or no as a choice with the arrow keys, `first` on top. @throws AppError `interrupted` */
export async function chooseYes(message: string, words: Words["confirm"], first: "yes" | "no"): Promise<boolean> {
  const answers = [true, false].map((value) => ({ value, name: value ? words.yes : words.no }));
  return await choose(message, first === "yes" ? answers : answers.reverse());
}

/**
 * Does work between two questions, in which the terminal would show what is typed: a key that is pasted too early must not be
 * seen either. It is dropped; Ctrl-C is the signal that it always is.
 */
export async function unechoed<Value>(work: () => Promise<Value>): Promise<Value> {
  const { stdin } = process;
  if (!stdin.isTTY) return await work();
  const listen = (bytes: Buffer) => {
    if (bytes.includes(3)) process.kill(process.pid, "SIGINT");
  };
  stdin.setRawMode(true).on("data", listen).resume();
  try {
    return await work();
  } finally {
    stdin.off("data", listen).pause().setRawMode(false);
  }
}

/** What a prompt of this package is given besides its own. */
export interface Context {
  readonly output: NodeJS.WriteStream;
  readonly signal: AbortSignal;
  /** Read when the question ends. */
  clearPromptOnDone: boolean;
}

/** Signals that end the program, and a question at once: nobody answers it any more. */
const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Puts a question. Ctrl-C, Ctrl-D, Esc and a signal that ends the program are an interruption like any other: readline closes at
 * Ctrl-D without a word, and the question would never end. After Ctrl-Z it would go on without its input.
 *
 * @param escape false where Esc means something else
 * @throws AppError `interrupted`
 */
export async function asked<Value>(question: (context: Context) => Promise<Value>, escape = true): Promise<Value> {
  const { stdin } = process;
  const leaving = new AbortController();
  const context = { output: process.stderr, signal: leaving.signal, clearPromptOnDone: false };
  const leave = () => {
    // A question that nobody answered is no news.
    context.clearPromptOnDone = true;
    leaving.abort();
  };
  const listen = (_: unknown, { name = "", ctrl = false }: { name?: string; ctrl?: boolean } = {}) => {
    if ((ctrl && (name === "c" || name === "d")) || (escape && name === "escape")) leave();
  };
  const resume = () => void setImmediate(() => stdin.resume());
  stdin.on("keypress", listen);
  for (const signal of endingSignals) process.on(signal, leave);
  if (process.platform !== "win32") process.on("SIGCONT", resume);
  try {
    return await question(context);
  } catch (error) {
    if (error instanceof Error && (error.name === "ExitPromptError" || error.name === "AbortPromptError")) {
      throw new AppError("interrupted", {}, { cause: error });
    }
    throw error;
  } finally {
    stdin.off("keypress", listen);
    for (const signal of endingSignals) process.off(signal, leave);
    process.off("SIGCONT", resume);
  }
}
