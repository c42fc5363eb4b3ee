import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { systemReason } from "../../errors.ts";
import { flagsIn } from "../../files.ts";

/** Files are for their owner alone, whatever the umask. */
const privateFile = 0o600;

/** Makes a file and gives its descriptor for appending; null when there is one already, or a link of that name. */
export function createFile(path: string): number | null {
  try {
    return openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL, privateFile);
  } catch (error) {
    if (systemReason(error) === "EEXIST") return null;
    throw error;
  }
}

/**
 * Opens a file for reading and appending, making it where `create` says so. In a folder where anybody may write, a
 * symbolic link is not followed: another user may have laid it there. Nothing waits on a pipe.
 */
export function openFile(path: string, create: boolean): number {
  const flags = constants.O_RDWR | constants.O_APPEND | flagsIn(dirname(path)) | (create ? constants.O_CREAT : 0);
  return openSync(path, flags, privateFile);
}

/** Appends the whole text: a disk that takes a part of it is offered the rest until it takes or refuses it. */
export function writeAll(descriptor: number, text: string): void {
  let bytes: Uint8Array = Buffer.from(text);
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(descriptor, bytes));
}

/** Reads what an open file holds from the place `at` on, as much as `bytes` takes; gives the part of `bytes` that was filled. */
export function readInto(bytes: Buffer, descriptor: number, at: number): Buffer {
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(descriptor, bytes, length, bytes.length - length, at + length);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}

/** Runs `work` with a descriptor and closes it whatever happens. */
export function using<Result>(descriptor: number, work: (descriptor: number) => Result): Result {
  try {
    return work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
