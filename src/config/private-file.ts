import { AppError, systemReason } from "../errors.ts";
import { replaceFile } from "../files.ts";

/**
 * Writes a file whole or not at all. File 0600, new folders 0700.
 *
 * @throws AppError `storage_failed`
 */
export async function writePrivately(path: string, text: string): Promise<void> {
  try {
    replaceFile(path, text);
  } catch (error) {
    throw new AppError("storage_failed", { path, reason: systemReason(error) }, { cause: error });
  }
}
