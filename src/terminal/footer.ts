import { type CursorColumn, CursorTrail } from "./cursor-column.ts";
import type { Reflow } from "./reflow.ts";
import { displayWidth } from "./width.ts";

/** Rows that stand below what is being written, with the place of the cursor in them. */
export interface FooterFrame {
  readonly rows: readonly FooterRow[];
  readonly caret: { readonly row: number; readonly column: number };
}

interface FooterRow {
  /** With its colours; never more columns than the screen has. */
  readonly text: string;
  readonly width: number;
}

interface Drawn {
  readonly frame: FooterFrame;
  /** Empty rows between the row that is written in and the first of these: one, unless that row is itself empty. */
  readonly gap: 0 | 1;
}

/** What changes nothing but the row that the cursor is in, where it does not fill it. */
const withinRow = /^(?:[^\x00-\x0c\x0e-\x1f\x7f]|\x1b\[[\d;]*[mKG]|\x1b\[\?2026[hl])*$/u;

/**
 * Keeps rows below a text that goes on being written above them. Each piece of text is written where the text ended, and the rows
 * are moved only when that changes where it ends, all in one write and, where the terminal knows that, shown at once. The place
 * where the text ends is kept by the terminal itself (DECSC), so that it is right however wide the terminal draws a character.
 */
export class Footer {
  readonly #write: (bytes: string) => void;
  readonly #size: () => { readonly columns: number; readonly rows: number };
  readonly #reflow: Reflow;
  readonly #trail = new CursorTrail();
  #drawn: Drawn | null = null;

  /**
   * @param write to the terminal, verbatim
   * @param reflow what the terminal does with long rows on a resize
   */
  constructor(
    write: (bytes: string) => void,
    size: () => { readonly columns: number; readonly rows: number },
    reflow: Reflow,
  ) {
    this.#write = write;
    this.#size = size;
    this.#reflow = reflow;
  }

  get shown(): boolean {
    return this.#drawn !== null;
  }

  show(frame: FooterFrame): void {
    const drawn = this.#drawn;
    if (drawn?.frame.rows.length !== frame.rows.length)
      return this.#write(synchronized(this.#above() + this.#draw(frame)));
    // Written over in place: nothing is taken away before there is something else.
    this.#drawn = { ...drawn, frame };
    this.#write(synchronized(`\r${up(drawn.frame.caret.row)}${this.#rows(frame)}`));
  }

  /** Takes the rows away; the cursor is where the text ended. */
  hide(): void {
    if (this.#drawn === null) return;
    this.#write(this.#above());
    this.#drawn = null;
  }

  /** @returns what to write so that the text stands where the text before it ended, and the rows below it */
  around(text: string): string {
    const drawn = this.#drawn;
    if (drawn === null) {
      this.#trail.add(text);
      return text;
    }
    const { columns } = this.#size();
    const before = this.#trail.place(columns);
    this.#trail.add(text);
    const after = this.#trail.place(columns);
    const same = before.wraps === after.wraps && before.last === "" && after.last === "" && after.column > 0;
    if (same && drawn.gap === 1 && withinRow.test(text)) {
      return `\u001b8${text}\u001b7${this.#fromTextToCaret(drawn)}`;
    }
    const above = this.#above(before);
    return synchronized(above + text.replaceAll(marks, "") + this.#draw(drawn.frame));
  }

  /** Handles a change of width: the terminal has rewrapped the rows; they are hidden until shown again. */
  resized(): void {
    if (this.#drawn === null) return;
    const { frame, gap } = this.#drawn;
    const { columns } = this.#size();
    const reflow = this.#reflow;
    const added = ({ width }: FooterRow) => (reflow === "none" ? 0 : Math.max(1, Math.ceil(width / columns)) - 1);
    const inCaretRow = reflow === "all" ? Math.floor(frame.caret.column / columns) : 0;
    const moving = frame.rows.filter(
      (_, row) => row < frame.caret.row || (reflow === "pushed" && row > frame.caret.row),
    );
    const rows = moving.reduce((sum, row) => sum + added(row), frame.caret.row + inCaretRow);
    const { column } = this.#trail.place(columns);
    this.#write(`\r${up(rows + gap)}\u001b[J${up(1)}\u001b[${Math.min(column, columns - 1) + 1}G`);
    this.#drawn = null;
  }

  /** From the caret to where the text ended, with the rows taken away. */
  #above({ last, column }: CursorColumn = this.#trail.place(this.#size().columns)): string {
    if (this.#drawn === null) return "";
    const { frame, gap } = this.#drawn;
    // That a full row waits for its next character is lost by moving: its last one is written again.
    const refill = last === "" ? "" : `\u001b[${column - displayWidth(last.replaceAll(styles, "")) + 1}G${last}`;
    return `\r${up(frame.caret.row + gap)}\u001b[J\u001b8${refill}`;
  }

  /** From where the text ended; the cursor is at the caret afterwards. */
  #draw(frame: FooterFrame): string {
    const { columns } = this.#size();
    const gap = this.#trail.place(columns).column > 0 ? 1 : 0;
    const total = frame.rows.length + gap;
    const room = `${"\u001bD".repeat(total)}${up(total)}\u001b7`;
    this.#drawn = { frame, gap };
    return `${room}\u001b[0m${"\r\n".repeat(gap + 1)}${this.#rows(frame)}`;
  }

  /** From the start of the first row to the caret. */
  #rows({ rows, caret }: FooterFrame): string {
    const { columns } = this.#size();
    const lines = rows.map(({ text, width }) => `${text}${width < columns ? "\u001b[K" : ""}`).join("\r\n");
    return `${lines}${up(rows.length - 1 - caret.row)}\u001b[${caret.column + 1}G`;
  }

  #fromTextToCaret({ frame, gap }: Drawn): string {
    return `\u001b[${1 + gap + frame.caret.row}B\u001b[${frame.caret.column + 1}G`;
  }
}

function up(rows: number): string {
  return rows > 0 ? `\u001b[${rows}A` : "";
}

const styles = /\x1b\[[\d;]*m/gu;
const marks = /\x1b\[\?2026[hl]/gu;

function synchronized(bytes: string): string {
  return `\u001b[?2026h${bytes}\u001b[?2026l`;
}
