import { AppError } from "../errors.ts";
import type { Words } from "../words/words.ts";
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
    name: sanitize(choice.name),
    ...(choice.description !== undefined && { description: sanitize(choice.description) }),
  }));
  const config = { message, choices: rows, theme, ...(fallback !== undefined && { default: fallback }) };
  return await asked((context) => select<Value>(config, context));
}

export async function askSecret(message: string): Promise<string> {
  const { password } = await import("@inquirer/prompts");
  return (await asked((context) => password({ message, mask: "*" }, context))).trim();
}

export async function confirmed(message: string, fallback: boolean, words: Words["confirm"]): Promise<boolean> {
  const { confirm } = await import("@inquirer/prompts");
  const { yes, no, neither } = words;
  const keywords = { yes, no, error: () => neither };
  return await asked((context) => confirm({ message, default: fallback, theme: { keywords } }, context));
}

/** What a prompt of this package is given besides its own. */
export interface Context {
  readonly output: NodeJS.WriteStream;
  readonly signal: AbortSignal;
  /** Read when the question ends. */
  clearPromptOnDone: boolean;
}

/**
 * Puts a question. Ctrl-C, Ctrl-D and Esc are an interruption like any other: readline closes at Ctrl-D without a word, and
 * the question would never end. After Ctrl-Z it would go on without its input.
 *
 * @param escape false where Esc means something else
 * @throws AppError `interrupted`
 */
export async function asked<Value>(question: (context: Context) => Promise<Value>, escape = true): Promise<Value> {
  const { stdin } = process;
  const leaving = new AbortController();
  const context = { output: process.stderr, signal: leaving.signal, clearPromptOnDone: false };
  const listen = (_: unknown, { name = "", ctrl = false }: { name?: string; ctrl?: boolean } = {}) => {
    if (!(ctrl && (name === "c" || name === "d")) && !(escape && name === "escape")) return;
    // A question that nobody answered is no news.
    context.clearPromptOnDone = true;
    leaving.abort();
  };
  const resume = () => void setImmediate(() => stdin.resume());
  stdin.on("keypress", listen);
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
    process.off("SIGCONT", resume);
  }
}
