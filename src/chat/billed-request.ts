import type { Cost, ModelRef, Usage } from "./model.ts";
import type { Purpose } from "./purpose.ts";

/** A billed request as transcripts and the ledger keep it. */
export interface BilledRequest {
  readonly sentAt: Date;
  /** Of a search or a page that a tool asked for, the model is called `web-search`. */
  readonly to: ModelRef;
  /** `search`: a tool sent it, and it takes no tokens. */
  readonly purpose: Purpose;
  /** Null where no count came, or one that cannot be. */
  readonly usage: Usage | null;
  /** Null where usage, searches or price is unknown. */
  readonly cost: Cost | null;
  /** The most that it can have cost, where a count is missing; null where all came, or the price is unknown. */
  readonly atMost: Cost | null;
}
