import type { AppError } from "../errors.ts";

/**
 * A model is a function from a request to a stream of events. Providers make one; retrying, waiting and metering are
 * functions from one to another; a turn consumes one.
 *
 * The stream never throws for what a service or a network does: failures come as an `error` event. It ends with exactly
 * one `finish` or one `error`, which is its last event. When `signal` is aborted the stream ends with an `error` event of
 * code `interrupted`, soon and whatever the service does.
 */
export type Model = (request: ChatRequest, signal: AbortSignal) => AsyncIterable<ChatEvent>;

export interface ChatRequest {
  /** The id the service knows, e.g. `deepseek-flash`. */
  readonly model: string;
  readonly messages: readonly Message[];
  /** Only what someone set; what is absent is not sent. */
  readonly sampling: Sampling;
  /** Null: the service's own default; nothing is sent. */
  readonly thinking: Thinking | null;
  /** False waits for the whole answer and then gives it as one `text` event. */
  readonly stream: boolean;
}

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
  /** The thinking that came with an assistant message. */
  readonly reasoning?: string;
  /** Only on the last message, an assistant's: the model goes on from exactly the end of `content`. */
  readonly prefix?: boolean;
  /** Pictures that accompany a user message. */
  readonly images?: readonly Image[];
}

export interface Image {
  readonly name: string;
  /** `data:image/png;base64,…` */
  readonly url: string;
}

/** Ranges are the services' own; see the provider's documentation. */
export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  /** Tokens. */
  readonly maxTokens?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly minP?: number;
  /** `json_object` or `text`, or the whole form as the service takes it. */
  readonly responseFormat?: string | Readonly<Record<string, unknown>>;
  /** Further fields of the request's body, as somebody wrote them. */
  readonly body?: Readonly<Record<string, unknown>>;
}

export interface Thinking {
  readonly enabled: boolean;
  /** Null: the service's own default. */
  readonly effort: Effort | null;
}

type Effort = "low" | "high" | "max";

export type ChatEvent =
  /** The service took the request: headers came. `model` is what it says answers, where it says so. */
  | { readonly type: "start"; readonly traceId: string | null }
  /** Nothing yet: the request is queued at the service, or another attempt comes after `delay` milliseconds. */
  | { readonly type: "waiting"; readonly why: "queued" }
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
  /** The answer broke off; what follows goes on from there, or begins again where only thinking had come. */
  | {
      readonly type: "seam";
      readonly how: SeamKind;
      readonly provider: string;
      readonly model: string;
      readonly error: AppError;
    }
  /** Nothing had come, and another provider answers from here on. */
  | { readonly type: "failover"; readonly provider: string; readonly model: string; readonly error: AppError }
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "text"; readonly text: string }
  /** All text so far turned out to be thinking: the service marked where that ends, but not where it began. */
  | { readonly type: "rethink" }
  /** Cumulative: the last one of a stream counts, and after a seam counting begins anew. */
  | { readonly type: "usage"; readonly usage: Usage }
  | {
      readonly type: "finish";
      readonly reason: FinishReason;
      /** What the service gave besides text: the names of the tools it calls; absent where it calls none. */
      readonly calls?: readonly string[];
      /** The text is the service's refusal, from a field of its own. */
      readonly refused?: boolean;
    }
  | { readonly type: "error"; readonly error: AppError };

/**
 * How a cut answer goes on: from exactly its end, by the service's prefix completion; by asking the model to go on; or, where
 * no word of the answer had come, by asking once more.
 */
export type SeamKind = "prefix" | "asked" | "again";

/** `stop`, `length`, `content_filter`, `tool_calls`, or whatever else a service says. */
export type FinishReason = string;

/** Tokens, as the service counted them. */
export interface Usage {
  readonly promptTokens: number;
  /** The part of `promptTokens` that came from the prefix cache. */
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** The part of `completionTokens` that was thinking. */
  readonly reasoningTokens: number;
  readonly totalTokens: number;
}

export interface Cost {
  /** ISO 4217: `CNY`, `USD`. */
  readonly currency: string;
  /** In units of the currency (yuan, dollars), not rounded. */
  readonly amount: number;
}
