import type { BilledRequest } from "../chat/billed-request.ts";

/** A billed request with its place: one row of the ledger. */
export interface LedgerRow extends BilledRequest {
  /** Unique; made from the turn's id and the request's place in it where the conversation is saved, so that a row is never booked twice. */
  readonly id: string;
  /** Id of the conversation; null where it is not saved. */
  readonly conversation: string | null;
  /** Id of the turn; null for requests that belong to none, or are not saved. */
  readonly turn: string | null;
}
