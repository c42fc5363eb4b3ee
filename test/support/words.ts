import { modelPrompts } from "../../src/chat/prompts.ts";
import type { ErrorCode, ErrorDetails } from "../../src/errors.ts";
import { loadWords } from "../../src/words/load.ts";

export const prompts = modelPrompts.en;

export const en = await loadWords("en");
export const zh = await loadWords("zh");

/**
 * What the program says of an error.
 *
 * @param details those of its facts that are in the sentence
 */
export function wordsOf<Code extends ErrorCode>(
  code: Code,
  details: Partial<ErrorDetails[Code]>,
  words = en,
): { readonly what: string; readonly next: string; readonly whole: string } {
  const sayer = words.errors[code] as unknown as (details: object) => { what: string; next: string };
  const { what, next } = sayer(details);
  return { what, next, whole: `${what}${words === en ? " " : ""}${next}`.trim() };
}

/** Stands for any text in a sentence that `patternOf` takes. */
export const any = "\u0000";

/** A pattern that finds a sentence of the word tables; each `any` in it is a group of its own. */
export function patternOf(sentence: string, flags = "u"): RegExp {
  return new RegExp(
    sentence
      .split(any)
      .map((piece) => RegExp.escape(piece))
      .join("(.+?)"),
    flags,
  );
}
