import { fstatSync } from "node:fs";
import { readInto, using } from "../store/fs.ts";
import { filesIn, openToRead, wholeFile, type FileState } from "../store/folder.ts";
import { limits, smallFile, TooLarge } from "../limits.ts";

/**
 * The files of a folder as they are now.
 *
 * @throws AppError `transcript_unreadable` for the folder
 */
export function statesIn(folder: string): Map<string, FileState> {
  const states = new Map<string, FileState>();
  for (const { name, state } of filesIn(folder)) {
    const { size, mtimeMs, ctimeMs } = state;
    states.set(name, { size, mtimeMs, ctimeMs });
  }
  return states;
}

/** One buffer for all files: thousands of fresh ones take longer than reading them. */
let shared = Buffer.alloc(0);

/**
 * A file's bytes, which are gone with the next call where the file is small, and what it was when they were read. Throws the
 * system's error, and TooLarge.
 */
export function readWhole(
  path: string,
  maxBytes: number = limits.bytes,
): { readonly bytes: Buffer; readonly state: FileState } {
  return using(openToRead(path), (descriptor) => {
    const state = fstatSync(descriptor);
    if (state.size > maxBytes) throw new TooLarge();
    // Reading a large one takes turns with other work, which may want the shared buffer.
    return { bytes: state.size > smallFile ? wholeFile(path) : readPart(descriptor, 0, state.size), state };
  });
}

/** A stretch of an open file; shorter where the file ends. The bytes are gone with the next call. */
export function readPart(descriptor: number, start: number, end: number): Buffer {
  const size = Math.max(0, end - start);
  if (shared.length < size) shared = Buffer.allocUnsafe(Math.max(size, 1 << 18));
  return readInto(shared.subarray(0, size), descriptor, start);
}
