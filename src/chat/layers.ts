import type { ChatEvent } from "./events.ts";
import type { ChatRequest } from "./model.ts";

/**
 * A model is a function from a request to a stream of events. Providers make one; retrying, waiting and metering are
 * functions from one to another; a turn consumes one.
 *
 * The stream never throws for what a service or a network does: failures come as an `error` event. It ends with exactly
 * one `finish` or one `error`, which is its last event. When `signal` is aborted the stream ends with an `error` event of
 * code `interrupted`, soon and whatever the service does.
 */
export type Model = (request: ChatRequest, signal: AbortSignal) => AsyncIterable<ChatEvent>;

/** What every request and answer passes: retrying, failing over and logging are functions from a model to a model. */
export type Layer = (next: Model) => Model;
