import { resolve } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import type { Model } from "../chat/layers.ts";
import { expandHome } from "../config/home.ts";
import type { Settings } from "../config/schema.ts";
import type { Log } from "../diagnostics/log-file.ts";
import type { Connection } from "../providers/connection.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { describe } from "../terminal/terminal.ts";
import { AppError, asAppError } from "../errors.ts";
import type { App, Invocation } from "./app.ts";

/**
 * Opens the log that the settings name, with a first line that says what runs; null where they name none.
 *
 * @param mistakes where given, takes the error, and nothing is logged
 * @throws AppError `storage_failed`, `not_a_log`
 */
export async function startLog(
  { command, terminal, words }: Invocation,
  settings: Settings,
  mistakes: AppError[] | undefined,
): Promise<Log | null> {
  if (settings.log_file === undefined) return null;
  const { openLog } = await import("../diagnostics/log-file.ts");
  const path = resolve(expandHome(settings.log_file));
  const onFailure = (reason: string) =>
    terminal.warn(sanitize(describe(new AppError("storage_failed", { path, reason }), words.errors)));
  const log = await openLog({ path, content: settings.log_content, onFailure }).catch((error: unknown): null => {
    if (mistakes === undefined) throw error;
    mistakes.push(asAppError(error));
    return null;
  });
  if (log === null) return null;
  const { node } = process.versions;
  const { platform, arch } = process;
  log.write("info", "start", { version: manifest.version, command, node, platform, arch });
  return log;
}

/** The model with its requests in the log, where there is one. */
export async function logged(app: App, model: Model, { name, baseUrl, headers }: Connection): Promise<Model> {
  if (app.log === null) return model;
  for (const value of Object.values(headers)) app.log.hide(value);
  const { withLog } = await import("../diagnostics/log.ts");
  return withLog(model, app.log, { provider: name, host: URL.parse(baseUrl)?.host ?? "" });
}
