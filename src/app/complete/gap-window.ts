import type { TextCounter } from "../usage/text-tokens.ts";

/** A gap in a text, by what stands around it. */
export interface Gap {
  readonly prefix: string;
  readonly suffix: string;
}

/** A gap whose surroundings fit a window. */
interface FittedGap extends Gap {
  /** UTF-16 units that were left out at either end. */
  readonly cut: { readonly prefix: number; readonly suffix: number };
}

/** Shares of the room are aimed at a little short, as tokens are not spread evenly over a text. */
const aim = 0.97;
/** Rounds of cutting; each takes a few hundredths at least. */
const maxRounds = 12;

/**
 * Leaves out what is farthest from a gap until the rest fits. Each side has half of the room, and what the other one leaves of its
 * half. Lines are cut at their breaks where there are some.
 *
 * @param room tokens
 */
export async function fitGap({ prefix, suffix }: Gap, room: number, count: TextCounter): Promise<FittedGap> {
  let [before, after] = [prefix, suffix];
  for (let round = 0; round < maxRounds; round++) {
    // No text has more tokens than bytes.
    if (Buffer.byteLength(before) + Buffer.byteLength(after) <= room) break;
    const [ofBefore, ofAfter] = [(await count(before)).tokens, (await count(after)).tokens];
    if (ofBefore + ofAfter <= room) break;
    const half = Math.floor(room / 2);
    const forBefore = Math.max(half, room - ofAfter);
    const forAfter = Math.max(room - half, room - ofBefore);
    if (ofBefore > forBefore) before = endOf(before, share(before, forBefore, ofBefore));
    if (ofAfter > forAfter) after = startOf(after, share(after, forAfter, ofAfter));
  }
  const cut = { prefix: prefix.length - before.length, suffix: suffix.length - after.length };
  return { prefix: before, suffix: after, cut };
}

/** UTF-16 units that have so many of a text's tokens. */
function share({ length }: string, tokens: number, all: number): number {
  return Math.floor((length * tokens * aim) / all);
}

/** The last units of a text, from the start of a line on where one is among them. */
function endOf(text: string, length: number): string {
  const from = wholeCharacter(text, text.length - length);
  const next = text.indexOf("\n", from);
  return text.slice(next === -1 || next > text.length - length / 2 ? from : next + 1);
}

/** The first units of a text, to the end of a line where one is among them. */
function startOf(text: string, length: number): string {
  const to = wholeCharacter(text, length);
  const last = text.lastIndexOf("\n", to - 1);
  return text.slice(0, last < length / 2 ? to : last + 1);
}

/** A place that does not part a surrogate pair. */
function wholeCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at;
}
