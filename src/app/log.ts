import { resolve } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import type { Layer } from "../chat/layers.ts";
import { expandHome } from "../config/home.ts";
import type { Settings } from "../config/schema.ts";
import type { Log } from "../diagnostics/log-file.ts";
import type { Connection } from "../providers/connection.ts";
import { AppError, asAppError, type ErrorKind, exitCodeOf } from "../errors.ts";

export interface LogSource {
  /** What runs; default empty. */
  readonly command?: string;
  /** Called once where the log takes no more. */
  readonly onLogFailure?: (error: AppError<"storage_failed">) => void;
}

/**
 * Opens the log that the settings name, with a first line that says what runs; null where they name none.
 *
 * @param mistakes takes the error, and nothing is logged; null throws it
 * @throws AppError `storage_failed`, `not_a_log`
 */
export async function startLog(
  { command = "", onLogFailure }: LogSource,
  settings: Settings,
  mistakes: AppError[] | null,
): Promise<Log | null> {
  if (settings.log_file === undefined) return null;
  const { openLog } = await import("../diagnostics/log-file.ts");
  const path = resolve(expandHome(settings.log_file));
  const onFailure = (reason: string) => onLogFailure?.(new AppError("storage_failed", { path, reason }));
  const log = await openLog({ path, content: settings.log_content, onFailure }).catch((error: unknown): null => {
    if (mistakes === null) throw error;
    mistakes.push(asAppError(error));
    return null;
  });
  if (log === null) return null;
  const { node } = process.versions;
  const { platform, arch } = process;
  log.write("info", "start", { version: manifest.version, command, node, platform, arch });
  return log;
}

/** The last line of the log: how the command ended. */
export function logEnd(log: Log | null, error: { readonly code: string; readonly kind: ErrorKind } | null): void {
  const facts = { ...(error !== null && { code: error.code }), exitCode: exitCodeOf(error?.kind ?? null) };
  log?.write(error === null ? "info" : "error", "end", facts);
}

/** Logs a connection's requests; nothing where there is no log. */
export async function logLayers(log: Log | null, { name, baseUrl, headers }: Connection): Promise<readonly Layer[]> {
  if (log === null) return [];
  for (const value of Object.values(headers)) log.hide(value);
  const { withLog } = await import("../diagnostics/log.ts");
  return [withLog(log, { provider: name, host: URL.parse(baseUrl)?.host ?? "" })];
}
