import type { Cost, ModelRef } from "../chat/model.ts";
import type { ProviderBatch } from "../providers/batches/provider-batch.ts";
import type { PartCount } from "./at-provider/part-collector.ts";
import type { RequestPart } from "./at-provider/part.ts";
import type { BatchItem } from "./item.ts";
import type { ItemResult } from "./result.ts";

/** What happens in a run. The display, the lines of `--json` and the metrics are made of these alone. */
export type BatchEvent =
  | ProviderEvent
  /** Opens a run. Of `total` items, `done` were answered by earlier runs, and `failed` failed there, by the code of the error. */
  | {
      readonly type: "begin";
      readonly total: number;
      readonly done: number;
      readonly failed: Readonly<Record<string, number>>;
    }
  | { readonly type: "start"; readonly item: Pick<BatchItem, "index" | "id"> }
  /** A request of an item is sent again, after an error of that code. */
  | {
      readonly type: "retry";
      readonly id: string;
      /** That failed. */
      readonly model: ModelRef;
      readonly code: string;
      readonly attempt: number;
    }
  | { readonly type: "result"; readonly result: ItemResult }
  /** An item that was started is still missing: its provider is in trouble, or the run ends. `result` says what it cost so far. */
  | { readonly type: "return"; readonly result: ItemResult }
  /** So many requests to a provider may be under way from now on. */
  | { readonly type: "limit"; readonly provider: string; readonly concurrency: number; readonly why: LimitChange }
  /** What `--max-cost` counts, each time it has changed: of this run alone, with what requests under way may still cost at most. */
  | { readonly type: "spending"; readonly spent: Cost; readonly reserved: Cost; readonly limit: Cost }
  /** Nothing new is sent. `until`: null where nobody knows. */
  | { readonly type: "pause"; readonly why: PauseReason; readonly until: Date | null }
  | { readonly type: "resume" }
  /** Nothing more is sent: a signal came. What is under way has a few seconds to end. */
  | { readonly type: "stopping" }
  /** The last one. */
  | { readonly type: "end"; readonly why: RunEnd };

/** What happens to the parts of a run whose items a provider answers as batches. */
export type ProviderEvent =
  /** Of a part's file, so many bytes have gone out. */
  | { readonly type: "upload"; readonly part: RequestPart; readonly sent: number }
  | { readonly type: "created"; readonly part: RequestPart; readonly batch: ProviderBatch }
  /** What the service says of a batch has changed. */
  | { readonly type: "progress"; readonly part: RequestPart; readonly batch: ProviderBatch }
  | {
      readonly type: "collected";
      readonly part: RequestPart;
      readonly batch: ProviderBatch;
      readonly count: PartCount;
    };

/** `grown` after answers without trouble; `refused` after 429; `slow` where answers took longer the more ran at once. */
type LimitChange = "start" | "grown" | "refused" | "slow";

/** `rate`: the provider refuses everything for now. `off-peak`: the cheaper hours are waited for. */
export type PauseReason = "rate" | "off-peak" | "disconnected";

/** `cost`: what was spent and reserved reached the limit. `stopped`: by a signal. `failed`: the service, an account or the disk. */
export type RunEnd = "done" | "cost" | "stopped" | "failed";

export type OnBatchEvent = (event: BatchEvent) => void;
