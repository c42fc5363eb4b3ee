import { closeSync, constants, fstatSync, mkdirSync, openSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Files are for their owner alone, whatever the umask. */
const privateFile = 0o600;
const privateFolder = 0o700;

/** Creates a folder and those above it that are missing. */
export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: privateFolder });
}

/** Creates a file that must not exist yet, also not as a symbolic link; gives its descriptor for appending. */
export function createFile(path: string): number {
  return openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL, privateFile);
}

/**
 * Opens a file for reading and appending. In a folder where others may write, a symbolic link is not followed: they could
 * have laid it there. A pipe without reader is refused rather than waited for.
 */
export function openFile(path: string): number {
  const noFollow = isShared(dirname(path)) ? (constants.O_NOFOLLOW ?? 0) : 0;
  return openSync(path, constants.O_RDWR | constants.O_APPEND | (constants.O_NONBLOCK ?? 0) | noFollow);
}

function isShared(folder: string): boolean {
  return (statSync(folder).mode & 0o002) !== 0;
}

/** Appends the whole text; a disk that takes a part of it gets the rest offered until it takes or refuses it. */
export function writeAll(descriptor: number, text: string): void {
  let bytes: Uint8Array = Buffer.from(text);
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(descriptor, bytes));
}

/** Whether the file behind an open descriptor was deleted or replaced. */
export function isGone(descriptor: number): boolean {
  return fstatSync(descriptor).nlink === 0;
}

/** Runs `work` with a descriptor and closes it whatever happens. */
export function using<Result>(descriptor: number, work: (descriptor: number) => Result): Result {
  try {
    return work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
