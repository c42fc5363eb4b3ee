import type { Words } from "../words/types.ts";
import { SanitizedStream } from "./sanitize.ts";
import type { Terminal } from "./terminal.ts";
import { displayWidth, graphemes } from "./width.ts";

export type ShowThinking = "always" | "while-thinking" | "never";

/** Rows of thinking that are seen at a time while it is to be folded later. */
const windowRows = 8;

/**
 * The model's thinking on stderr, dim, under a heading of its own: all of it as it comes, or a small window on its end that
 * is folded to one line when the answer starts. Never more is redrawn than the window.
 */
export class ThinkingView {
  readonly #terminal: Terminal;
  readonly #words: Words["answer"];
  readonly #folds: boolean;
  readonly #startedAt = Date.now();
  /** The end of the thinking, as much as the window may show. */
  #text = "";
  /** Display widths of the rows drawn, the heading's first. */
  #drawn: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #clean = new SanitizedStream();

  constructor(terminal: Terminal, words: Words["answer"], show: ShowThinking) {
    this.#terminal = terminal;
    this.#words = words;
    this.#folds = show === "while-thinking" && terminal.capable;
    if (this.#folds) this.#timer = setInterval(() => this.#draw(), 1000);
    else terminal.err(`${this.#dim(words.thinking)}\n`);
  }

  push(text: string): void {
    const shown = this.#clean.push(text);
    if (!this.#folds) return this.#terminal.err(this.#terminal.ink.err.muted(shown));
    const most = windowRows * this.#terminal.columns;
    this.#text = (this.#text + shown).slice(-most);
    this.#draw();
  }

  /** Folds the thinking to one line; the text that follows begins on a line of its own. */
  end(): void {
    clearInterval(this.#timer);
    const held = this.#clean.end();
    if (!this.#folds && held !== "") this.#terminal.err(this.#terminal.ink.err.muted(held));
    const line = this.#dim(this.#words.thought({ seconds: this.#seconds().toFixed(1) }));
    this.#terminal.err(this.#folds ? `${this.#erasure()}${line}\n\n` : `\n${line}\n\n`);
  }

  #draw(): void {
    const heading = `${this.#words.thinking} ${this.#words.seconds(String(Math.floor(this.#seconds())))}`;
    const rows = lastRows(this.#text, this.#terminal.columns - 3, windowRows);
    const lines = [this.#dim(heading), ...rows.map((row) => this.#terminal.ink.err.muted(`  ${row}`))];
    this.#terminal.err(`\u001B[?2026h${this.#erasure()}${lines.join("\n")}\n\u001B[?2026l`);
    this.#drawn = [displayWidth(heading), ...rows.map((row) => displayWidth(row) + 2)];
  }

  /** Takes what was drawn away; a terminal made narrower meanwhile has wrapped its rows anew. */
  #erasure(): string {
    const { columns } = this.#terminal;
    const rows = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return rows === 0 ? "" : `\u001B[${rows}A\r\u001B[J`;
  }

  #seconds(): number {
    return (Date.now() - this.#startedAt) / 1000;
  }

  #dim(text: string): string {
    return this.#terminal.ink.err.muted(text);
  }
}

/** The last rows of a text, wrapped at display width; blank lines left out, as room is scarce. */
function lastRows(text: string, columns: number, most: number): string[] {
  const rows: string[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    let row = "";
    let width = 0;
    for (const cluster of graphemes(line.replaceAll("\t", "  "))) {
      const wide = displayWidth(cluster);
      if (width + wide > columns) {
        rows.push(row);
        [row, width] = ["", 0];
      }
      row += cluster;
      width += wide;
    }
    rows.push(row);
  }
  return rows.slice(-most);
}
