import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Asks that no test be skipped for want of a system program: those whose program is missing fail. `.ci/run` sets it. */
export const skipNothing = process.env["TEST_SKIP_NOTHING"] === "1";

/** Programs that were missed, so that each is told once in a test file. */
const missed = new Set<string>();

/**
 * Whether tests that need a system program run; says so where they do not.
 *
 * @param name of the program, looked for on the PATH
 * @param extra a file that has to be there too
 */
export function hasProgram(name: string, extra?: string): boolean {
  const found = (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
  const missing = found ? (extra === undefined || existsSync(extra) ? null : extra) : name;
  if (missing === null || skipNothing) return true;
  if (!missed.has(missing)) process.stderr.write(`${missing} is not here: the tests that need it are skipped.\n`);
  missed.add(missing);
  return false;
}
