import type { OnBatchEvent } from "../../batch/events.ts";
import type { LedgerRow } from "../../usage/ledger-row.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { warnOf } from "../startup.ts";
import { Books } from "../usage/books.ts";
import { type BatchPurse, openPurse, type PursePricing } from "./batch-purse.ts";
import { BulkBooks } from "./bulk-books.ts";
import type { ItemRequests } from "./item-request.ts";

/** What a run spends, and may spend. Disposed, it books what is not booked yet, and warns where that failed. */
export interface RunBooks extends AsyncDisposable {
  readonly books: Books;
  /** What items may cost; null where nothing limits it. */
  readonly purse: BatchPurse | null;
  /** Takes the rows of an item that is over. */
  readonly add: (rows: readonly LedgerRow[]) => void;
  /** Resolves once the ledger has all that was added, or was found not to be usable. */
  readonly flush: () => Promise<void>;
}

/** @throws AppError as the ledger, where there is a budget */
export async function openRunBooks(
  engine: Engine,
  console: Console,
  requests: ItemRequests,
  pricing: PursePricing,
  onEvent: OnBatchEvent,
): Promise<RunBooks> {
  const books = engine.hold(new Books(engine.folders));
  const purse = await openPurse(engine, requests, books, pricing, onEvent);
  const bulk = new BulkBooks(purse ?? books);
  return {
    books,
    purse,
    add(rows) {
      purse?.spend(rows);
      bulk.add(rows);
    },
    flush: async () => await bulk.flush(),
    async [Symbol.asyncDispose]() {
      await bulk.flush();
      await purse?.close();
      const failure = books.takeFailure();
      if (failure !== null) warnOf(console, failure);
    },
  };
}
