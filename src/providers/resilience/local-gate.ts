import { LearntConcurrency } from "./learnt-concurrency.ts";
import type {
  ConcurrencyChange,
  GateChange,
  OnGateChange,
  RateGate,
  RateLimits,
  RatePermit,
  RequestOutcome,
} from "./rate-gate.ts";
import { refusalRule } from "./refusal-pause.ts";
import { TokenBucket } from "./token-bucket.ts";

export interface GateOptions {
  readonly limits: RateLimits;
  /** Whether the number of requests at once is learnt: from the limit down, or from a few up where there is none. */
  readonly learns: boolean;
  /** Milliseconds of a clock that only goes forward; default: this process's. */
  readonly now?: () => number;
}

/** Requests at once with which learning begins, and beyond which it does not go. */
const learning = { start: 8, max: 500 } as const;
interface Waiter {
  readonly tokens: number;
  readonly resolve: (permit: RatePermit) => void;
}

/**
 * Limits of one account in this process. Where the service refuses everything, nothing is sent for a while (`Retry-After`), and then one
 * request at a time until one is answered.
 */
export class LocalGate implements RateGate {
  readonly #now: () => number;
  readonly #requests: TokenBucket | null;
  readonly #tokens: TokenBucket | null;
  readonly #learnt: LearntConcurrency | null;
  readonly #fixed: number;
  readonly #waiters = new Set<Waiter>();
  readonly #listeners = new Set<OnGateChange>();
  #running = 0;
  /** Nothing goes out before that moment. */
  #pausedUntil = -Infinity;
  /** When the last pause began. */
  #pausedAt = -Infinity;
  /** Since the last answer. */
  #refusals = 0;
  #pauses = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor({ limits, learns, now = () => performance.now() }: GateOptions) {
    this.#now = now;
    const { rpm, tpm, concurrency } = limits;
    this.#requests = rpm === undefined ? null : new TokenBucket(rpm, now());
    this.#tokens = tpm === undefined ? null : new TokenBucket(tpm, now());
    this.#fixed = concurrency ?? Infinity;
    const { start, max } = concurrency === undefined ? learning : { start: concurrency, max: concurrency };
    const onChange = (limit: number, why: ConcurrencyChange) => this.#tell({ type: "limit", concurrency: limit, why });
    this.#learnt = learns ? new LearntConcurrency({ start, max, onChange }, now()) : null;
  }

  /** Requests that may be under way at once. */
  get concurrency(): number {
    return this.#pauses > 0 ? 1 : (this.#learnt?.limit ?? this.#fixed);
  }

  get mayWait(): boolean {
    return this.#waiters.size > 0 || this.#wait(1) > 0 || this.#running >= this.concurrency;
  }

  /** @returns what ends the listening */
  onChange(listener: OnGateChange): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly enter = async (tokens: number, signal: AbortSignal): Promise<RatePermit> => {
    signal.throwIfAborted();
    if (this.#waiters.size === 0 && this.#running < this.concurrency && this.#wait(tokens) === 0) {
      return this.#permit(tokens);
    }
    return await new Promise<RatePermit>((resolve, reject) => {
      const giveUp = () => {
        this.#waiters.delete(waiter);
        reject(signal.reason as Error);
        this.#admit();
      };
      const waiter: Waiter = {
        tokens,
        resolve: (permit) => {
          signal.removeEventListener("abort", giveUp);
          resolve(permit);
        },
      };
      this.#waiters.add(waiter);
      signal.addEventListener("abort", giveUp, { once: true });
      this.#admit();
    });
  };

  /** Milliseconds until a request of so many tokens may go out, as far as time alone decides. */
  #wait(tokens: number): number {
    const now = this.#now();
    const wait = Math.max(this.#requests?.wait(1, now) ?? 0, this.#tokens?.wait(tokens, now) ?? 0);
    return Math.max(0, wait, this.#pausedUntil - now);
  }

  #permit(tokens: number): RatePermit {
    const sentAt = this.#now();
    this.#running++;
    this.#requests?.take(1, sentAt);
    this.#tokens?.take(tokens, sentAt);
    let isOut = true;
    return {
      leave: (outcome) => {
        if (!isOut) return;
        isOut = false;
        this.#leave(outcome, tokens, sentAt);
      },
    };
  }

  /** Lets go out what may, and looks again when more may. */
  #admit(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const waiter of this.#waiters) {
      if (this.#running >= this.concurrency) return;
      const wait = this.#wait(waiter.tokens);
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#admit(), Math.ceil(wait));
        return;
      }
      this.#waiters.delete(waiter);
      waiter.resolve(this.#permit(waiter.tokens));
    }
  }

  #leave(outcome: RequestOutcome, estimated: number, sentAt: number): void {
    const now = this.#now();
    const isFull = this.#running >= this.concurrency;
    this.#running--;
    if (outcome.kind === "answered") {
      if (outcome.tokens !== null) this.#tokens?.take(outcome.tokens - estimated, now);
      if (this.#refusals > 0) this.#tell({ type: "answered" });
      [this.#refusals, this.#pauses] = [0, 0];
      this.#learnt?.answered(sentAt, outcome.firstMs, isFull, now);
    } else {
      this.#tokens?.take(-estimated, now);
      if (outcome.kind === "refused") this.#refuse(outcome.retryAfter, sentAt, now);
    }
    this.#admit();
  }

  #refuse(retryAfter: number | null, sentAt: number, now: number): void {
    this.#learnt?.refused(sentAt, now);
    this.#refusals++;
    if (this.#refusals >= Math.max(refusalRule.least, this.#running * refusalRule.share)) {
      this.#pause(retryAfter, sentAt, now);
    }
    this.#tell({ type: "refused" });
  }

  #pause(retryAfter: number | null, sentAt: number, now: number): void {
    // What was sent before the pause says nothing new, but how long it is to be.
    const isNews = sentAt >= this.#pausedAt;
    if (isNews) [this.#pausedAt, this.#pauses] = [now, this.#pauses + 1];
    const own = Math.min(refusalRule.last, refusalRule.first * 2 ** (this.#pauses - 1));
    const pause = retryAfter ?? (isNews ? own : 0);
    if (now + pause <= this.#pausedUntil) return;
    this.#pausedUntil = now + pause;
    this.#tell({ type: "pause", ms: pause });
  }

  #tell(change: GateChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
