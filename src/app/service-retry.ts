import { AppError, type ErrorCode } from "../errors.ts";
import { isPassing } from "../providers/wire/errors.ts";

/** Milliseconds: waits after failures, the first one and the longest. */
const firstDelay = 1_000;
const maxDelay = 60_000;
/** How often something is tried again that is no matter of the network. */
const maxOddities = 5;
/** What a network brings about that is not there, or not yet. */
const ofNetwork: ReadonlySet<ErrorCode> = new Set([
  "no_connection",
  "timeout",
  "rate_limited",
  "service_failed",
  "stream_failed",
]);

/**
 * When work that a service does for hours is asked about again: once the service has answered, the network is waited for however long it
 * takes; until then something may be wrong with the settings.
 *
 * @param retries of the settings
 * @returns milliseconds to wait after that many failures in a row; null where the error is final
 */
export function serviceRetryDelay(
  retries: number,
  error: unknown,
  failures: number,
  isReached: boolean,
): number | null {
  if (!(error instanceof AppError) || error.kind !== "service") return null;
  const isOfNetwork = ofNetwork.has(error.code) && isPassing(error);
  const most = isReached ? (isOfNetwork ? Infinity : maxOddities) : isOfNetwork ? retries : 0;
  if (failures > most) return null;
  const delay = Math.min(maxDelay, firstDelay * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
  return error.retryAfter ?? delay;
}
