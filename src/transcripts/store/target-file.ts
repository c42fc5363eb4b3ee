import { fstatSync, readFileSync, statSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError, systemReason } from "../../errors.ts";
import { makeFolder } from "../../files.ts";
import { Channel } from "./append-channel.ts";
import { openFile, using } from "./fs.ts";
import { fileName } from "./names.ts";
import { decodeFile } from "../format/decode.ts";

/**
 * What a file that is to be appended to holds; null when there is none but one could be made, empty for a device. Throws the
 * system's error.
 */
export function contentOf(path: string): string | null {
  let descriptor: number;
  try {
    descriptor = openFile(path, false);
  } catch (error) {
    if (systemReason(error) !== "ENOENT") throw error;
    statSync(dirname(path));
    return null;
  }
  return using(descriptor, () => (fstatSync(descriptor).isFile() ? decodeFile(readFileSync(descriptor)) : ""));
}

/** A new file with `text` in it, still open; null where the name is taken. Throws the system's error; no file is left then. */
export function filled(path: string, text: string): Channel | null {
  const channel = Channel.create(path);
  try {
    channel?.write(text);
    return channel;
  } catch (error) {
    channel!.release();
    unlinkSync(path);
    throw error;
  }
}

/** The same in `folder`, under the first name for the time and the question that is not taken. Throws the system's error. */
export function newFile(
  folder: string,
  at: Date,
  question: string,
  text: string,
): { readonly path: string; readonly channel: Channel } {
  makeFolder(folder);
  for (let copy = 1; ; copy++) {
    const path = join(folder, fileName(at, question, copy));
    const channel = filled(path, text);
    if (channel !== null) return { path, channel };
  }
}

/** The error for a file that the system does not let us write, with the system's reason. */
export function unwritable(path: string, cause: unknown): AppError<"transcript_unwritable"> {
  return new AppError("transcript_unwritable", { path, reason: systemReason(cause) }, { cause });
}
