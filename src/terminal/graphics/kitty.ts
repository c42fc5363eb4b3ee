import type { CellSize } from "./placement.ts";
import { throughTmux } from "./tmux.ts";

/** Characters of base64 in one sequence; kitty takes no more (sw.kovidgoyal.net/kitty/graphics-protocol). */
const maxChunk = 4096;

/**
 * A picture in kitty's protocol, which the terminal scales to so many cells. It is told to answer nothing: an answer would come in by
 * the keyboard.
 *
 * @param png bytes that this program encoded
 */
export function kittyPicture(png: Uint8Array, { columns }: CellSize): string {
  return sequences(png, `a=T,f=100,q=2,c=${columns}`).join("");
}

/**
 * The same through tmux, which knows nothing of pictures: the terminal shows it in the place of private characters, which tmux keeps, moves and
 * takes away as it does with text.
 *
 * @param id tells the picture apart; 1 to 2²⁴ − 1
 */
export function kittyPlaceholders(png: Uint8Array, { columns, rows: wanted }: CellSize, id: number): string {
  const rows = Math.min(wanted, rowMarks.length);
  const placed = sequences(png, `a=T,U=1,f=100,q=2,i=${id},c=${columns},r=${rows}`).map(throughTmux).join("");
  const colour = `\x1b[38;2;${(id >> 16) & 255};${(id >> 8) & 255};${id & 255}m`;
  // Cells behind the first of a row follow from it.
  const row = (mark: number) =>
    `${colour}${placeholder}${String.fromCodePoint(mark)}${placeholder.repeat(columns - 1)}`;
  return `${placed}${rowMarks.slice(0, rows).map(row).join("\x1b[39m\n")}\x1b[39m`;
}

function sequences(png: Uint8Array, keys: string): string[] {
  const data = Buffer.from(png).toString("base64");
  const chunks: string[] = [];
  for (let at = 0; at < data.length; at += maxChunk) {
    const more = at + maxChunk < data.length ? 1 : 0;
    chunks.push(`\x1b_G${at === 0 ? `${keys},` : ""}m=${more};${data.slice(at, at + maxChunk)}\x1b\\`);
  }
  return chunks;
}

const placeholder = "\u{10eeee}";
/** The characters that number rows, from 0: the first of kitty's `rowcolumn-diacritics.txt`. */
const rowMarks = [
  0x305, 0x30d, 0x30e, 0x310, 0x312, 0x33d, 0x33e, 0x33f, 0x346, 0x34a, 0x34b, 0x34c, 0x350, 0x351, 0x352, 0x357, 0x35b,
  0x363, 0x364, 0x365, 0x366, 0x367, 0x368, 0x369, 0x36a, 0x36b, 0x36c, 0x36d, 0x36e, 0x36f, 0x483, 0x484, 0x485, 0x486,
  0x487, 0x592, 0x593, 0x594, 0x595, 0x597, 0x598, 0x599, 0x59c, 0x59d, 0x59e, 0x59f, 0x5a0, 0x5a1, 0x5a8, 0x5a9, 0x5ab,
  0x5ac, 0x5af, 0x5c4,
];
