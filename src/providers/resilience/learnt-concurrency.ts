import type { ConcurrencyChange } from "./rate-gate.ts";

export interface ConcurrencyOptions {
  readonly start: number;
  readonly max: number;
  readonly onChange: (limit: number, why: ConcurrencyChange) => void;
}

/** What is left of the limit after a refusal; and after one at the same height as the last, where little has changed. */
const cuts = { first: 0.5, again: 0.75 } as const;
/** Growth in a round: up to what was fine before, and beyond where it was refused. */
const growth = { back: 2, beyond: 1.5 } as const;
/** The share of the limit at which a service refused that is taken for safe. */
const safeShare = 0.9;
/** The share of the limit that is tried beyond the safe one: twice as much each round. */
const firstStep = 0.03;
/** Rounds at the safe limit before more is tried: twice as many each time that it is refused again. */
const holds = { first: 2, last: 8 } as const;
/** Refusals whose limits differ by less than this factor were at the same height. */
const sameHeight = 1.2;
/**
 * Services refuse a few requests in a hundred whatever runs, so a refusal alone is no sign of a limit. The usual share is measured over about
 * so many requests, beginning with a guess; more than the maximum is not taken for usual.
 */
const usual = { first: 0.03, max: 0.08, memory: 500 } as const;
/** Refusals in a round that are a sign of a limit: more than so many standard deviations above the usual number, and so many besides; or half of them. */
const sign = { deviations: 3, more: 2 } as const;
/** Requests in a round, at least. */
const shortestRound = 4;
/** Answers take so many times as long as they did when few ran, before they count as slow. */
const slowness = 1.5;
/** The part of what a higher limit promised that it has to bring. */
const worth = 0.3;
/** How far the memory of the fastest round moves towards each later one. */
const drift = 0.02;

/**
 * How many requests a service takes at once, learnt from its answers (AIMD): the limit doubles each round until the service refuses more of
 * them than usual, or takes longer without doing more; then it is halved, or cut by a quarter where the service refused before. It doubles back to nine tenths of where it was refused,
 * stays there, and then tries a little more, after a longer stay each time that this was no use. A round is as many answered and refused
 * requests as the limit, all of them sent since it began.
 */
export class LearntConcurrency {
  readonly #options: ConcurrencyOptions;
  #limit: number;
  /** Where the service refused last; infinite before it did. */
  #refusedAt = Infinity;
  /** Whether it grows beyond where it was refused before. */
  #isBeyond = false;
  #hold: number = holds.first;
  /** Rounds at the safe limit so far. */
  #held = 0;
  #round: Round;
  /** Share of requests that are refused whatever runs. */
  #usual: number = usual.first;
  /** Median of the fastest round; null before the first. */
  #fastest: number | null = null;
  /** The limit before it grew last, and the answers a millisecond with it; null where it did not grow. */
  #before: { readonly limit: number; readonly rate: number } | null = null;

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
    this.#look(now);
  }

  /** Takes note of a refusal. The limit is cut once a round has more of them than usual. */
  refused(sentAt: number, now: number): void {
    const round = this.#round;
    if (sentAt < round.began) return;
    round.refused++;
    if (!this.#isSign(round.refused)) return this.#look(now);
    const change = this.#limit / this.#refusedAt;
    // At the same height as before: trying was no use, and the next time comes later.
    const isSame = change < sameHeight && change > 1 / sameHeight;
    this.#hold = isSame ? Math.min(this.#hold * 2, holds.last) : holds.first;
    this.#refusedAt = this.#limit;
    const cut = isSame ? cuts.again : cuts.first;
    this.#set(Math.max(1, Math.floor(this.#limit * cut)), "refused", now);
  }

  #isSign(refused: number): boolean {
    const expected = this.#usual * this.#roundLength;
    const most = expected + sign.deviations * Math.sqrt(expected) + sign.more;
    return refused > most || (refused > 1 && refused >= this.#roundLength / 2);
  }

  get #roundLength(): number {
    return Math.max(shortestRound, this.#limit);
  }

  #look(now: number): void {
    const { times, refused } = this.#round;
    if (times.length + refused >= this.#roundLength) this.#endRound(now);
  }

  #endRound(now: number): void {
    const { began, times, refused, isFull } = this.#round;
    const all = times.length + refused;
    const share = this.#usual + (refused / all - this.#usual) * Math.min(1, all / usual.memory);
    this.#usual = Math.min(usual.max, share);
    if (times.length === 0) return void (this.#round = newRound(now));
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
    if (this.#limit > this.#refusedAt) [this.#refusedAt, this.#hold, this.#isBeyond] = [Infinity, holds.first, true];
    const safe = Math.max(1, Math.floor(this.#refusedAt * safeShare));
    const isBack = this.#limit >= safe;
    if (isBack && this.#held++ < this.#hold) return;
    const step = this.#limit * firstStep * 2 ** (this.#held - this.#hold - 1);
    const higher = isBack
      ? this.#limit + Math.max(1, Math.floor(step))
      : Math.min(safe, Math.ceil(this.#limit * (this.#isBeyond ? growth.beyond : growth.back)));
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
    if (why !== "grown") [this.#before, this.#held, this.#isBeyond] = [null, 0, false];
    this.#limit = limit;
    this.#round = newRound(now);
    this.#options.onChange(limit, why);
  }
}

interface Round {
  readonly began: number;
  /** Of those that were answered: milliseconds to their first output. */
  readonly times: number[];
  refused: number;
  isFull: boolean;
}

function newRound(began: number): Round {
  return { began, times: [], refused: 0, isFull: false };
}
