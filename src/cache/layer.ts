import { setTimeout } from "node:timers/promises";
import type { ChatEvent } from "../chat/events.ts";
import type { Layer, Model } from "../chat/layers.ts";
import type { ChatRequest, ModelRef } from "../chat/model.ts";
import { renewalMs } from "./answer-store.ts";
import type { GuardedStore } from "./guarded-store.ts";
import { AnswerRecord, replay, type StoredAnswer } from "./stored-answer.ts";

export interface CacheLayerOptions {
  /** The model that is asked. */
  readonly to: ModelRef;
  /** Milliseconds for which an answer is used. */
  readonly ttl: number;
  /** The key of what decides the request's answer. */
  readonly keyOf: (request: ChatRequest) => string;
  /** A new name to hold a claim under. */
  readonly newOwner: () => string;
}

/** Milliseconds between two looks at an answer that another process is getting: at first, and at last. */
const firstPause = 20;
const longestPause = 400;

/**
 * Answers from a store what was asked before, and stores what is asked. Where another process is asking the same, its answer is
 * waited for. A request that wants a refresh is asked in any case, and its answer stored in the place of the one before.
 */
export function withCache(store: GuardedStore, options: CacheLayerOptions): Layer {
  return (next) => (request, signal) => answers(store, options, next, request, signal);
}

async function* answers(
  store: GuardedStore,
  options: CacheLayerOptions,
  next: Model,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<ChatEvent> {
  const key = options.keyOf(request);
  const owner = options.newOwner();
  const found = request.refresh === true ? null : await lookUp(store, key, owner, options.ttl, signal);
  yield* troubleOf(store);
  if (found !== null && found !== "claimed") return yield* replay(found, options.to);
  const claim = found === "claimed" ? new AnswerClaim(store, key, owner) : null;
  const record = new AnswerRecord();
  try {
    for await (const event of next(request, signal)) {
      record.take(event);
      const answer = event.type === "finish" ? record.answer(event) : null;
      if (answer !== null) await store.use((each) => each.put(key, answer, options.ttl));
      if (event.type === "finish" || event.type === "error") await claim?.end(answer !== null);
      yield* troubleOf(store);
      yield event;
    }
  } finally {
    await claim?.end(false);
  }
}

/** Keeps others from asking the same while its answer is on the way. */
class AnswerClaim {
  readonly #store: GuardedStore;
  readonly #key: string;
  readonly #owner: string;
  readonly #renewal: NodeJS.Timeout;
  #hasEnded = false;

  constructor(store: GuardedStore, key: string, owner: string) {
    [this.#store, this.#key, this.#owner] = [store, key, owner];
    this.#renewal = setInterval(() => void store.use((each) => each.renew(key, owner)), renewalMs).unref();
  }

  /** @param isStored whether the answer was stored, which ends the claim in the store */
  async end(isStored: boolean): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearInterval(this.#renewal);
    if (!isStored) await this.#store.use((each) => each.release(this.#key, this.#owner));
  }
}

/** The answer; or a claim, so that this process is to get it; null where there is no cache, or nothing is to be waited for. */
async function lookUp(
  store: GuardedStore,
  key: string,
  owner: string,
  ttl: number,
  signal: AbortSignal,
): Promise<StoredAnswer | "claimed" | null> {
  const { promise: aborted, resolve } = Promise.withResolvers<null>();
  signal.addEventListener("abort", () => resolve(null), { once: true });
  for (let pause = firstPause; !signal.aborted; pause = Math.min(1.5 * pause, longestPause)) {
    const found = await Promise.race([store.use((each) => each.find(key, ttl, owner)), aborted]);
    if (found === null || found.state === "claimed") return found?.state ?? null;
    if (found.state === "stored") return found.answer;
    await setTimeout(pause, null, { signal }).catch(() => {});
  }
  return null;
}

function* troubleOf(store: GuardedStore): Generator<ChatEvent> {
  const error = store.takeTrouble();
  if (error !== null) yield { type: "uncached", error };
}
