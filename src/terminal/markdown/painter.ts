import { displayWidth, graphemes } from "../width.ts";
import { ansi } from "./ansi.ts";
import type { MarkdownOptions } from "./options.ts";
import { StyledText, type Row } from "./styled.ts";

/** A place relative to the first row drawn: rows down, columns from the left; a column equal to the width is a full row. */
interface Place {
  readonly row: number;
  readonly column: number;
}

const empty: Row = { content: new StyledText(), continues: false };

/**
 * Keeps the end of what is written in step with a text that changes there. It knows which rows may still change and are on
 * the screen, with the cursor after the last of them; what is above is never touched. Only what differs is written.
 */
export class Painter {
  #options: MarkdownOptions;
  #drawn: readonly Row[] = [empty];
  /** Where the first of them starts: after the final part of the same line, if there is one. */
  #column = 0;
  /** How many of the open rows are not shown because the screen is too low. */
  #hidden = 0;

  constructor(options: MarkdownOptions) {
    this.#options = options;
  }

  /** @param final rows that come to stay @param open rows after them that may change */
  paint(final: readonly Row[], open: readonly Row[]): string {
    if (final.length > 0) this.#hidden = 0;
    const shown = this.#visible(open);
    const next = [...final, ...shown];
    const bytes = this.#update(next);
    this.#column = final.length > 0 ? this.#after(final).column : this.#column;
    this.#drawn = shown;
    return bytes;
  }

  resize(options: MarkdownOptions, open: readonly Row[]): string {
    const { rows: height } = options;
    const up = Math.min(this.#rowsToCursor(options), height - 1);
    this.#options = options;
    // In the middle of a line that is partly final nothing can be drawn again; it is only continued.
    if (this.#column > 0 || !options.cursor) return "";
    this.#hidden = 0;
    this.#drawn = this.#visible(open);
    return this.#synchronized(`${up > 0 ? `\x1b[${up}A` : ""}\r\x1b[J${this.#bytes(this.#drawn, 0)}`);
  }
}
