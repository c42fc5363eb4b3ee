import { AppError } from "../errors.ts";
import { sanitize } from "./sanitize.ts";

/** Questions to a person, asked on stderr so that stdout stays clean; `@inquirer/prompts` is loaded at the first one. */
export interface Choice<Value> {
  readonly value: Value;
  readonly name: string;
  readonly description?: string;
}

const context = { output: process.stderr } as const;
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
  return await answered(select<Value>(config, context));
}

export async function askSecret(message: string): Promise<string> {
  const { password } = await import("@inquirer/prompts");
  return (await answered(password({ message, mask: "*" }, context))).trim();
}

export async function confirmed(message: string, fallback: boolean): Promise<boolean> {
  const { confirm } = await import("@inquirer/prompts");
  return await answered(confirm({ message, default: fallback }, context));
}

/** Ctrl-C at a question is an interruption like any other. */
export async function answered<Value>(prompt: Promise<Value>): Promise<Value> {
  try {
    return await prompt;
  } catch (error) {
    if (error instanceof Error && (error.name === "ExitPromptError" || error.name === "AbortPromptError")) {
      throw new AppError("interrupted", {}, { cause: error });
    }
    throw error;
  }
}
