import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../errors.ts";

/** Milliseconds for which other programs that write to the ledger are waited for. */
const patience = 5_000;

/** Milliseconds between two attempts, at most: at random, so that many programs do not come at once again. */
const maxPause = 40;

/**
 * Does something with the ledger, and does it again as long as another program holds the ledger; meanwhile keys are read.
 *
 * @param signal ends the wait
 * @throws what `work` throws, AppError `ledger_unwritable` with reason `locked` among it
 */
export async function waitForLock<Result>(work: () => Result, signal?: AbortSignal): Promise<Result> {
  const until = performance.now() + patience;
  while (true) {
    try {
      return work();
    } catch (error) {
      if (!isLocked(error) || performance.now() > until || signal?.aborted === true) throw error;
    }
    await sleep(Math.random() * maxPause, undefined, { signal }).catch(() => {});
  }
}

function isLocked(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code !== "ledger_unwritable") return false;
  return (error as AppError<"ledger_unwritable">).details.reason === "locked";
}
