import { chmod, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError, systemReason } from "../errors.ts";
import { makeFolder } from "../files.ts";

/**
 * Writes a file whole or not at all: beside it first, then renamed over it. File 0600, new folders 0700.
 *
 * @throws AppError `storage_failed`
 */
export async function writePrivately(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  try {
    makeFolder(dirname(path));
    await writeFile(beside, text, { mode: 0o600, flag: "wx" });
    await chmod(beside, 0o600);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw new AppError("storage_failed", { path, reason: systemReason(error) }, { cause: error });
  }
}
