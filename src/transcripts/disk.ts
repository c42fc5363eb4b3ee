import { closeSync, constants, fstatSync, mkdirSync, openSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { systemReason } from "../errors.ts";

/** Files are for their owner alone, whatever the umask. */
const privateFile = 0o600;
const privateFolder = 0o700;

/**
 * Creates a folder and those above it that are missing. Node's own `recursive` never ends where a folder is there and says
 * ENOENT to a new one, as /proc does.
 */
export function makeFolder(path: string): void {
  try {
    makeOne(path);
  } catch (error) {
    const above = dirname(path);
    if (systemReason(error) !== "ENOENT" || above === path) throw error;
    makeFolder(above);
    makeOne(path);
  }
}

/** It may be there already. */
function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: privateFolder });
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

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
  // Windows knows neither flag.
  const noFollow = isShared(dirname(path)) ? (constants.O_NOFOLLOW ?? 0) : 0;
  const noWait = constants.O_NONBLOCK ?? 0;
  const flags = constants.O_RDWR | constants.O_APPEND | noWait | noFollow | (create ? constants.O_CREAT : 0);
  return openSync(path, flags, privateFile);
}

function isShared(folder: string): boolean {
  return process.platform !== "win32" && (statSync(folder).mode & 0o002) !== 0;
}

/** Appends the whole text: a disk that takes a part of it is offered the rest until it takes or refuses it. */
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
