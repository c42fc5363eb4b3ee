import type { ChatEvent } from "../../chat/events.ts";
import type { TurnResult } from "../../chat/turn.ts";
import { AppError } from "../../errors.ts";

/** The time that an item may take: it stands still while a request waits for the limits of its account. */
export class ItemClock implements Disposable {
  readonly #limit: number | null;
  readonly #stop = new AbortController();
  readonly #outer: AbortSignal;
  readonly #abort = () => this.#stop.abort(this.#outer.reason);
  #left: number;
  #startedAt = 0;
  #timer: NodeJS.Timeout | null = null;
  #isOver = false;

  /** @param limit milliseconds; null for no limit */
  constructor(limit: number | null, outer: AbortSignal) {
    this.#limit = limit;
    this.#left = limit ?? 0;
    this.#outer = outer;
    outer.addEventListener("abort", this.#abort, { once: true });
    if (outer.aborted) this.#abort();
    this.#start();
  }

  /** Aborted when the time is over, and when the run is stopped. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  readonly onEvent = (event: ChatEvent): void => {
    if (this.#limit === null) return;
    if (event.type === "waiting" && event.why === "limit" && event.sentAt === null) this.#halt();
    else if (this.#timer === null) this.#start();
  };

  /** Why an item that was given up has no answer; null where it was not. What the account's limit took is no fault of the item. */
  failure({ error, requests }: TurnResult): AppError | null {
    if (!this.#isOver || error?.code !== "interrupted") return null;
    const last = requests.at(-1)?.failure ?? null;
    return last?.code === "rate_limited" ? last : new AppError("item_timeout", { seconds: this.#limit! / 1000 });
  }

  [Symbol.dispose](): void {
    this.#halt();
    this.#outer.removeEventListener("abort", this.#abort);
  }

  #start(): void {
    if (this.#limit === null || this.#isOver) return;
    this.#startedAt = performance.now();
    this.#timer = setTimeout(() => {
      this.#isOver = true;
      this.#stop.abort();
    }, this.#left);
  }

  #halt(): void {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#left = Math.max(1, this.#left - (performance.now() - this.#startedAt));
  }
}
