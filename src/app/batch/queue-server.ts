import type { QueueServer } from "../../batch/queue/queue-link.ts";
import { shownStore, storePattern } from "../../config/cache-options.ts";
import { AppError } from "../../errors.ts";
import type { Engine } from "../engine.ts";

/** The variable that redis-cli reads a password from. */
const passwordVariable = "REDISCLI_AUTH";

/**
 * The server that `--queue` names. A URL without a password takes the one in `REDISCLI_AUTH`: command lines can be seen by others.
 *
 * @throws AppError `bad_value`
 */
export function queueServer({ environment }: Pick<Engine, "environment">, url: string): QueueServer {
  const parsed = storePattern.test(url) ? URL.parse(url) : null;
  const shownUrl = shownStore(url);
  if (parsed === null) {
    throw new AppError("bad_value", { name: "--queue", value: shownUrl, expected: "redis://…, rediss://…" });
  }
  const password = environment.variables[passwordVariable];
  if (parsed.password === "" && password) parsed.password = encodeURIComponent(password);
  return { url: parsed.href, shownUrl };
}
