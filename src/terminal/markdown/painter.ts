import { erasedRows } from "../erase.ts";
import { characterStart, displayWidth, graphemes } from "../width.ts";
import { ansi } from "./ansi.ts";
import type { MarkdownOptions } from "./options.ts";
import { StyledText, type MarkdownRow } from "./styled-text.ts";

/** A place relative to the first row drawn: rows down, columns from the left; a column equal to the width is a full row. */
interface Place {
  readonly row: number;
  readonly column: number;
}

const nothing = new StyledText();

/**
 * Keeps the end of what is written in step with a text that changes there. It knows which lines may still change and are on
 * the screen, with the cursor after the last of them; what is above is never touched. Only what differs is written.
 */
export class Painter {
  #options: MarkdownOptions;
  #drawn: readonly StyledText[] = [nothing];
  /** Where the first of them starts: after the final part of the same line, if there is one. */
  #column = 0;
  /** How many of the open lines are not shown because the screen is too low. */
  #hidden = 0;

  constructor(options: MarkdownOptions) {
    this.#options = options;
  }

  /** @param final rows that come to stay @param open rows after them that may change */
  paint(final: readonly MarkdownRow[], open: readonly MarkdownRow[]): string {
    if (final.length > 0) this.#hidden = 0;
    const shown = this.#visible(open);
    const bytes = this.#update(linesOf(final, shown));
    this.#column = this.#columnAfter(final);
    this.#drawn = shown;
    return bytes;
  }

  resize(options: MarkdownOptions, open: readonly MarkdownRow[]): string {
    const up = Math.min(this.#rowsToCursor(options), options.rows - 1);
    this.#options = options;
    // In the middle of a line that is partly final nothing can be drawn again; it is only continued.
    if (this.#column > 0 || !options.cursor) return "";
    this.#hidden = 0;
    this.#drawn = this.#visible(open);
    return this.#synchronized(backTo(up, 0) + joined(this.#drawn));
  }

  #update(next: readonly StyledText[]): string {
    const drawn = this.#drawn;
    const differing = drawn.findIndex((line, index) => !line.equals(next[index] ?? nothing));
    const same = Math.min(differing < 0 ? drawn.length : differing, next.length);
    if (same === drawn.length && same === next.length) return "";
    // Where all that is drawn stays, or all that is to be drawn is, the last line in common is where to go on.
    const index = Math.min(same, drawn.length - 1, next.length - 1);
    const old = drawn[index] ?? nothing;
    const line = next[index] ?? nothing;
    const common = old.commonStart(line);
    if (index < drawn.length - 1 || common < old.text.length) return this.#redraw(next, index, common);
    return joined([line.slice(common), ...next.slice(index + 1)]);
  }

  /** Moves back to the first difference, and draws from there on what is different now. */
  #redraw(next: readonly StyledText[], index: number, common: number): string {
    const { columns } = this.#options;
    const { text } = this.#drawn[index] ?? nothing;
    let start = common;
    let to = this.#place(this.#drawn, index, text.slice(0, start), columns);
    // Where the terminal broke a line the cursor cannot be put so that it goes on; the character before is drawn again.
    while (start > 0 && (to.column === 0 || to.column >= columns)) {
      start = characterStart(text, start - 1);
      to = this.#place(this.#drawn, index, text.slice(0, start), columns);
    }
    const from = this.#end(this.#drawn, columns);
    const line = next[index] ?? nothing;
    const shorter = displayWidth(line.text) < displayWidth(text);
    const up = from.row - to.row;
    const back = up > 0 || shorter ? backTo(up, to.column) : moveTo(to.column);
    return this.#synchronized(back + joined([line.slice(start), ...next.slice(index + 1)]));
  }

  /** The open lines that are drawn: the last ones that the screen can hold. */
  #visible(open: readonly MarkdownRow[]): readonly StyledText[] {
    if (open.length === 0 || !this.#options.cursor) return [nothing];
    const { rows, columns } = this.#options;
    const lines = linesOf(open, []);
    const room = Math.max(1, rows - 1);
    const height = () => this.#end(lines.slice(this.#hidden), columns).row + 1;
    if (height() <= room) return lines.slice(this.#hidden);
    // Half the screen at a time, so that not every new row draws all the others again.
    const enough = Math.max(1, Math.floor(room / 2));
    while (this.#hidden < lines.length - 1 && height() > enough) this.#hidden += 1;
    if (height() <= room) return lines.slice(this.#hidden);
    const last = lines.at(-1) ?? nothing;
    const cells = Math.floor((enough * columns) / 2);
    return [last.slice(characterStart(last.text, last.text.length - cells))];
  }

  #columnAfter(final: readonly MarkdownRow[]): number {
    if (final.length === 0) return this.#column;
    if (final.at(-1)?.continues !== true) return 0;
    return this.#end(linesOf(final, []), this.#options.columns).column;
  }

  #end(lines: readonly StyledText[], columns: number): Place {
    return this.#place(lines, lines.length - 1, lines.at(-1)?.text ?? "", columns);
  }

  /** Where line `index` comes to with the text of its beginning. */
  #place(lines: readonly StyledText[], index: number, beginning: string, columns: number): Place {
    let place: Place = { row: 0, column: this.#column };
    for (const { text } of lines.slice(0, index)) place = { row: advance(place, text, columns).row + 1, column: 0 };
    return advance(place, beginning, columns);
  }

  /** How far the cursor is below the first drawn row after the terminal has taken on another width. */
  #rowsToCursor({ columns, reflow }: MarkdownOptions): number {
    const before = this.#options.columns;
    if (reflow === "none") return this.#end(this.#drawn, before).row;
    if (reflow === "all") return this.#end(this.#drawn, columns).row;
    const own = advance({ row: 0, column: 0 }, this.#drawn.at(-1)?.text ?? "", before).row;
    return this.#place(this.#drawn, this.#drawn.length - 1, "", columns).row + own;
  }

  #synchronized(bytes: string): string {
    return this.#options.synchronized ? `\x1b[?2026h${bytes}\x1b[?2026l` : bytes;
  }
}

/** Rows as lines, those that continue put together, and more lines after them. */
function linesOf(rows: readonly MarkdownRow[], more: readonly StyledText[]): StyledText[] {
  const lines: StyledText[] = [];
  let begun: StyledText | null = null;
  for (const { content, continues } of rows) {
    const line: StyledText = begun === null ? content : new StyledText().addAll(begun).addAll(content);
    begun = continues ? line : null;
    if (!continues) lines.push(line);
  }
  if (begun === null) return [...lines, ...more];
  const [first, ...others] = more;
  return [...lines, first === undefined ? begun : new StyledText().addAll(begun).addAll(first), ...others];
}

/** Where the cursor comes to by writing the text, when the terminal breaks the line. */
function advance({ row, column }: Place, text: string, columns: number): Place {
  const width = displayWidth(text);
  if (column + width <= columns) return { row, column: column + width };
  const place = { row, column };
  for (const character of graphemes(text)) {
    const size = displayWidth(character);
    if (place.column + size > columns) {
      place.row += 1;
      place.column = 0;
    }
    place.column += size;
  }
  return place;
}

function moveTo(column: number): string {
  return column === 0 ? "\r" : `\x1b[${column + 1}G`;
}

/** Goes up so many rows and to the column, and erases from there to the end of the screen. */
function backTo(up: number, column: number): string {
  if (up === 0) return `${moveTo(column)}\x1b[K`;
  if (column > 0) return `\x1b[${up}A${moveTo(column)}\x1b[J`;
  return erasedRows(up);
}

/** The lines with line ends between them, none after the last. */
function joined(lines: readonly StyledText[]): string {
  return lines.map((line) => ansi(line)).join("\n");
}
