import { Blocks } from "./blocks.ts";
import { characterStart } from "../width.ts";
import { languages } from "./languages.ts";
import type { MarkdownView } from "./leaf.ts";
import type { MarkdownOptions } from "./options.ts";
import type { MarkdownRow } from "./styled-text.ts";
import { MarkdownTheme } from "./theme.ts";

/** Characters of a line (UTF-16 code units) that are waited for; then what came is read as the beginning of a long one. */
const longLine = 256;
/** The same for a line that may be the head of a table, and for one within a table. */
const longHead = 2048;
const longTableRow = 8192;

/** Lines of which nothing is known yet but that they begin with a mark; showing it would only have to be taken back. */
const marksOnly = /^(?:[\s>*+\-_=#`~|:$\\]*|[\s>]*(?:[-+*]|\d{1,9}[.)]) +\[(?:[ xX]\]? *)?)$/;
const fenceMarks = /^[\s>]*(?:`+|~+)?$/;

/**
 * A document that grows at its end. What it reads and when is decided by the text alone, never by the pieces it comes in,
 * so that the same text always becomes the same rows.
 */
export class MarkdownDocument {
  readonly view: MarkdownView;
  readonly #blocks: Blocks;
  /** The beginning of a line. */
  #rest = "";
  /** The line's beginning was read before. */
  #inPieces = false;
  #heldReturn = false;

  constructor(options: MarkdownOptions) {
    this.view = { options, theme: new MarkdownTheme(options), languages };
    this.#blocks = new Blocks(this.view);
  }

  write(text: string): void {
    const whole = (this.#heldReturn ? "\r" : "") + text;
    this.#heldReturn = whole.endsWith("\r");
    const known = this.#heldReturn ? whole.slice(0, -1) : whole;
    const lines = (this.#rest + known.replaceAll(/\r\n?/g, "\n")).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
    this.#rest = this.#pieces(this.#rest);
  }

  end(): void {
    if (this.#rest !== "" || this.#inPieces) this.#line(this.#rest);
    this.#rest = "";
    this.#blocks.end();
  }

  /** The rows that became final since the last call. */
  take(): MarkdownRow[] {
    return this.#blocks.take();
  }

  /** The rows of what is still open, as they look now. */
  preview(): MarkdownRow[] {
    // Half a character, or a joiner before what it joins, shows when the other half is there.
    const rest = this.#rest.replace(/(?:\u{200d}|[\ud800-\udbff])$/u, "");
    const hidden = this.#blocks.leaf?.kind === "code" ? fenceMarks : marksOnly;
    if (this.#inPieces ? rest === "" : hidden.test(rest)) return this.#blocks.preview();
    const ahead = this.#blocks.fork();
    if (this.#inPieces) ahead.piece(rest, false);
    else ahead.line(rest, false);
    return ahead.preview();
  }

  #line(line: string): void {
    const last = this.#pieces(line);
    if (this.#inPieces) this.#blocks.piece(last, false);
    else this.#blocks.line(last, false);
    this.#inPieces = false;
  }

  /** Reads what a line has beyond the length that is waited for. @returns what is left of it */
  #pieces(line: string): string {
    let rest = line;
    for (;;) {
      const longest = this.#longest(rest);
      if (rest.length <= longest) return rest;
      const end = characterStart(rest, longest);
      if (this.#inPieces) this.#blocks.piece(rest.slice(0, end), true);
      else this.#blocks.line(rest.slice(0, end), true);
      this.#inPieces = true;
      rest = rest.slice(end);
    }
  }

  #longest(line: string): number {
    if (this.#inPieces) return longLine;
    if (this.#blocks.leaf?.kind === "table") return longTableRow;
    return /^[\s>]*\|/.test(line) ? longHead : longLine;
  }
}
