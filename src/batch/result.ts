import type { ToolCall } from "../chat/messages.ts";
import type { Cost, ModelRef, Usage } from "../chat/model.ts";
import type { BatchItem } from "./item.ts";

/** What became of one item, as it travels from a worker: JSON. */
export interface ItemResult {
  readonly index: number;
  readonly id: string;
  /** Provider and model that answered, else those that were asked. */
  readonly model: ModelRef;
  /** Null where there is none that is whole. */
  readonly answer: ItemAnswer | null;
  /** Null where there is an answer. */
  readonly error: ItemError | null;
  /** All requests together, those that failed too; null where a count is missing. */
  readonly usage: Usage | null;
  /** Of all requests; null where it is unknown. */
  readonly cost: Cost | null;
  /** Requests that were sent. */
  readonly requests: number;
  /** Whether it is a stored answer. */
  readonly cached: boolean;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds to the first piece of thinking or answer; null where none came. */
  readonly firstMs: number | null;
  /** Milliseconds. */
  readonly totalMs: number;
}

export interface ItemAnswer {
  readonly text: string;
  readonly reasoning: string;
  /** Calls of tools that the item itself declares. */
  readonly calls: readonly ToolCall[];
  /** `stop`, `length`, `content_filter`, `tool_calls`, or whatever else a service says. */
  readonly finishReason: string;
  /** The value that fits the schema, as JSON; null where no schema was asked for. */
  readonly data: string | null;
  /** The service's own id of the request; null where it gave none. */
  readonly requestId: string | null;
}

export interface ItemError {
  /** An error's code, as `src/errors.ts` has them. */
  readonly code: string;
  /** In the language of the run. */
  readonly message: string;
  /** HTTP's; null where no response came. */
  readonly status: number | null;
  readonly requestId: string | null;
  /** Whether the same request may succeed later: the service or the network failed, and not the request. */
  readonly isPassing: boolean;
  /** What of the answer had come. */
  readonly partial: string;
}

/** Answers one item, with all its retries. Never throws; when the signal is aborted it returns soon, with `interrupted`. */
export type AnswerItem = (item: BatchItem, signal: AbortSignal) => Promise<ItemResult>;

/** Where results go. What was put is on disk at most a second later. */
export interface ResultSink {
  /** @throws AppError `storage_failed` where what was put before could not be written */
  readonly put: (result: ItemResult) => void;
  /** Resolves once the disk has all that was put. @throws AppError `storage_failed` */
  readonly flush: () => Promise<void>;
}
