import { offPeakFrom, type Tariff, tariffAt } from "./tariff.ts";

/** The clock on the wall, which may be set and which goes on while the machine sleeps, and a way to let time pass. */
export interface WallClock {
  readonly now: () => Date;
  /** Resolves after milliseconds in which the machine ran, or sooner when `signal` comes. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What is known while off-peak hours are waited for. */
export interface OffPeakWait {
  readonly now: Date;
  readonly until: Date;
  readonly tariff: Tariff;
}

export interface WaitOptions {
  /** As for `tariffAt`. */
  readonly holidays: readonly string[];
  /** Milliseconds between two looks at the clock: it may be set, or the machine may have slept. */
  readonly pause: number;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Called at each look at the clock, as long as there is something to wait for. */
  readonly onLook: (wait: OffPeakWait) => void;
}

/** Milliseconds behind the change of the tariff: this clock may be a little ahead of the one that the service bills by. */
const margin = 5_000;

/** Waits until it is surely off-peak, which it may be at once, or until `signal` comes. */
export async function waitForOffPeak(
  clock: WallClock,
  { holidays, pause, signal, onLook }: WaitOptions,
): Promise<void> {
  const isPeak = (at: Date) => tariffAt(at, holidays) !== "off-peak";
  let now = clock.now();
  if (!isPeak(now)) return;
  while (!signal.aborted && (isPeak(now) || isPeak(new Date(now.getTime() - margin)))) {
    const until = offPeakFrom(now, holidays);
    onLook({ now, until, tariff: tariffAt(now, holidays) });
    const left = until.getTime() - now.getTime();
    // Looks come as the seconds left change.
    await clock.sleep(Math.min(pause, left > 0 ? left % pause || pause : margin), signal);
    now = clock.now();
  }
}
