import { displayWidth, graphemes } from "./width.ts";

/** Where the cursor stands in its row. */
export interface CursorColumn {
  /** Counted from the left; equal to the width of the screen where the row is full and the next character begins another. */
  readonly column: number;
  /** Rows that the terminal has begun because the one before was full. */
  readonly wraps: number;
  /** What was written last, with its colours, where the row is full: writing it again leaves the cursor as it was. */
  readonly last: string;
}

const tokens = /\x1b\[([\d;?]*)([A-Za-z])|\x1b[78D]|\r|[^\x1b\r]+/gu;

/** Follows what is written to a terminal, to tell the column of its cursor without asking. */
export class CursorTrail {
  #line = "";

  /** @param text what was written, escape sequences and all */
  add(text: string): void {
    const end = text.lastIndexOf("\n");
    this.#line = end < 0 ? this.#line + text : text.slice(end + 1);
  }

  /** @param columns of the screen */
  place(columns: number): CursorColumn {
    let [column, wraps, style, last] = [0, 0, "", ""];
    for (const [all, parameters = "", final] of this.#line.matchAll(tokens)) {
      if (final === "m") style = parameters === "" || parameters === "0" ? "" : style + all;
      else if (final === "G") column = Math.max(1, Number(parameters)) - 1;
      else if (final === "C") column += Math.max(1, Number(parameters));
      else if (final === "H" || all === "\r") column = 0;
      else if (!all.startsWith("\u001b")) {
        ({ column, wraps } = advance({ column, wraps }, all, columns));
        if (column === columns) last = `${style}${graphemes(all).at(-1) ?? ""}${style === "" ? "" : "\u001b[0m"}`;
      }
    }
    return { column, wraps, last: column === columns ? last : "" };
  }
}

function advance(from: { column: number; wraps: number }, text: string, columns: number) {
  const width = displayWidth(text);
  if (from.column + width <= columns) return { ...from, column: from.column + width };
  let { column, wraps } = from;
  for (const cluster of graphemes(text)) {
    const size = displayWidth(cluster);
    if (column + size > columns) [column, wraps] = [0, wraps + 1];
    column += size;
  }
  return { column, wraps };
}
