import { constants, fstatSync, openSync, readSync } from "node:fs";
import { using } from "../disk.ts";
import { filesIn, type FileState } from "../folder.ts";

/**
 * The files of a folder as they are now.
 *
 * @throws AppError `transcript_unreadable` for the folder
 */
export function statesIn(folder: string): Map<string, FileState> {
  const states = new Map<string, FileState>();
  for (const { name, state } of filesIn(folder)) states.set(name, state);
  return states;
}

/** Nothing waits on a pipe. */
export function openToRead(path: string): number {
  return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

/** One buffer for all files: thousands of fresh ones take longer than reading them. */
let shared = Buffer.alloc(0);

/**
 * A file's bytes, which are gone with the next call, and what it was when they were read; null where it is gone or cannot be
 * read.
 */
export function readWhole(path: string): { readonly bytes: Buffer; readonly state: FileState } | null {
  try {
    return using(openToRead(path), (descriptor) => {
      const state = fstatSync(descriptor);
      return { bytes: readPart(descriptor, 0, state.size), state };
    });
  } catch {
    return null;
  }
}

/** A stretch of an open file; shorter where the file ends. The bytes are gone with the next call. */
export function readPart(descriptor: number, start: number, end: number): Buffer {
  const size = Math.max(0, end - start);
  if (shared.length < size) shared = Buffer.allocUnsafe(Math.max(size, 1 << 18));
  let length = 0;
  while (length < size) {
    const read = readSync(descriptor, shared, length, size - length, start + length);
    if (read === 0) break;
    length += read;
  }
  return shared.subarray(0, length);
}
