import type { Message } from "../chat/messages.ts";
import type { Thinking } from "../chat/model.ts";
import type { Sampling } from "../chat/sampling.ts";
import type { ToolDefinition } from "../chat/tool-definition.ts";

/** One prompt of a batch, as its line says it, and as it travels to a worker: JSON. What it leaves out the settings give. */
export interface BatchItem {
  /** Place among the items of the input, from 0. */
  readonly index: number;
  /** Unique in the input: the line's own, else made of the line's number. */
  readonly id: string;
  /** `provider/id`, `id` or an alias, as it was written; null for the model in the settings. */
  readonly model: string | null;
  readonly messages: readonly Message[];
  readonly sampling: Sampling;
  /** Null: as the settings say. */
  readonly thinking: Thinking | null;
  /** Tools that the line itself declares: calls of them are the answer, and nothing runs. */
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: "none" | { readonly tool: string } | null;
}

/** The items that are still to be answered, in the order of the input; read from the disk as they are taken. */
export interface ItemSource {
  readonly total: number;
  /** Of `total`, those that are to be answered. */
  readonly missing: number;
  readonly items: (signal: AbortSignal) => AsyncIterable<BatchItem>;
}
