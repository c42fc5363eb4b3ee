/** The share of a minute whose amount may be taken at once. */
const burst = 1 / 60;

/**
 * A token bucket for a limit per minute: what is not taken is there later, up to a second's worth. In no minute does it give more than
 * the limit, but for the excess of one taking that is larger than the bucket. Moments are milliseconds of a clock that only goes forward;
 * where it jumps ahead, the bucket is full and no more.
 */
export class TokenBucket {
  readonly #capacity: number;
  /** A millisecond. */
  readonly #refill: number;
  /** Below zero where more was taken than there was. */
  #level: number;
  #at: number;

  /** @param perMinute at least 1 */
  constructor(perMinute: number, now: number) {
    this.#capacity = Math.max(1, Math.floor(perMinute * burst));
    // A full bucket and a minute's refill together are the limit.
    this.#refill = (perMinute - (this.#capacity - 1)) / 60_000;
    this.#level = this.#capacity;
    this.#at = now;
  }

  /** Milliseconds until so many may be taken; 0 for now. More than the bucket holds may be taken when it is full. */
  wait(count: number, now: number): number {
    this.#fill(now);
    const missing = Math.min(count, this.#capacity) - this.#level;
    return missing <= 1e-9 ? 0 : missing / this.#refill;
  }

  /** @param count negative gives back */
  take(count: number, now: number): void {
    this.#fill(now);
    this.#level = Math.min(this.#capacity, this.#level - count);
  }

  #fill(now: number): void {
    const passed = Math.max(0, now - this.#at);
    this.#at = Math.max(this.#at, now);
    this.#level = Math.min(this.#capacity, this.#level + passed * this.#refill);
  }
}
