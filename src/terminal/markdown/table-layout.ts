import { displayWidth } from "../width.ts";
import { plain, StyledText, withSgr } from "./styled-text.ts";
import type { MarkdownTheme } from "./theme.ts";
import type { Alignment } from "./recognition.ts";
import { wrap } from "./wrap.ts";

/** Columns a cell gets at least; where not all have them, a table is shown as one record after the other. */
const narrowest = 6;

export interface TableShape {
  /** Of each column, in terminal columns; null when the table is shown as records. */
  readonly widths: readonly number[] | null;
  /** Some cells are wrapped, so that lines between the rows tell where one ends. */
  readonly ruled: boolean;
}

/** What a column would like, in terminal columns. */
export interface ColumnNeed {
  /** Wraps nothing. */
  readonly natural: number;
  /** Cuts no word. */
  readonly least: number;
}

/**
 * How columns share the room: each gets what cuts none of its words, where all can; of the rest who needs little gets it, and the others
 * share alike.
 */
export function shapeOf(needs: readonly ColumnNeed[], room: number, theme: MarkdownTheme): TableShape {
  const natural = needs.map((need) => need.natural);
  const separators = theme.column.length * (natural.length - 1);
  let left = room - separators;
  if (natural.reduce((sum, width) => sum + width, 0) <= left) return { widths: natural, ruled: false };
  if (left < narrowest * natural.length) return { widths: null, ruled: true };
  const least = needs.map((need) => need.least);
  const words = least.reduce((sum, width) => sum + width, 0);
  const widths = words <= left ? least : natural.map(() => 0);
  if (words <= left) left -= words;
  const wish = (index: number) => (natural[index] ?? 0) - (widths[index] ?? 0);
  const byWish = natural.map((_, index) => index).sort((a, b) => wish(a) - wish(b));
  for (const [done, index] of byWish.entries()) {
    const more = Math.min(wish(index), Math.floor(left / (natural.length - done)));
    widths[index] = (widths[index] ?? 0) + more;
    left -= more;
  }
  return { widths, ruled: true };
}

/** Longer words, as addresses are, are cut. */
const longestWord = 20;

/** What the cell would like. */
export function needOf({ text }: StyledText): ColumnNeed {
  const natural = Math.max(...text.split("\n").map(displayWidth));
  const words = text.match(/[!-~\u00a1-\u2fff]+/g) ?? [];
  const longest = words.reduce((most, word) => Math.max(most, word.length), 1);
  return { natural, least: Math.min(natural, longest, longestWord) };
}

/** One row of the table in as many lines as its highest cell needs. */
export function rowLines(
  cells: readonly StyledText[],
  widths: readonly number[],
  alignments: readonly Alignment[],
  theme: MarkdownTheme,
): StyledText[] {
  const wrapped = widths.map((width, index) => wrap(cells[index] ?? new StyledText(), Math.max(1, width)));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const out = new StyledText();
    for (const [index, width] of widths.entries()) {
      if (index > 0) out.add(theme.column, withSgr(plain, theme.look("frame")));
      const part = wrapped[index]?.[line]?.trimEnd() ?? new StyledText();
      const free = Math.max(0, width - displayWidth(part.text));
      const before = { left: 0, right: free, center: Math.floor(free / 2) }[alignments[index] ?? "left"];
      out
        .add(" ".repeat(before))
        .addAll(part)
        .add(" ".repeat(free - before));
    }
    return out;
  });
}

export function ruleLine(widths: readonly number[], theme: MarkdownTheme): StyledText {
  const rules = widths.map((width) => theme.symbols.rule.repeat(width));
  return StyledText.of(rules.join(theme.cross), withSgr(plain, theme.look("frame")));
}

/** A row as a record: each cell after its column's name. */
export function recordLines(header: readonly StyledText[], cells: readonly StyledText[], room: number): StyledText[] {
  return header.flatMap((name, index) => {
    const cell = cells[index] ?? new StyledText();
    const line = new StyledText()
      .addAll(name)
      .add(name.text === "" ? "" : ": ")
      .addAll(cell);
    return wrap(line, room);
  });
}
