import { type DocumentReading, textTooLarge } from "./document-text.ts";

/** Builds the text of a sheet: a line of CSV for each row, without empty rows and without the empty cells at the end of one. */
export class TableText {
  readonly #reading: DocumentReading;
  #length = 0;
  #lines = "";
  #cells: string[] = [];

  constructor(reading: DocumentReading) {
    this.#reading = reading;
  }

  /** @param column from 0; cells between the last one and it are empty */
  cell(column: number, value: string): void {
    if (value === "") return;
    // A cell may be far to the right, and there may be such a one in each row.
    this.#count(value.length + Math.max(column - this.#cells.length, 0));
    while (this.#cells.length < column) this.#cells.push("");
    this.#cells[column] = value;
  }

  endRow(): void {
    if (this.#cells.length > 0) this.#lines += `${this.#cells.map(quoted).join(",")}\n`;
    this.#cells = [];
  }

  take(): string {
    this.endRow();
    const text = this.#lines.trimEnd();
    this.#lines = "";
    return text;
  }

  #count(length: number): void {
    this.#length += length;
    if (this.#length > this.#reading.maxLength) throw textTooLarge(this.#reading);
  }
}

function quoted(value: string): string {
  const text = value.replaceAll("\0", "").trim();
  return /[",\n\r]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
