import type { Cost, Usage } from "../chat/model.ts";
import { sumUsage } from "../chat/usage.ts";
import type { BatchEvent } from "./events.ts";
import type { ItemResult } from "./result.ts";
import { ProviderTally } from "./provider-tally.ts";
import { RunRate } from "./run-rate.ts";
import type { RunSnapshot } from "./run-snapshot.ts";

const noUsage: Usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0, totalTokens: 0 };

/** Milliseconds that a pause lasts before it is shown: shorter ones are part of a steady pace. */
const shownAfter = 2_000;

/** Counts what happens in a run. It keeps numbers alone, however many items there are. */
export class RunTally {
  readonly #now: () => number;
  readonly #rate = new RunRate();
  #startedAt: number;
  /** When the pause that lasts began; null in none. */
  #pausedAt: number | null = null;
  #pausedMs = 0;
  #endedAt: number | null = null;
  #finished = 0;
  readonly #failures = new Map<string, number>();
  readonly #limits = new Map<string, number>();
  readonly #spent = new Map<string, number>();
  readonly #provider = new ProviderTally();
  #state: Omit<
    RunSnapshot,
    "failures" | "concurrency" | "atProvider" | "spent" | "rate" | "tokenRate" | "elapsedMs" | "leftMs"
  > = {
    total: 0,
    answered: 0,
    failed: 0,
    inFlight: 0,
    cached: 0,
    requests: 0,
    retries: 0,
    usage: noUsage,
    costUnknown: 0,
    budget: null,
    pause: null,
    stopping: false,
    end: null,
  };

  /** @param now milliseconds on a clock that nobody sets */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#startedAt = now();
  }

  take(event: BatchEvent): void {
    const state = this.#state;
    switch (event.type) {
      case "begin": {
        const { total, done } = event;
        this.#startedAt = this.#now();
        for (const [code, items] of Object.entries(event.failed)) this.#failures.set(code, items);
        const failed = Object.values(event.failed).reduce((sum, items) => sum + items, 0);
        this.#state = { ...state, total, answered: done, failed };
        break;
      }
      case "start":
        this.#state = { ...state, inFlight: state.inFlight + 1 };
        break;
      case "retry":
        this.#state = { ...state, retries: state.retries + 1 };
        break;
      case "result":
        this.#finish(event.result);
        break;
      case "return":
        this.#leave(event.result);
        break;
      case "limit":
        this.#limits.set(event.provider, event.concurrency);
        break;
      case "upload":
      case "created":
      case "progress":
      case "collected":
        this.#provider.take(event);
        break;
      case "spending":
        this.#state = { ...state, budget: { reserved: event.reserved, limit: event.limit } };
        break;
      case "pause":
        this.#pausedAt ??= this.#now();
        this.#state = { ...state, pause: { why: event.why, until: event.until } };
        break;
      case "resume":
        this.#resume();
        break;
      case "stopping":
        this.#state = { ...state, stopping: true };
        break;
      case "end":
        this.#resume();
        this.#endedAt = this.#now();
        this.#state = { ...this.#state, end: event.why };
        break;
    }
  }

  snapshot(): RunSnapshot {
    const { total, answered, failed, end, usage } = this.#state;
    const now = this.#endedAt ?? this.#now();
    const isShown = this.#pausedAt !== null && now - this.#pausedAt >= shownAfter;
    const pause = isShown ? this.#state.pause : null;
    const elapsedMs = now - this.#startedAt;
    const at = (this.#pausedAt ?? now) - this.#startedAt - this.#pausedMs;
    const progress = { at, items: this.#finished, tokens: usage.completionTokens };
    this.#rate.add(progress);
    const rate = this.#rate.of(progress);
    const left = Math.max(0, total - answered - failed);
    return {
      ...this.#state,
      pause,
      failures: Array.from(this.#failures, ([code, items]) => ({ code, items })).sort((a, b) => b.items - a.items),
      concurrency: this.#limits.size === 0 ? null : [...this.#limits.values()].reduce((sum, limit) => sum + limit, 0),
      atProvider: this.#provider.share(),
      spent: Array.from(this.#spent, ([currency, amount]) => ({ currency, amount })),
      rate: rate?.items ?? null,
      tokenRate: rate?.tokens ?? null,
      elapsedMs,
      leftMs: rate === null || pause !== null || end !== null ? null : (left / rate.items) * 1000,
    };
  }

  #finish(result: ItemResult): void {
    this.#leave(result);
    const { answer, error, cached } = result;
    const state = this.#state;
    if (answer === null) {
      const code = error?.code ?? "internal";
      this.#failures.set(code, (this.#failures.get(code) ?? 0) + 1);
    }
    this.#finished += 1;
    this.#state = {
      ...state,
      answered: state.answered + (answer === null ? 0 : 1),
      failed: state.failed + (answer === null ? 1 : 0),
      cached: state.cached + (cached ? 1 : 0),
    };
  }

  /** An item is no longer under way, whatever became of it: its requests are counted. */
  #leave({ usage, cost, requests, cached }: ItemResult): void {
    const state = this.#state;
    this.#state = {
      ...state,
      inFlight: Math.max(0, state.inFlight - 1),
      requests: state.requests + requests,
      usage: usage === null || cached ? state.usage : sumUsage([state.usage, usage]),
      costUnknown: state.costUnknown + (cost === null && requests > 0 ? 1 : 0),
    };
    if (cost !== null) this.#spend(cost);
  }

  #spend({ currency, amount }: Cost): void {
    if (amount > 0) this.#spent.set(currency, (this.#spent.get(currency) ?? 0) + amount);
  }

  #resume(): void {
    if (this.#pausedAt !== null) this.#pausedMs += this.#now() - this.#pausedAt;
    this.#pausedAt = null;
    this.#state = { ...this.#state, pause: null };
  }
}
