import { openSync, readdirSync, readSync, statSync, type Stats } from "node:fs";
import { join, sep } from "node:path";
import { using } from "./disk.ts";
import { AppError, systemReason } from "../errors.ts";

/** Names of the files in a folder that may be transcripts; none where the folder is missing. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^[^.].*\.(?:md|txt)$/i.test(name));
  } catch (error) {
    const reason = systemReason(error);
    if (reason === "ENOENT") return [];
    throw new AppError("transcript_unreadable", { path: folder, reason }, { cause: error });
  }
}

/** The files in a folder that may be transcripts. Paths are put together here: `join` takes as long as the system's answer. */
export function* filesIn(
  folder: string,
): Generator<{ readonly name: string; readonly path: string; readonly stat: Stats }> {
  const before = join(folder, sep);
  for (const name of namesIn(folder)) {
    const path = before + name;
    const stat = statOf(path);
    if (stat !== null) yield { name, path, stat };
  }
}

/** A file's size and times; null when there is no regular file. */
export function statOf(path: string): Stats | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true ? stat : null;
  } catch {
    return null;
  }
}

/** One buffer for all files of a list: thousands of fresh ones take longer than reading them. */
let shared = Buffer.alloc(0);

/** Runs `work` with a file's bytes, which are gone afterwards; null when the file cannot be read. */
export function withBytes<Result>(path: string, size: number, work: (bytes: Buffer) => Result): Result | null {
  if (shared.length < size) shared = Buffer.allocUnsafe(Math.max(size, 1 << 18));
  let length = 0;
  try {
    length = using(openSync(path, "r"), (descriptor) => readSync(descriptor, shared, 0, size, 0));
  } catch {
    return null;
  }
  return work(shared.subarray(0, length));
}
