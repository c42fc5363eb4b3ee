export interface Match {
  /** Index of the entry. */
  readonly entry: number;
  readonly text: string;
  /** The stretch of the text that was looked for. */
  readonly from: number;
  readonly to: number;
}

/** Incremental search through the history. Capitals in what is looked for make it mind them. */
export class HistorySearch {
  readonly #entries: readonly string[];
  #query = "";
  #match: Match | null = null;
  #failed = false;

  /** @param entries oldest first */
  constructor(entries: readonly string[]) {
    this.#entries = entries;
  }

  get query(): string {
    return this.#query;
  }

  /** The last entry found; it stays when a further search fails. */
  get match(): Match | null {
    return this.#match;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Looks for more text, from the entry found so far. */
  extend(text: string): void {
    this.#query += text;
    this.#look(this.#match?.entry ?? this.#entries.length - 1, -1);
  }

  /** Looks for less text, from the newest entry again. */
  shorten(query: string): void {
    this.#query = query;
    this.#match = null;
    this.#failed = false;
    if (query !== "") this.#look(this.#entries.length - 1, -1);
  }

  older(): void {
    this.#look((this.#match?.entry ?? this.#entries.length) - 1, -1);
  }

  newer(): void {
    if (this.#match !== null) this.#look(this.#match.entry + 1, 1);
  }

  #look(from: number, step: 1 | -1): void {
    if (this.#query === "") return;
    const plain = this.#query === this.#query.toLowerCase();
    for (let entry = from; entry >= 0 && entry < this.#entries.length; entry += step) {
      const text = this.#entries[entry] ?? "";
      const at = (plain ? text.toLowerCase() : text).indexOf(this.#query);
      if (at >= 0) {
        this.#match = { entry, text, from: at, to: at + this.#query.length };
        this.#failed = false;
        return;
      }
    }
    this.#failed = true;
  }
}
