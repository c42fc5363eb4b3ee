import type { Cost, Usage } from "../chat/model.ts";
import type { PauseReason, RunEnd } from "./events.ts";

/** How a run stands: what the display, the lines and the summary show. */
export interface RunSnapshot {
  readonly total: number;
  /** Items with an answer, of this run and of earlier ones. */
  readonly answered: number;
  /** Items that failed, of this run and of earlier ones. */
  readonly failed: number;
  /** The same by the code of the error, the most frequent first. */
  readonly failures: readonly { readonly code: string; readonly items: number }[];
  readonly inFlight: number;
  /** Requests that may be under way at all providers together; null where nothing was said of it. */
  readonly concurrency: number | null;
  /** What a provider has of the run as batches of its own; null where none was made. */
  readonly atProvider: ProviderShare | null;
  /** Answers of this run that were stored ones. */
  readonly cached: number;
  /** Of this run, with those that failed. */
  readonly requests: number;
  readonly retries: number;
  /** Of this run, as far as services counted. */
  readonly usage: Usage;
  /** Of this run, by currency, as far as it is known. */
  readonly spent: readonly Cost[];
  /** Items of this run whose cost is unknown. */
  readonly costUnknown: number;
  /** What `--max-cost` counts; null without it. */
  readonly budget: { readonly reserved: Cost; readonly limit: Cost } | null;
  /** Items a second, pauses not counted; null as long as none is finished. */
  readonly rate: number | null;
  /** Tokens of answers a second; null as `rate`. */
  readonly tokenRate: number | null;
  readonly elapsedMs: number;
  /** Null where it is unknown, and in a pause. */
  readonly leftMs: number | null;
  readonly pause: { readonly why: PauseReason; readonly until: Date | null } | null;
  /** A signal came, and what is under way has a few seconds to end. */
  readonly stopping: boolean;
  /** Null as long as it runs. */
  readonly end: RunEnd | null;
}

/** What a provider has of a run, as far as it says. */
export interface ProviderShare {
  /** Bytes of the file that goes out; null where none does. */
  readonly upload: { readonly sent: number; readonly size: number } | null;
  /** That have not ended, or whose results are not here. */
  readonly batches: number;
  /** Of their items, those that are over. */
  readonly done: number;
  readonly items: number;
}
