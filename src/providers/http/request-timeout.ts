import { AppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import { redactedError } from "../wire/redact.ts";
import { hostOf } from "./base-url.ts";
import { fromNetwork } from "./network-errors.ts";

/**
 * Runs a request beside the questions, which must be over within the time that the settings give, else within another.
 *
 * @param stop the person's wish, or the end of the program
 * @param timeout milliseconds, where the settings give none
 * @param run gets a signal that is aborted by `stop` and when the time is up; and `alive`, with which the time begins again
 * @throws AppError `interrupted`, `timeout`; what `run` throws, without keys
 */
export async function withTimeout<Result>(
  connection: Connection,
  stop: AbortSignal,
  timeout: number,
  run: (signal: AbortSignal, alive: () => void) => Promise<Result>,
): Promise<Result> {
  const limit = connection.idleTimeout ?? timeout;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limit);
  try {
    return await run(AbortSignal.any([stop, late.signal]), () => timer.refresh());
  } catch (error) {
    if (stop.aborted) throw new AppError("interrupted", {}, { cause: error });
    if (late.signal.aborted) throw new AppError("timeout", { host: hostOf(connection.baseUrl), seconds: limit / 1000 });
    throw redactedError(fromNetwork(error, connection), connection);
  } finally {
    clearTimeout(timer);
  }
}
