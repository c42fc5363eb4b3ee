import { setTimeout as sleep } from "node:timers/promises";
import { AppError, asAppError } from "../errors.ts";

export interface PersistenceOptions {
  /**
   * Milliseconds to wait after that many failures in a row; null where the error is final.
   *
   * @param isReached whether the service has answered in this run
   */
  readonly retryDelay: (error: unknown, failures: number, isReached: boolean) => number | null;
  /** The service cannot be reached, or refuses for now. `until`: when it is asked again. */
  readonly onPause: (error: AppError, until: Date) => void;
  readonly onResume: () => void;
}

/** Repeats what a network keeps from coming about, as long as it may pass: a job runs for hours, and so may what waits for it. */
export class Persistence {
  readonly #options: PersistenceOptions;
  readonly #signal: AbortSignal;
  #isReached: boolean;

  /** @param isReached whether the service has answered before */
  constructor(options: PersistenceOptions, signal: AbortSignal, isReached = false) {
    [this.#options, this.#signal, this.#isReached] = [options, signal, isReached];
  }

  /**
   * Does something until it succeeds.
   *
   * @throws AppError `interrupted`; what will not pass
   */
  async run<Result>(step: () => Promise<Result>): Promise<Result> {
    const { retryDelay, onPause, onResume } = this.#options;
    for (let failures = 0; ;) {
      try {
        const result = await step();
        if (failures > 0) onResume();
        this.#isReached = true;
        return result;
      } catch (error) {
        if (this.#signal.aborted) throw new AppError("interrupted", {}, { cause: error });
        const delay = retryDelay(error, ++failures, this.#isReached);
        if (delay === null) throw error;
        onPause(asAppError(error), new Date(Date.now() + delay));
        await this.wait(delay);
      }
    }
  }

  /** @throws AppError `interrupted` */
  async wait(delay: number): Promise<void> {
    await sleep(delay, undefined, { signal: this.#signal }).catch((error: unknown) => {
      throw new AppError("interrupted", {}, { cause: error });
    });
  }
}
