import { graphemes } from "../../terminal/width.ts";
import { wordSegments } from "./motions.ts";

/** A word of a line, by offsets in it; `last` is where its last cluster begins. */
export interface ViWord {
  readonly from: number;
  readonly last: number;
  readonly to: number;
}

/**
 * The words of a line as vi has them: runs of letters, digits and underscores, and runs of other characters. Where words stand
 * without blanks between, as in Chinese, they are those of Unicode's dictionary.
 *
 * @param big only blanks separate words
 */
export function viWords(line: string, big: boolean): ViWord[] {
  const borders = big ? null : new Set(Array.from(wordSegments(line), ({ index }) => index));
  const words: ViWord[] = [];
  let before = "blank";
  let from = 0;
  for (const cluster of graphemes(line)) {
    const kind = kindOf(cluster, big);
    const to = from + cluster.length;
    const goesOn = kind === before && !(kind === "word" && borders?.has(from) === true);
    const current = words.at(-1);
    if (kind !== "blank" && goesOn && current !== undefined)
      words.splice(-1, 1, { from: current.from, last: from, to });
    else if (kind !== "blank") words.push({ from, last: from, to });
    [before, from] = [kind, to];
  }
  return words;
}

function kindOf(cluster: string, big: boolean): "blank" | "word" | "other" {
  if (/^\s/u.test(cluster)) return "blank";
  return big || /^[\p{L}\p{N}_]/u.test(cluster) ? "word" : "other";
}
