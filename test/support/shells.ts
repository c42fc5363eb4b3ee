import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a program is on the PATH. Under continuous integration all are expected, so that a missing one is a failure. */
export function hasProgram(name: string, extra?: string): boolean {
  if (process.env["CI"]) return true;
  const found = (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
  return found && (extra === undefined || existsSync(extra));
}
