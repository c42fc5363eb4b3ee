import { kinds, longestTerm, longMarks, runsOf, type CharacterRun } from "./runs.ts";

/**
 * What the index can say of a text that holds a literal. A text that fulfils all conditions need not hold it, but one that holds
 * it fulfils them all.
 */
export type Condition =
  /** It holds these two units beside each other; a second of 0 is the end of a run, null is anything. */
  | { readonly type: "pair"; readonly first: number; readonly second: number | null }
  /** It holds a word, or run of signs, that has this in it: all of it, its beginning, its end, or any part. */
  | { readonly type: "word"; readonly text: string; readonly part: WordPart; readonly long: string };

type WordPart = "whole" | "start" | "end" | "any";

export interface Conditions {
  readonly conditions: readonly Condition[];
  /** Whether a text that fulfils them holds the literal for certain, as long as no run in it is too long for the index. */
  readonly certain: boolean;
}

/** The conditions for a folded literal. */
export function conditionsFor(literal: string): Conditions {
  const runs = runsOf(literal);
  const conditions = runs.flatMap((run) => (run.kind === kinds.spaceless ? pairsOf(run) : [wordOf(run, run.kind)]));
  return { conditions, certain: runs.length === 1 && runs[0]!.text === literal && conditions.length === 1 };
}

function pairsOf({ text, openRight }: CharacterRun): Condition[] {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  const pairs = units.slice(1).map((second, index): Condition => ({ type: "pair", first: units[index]!, second }));
  const last = units.at(-1)!;
  if (!openRight) return [...pairs, { type: "pair", first: last, second: 0 }];
  return pairs.length === 0 ? [{ type: "pair", first: last, second: null }] : pairs;
}

function wordOf({ text, openLeft, openRight }: CharacterRun, kind: 2 | 4): Condition {
  const long = longMarks[kind];
  // No word in the index is as long: only a text with a longer run can hold it.
  if (text.length > longestTerm) return { type: "word", text: long, part: "whole", long };
  const part: WordPart = openLeft ? (openRight ? "any" : "end") : openRight ? "start" : "whole";
  return { type: "word", text, part, long };
}
