import type { LedgerRow } from "../../usage/ledger-row.ts";
import type { Books } from "../usage/books.ts";

/** Milliseconds after which rows are in the ledger at the latest, and as many as wait at most. */
const delay = 1_000;
const maxRows = 500;

/** Books the rows of many answers together: one transaction for all that came within a second. */
export class BulkBooks {
  readonly #books: Pick<Books, "book">;
  #rows: LedgerRow[] = [];
  #timer: NodeJS.Timeout | null = null;
  #booking: Promise<void> = Promise.resolve();

  constructor(books: Pick<Books, "book">) {
    this.#books = books;
  }

  add(rows: readonly LedgerRow[]): void {
    if (rows.length === 0) return;
    this.#rows.push(...rows);
    if (this.#rows.length >= maxRows) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), delay);
  }

  /** Resolves when all that was added is booked, or was found not to be possible; `Books.takeFailure` says which. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const rows = this.#rows;
    this.#rows = [];
    const before = this.#booking;
    this.#booking = rows.length === 0 ? before : this.#bookAfter(before, rows);
    await this.#booking;
  }

  async #bookAfter(before: Promise<void>, rows: readonly LedgerRow[]): Promise<void> {
    await before;
    await this.#books.book(rows);
  }
}
