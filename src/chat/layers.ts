import type { ChatEvent } from "./events.ts";
import type { AppError } from "../errors.ts";
import type { ChatRequest, ModelRef } from "./model.ts";

/**
 * A model is a function from a request to a stream of events. Providers make one; retrying, waiting and metering are
 * functions from one to another; a turn consumes one.
 *
 * The stream never throws for what a service or a network does: failures come as an `error` event. It ends with exactly
 * one `finish` or one `error`, which is its last event. When `signal` is aborted the stream ends with an `error` event of
 * code `interrupted`, soon and whatever the service does.
 */
export type Model = (request: ChatRequest, signal: AbortSignal) => AsyncIterable<ChatEvent>;

/** Stands between a turn and a model: retries, failover and the log are layers. */
export type Layer = (next: Model) => Model;

/**
 * Asked before each request of an answer.
 *
 * @param isUnderWay whether text or thinking of the answer came already
 * @returns why the request may not go out; null when it may
 */
export type Admission = (to: ModelRef, request: ChatRequest, isUnderWay: boolean) => Promise<AppError | null>;

/** Puts layers around a model, the outermost first. */
export function layered(layers: readonly Layer[], model: Model): Model {
  return layers.reduceRight((next, layer) => layer(next), model);
}
