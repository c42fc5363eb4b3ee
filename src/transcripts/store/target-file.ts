import { fstatSync, readFileSync, statSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { AppError, systemReason } from "../../errors.ts";
import { Channel } from "./append-channel.ts";
import { openFile, using } from "./fs.ts";
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
 * A new file with `text` in it, still open; none at all where the text does not go in as a whole. Throws
 * `transcript_unwritable`.
 */
export function filled(path: string, text: string): Channel {
  let channel: Channel | null = null;
  try {
    channel = Channel.create(path);
    if (channel === null) throw Object.assign(new Error("There is such a file."), { code: "EEXIST" });
    channel.write(text);
    return channel;
  } catch (error) {
    channel?.release();
    if (channel !== null) unlinkSync(path);
    throw unwritable(path, error);
  }
}

/** The error for a file that the system does not let us write, with the system's reason. */
export function unwritable(path: string, cause: unknown): AppError<"transcript_unwritable"> {
  return new AppError("transcript_unwritable", { path, reason: systemReason(cause) }, { cause });
}
