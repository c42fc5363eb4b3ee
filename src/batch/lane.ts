import type { GateChange } from "../providers/resilience/rate-gate.ts";
import type { OnBatchEvent } from "./events.ts";
import type { BatchItem } from "./item.ts";
import type { ItemResult } from "./result.ts";
import { PrefixGroups } from "./prefix-groups.ts";

/** What says how many requests to a provider may be under way. */
export interface Throttle {
  readonly concurrency: number;
  /** @returns what ends the listening */
  readonly onChange: (listener: (change: GateChange) => void) => () => void;
}

/** Milliseconds: the pause after a provider could not be reached, twice as long each time, and at most. */
const pauses = { first: 1_000, last: 60_000 } as const;
/** Pauses that are shorter are told to nobody. */
const shortestTold = 1_000;
/** Failures of the service, one after the other, after which it is taken to be down. */
const outage = 10;

/** An item that failed by the service, and may not be to blame. */
export interface Suspect {
  readonly item: BatchItem;
  readonly result: ItemResult;
}

/** The items of one provider, and how it is at the moment. */
export class Lane {
  readonly provider: string;
  readonly throttle: Throttle;
  readonly groups = new PrefixGroups();
  readonly #onEvent: OnBatchEvent;
  readonly #onChange: () => void;
  readonly #unlisten: () => void;
  /** Put back: they go before all others. */
  readonly #again: BatchItem[] = [];
  readonly #queue: BatchItem[] = [];
  running = 0;
  /** Since when the provider has answered nothing, by a clock that only goes forward; null while it answers. */
  troubledSince: number | null = null;
  /** The code of the last failure that was the provider's. */
  lastTrouble = "rate_limited";
  /** Answers so far: whoever compares two counts knows whether the provider answered meanwhile. */
  answers = 0;
  /** Failures since the last answer. */
  #failures = 0;
  /** Of them, those that are the items' own if the next answer shows that the service is there. */
  #suspects: Suspect[] = [];
  #pausedUntil = -Infinity;
  #timer: NodeJS.Timeout | null = null;
  #isTold = false;

  constructor(provider: string, throttle: Throttle, onEvent: OnBatchEvent, onChange: () => void) {
    [this.provider, this.throttle, this.#onEvent, this.#onChange] = [provider, throttle, onEvent, onChange];
    this.#unlisten = throttle.onChange((change) => this.#take(change));
    onEvent({ type: "limit", provider, concurrency: throttle.concurrency, why: "start" });
  }

  /** Items that are not under way. */
  get waiting(): number {
    return this.#again.length + this.#queue.length + this.groups.held;
  }

  /** Whether one more item may be sent. */
  get isOpen(): boolean {
    return this.running < this.throttle.concurrency && performance.now() >= this.#pausedUntil;
  }

  get next(): BatchItem | null {
    return this.#again[0] ?? this.#queue[0] ?? null;
  }

  shift(): void {
    if (this.#again.length > 0) this.#again.shift();
    else this.#queue.shift();
  }

  add(item: BatchItem): void {
    if (this.groups.admit(item)) this.#queue.push(item);
  }

  /** Lets go what waited for an item that is over. */
  release(item: BatchItem): void {
    this.#queue.unshift(...this.groups.release(item));
  }

  putBack(item: BatchItem): void {
    this.#again.push(item);
  }

  succeeded(): void {
    this.answers++;
    this.#failures = 0;
    this.troubledSince = null;
  }

  suspect(suspect: Suspect): void {
    this.#suspects.push(suspect);
  }

  /** Those since the last answer, who are none any more. */
  takeSuspects(): readonly Suspect[] {
    return this.#suspects.splice(0);
  }

  /** @returns whether so many have failed in a row that it is the service */
  failed(): boolean {
    return ++this.#failures >= outage;
  }

  /** The provider cannot be reached, or is down: nothing is sent for a while. */
  disconnected(): void {
    this.troubledSince ??= performance.now();
    // All that were under way fail together, and count once.
    if (performance.now() < this.#pausedUntil) return;
    this.#failures = Math.max(this.#failures, outage);
    const pause = Math.min(pauses.last, pauses.first * 2 ** Math.min(10, this.#failures - outage));
    this.#failures++;
    this.#pause(pause, "disconnected");
  }

  close(): void {
    this.#unlisten();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #take(change: GateChange): void {
    if (change.type === "limit") {
      const { concurrency, why } = change;
      this.#onEvent({ type: "limit", provider: this.provider, concurrency, why });
    } else if (change.type === "pause") this.#pause(change.ms, "rate");
    else if (change.type === "refused") this.troubledSince ??= performance.now();
    else this.troubledSince = null;
    this.#onChange();
  }

  #pause(ms: number, why: "rate" | "disconnected"): void {
    const until = performance.now() + ms;
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    if (ms >= shortestTold) {
      this.#isTold = true;
      this.#onEvent({ type: "pause", why, until: new Date(Date.now() + ms) });
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#resume(), ms + 1);
  }

  #resume(): void {
    this.#timer = null;
    if (this.#isTold) this.#onEvent({ type: "resume" });
    this.#isTold = false;
    this.#onChange();
  }
}
