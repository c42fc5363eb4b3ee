import { fold, unfolded, type Range } from "./fold.ts";

/** What is looked for in a text. */
export interface Matcher {
  /** How many different things are looked for; an exchange must hold all of them. */
  readonly count: number;
  /** Whether a text holds that one of them. */
  readonly isIn: (text: string, part: number) => boolean;
  /** Where any of them stands in each line of a text. */
  readonly rangesIn: (lines: readonly string[], text: string) => Range[][];
}

/**
 * Returns the terms of a query: words, and quoted phrases verbatim. Folded, without duplicates.
 *
 * @param query as it is typed
 */
export function literalsOf(query: string): string[] {
  // A quote that is never closed, or within a word, is a sign like any other.
  const parts = query.matchAll(/(?<!\S)"([^"]+)"(?!\S)|(\S+)/g);
  const literals = Array.from(parts, ([, quoted, bare]) => fold(quoted ?? bare ?? ""));
  return [...new Set(literals)].filter((literal) => literal.trim() !== "");
}

/** Finds texts that hold literals. */
export function literalMatcher(literals: readonly string[]): Matcher {
  // Most texts that are looked at several times are so at once.
  let last = { text: "", folded: "" };
  const folded = (text: string) => {
    if (last.text !== text) last = { text, folded: fold(text) };
    return last.folded;
  };
  return {
    count: literals.length,
    isIn: (text, part) => folded(text).includes(literals[part]!),
    rangesIn(lines, text) {
      // No character becomes a newline, and no newline another character.
      const foldedLines = folded(text).split("\n");
      return lines.map((line, index) => {
        const found = occurrences(foldedLines[index]!, literals);
        return found.length === 0 ? [] : unfolded(line, found);
      });
    },
  };
}

/** Finds lines by a regular expression. */
export function regexMatcher({ source, flags }: RegExp): Matcher {
  const everywhere = new RegExp(source, [...new Set(`${flags}g`)].join(""));
  const rangesIn = (line: string) => {
    const ranges: Range[] = [];
    for (const { 0: found, index } of line.matchAll(everywhere)) {
      ranges.push({ from: index, to: index + found.length });
      if (ranges.length === maxRanges) break;
    }
    return ranges;
  };
  return {
    count: 1,
    isIn: (text) => text.split("\n").some((line) => rangesIn(line).length > 0),
    rangesIn: (lines) => lines.map(rangesIn),
  };
}

/** Places in one line that are marked for each thing that is looked for; more tell nothing. */
const maxRanges = 1000;

function occurrences(text: string, literals: readonly string[]): Range[] {
  const found: Range[] = [];
  for (const literal of literals) {
    let count = 0;
    for (let from = text.indexOf(literal); from >= 0; from = text.indexOf(literal, from + literal.length)) {
      found.push({ from, to: from + literal.length });
      if (++count === maxRanges) break;
    }
  }
  return found.sort((a, b) => a.from - b.from);
}
