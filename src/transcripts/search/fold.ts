/**
 * A text as it is compared: full-width and half-width, upper and lower case, and other forms of the same character are one
 * (NFKD and lower case). Character by character, so that whatever stands in a text also stands in the folded text: NFKC would
 * join a letter with the mark behind it, and the letter alone would not be found any more. (Only the order of several marks on
 * one letter is not kept.)
 */
export function fold(text: string): string {
  const folded = text.toWellFormed().normalize("NFKD").toLowerCase();
  // The one letter whose lower case depends on what stands around it.
  return folded.includes("\u03c2") ? folded.replaceAll("\u03c2", "\u03c3") : folded;
}

/** UTF-16 units from `from` up to, not including, `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const mark = /^\p{M}/u;

/**
 * Where stretches of `fold(text)` stand in `text` itself. A character of which only a part is meant counts whole, and so do the
 * marks on it. Ranges that touch become one.
 *
 * @param folded in order of their beginnings
 */
export function unfolded(text: string, folded: readonly Range[]): Range[] {
  const { starts, ends } = origins(text);
  const ranges: Range[] = [];
  for (const { from, to } of folded) {
    const start = starts[from] ?? text.length;
    let end = to > from ? (ends[to - 1] ?? text.length) : start;
    for (let next = mark.exec(text.slice(end, end + 2)); next !== null; next = mark.exec(text.slice(end, end + 2))) {
      end += next[0].length;
    }
    const before = ranges.at(-1);
    if (before !== undefined && start <= before.to) {
      ranges[ranges.length - 1] = { from: before.from, to: Math.max(before.to, end) };
    } else ranges.push({ from: start, to: end });
  }
  return ranges;
}

/** For each unit of the folded text where the character it comes from begins and ends. */
function origins(text: string): { starts: number[]; ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const character of text) {
    const length = character < "\u0080" ? 1 : fold(character).length;
    for (let unit = 0; unit < length; unit++) {
      starts.push(at);
      ends.push(at + character.length);
    }
    at += character.length;
  }
  return { starts, ends };
}
