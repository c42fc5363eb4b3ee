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
  const wanted = folded.flatMap(({ from, to }) => (to > from ? [from, to - 1] : [from])).sort((a, b) => a - b);
  const places = origins(text, wanted);
  const ranges: Range[] = [];
  for (const { from, to } of folded) {
    const start = places.get(from)?.from ?? text.length;
    let end = to > from ? (places.get(to - 1)?.to ?? text.length) : start;
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

/** For some units of the folded text, in their order, where the character each comes from begins and ends in `text`. */
function origins(text: string, wanted: readonly number[]): Map<number, Range> {
  const found = new Map<number, Range>();
  let next = 0;
  let folded = 0;
  for (let at = 0; at < text.length && next < wanted.length;) {
    const length = text.codePointAt(at)! > 0xffff ? 2 : 1;
    folded += foldedLength(text, at, length);
    for (; next < wanted.length && wanted[next]! < folded; next++)
      found.set(wanted[next]!, { from: at, to: at + length });
    at += length;
  }
  return found;
}

/** How many units each character of one unit becomes, plus one; 0 where that was not asked yet. */
const lengths = new Uint8Array(0x1_0000);

function foldedLength(text: string, at: number, length: number): number {
  const unit = text.charCodeAt(at);
  if (length === 1 && lengths[unit] !== 0) return lengths[unit]! - 1;
  const units = fold(text.slice(at, at + length)).length;
  if (length === 1) lengths[unit] = units + 1;
  return units;
}
