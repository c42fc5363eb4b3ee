import type { AppError } from "../../errors.ts";
import { confirmed } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { describe } from "../../terminal/terminal.ts";
import type { Console } from "../console.ts";

/** Asks on a terminal whether a request goes out that could exceed a budget; false where nobody can be asked. */
export async function askExcess({ terminal, words }: Console, error: AppError): Promise<boolean> {
  if (!terminal.interactive) return false;
  terminal.warn(sanitize(describe(error, words.errors)));
  return await confirmed(words.usage.sendAnyway, false, words.confirm);
}
