import type { AuthRefusal } from "../connection.ts";
import type { AuthState } from "../http/transport.ts";

/** Milliseconds: a difference this small is the way of the request, and that `Date` knows whole seconds. */
const leastSkew = 3_000;
/** Milliseconds: a clock in a wrong time zone is off by less. What a service says beyond is reported and not believed. */
const greatestSkew = 24 * 3_600_000;

/** By how much this machine's clock was off, in seconds: positive where it is slow. */
export interface ClockSkew {
  readonly seconds: number;
  /** Whether requests are signed by the service's clock from now on. */
  readonly isCorrected: boolean;
}

/** The time by the service's clock, in milliseconds since 1970. */
export function serviceTime({ clockOffset }: AuthState, now = Date.now()): number {
  return now + (clockOffset ?? 0);
}

/**
 * Takes over the service's time from a refusal, once in a run.
 *
 * @param sentAt by this machine's clock
 * @returns what is to be said of it; null where the clocks agree, or it was corrected before
 */
export function noteClock(state: AuthState, { date }: AuthRefusal, sentAt: number, now = Date.now()): ClockSkew | null {
  if (date === null || state.clockOffset !== null) return null;
  const offset = date + 500 - (sentAt + now) / 2;
  if (Math.abs(offset) < leastSkew) return null;
  const isCorrected = Math.abs(offset) <= greatestSkew;
  state.clockOffset = isCorrected ? Math.round(offset) : 0;
  return { seconds: Math.round(offset / 1000), isCorrected };
}
