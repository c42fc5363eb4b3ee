import { fstatSync, readFileSync, statSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError, systemReason } from "../../errors.ts";
import { makeFolder } from "../../files.ts";
import { Channel } from "./append-channel.ts";
import { openFile, using } from "./fs.ts";
import { fileName } from "./names.ts";
import { PictureFolder } from "./picture-folder.ts";
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

/**
 * A new file with `text` in it, still open; null where the name is taken.
 *
 * @param prepare called before the text is written, when the name is taken by this program
 * @throws the system's error, and what `prepare` throws; neither the file nor pictures of it are left then
 */
export function filled(path: string, text: string, prepare: (path: string) => void = () => {}): Channel | null {
  const channel = Channel.create(path);
  if (channel === null) return null;
  try {
    prepare(path);
    channel.write(text);
    return channel;
  } catch (error) {
    channel.release();
    unlinkSync(path);
    new PictureFolder(path).remove();
    throw error;
  }
}

/** The same in `folder`, under the first name for the time and the question that is not taken. */
export function newFile(
  folder: string,
  at: Date,
  question: string,
  text: string,
  prepare?: (path: string) => void,
): { readonly path: string; readonly channel: Channel } {
  makeFolder(folder);
  for (let copy = 1; ; copy++) {
    const path = join(folder, fileName(at, question, copy));
    const channel = filled(path, text, prepare);
    if (channel !== null) return { path, channel };
  }
}

/** The error for a file that the system does not let us write, with the system's reason. */
export function unwritable(path: string, cause: unknown): AppError<"transcript_unwritable"> {
  return new AppError("transcript_unwritable", { path, reason: systemReason(cause) }, { cause });
}
