import { openAsBlob } from "node:fs";
import { AppError, systemReason } from "../../errors.ts";
import type { OutgoingFile } from "./uploaded-file.ts";

/**
 * A file as a form has it, which is read while it goes out and never is in memory as a whole.
 *
 * @throws AppError `input_unreadable`
 */
export async function formFile({ path, content, name, mediaType }: Omit<OutgoingFile, "size">): Promise<File> {
  try {
    return new File([content === undefined ? await openAsBlob(path) : new Uint8Array(content)], name, {
      type: mediaType,
    });
  } catch (error) {
    throw new AppError("input_unreadable", { path, reason: systemReason(error) }, { cause: error });
  }
}
