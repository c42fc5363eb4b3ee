import { type Cell, widthOf } from "./cells.ts";
import type { Frame, ScreenPosition } from "./layout.ts";
import { isUncertain, styledCells } from "./styled-cells.ts";

/** How a row stands after a terminal wrapped it at fewer columns: how many rows it takes, and where one column of it went. */
function rewrapped(cells: readonly Cell[], columns: number, column: number): { rows: number; place: ScreenPosition } {
  let [row, width, passed] = [0, 0, 0];
  let place: ScreenPosition | null = null;
  for (const cell of cells) {
    if (width + cell.width > columns && width > 0) [row, width] = [row + 1, 0];
    if (passed >= column) place ??= { row, column: width };
    width += cell.width;
    passed += cell.width;
  }
  place ??= width >= columns ? { row: row + 1, column: 0 } : { row, column: width };
  return { rows: row + 1, place };
}

/**
 * Draws frames, each as the difference to the one before. Rows are ended by hand and never left to the terminal's wrapping, and
 * all movement is relative, so nothing above the prompt is touched. What is drawn is gathered and written at once
 * by `flush`.
 */
export class PromptView {
  readonly #write: (text: string) => void;
  readonly #muted: () => string | null;
  #out = "";
  #frame: Frame | null = null;
  /** Rows of the screen that are ours; there is always one. */
  #height = 1;
  /** The hardware cursor; column -1 where a terminal may see it differently. */
  #at: ScreenPosition = { row: 0, column: -1 };

  /** @param muted SGR parameters; null without colours */
  constructor(write: (text: string) => void, muted: () => string | null) {
    this.#write = write;
    this.#muted = muted;
  }

  draw(frame: Frame, columns: number): void {
    const before = this.#frame?.rows ?? [];
    for (const [index, cells] of frame.rows.entries()) this.#drawRow(index, cells, before[index] ?? [], columns);
    if (this.#height > frame.rows.length) {
      this.#moveTo({ row: frame.rows.length, column: 0 });
      this.#out += "\x1b[J";
      this.#height = frame.rows.length;
    }
    this.#moveTo(frame.caret);
    this.#frame = frame;
  }

  /** Takes the frame off the screen; the cursor is where it started. */
  clear(): void {
    this.#moveTo({ row: 0, column: 0 });
    this.#out += "\x1b[J";
    this.forget();
  }

  /** Puts lines on the screen for good, and leaves their wrapping to the terminal, so that they are copied whole. */
  leave(lines: readonly (readonly Cell[])[]): void {
    for (const cells of lines) this.#out += `${styledCells(cells, null, this.#muted())}\r\n`;
    this.forget();
  }

  /** A text that stays on the screen, and the cursor on the line below it. */
  print(text: string): void {
    this.#out += `${text.replaceAll("\n", "\r\n")}\r\n`;
    this.forget();
  }

  /** An empty screen with what was on it kept in the scrollback, which the sequence for clearing alone would lose. */
  clearScreen(rows: number): void {
    this.clear();
    this.#out += `${"\r\n".repeat(rows - 1)}\x1b[H\x1b[J`;
  }

  /** Asks the terminal where the cursor is. */
  askPosition(): void {
    this.#out += "\x1b[6n";
  }

  /** Whether, after the screen became this wide, it depends on the terminal in which row the cursor now is. */
  unsureAfterResize(columns: number): boolean {
    const { row, column } = this.#at;
    return column >= columns || rewrapped(this.#frame?.rows[row] ?? [], columns, column).place.row > 0;
  }

  /**
   * Erases the frame after the width changed and the terminal rewrapped its rows.
   * @param column where the terminal says the cursor is, from zero: some do not wrap the line the cursor is on
   */
  clearResized(columns: number, column: number | null): void {
    const rows = this.#frame?.rows ?? [];
    const { row, column: caret } = this.#at;
    let above = 0;
    for (const cells of rows.slice(0, row)) above += rewrapped(cells, columns, 0).rows;
    const { place } = rewrapped(rows[row] ?? [], columns, caret);
    // At the right edge both is possible; a row of ours left over is better than a line above erased.
    const wrapped = column === null || (column === place.column && column < columns - 1);
    if (wrapped) above += place.row;
    this.#out += `\r${above > 0 ? `\x1b[${above}A` : ""}\x1b[J`;
    this.forget();
  }

  /** The frame is no longer on the screen, and the cursor on a line of its own. */
  forget(): void {
    this.#frame = null;
    this.#height = 1;
    this.#at = { row: 0, column: -1 };
  }

  flush(): void {
    const out = this.#out;
    this.#out = "";
    if (out === "") return;
    // Synchronized output: terminals that know it show the whole change at once, the others pass over it.
    this.#write(out.length > 60 ? `\x1b[?2026h${out}\x1b[?2026l` : out);
  }

  #drawRow(index: number, cells: readonly Cell[], before: readonly Cell[], columns: number): void {
    let same = 0;
    while (same < cells.length && sameCell(cells[same], before[same])) same++;
    if (same === cells.length && same === before.length && index < this.#height) return;
    const kept = widthOf(cells.slice(0, same));
    const fresh = cells.slice(same);
    const width = kept + widthOf(fresh);
    this.#moveTo({ row: index, column: kept });
    const uncertain = fresh.some(isUncertain);
    const drawn = styledCells(fresh, kept, this.#muted());
    // Should a terminal take more columns for it, it must not wrap.
    this.#out += uncertain ? `\x1b[?7l${drawn}\x1b[?7h` : drawn;
    this.#at = { row: index, column: width >= columns ? -1 : width };
    const leftover = widthOf(before) > width || uncertain || before.slice(same).some(isUncertain);
    if (leftover && width < columns) this.#out += "\x1b[K";
  }

  #moveTo({ row, column }: ScreenPosition): void {
    const at = this.#at;
    if (row >= this.#height) {
      this.#moveTo({ row: this.#height - 1, column: 0 });
      this.#out += "\r\n".repeat(row - this.#height + 1);
      this.#height = row + 1;
      this.#at = { row, column: 0 };
      return this.#moveTo({ row, column });
    }
    if (row < at.row) this.#out += `\x1b[${at.row - row}A`;
    if (row > at.row) this.#out += `\x1b[${row - at.row}B`;
    if (column !== at.column) this.#out += column === 0 ? "\r" : `\x1b[${column + 1}G`;
    this.#at = { row, column };
  }
}

function sameCell(one: Cell | undefined, other: Cell | undefined): boolean {
  return one?.text === other?.text && one?.style === other?.style && one?.width === other?.width;
}
