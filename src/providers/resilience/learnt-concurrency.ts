import type { ConcurrencyChange } from "./rate-gate.ts";

export interface ConcurrencyOptions {
  readonly start: number;
  readonly max: number;
  readonly onChange: (limit: number, why: ConcurrencyChange) => void;
}

/** Growth in a round: at first, and back to where it was before. */
const growth = { first: 2, again: 1.25 } as const;
/** The share of the limit at which a service refused that is taken for safe. */
const safeShare = 0.9;
/** Rounds at the safe limit before more is tried: twice as many each time that it is refused again. */
const holds = { first: 2, last: 16 } as const;
/** Refusals whose limits differ by less than this factor were at the same height. */
const sameHeight = 1.2;
/** Answers take so many times as long as they did when few ran, before they count as slow. */
const slowness = 1.5;
/** The part of what a higher limit promised that it has to bring. */
const worth = 0.3;
/** How far the memory of the fastest round moves towards each later one. */
const drift = 0.02;

/**
 * How many requests a service takes at once, learnt from its answers (AIMD): the limit doubles each round until the service refuses one,
 * or takes longer without doing more; a refusal halves it. It comes back by a quarter each round to nine tenths of where it was
 * refused, stays there, and then tries a little more, after a longer stay each time that this was no use. A round is as many answers as the limit.
 */
export class LearntConcurrency {
  readonly #options: ConcurrencyOptions;
  #limit: number;
  /** Whether nothing has stopped the growth yet. */
  #isLearning = true;
  /** Where the service refused last; infinite before it did. */
  #refusedAt = Infinity;
  #hold: number = holds.first;
  /** Rounds at the safe limit so far. */
  #held = 0;
  #round: { readonly began: number; readonly times: number[]; isFull: boolean };
  /** Median of the fastest round; null before the first. */
  #fastest: number | null = null;
  /** The limit before it grew last, and the answers a millisecond with it; null where it did not grow. */
  #before: { readonly limit: number; readonly rate: number } | null = null;
  /** Refusals of requests that were sent before this say nothing new. */
  #loweredAt = -Infinity;

  constructor(options: ConcurrencyOptions, now: number) {
    this.#options = options;
    this.#limit = Math.min(options.start, options.max);
    this.#round = newRound(now);
  }

  get limit(): number {
    return this.#limit;
  }

  /**
   * @param sentAt when the request went out
   * @param time that it took to its first output, milliseconds
   * @param isFull whether as many ran as may
   */
  answered(sentAt: number, time: number, isFull: boolean, now: number): void {
    const round = this.#round;
    if (sentAt < round.began) return;
    round.times.push(time);
    round.isFull ||= isFull;
    if (round.times.length >= Math.max(4, this.#limit)) this.#endRound(now);
  }

  /** @returns whether it is news: not one of several that were sent at the same limit */
  refused(sentAt: number, now: number): boolean {
    if (sentAt < this.#loweredAt) return false;
    const change = this.#limit / this.#refusedAt;
    // At the same height as before: trying was no use, and the next time comes later.
    const isSame = change < sameHeight && change > 1 / sameHeight;
    this.#hold = isSame ? Math.min(this.#hold * 2, holds.last) : holds.first;
    this.#refusedAt = this.#limit;
    this.#set(Math.max(1, Math.floor(this.#limit / 2)), "refused", now);
    this.#loweredAt = now;
    return true;
  }

  #endRound(now: number): void {
    const { began, times, isFull } = this.#round;
    const rate = times.length / Math.max(1, now - began);
    const typical = times.toSorted((one, other) => one - other)[times.length >> 1]!;
    const before = this.#before;
    this.#round = newRound(now);
    this.#before = null;
    const fastest = Math.min(typical, this.#fastest ?? typical);
    this.#fastest = fastest + (typical - fastest) * drift;
    // Where fewer ran than may, it is not the limit that counts.
    if (!isFull) return;
    const wanted = before === null ? 0 : before.rate * (1 + worth * (this.#limit / before.limit - 1));
    if (before !== null && typical > slowness * fastest && rate < wanted) return this.#stay(before.limit, now);
    this.#grow(rate, now);
  }

  #grow(rate: number, now: number): void {
    // It takes more now than it refused before.
    if (this.#limit > this.#refusedAt) [this.#refusedAt, this.#hold] = [Infinity, holds.first];
    const safe = Math.max(1, Math.floor(this.#refusedAt * safeShare));
    const isBack = this.#limit >= safe;
    if (isBack && this.#held++ < this.#hold) return;
    const higher = isBack
      ? this.#limit + Math.max(1, Math.floor(this.#limit / 50))
      : Math.min(safe, Math.ceil(this.#limit * (this.#isLearning ? growth.first : growth.again)));
    const next = Math.min(this.#options.max, higher);
    if (next <= this.#limit) return;
    this.#before = { limit: this.#limit, rate };
    this.#set(next, "grown", now);
  }

  /** More at once brought nothing. */
  #stay(limit: number, now: number): void {
    this.#refusedAt = Math.ceil(limit / safeShare);
    this.#hold = Math.min(this.#hold * 2, holds.last);
    this.#set(limit, "slow", now);
  }

  #set(limit: number, why: ConcurrencyChange, now: number): void {
    if (why !== "grown") [this.#before, this.#held, this.#isLearning] = [null, 0, false];
    this.#limit = limit;
    this.#round = newRound(now);
    this.#options.onChange(limit, why);
  }
}

function newRound(began: number) {
  return { began, times: [] as number[], isFull: false };
}
