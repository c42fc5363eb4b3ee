import { setTimeout as sleep } from "node:timers/promises";
import type { ChatEvent } from "../../chat/events.ts";
import type { Layer } from "../../chat/layers.ts";
import { AppError } from "../../errors.ts";
import { isPassing } from "../wire/errors.ts";

export interface RetryOptions {
  /** Provider of the requests. */
  readonly provider: string;
  /** Further attempts after the first. */
  readonly retries: number;
  /** Milliseconds that the waits between attempts may take together. */
  readonly maxWait: number;
  /** Milliseconds for which a model that is being loaded is waited for. */
  readonly loadingTimeout: number;
}

/** Milliseconds: the first wait is up to this, each further one up to twice the one before, none over the maximum. */
const firstDelay = 500;
const maxDelay = 30_000;

/** The same while a model is being loaded, which is asked for about every second, or as long as the service says. */
const loadingDelay = 1_000;
const maxLoadingDelay = 10_000;

/**
 * Repeats a request that failed before any output, where the failure may pass: exponential backoff with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter), or as long as `Retry-After` says. Once there was
 * thinking, text or a picture, nothing is repeated: it would be billed and shown twice. Opens each further request with a `request` event.
 */
export function withRetries({ provider, retries, maxWait, loadingTimeout }: RetryOptions): Layer {
  const attempts = retries + 1;
  return (next) =>
    async function* retrying(request, signal) {
      const loadingUntil = Date.now() + loadingTimeout;
      let asked = request;
      let waited = 0;
      for (let attempt = 1; ;) {
        const { error, producedOutput } = yield* untilError(next(asked, signal));
        if (error === null) return;
        const isLoading = error.code === "model_loading" && retries > 0 && Date.now() < loadingUntil;
        const delay = isLoading ? loadingDelayAfter(error) : delayAfter(error, attempt);
        if (isLoading) yield { type: "waiting", why: "loading", provider, delay };
        else {
          const isOver = producedOutput || attempt === attempts || !isPassing(error) || waited + delay > maxWait;
          if (isOver) return yield { type: "error", error };
          attempt++;
          waited += delay;
          yield { type: "waiting", why: "retry", attempt, attempts, delay, error };
        }
        if (await isStopped(delay, signal)) return yield { type: "error", error: new AppError("interrupted", {}) };
        // Some servers tell only in a whole answer why they end a stream before it begins.
        if (error.code === "empty_stream") asked = { ...request, stream: false };
        if (!isLoading) {
          const to = { provider, model: request.model };
          yield { type: "request", to, sent: asked, sentAt: new Date(), why: "retry", error };
        }
      }
    };
}

/** Gives all events but an error, and then that; null where there is none. */
async function* untilError(
  events: AsyncIterable<ChatEvent>,
): AsyncGenerator<ChatEvent, { readonly error: AppError | null; readonly producedOutput: boolean }> {
  let producedOutput = false;
  for await (const event of events) {
    if (event.type === "error") return { error: event.error, producedOutput };
    producedOutput ||= event.type === "text" || event.type === "reasoning" || event.type === "image";
    yield event;
  }
  return { error: null, producedOutput };
}

function delayAfter({ retryAfter }: AppError, attempt: number): number {
  return retryAfter ?? Math.random() * Math.min(maxDelay, firstDelay * 2 ** (attempt - 1));
}

function loadingDelayAfter({ retryAfter }: AppError): number {
  return Math.min(retryAfter ?? loadingDelay, maxLoadingDelay);
}

/** Waits, unless somebody stops it first. */
async function isStopped(delay: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(delay, false, { signal }).catch(() => true);
}
