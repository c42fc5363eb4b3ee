import { openAsBlob } from "node:fs";
import { AppError, systemReason } from "../../errors.ts";
import type { OutgoingFile } from "./uploaded-file.ts";

/**
 * A file as a form has it, which is read while it goes out and never is in memory as a whole.
 *
 * @throws AppError `input_unreadable`
 */
export async function formFile({ path, name, mediaType }: Omit<OutgoingFile, "size">): Promise<File> {
  try {
    return new File([await openAsBlob(path)], name, { type: mediaType });
  } catch (error) {
    throw new AppError("input_unreadable", { path, reason: systemReason(error) }, { cause: error });
  }
}
