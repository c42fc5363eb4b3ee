import type { LedgerRow } from "../../usage/ledger-row.ts";

/** Where billed requests are booked. */
export interface Books {
  /** Books rows, each once; what keeps it from doing so is reported, and never thrown. */
  readonly book: (rows: readonly LedgerRow[]) => Promise<void>;
}
