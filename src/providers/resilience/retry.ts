import { setTimeout as sleep } from "node:timers/promises";
import type { ChatEvent } from "../../chat/events.ts";
import type { Layer } from "../../chat/layers.ts";
import { AppError } from "../../errors.ts";
import { isPassing } from "../wire/errors.ts";

export interface RetryOptions {
  /** Further attempts after the first. */
  readonly retries: number;
  /** Milliseconds that the waits between attempts may take together. */
  readonly patience: number;
  /** Milliseconds for which a model that is being loaded is waited for. */
  readonly loading: number;
}

/** Milliseconds: the first wait is up to this, each further one up to twice the one before, none over the most. */
const firstWait = 500;
const mostWait = 30_000;

/** The same while a model is being loaded, which is asked for about every second, or as long as the service says. */
const loadingWait = 1_000;
const mostLoadingWait = 10_000;

/**
 * Asks again when a request brought nothing and the failure may pass: exponential backoff with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter), or as long as `Retry-After` says. Once any
 * thinking or text came, nothing is asked again: it would be billed and shown twice.
 */
export function withRetries(options: RetryOptions): Layer {
  return (next) =>
    async function* retrying(request, signal) {
      const attempts = options.retries + 1;
      const whole = { ...request, stream: false };
      let waited = 0;
      const loadingUntil = Date.now() + options.loading;
      let isStreamEmpty = false;
      for (let attempt = 1; ; attempt++) {
        let started = false;
        let failure: AppError | null = null;
        for await (const event of next(isStreamEmpty ? whole : request, signal)) {
          if (event.type === "error") {
            failure = event.error;
            break;
          }
          started ||= event.type === "text" || event.type === "reasoning";
          yield event;
        }
        if (failure === null) return;
        if (failure.code === "model_loading" && attempts > 1 && Date.now() < loadingUntil) {
          const delay = Math.min(failure.retryAfter ?? loadingWait, mostLoadingWait);
          const { provider } = (failure as AppError<"model_loading">).details;
          yield { type: "waiting", why: "loading", provider, delay } satisfies ChatEvent;
          if (await isStopped(delay, signal)) return yield { type: "error", error: new AppError("interrupted", {}) };
          // It is no attempt that failed.
          attempt--;
          continue;
        }
        const delay = failure.retryAfter ?? Math.random() * Math.min(mostWait, firstWait * 2 ** (attempt - 1));
        const again = !started && attempt < attempts && isPassing(failure) && waited + delay <= options.patience;
        if (!again) return yield { type: "error", error: failure };
        waited += delay;
        // Some servers tell only in a whole answer why they end a stream before it begins.
        isStreamEmpty ||= failure.code === "empty_stream";
        yield {
          type: "waiting",
          why: "retry",
          attempt: attempt + 1,
          attempts,
          delay,
          error: failure,
        } satisfies ChatEvent;
        if (await isStopped(delay, signal)) return yield { type: "error", error: new AppError("interrupted", {}) };
      }
    };
}

/** Waits, unless somebody stops it first. */
async function isStopped(delay: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(delay, false, { signal }).catch(() => true);
}
