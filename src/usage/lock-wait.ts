import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../errors.ts";

/**
 * Milliseconds for which other programs that write to the ledger are waited for. Each takes a millisecond; but of hundreds that run on
 * few cores, the one that holds the ledger may have to wait seconds for its turn.
 */
const patience = 30_000;

/** Milliseconds between two attempts: up to the first after the first, twice as many each time, at random lest all come at once again. */
const firstPause = 20;
const maxPause = 300;

/**
 * Does something with the ledger, and does it again as long as another program holds the ledger; meanwhile keys are read.
 *
 * @param signal ends the wait
 * @throws what `work` throws, AppError `ledger_unwritable` with reason `locked` among it
 */
export async function waitForLock<Result>(work: () => Result, signal?: AbortSignal): Promise<Result> {
  const until = now() + patience;
  for (let pause = firstPause; ; pause = Math.min(2 * pause, maxPause)) {
    try {
      return work();
    } catch (error) {
      if (!isLocked(error) || now() > until || signal?.aborted === true) throw error;
    }
    await sleep(Math.random() * pause, undefined, { signal }).catch(() => {});
  }
}

function isLocked(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code !== "ledger_unwritable") return false;
  return (error as AppError<"ledger_unwritable">).details.reason === "locked";
}

/** Milliseconds that no clock change touches; `performance` would load modules of Node for it. */
function now(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
