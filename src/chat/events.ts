import type { AppError } from "../errors.ts";
import type { ImagePart, ServiceBlock, ToolCall } from "./messages.ts";
import type { ChatRequest, ModelRef, Usage } from "./model.ts";
import type { ToolOutput } from "./tools.ts";

export type ChatEvent =
  /**
   * Opens each request that may be billed. `sent` is what goes out. `sentAt`: that hour's price holds, whenever the answer ends.
   * `error` is what ended the one before; null for the first of a turn.
   */
  | {
      readonly type: "request";
      readonly to: ModelRef;
      readonly sent: ChatRequest;
      readonly sentAt: Date;
      readonly why: RequestReason;
      readonly error: AppError | null;
    }
  /** Opens an answer that was stored before, in the place of a request: nothing is sent, and nothing is billed. */
  | { readonly type: "cached"; readonly to: ModelRef; readonly storedAt: Date }
  /** The store of answers could not be used, or not as it was. */
  | { readonly type: "uncached"; readonly error: AppError }
  /** The service took the request: headers came. `model` is what it says answers, where it says so. */
  | { readonly type: "start"; readonly traceId: string | null }
  /** Nothing yet: the request is queued by the provider, or another attempt follows after `delay` milliseconds. */
  | { readonly type: "waiting"; readonly why: "queued" }
  /** The request waits here until the account's limits let it go out; and once more when it does. `sentAt`: then, null while it waits. */
  | { readonly type: "waiting"; readonly why: "limit"; readonly sentAt: Date | null }
  /** The service is loading the model, and is asked again after `delay` milliseconds. */
  | { readonly type: "waiting"; readonly why: "loading"; readonly provider: string; readonly delay: number }
  | {
      readonly type: "waiting";
      readonly why: "retry";
      /** Number of the attempt that comes, from 2. */
      readonly attempt: number;
      readonly attempts: number;
      /** Milliseconds. */
      readonly delay: number;
      readonly error: AppError;
    }
  /**
   * The service takes the request without a field that the program had added, or at another base URL; from now on it is asked so.
   * One of the two is null.
   */
  | {
      readonly type: "adapted";
      readonly provider: string;
      readonly field: string | null;
      readonly baseUrl: string | null;
    }
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "text"; readonly text: string }
  /** The model begins to call a tool. Until `finish` the request may still fail: the next `request` event takes the call back. */
  | { readonly type: "call"; readonly index: number; readonly name: string }
  /** A piece of the arguments of the call of that index. */
  | { readonly type: "arguments"; readonly index: number; readonly text: string }
  /** A call that is complete, in the order of the message. */
  | { readonly type: "tool_call"; readonly call: ToolCall }
  /** Its tool was allowed to run, and runs. */
  | { readonly type: "tool_start"; readonly call: ToolCall }
  /** How far it is; any text. */
  | { readonly type: "tool_progress"; readonly call: ToolCall; readonly text: string }
  /** What goes back to the model, in the order of the calls. */
  | { readonly type: "tool_result"; readonly call: ToolCall; readonly output: ToolOutput }
  /** All text so far turned out to be thinking: the service marked where that ends, but not where it began. */
  | { readonly type: "rethink" }
  /** What only the service understands, in its place among the text. */
  | { readonly type: "block"; readonly block: ServiceBlock }
  /**
   * A picture of the answer, in its place among the text. From the wire it may have an address in the place of a data URL, and no
   * name. `text`: what the service says of it; `seed`: what it was made with; absent where the service does not tell.
   */
  | { readonly type: "image"; readonly image: ImagePart; readonly text?: string; readonly seed?: number }
  /** A picture of the answer that could not be had. */
  | { readonly type: "image_lost"; readonly error: AppError }
  /** The service searched the web in this request, or read pages; only where its answer says so. */
  | ({ readonly type: "web" } & WebUse)
  /** Cumulative: the last one of a request counts. */
  | { readonly type: "usage"; readonly usage: Usage }
  | {
      readonly type: "finish";
      readonly reason: FinishReason;
      /** The tools that the model calls, in order; absent where it calls none. */
      readonly calls?: readonly ToolCall[];
      /** The text is the service's refusal, from a field of its own. */
      readonly refused?: boolean;
    }
  /** The conversation's title, where the service was asked for one. */
  | { readonly type: "title"; readonly title: string }
  | { readonly type: "error"; readonly error: AppError };

/** What a service found on the web for an answer. */
export interface WebUse {
  /** Searches and pages read, which are billed; null where the service does not tell how many. */
  readonly searches: number | null;
  /** Each URL once, in the order in which they came. */
  readonly sources: readonly WebSource[];
}

export interface WebSource {
  /** Null where none came with it. */
  readonly title: string | null;
  /** http or https. */
  readonly url: string;
}

/**
 * Why a request is sent. `retry`: the one before produced no output. `failover`: nor did another provider. `restart`: the one
 * before produced thinking and no text, so the question is asked again. `continue-prefix`, `continue-prompt`: it broke off in the
 * text, which this one continues, by the service's prefix completion or by a prompt that asks for the rest. `tools`: it brings the
 * results of the tools that the answer before called.
 */
export type RequestReason =
  | "first"
  | "retry"
  | "failover"
  | "restart"
  | "continue-prefix"
  | "continue-prompt"
  | "tools";

/** `stop`, `length`, `content_filter`, `tool_calls`, or whatever else a service says. */
export type FinishReason = string;

export type OnEvent = (event: ChatEvent) => void;
