import type { AppError } from "../errors.ts";
import type { Words } from "../words/words.ts";
import { sanitize } from "./sanitize.ts";
import { errorWords } from "./terminal.ts";

interface Took {
  readonly provider: string;
  readonly model: string;
  readonly error: AppError;
}

/** How an answer was put together: who took over from whom and why, how it went on where it had broken off. */
export interface Parts {
  readonly failovers: readonly Took[];
  readonly seams: readonly (Took & { readonly how: "prefix" | "asked" | "again" })[];
}

/** A line for each part of an answer that another provider, or another request, gave. */
export function partsOf(words: Pick<Words, "answer" | "errors">, { failovers, seams }: Parts): string[] {
  const why = (error: AppError) => (error.code === "interrupted" ? "" : sanitize(errorWords(error, words.errors).what));
  return [
    ...failovers.map(({ provider, model, error }) =>
      words.answer.failover({ why: why(error), provider, model: sanitize(model) }),
    ),
    ...seams.map(({ how, provider, error }) => words.answer.seam[how]({ why: why(error), provider }).trimStart()),
  ];
}
