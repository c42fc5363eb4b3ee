import type { Words } from "../words/types.ts";
import { erasedRows } from "./erase.ts";
import { ownRows } from "./own-line.ts";
import { SanitizedStream } from "./sanitize.ts";
import type { Terminal } from "./terminal.ts";
import { displayWidth } from "./width.ts";

export type ShowThinking = "always" | "while-thinking" | "never";

/** Most rows of thinking that are seen at a time while it is to be folded later. */
const windowRows = 8;
const indent = "  ";

/**
 * The model's thinking on stderr, muted, under a heading of its own: all of it as it comes, or a small window on its end that
 * is folded to one line when the answer starts. Never more is redrawn than the window, and that at most once a frame.
 */
export class ThinkingView {
  readonly #terminal: Terminal;
  readonly #words: Words["answer"];
  readonly #folds: boolean;
  readonly #startedAt = Date.now();
  /** What came since the last drawing. */
  #held = "";
  /** The last rows of the text that no later text changes; at most as many as the window has. */
  #rows: string[] = [];
  /** The row after them, which goes on. */
  #open = "";
  /** Display widths of the rows drawn, the heading's first. */
  #drawn: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #clean = new SanitizedStream();

  constructor(terminal: Terminal, words: Words["answer"], show: ShowThinking) {
    this.#terminal = terminal;
    this.#words = words;
    this.#folds = show === "while-thinking" && terminal.capable;
    if (this.#folds) this.#timer = setInterval(() => this.#terminal.draw(this.#draw), 1000);
    else terminal.err(`${this.#muted(words.thinkingHeading)}\n`);
  }

  push(text: string): void {
    this.#held += text;
    this.#terminal.draw(this.#draw);
  }

  /** Folds the thinking to one line; the text that follows begins on a line of its own. */
  end(): void {
    clearInterval(this.#timer);
    this.#terminal.flush();
    const held = this.#clean.end();
    if (!this.#folds && held !== "") this.#terminal.err(this.#muted(held));
    const line = this.#muted(this.#words.thought({ seconds: this.#seconds() }));
    this.#terminal.err(this.#folds ? `${this.#erasure()}${line}\n\n` : `\n${line}\n\n`);
  }

  /** Wraps what came; blank lines are left out, as room is scarce. */
  #take(text: string): void {
    for (const [index, piece] of text.split("\n").entries()) {
      if (index > 0) {
        if (this.#open.trim() !== "") this.#rows.push(this.#open.trimEnd());
        this.#open = "";
      }
      this.#open += piece;
      const rows = ownRows(this.#open, this.#room, "cut");
      const last = rows.pop() ?? "";
      if (rows.length > 0) this.#open = this.#open.slice(this.#open.trimEnd().length - last.length);
      this.#rows.push(...rows);
    }
    this.#rows = this.#rows.slice(-windowRows);
  }

  readonly #draw = (): void => {
    const shown = this.#clean.push(this.#held);
    this.#held = "";
    if (!this.#folds) return this.#terminal.err(this.#muted(shown));
    this.#take(shown.replaceAll("\t", "  "));
    this.#drawWindow();
  };

  #drawWindow(): void {
    const heading = this.#words.thinkingFor({ seconds: this.#seconds() });
    const rows = this.#open.trim() === "" ? this.#rows : [...this.#rows, this.#open.trimEnd()];
    const lines = [heading, ...rows.slice(Math.max(0, rows.length - this.#height)).map((row) => indent + row)];
    const shown = lines.map((line) => this.#muted(line)).join("\n");
    this.#terminal.err(`\u001B[?2026h${this.#erasure()}${shown}\n\u001B[?2026l`);
    this.#drawn = lines.map(displayWidth);
  }

  /** Columns of text, with one at the edge that stays free. */
  get #room(): number {
    return Math.max(1, this.#terminal.columns - indent.length - 1);
  }

  /** Rows of thinking that the screen has room for below the heading: what scrolled out of it could not be taken away. */
  get #height(): number {
    return Math.min(windowRows, Math.max(0, this.#terminal.textRows - 2));
  }

  /** Erases what was drawn; a terminal made narrower meanwhile may have rewrapped its rows. */
  #erasure(): string {
    const { columns, textReflow } = this.#terminal;
    const height = (width: number) => (textReflow === "none" ? 1 : Math.max(1, Math.ceil(width / columns)));
    const rows = this.#drawn.reduce((sum, width) => sum + height(width), 0);
    return rows === 0 ? "" : erasedRows(rows);
  }

  #seconds(): string {
    return ((Date.now() - this.#startedAt) / 1000).toFixed(1);
  }

  #muted(text: string): string {
    return this.#terminal.ink.err.muted(text);
  }
}
