import { setImmediate } from "node:timers/promises";
import { AppError } from "../errors.ts";

/** Work that can be left between its steps, none of which takes more than some milliseconds. */
export type Steps<Result> = Generator<undefined, Result>;

/** Seconds of work after which signals and the screen get their turn. */
const stint = 0.03;

/** Does all of it without a pause. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Does it in stints between which the rest of the program runs.
 *
 * @throws AppError `interrupted` when `signal` is aborted
 */
export async function byTurns<Result>(steps: Steps<Result>, signal: AbortSignal | null): Promise<Result> {
  const rest = new Rest(signal);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await rest.take();
  }
}

/** Lets the rest of the program run where it is time, in a loop that would else keep it waiting. */
export class Rest {
  readonly #signal: AbortSignal | null;
  #rested = process.uptime();

  constructor(signal: AbortSignal | null) {
    this.#signal = signal;
  }

  /** @throws AppError `interrupted` when the signal is aborted */
  async take(): Promise<void> {
    if (process.uptime() - this.#rested < stint) return;
    await setImmediate();
    this.#rested = process.uptime();
    if (this.#signal?.aborted === true) throw new AppError("interrupted", {});
  }
}
