import { type DocumentReading, textTooLarge } from "./document-text.ts";

/**
 * Builds the text of a document as Markdown: paragraphs, headings, lists, tables. Text is taken as it is; only what would break a
 * table is escaped.
 */
export class MarkdownText {
  readonly #reading: DocumentReading;
  #blocks = "";
  #line = "";
  #length = 0;
  #wasItem = false;
  #tables = 0;
  #row: string[] = [];
  #rows = 0;
  #cell = "";

  constructor(reading: DocumentReading) {
    this.#reading = reading;
  }

  /** @throws AppError `input_unreadable` where it is more than is wanted of the whole document */
  text(text: string): void {
    this.#count(text.length);
    this.#line += text;
  }

  #count(length: number): void {
    this.#length += length;
    if (this.#length > this.#reading.maxLength) throw textTooLarge(this.#reading);
  }

  /** Whether anything stands in the paragraph that is being built. */
  get hasLine(): boolean {
    return this.#line.trim() !== "";
  }

  /** @param prefix as in `# ` and `- `; of a list item, with its indentation */
  endParagraph(prefix = ""): void {
    // What looks behind itself begins once in a run of blanks; else a long run takes the square of its length.
    const line = this.#line
      .replaceAll("\0", "")
      .replace(/(?<![^\S\n])[^\S\n]+$/gmu, "")
      .replace(/^\n+|(?<!\n)\n+$/gu, "");
    this.#line = "";
    if (line === "") return;
    if (this.#tables > 0) this.#cell += `${this.#cell === "" ? "" : " "}${line}`;
    else this.#block(prefix + line, /^\s*(?:[-•]|\d+\.) $/u.test(prefix));
  }

  /** A block as it is, such as lines of code. */
  block(text: string): void {
    this.endParagraph();
    this.#count(text.length);
    if (this.#tables > 0) this.#cell += ` ${text}`;
    else this.#block(text, false);
  }

  #block(text: string, isItem: boolean): void {
    if (this.#blocks !== "") this.#blocks += isItem && this.#wasItem ? "\n" : "\n\n";
    this.#blocks += text;
    this.#wasItem = isItem;
  }

  /** Tables within cells are text of these cells. */
  openTable(): void {
    this.endParagraph();
    if (this.#tables++ === 0) this.#rows = 0;
  }

  endCell(): void {
    this.endParagraph();
    if (this.#tables !== 1) return;
    this.#row.push(this.#cell.replaceAll(/(?<!\s)\s*\n\s*/gu, " ").replaceAll("|", "\\|"));
    this.#cell = "";
  }

  endRow(): void {
    if (this.#tables !== 1) return;
    const row = this.#row;
    this.#row = [];
    if (row.length === 0) return;
    // Empty cells are text, too.
    this.#count(row.length);
    const shown = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
    if (this.#rows++ > 0) this.#blocks += `\n${shown(row)}`;
    else this.#block(`${shown(row)}\n${shown(row.map(() => "---"))}`, false);
  }

  closeTable(): void {
    this.endParagraph();
    if (this.#tables > 0) this.#tables--;
    if (this.#tables === 0) this.#cell = "";
  }

  /** The text so far, which is begun anew; what counts towards the limit is kept. */
  take(): string {
    while (this.#tables > 0) this.closeTable();
    this.endParagraph();
    const text = this.#blocks;
    this.#blocks = "";
    this.#wasItem = false;
    return text;
  }
}
