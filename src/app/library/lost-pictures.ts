import { basename } from "node:path";
import { sanitizeLine } from "../../terminal/sanitize.ts";
import type { LostImage } from "../../transcripts/store/kept-pictures.ts";
import type { Console } from "../console.ts";

/** Sentences before the rest is only counted. */
const maxSentences = 10;

/** Says of each picture of a conversation that its copy can't be had, and why. */
export function warnOfLost({ terminal, words }: Pick<Console, "terminal" | "words">, lost: readonly LostImage[]): void {
  for (const { name, folder, file, reason } of lost.slice(0, maxSentences)) {
    const copy = `${basename(folder)}/${file}`;
    terminal.warn(sanitizeLine(words.transcripts.lostPicture({ name, copy, reason })));
  }
  const more = lost.length - maxSentences;
  if (more > 0) terminal.warn(words.transcripts.moreLost({ count: more }));
}
