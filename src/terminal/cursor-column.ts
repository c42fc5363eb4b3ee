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

const tokens = /\x1b\[([\d;?]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[78D]|\r|[^\x1b\r]+/gu;

/** The end of a text that may yet be joined by what follows: no mark or joiner goes before a blank or a Chinese character. */
const tail = /[ \u4e00-\u9fff][^ \u4e00-\u9fff]*$/u;

interface Measured extends CursorColumn {
  /** The colours in force. */
  readonly style: string;
}

const lineStart: Measured = { column: 0, wraps: 0, last: "", style: "" };

/** Follows what is written to a terminal, to tell the column of its cursor without asking. A line is measured once as it grows. */
export class CursorTrail {
  #line = "";
  #columns = 0;
  #measured = lineStart;
  /** The end of the line, which is not measured yet. */
  #rest = "";

  /** @param text what was written, escape sequences and all */
  add(text: string): void {
    const end = text.lastIndexOf("\n");
    if (end >= 0) [this.#line, this.#rest, this.#measured] = ["", "", lineStart];
    const added = text.slice(end + 1);
    this.#line += added;
    this.#rest += added;
  }

  /** @param columns of the screen */
  place(columns: number): CursorColumn {
    if (columns !== this.#columns) [this.#columns, this.#measured, this.#rest] = [columns, lineStart, this.#line];
    const found = [...this.#rest.matchAll(tokens)];
    const isOpen = found.length > 0 && !/^[\x1b\r]/u.test(found.at(-1)![0]);
    const [open = ""] = isOpen ? found.pop()! : [];
    for (const [all, parameters, final] of found)
      this.#measured = measure(this.#measured, all, columns, parameters, final);
    const cut = Math.max(0, open.search(tail));
    if (cut > 0) this.#measured = measure(this.#measured, open.slice(0, cut), columns);
    this.#rest = open.slice(cut);
    const { column, wraps, last } = this.#rest === "" ? this.#measured : measure(this.#measured, this.#rest, columns);
    return { column, wraps, last: column === columns ? last : "" };
  }
}

/** What stands after one more token. */
function measure(before: Measured, token: string, columns: number, parameters = "", final?: string): Measured {
  if (final === "m") {
    return { ...before, style: parameters === "" || parameters === "0" ? "" : before.style + token };
  }
  if (final === "G") return { ...before, column: Math.max(1, Number(parameters)) - 1 };
  if (final === "C") return { ...before, column: before.column + Math.max(1, Number(parameters)) };
  if (final === "H" || token === "\r") return { ...before, column: 0 };
  if (token.startsWith("\u001b")) return before;
  const { style } = before;
  const { column, wraps } = advance(before, token, columns);
  const isFull = column === columns;
  const last = isFull ? `${style}${graphemes(token).at(-1) ?? ""}${style === "" ? "" : "\u001b[0m"}` : before.last;
  return { column, wraps, last, style };
}

function advance(from: { column: number; wraps: number }, text: string, columns: number) {
  const width = displayWidth(text);
  if (from.column + width <= columns) return { column: from.column + width, wraps: from.wraps };
  let { column, wraps } = from;
  for (const cluster of graphemes(text)) {
    const size = displayWidth(cluster);
    if (column + size > columns) [column, wraps] = [0, wraps + 1];
    column += size;
  }
  return { column, wraps };
}
