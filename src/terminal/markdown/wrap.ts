import { displayWidth, graphemes } from "../width.ts";
import type { StyledText } from "./styled-text.ts";

/** Scripts that break between any two characters, and the full-width signs that go with them. */
const wide = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Hangul}\u{3000}-\u{303f}\u{ff01}-\u{ffef}`;
/** Never at the end of a row. */
const opening = String.raw`\(\[\{\u{2018}\u{201c}\u{3008}\u{300a}\u{300c}\u{300e}\u{3010}\u{3014}\u{3016}\u{ff08}\u{ff3b}\u{ff5b}`;
/** Never at the start of a row: closing signs, and kana that belong to the one before. */
const closing = String.raw`\)\]\}!,.:;?%\u{2019}\u{201d}\u{2014}\u{2026}\u{2025}\u{b7}\u{3001}\u{3002}\u{3005}\u{3009}\u{300b}\u{300d}\u{300f}\u{3011}\u{3015}\u{3017}\u{303b}\u{3041}\u{3043}\u{3045}\u{3047}\u{3049}\u{3063}\u{3083}\u{3085}\u{3087}\u{30a1}\u{30a3}\u{30a5}\u{30a7}\u{30a9}\u{30c3}\u{30e3}\u{30e5}\u{30e7}\u{30fb}\u{30fc}\u{30fd}\u{30fe}\u{ff01}\u{ff09}\u{ff0c}\u{ff0e}\u{ff1a}\u{ff1b}\u{ff1f}\u{ff3d}\u{ff5d}\u{ff5e}\u{2030}\u{2103}`;
const emoji = String.raw`(?:\p{RI}{2}|[\p{Extended_Pictographic}--\p{ASCII}][\u{fe0f}\p{Emoji_Modifier}]?(?:\u{200d}\p{Extended_Pictographic}[\u{fe0f}\p{Emoji_Modifier}]?)*)[\p{M}\u{e0020}-\u{e007f}]*`;
/** Stands for a blank that no row ends at; never shown. */
export const held = "\ue000";
const word = String.raw`(?:(?![${opening}]+[${wide}])[^ \n\u{3000}\u{e000}${wide}\p{RI}[\p{Extended_Pictographic}--\p{ASCII}]])+`;

const piece = String.raw`[${opening}]*(?:[[${wide}]--\u{3000}]\p{M}*|${word}|${emoji}|[${opening}]+|.)[${closing}]*`;

let unitPattern: RegExp | undefined;
/**
 * A line end, spaces, or what must stay together: a word or one wide character with the signs that cling to it. Made at first
 * use: V8 takes 2 ms for the tables of Unicode behind it, and plain English needs none.
 */
const unitIn = (text: string) =>
  special.test(text)
    ? (unitPattern ??= new RegExp(String.raw`\n|[ \u{3000}]+|${piece}(?:\u{e000}+${piece})*`, "gv"))
    : plainUnit;

/**
 * What text has where a unit is not just what stands between spaces: characters other than ASCII, dashes, quotes and ellipses; an
 * opening sign before a space; a held blank with no sign on either side.
 */
const special =
  /[^\n\x20-\x7e\u2010-\u2027\ue000]|[([{\u2018\u201c][ \n\ue000]|(?:^|[ \n\ue000])\ue000|\ue000(?:[ \n]|$)/;
const plainUnit = /\n| +|[^ \n]+/g;

/** Whether the text may be cut in two here, and its parts wrapped one after the other, with the rows of the whole. */
export function breaksBetween(text: string, offset: number): boolean {
  const after = text.charAt(offset);
  if (after === " " || after === "\n") return !/[ \n]/.test(text.charAt(offset - 1));
  wideEnd ??= new RegExp(String.raw`[[${wide}]--[${opening}]]$`, "v");
  wideStart ??= new RegExp(String.raw`^[[${wide}]--[${closing}]--\p{M}]`, "v");
  return wideEnd.test(text.charAt(offset - 1)) && wideStart.test(after);
}
let wideEnd: RegExp | undefined;
let wideStart: RegExp | undefined;

/**
 * The text in lines of at most so many columns, broken at spaces and between wide characters; newlines break too. Spaces at
 * a break are dropped, those at the start of a line of the text are kept.
 *
 * @param long what becomes of a word longer than a line: it is cut, or has a line of its own that is wider
 */
export function wrap(content: StyledText, columns: number, long: "cut" | "whole" = "cut"): StyledText[] {
  const { text } = content;
  if (!text.includes("\n") && displayWidth(text) <= columns) return [content];
  const lines: StyledText[] = [];
  let start = 0;
  let end = 0;
  let column = 0;
  const breakAt = (next: number) => {
    lines.push(content.slice(start, end));
    start = end = next;
    column = 0;
  };
  for (const { 0: found, index } of text.matchAll(unitIn(text))) {
    const after = index + found.length;
    if (found === "\n") {
      breakAt(after);
      continue;
    }
    const width = displayWidth(found);
    if (found.startsWith(" ") || found.startsWith("\u3000")) {
      if (column === 0 && start !== index) start = end = after;
      else column += width;
      if (column === width && start === index) end = after;
      continue;
    }
    const isKept = width <= columns || long === "whole";
    if (column + width > columns && column > 0 && isKept) breakAt(index);
    if (column + width <= columns || long === "whole") {
      if (column === 0) start = index;
      column += width;
      end = after;
      continue;
    }
    let at = index;
    for (const character of graphemes(found)) {
      const size = displayWidth(character);
      if (column + size > columns && column > 0) breakAt(at);
      if (column === 0) start = at;
      column += size;
      at += character.length;
      end = at;
    }
  }
  lines.push(content.slice(start, end));
  return lines;
}
