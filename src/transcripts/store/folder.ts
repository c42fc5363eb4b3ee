import { constants, lstatSync, openSync, readdirSync, realpathSync, type Stats, statfsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { readInto, using } from "./fs.ts";
import { AppError, systemReason } from "../../errors.ts";
import { isInside, readRegular } from "../../files.ts";
import { limits } from "../limits.ts";

/** What a file is known by as long as nobody touches it; times in milliseconds since 1970, with fractions. */
export interface FileState {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** Whether a file of that name may be a transcript: one of several lines would be several in a list. */
export function isTranscriptName(name: string): boolean {
  const end = name.slice(name.lastIndexOf(".")).toLowerCase();
  return !name.startsWith(".") && (end === ".md" || end === ".txt") && !/[\n\r\u2028\u2029]/u.test(name);
}

/** Names of the files in a folder that may be transcripts; none where the folder is missing. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter(isTranscriptName);
  } catch (error) {
    const reason = systemReason(error);
    if (reason === "ENOENT") return [];
    throw new AppError("transcript_unreadable", { path: folder, reason }, { cause: error });
  }
}

const mayBeMissing = { throwIfNoEntry: false } as const;

/**
 * The files in a folder that may be transcripts; `linked` as in `linkedStateOf`. Paths are put together here: `join` takes as long as the system's answer. For the
 * same reason a state is what the system gave, of which nobody should keep thousands.
 */
export function* filesIn(
  folder: string,
): Generator<{ readonly name: string; readonly path: string; readonly state: FileState; readonly linked: boolean }> {
  const before = join(folder, sep);
  for (const name of namesIn(folder)) {
    const path = before + name;
    let stat: Stats | undefined;
    try {
      stat = lstatSync(path, mayBeMissing);
    } catch {
      continue;
    }
    const isFile = stat?.isFile() === true;
    const state = isFile ? stat! : linkedStateOf(path).state;
    if (state !== null) yield { name, path, state, linked: !isFile || stat!.nlink > 1 };
  }
}

/** File systems of this machine alone, where nothing writes but through its kernel: ext, xfs, btrfs, tmpfs, f2fs, zfs (statfs(2)). */
const local = new Set([0xef53, 0x58465342, 0x9123683e, 0x01021994, 0xf2f52010, 0x2fc12fc1]);

/** Whether a folder is known to be on such a file system; only Linux tells. */
export function isOnThisMachine(folder: string): boolean {
  try {
    return process.platform === "linux" && local.has(statfsSync(folder).type);
  } catch {
    return false;
  }
}

/**
 * Sixteen hexadecimal digits that tell a folder's files in the cache from those of others: FNV-1a of its real path. Nothing is
 * guarded by it, so that no cryptography is loaded, which takes 4 ms.
 */
export function folderKey(folder: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(realPath(folder))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0");
}

function realPath(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return resolve(folder);
  }
}

/** A file's size and times; null when there is no regular file. */
export function stateOf(path: string): FileState | null {
  try {
    return stateIn(statSync(path, { throwIfNoEntry: false }));
  } catch {
    return null;
  }
}

/** The path of a folder's file by its name; the folder's own, which is no file, where that is missing or leads out of it. */
export function memberOf(folder: string, reference: string): string {
  const path = join(folder, basename(reference));
  return linkedStateOf(path).state === null ? folder : path;
}

/**
 * The same for a file that belongs to its folder, and whether it has other names, through which it may be written to. A link
 * that leads out of the folder is no conversation of it: the folder's author could name any file of the user's.
 */
export function linkedStateOf(path: string): { readonly state: FileState | null; readonly linked: boolean } {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() === true) {
      return { state: isInside(dirname(path), path) ? stateOf(path) : null, linked: true };
    }
    return { state: stateIn(stat), linked: stat !== undefined && stat.nlink > 1 };
  } catch {
    return { state: null, linked: true };
  }
}

function stateIn(stat: Stats | undefined): FileState | null {
  // Of thousands of files only this is kept: what the system gives besides takes ten times the memory.
  return stat?.isFile() === true ? { size: stat.size, mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs } : null;
}

/** One buffer for all files of a list: thousands of fresh ones take longer than reading them. */
let shared = Buffer.alloc(0);

/** Runs `work` with a file's bytes, which are gone afterwards. Throws the system's error. */
export function withBytes<Result>(path: string, size: number, work: (bytes: Buffer) => Result): Result {
  if (shared.length < size) shared = Buffer.allocUnsafe(Math.max(size, 1 << 18));
  return work(using(openToRead(path), (descriptor) => readInto(shared.subarray(0, size), descriptor, 0)));
}

/** Nothing waits on a pipe. */
export function openToRead(path: string): number {
  return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

/** A transcript's bytes. Throws the system's error, or one of the code `too_large` or `not_a_file`. */
export function wholeFile(path: string): Buffer {
  return readRegular(path, { maxBytes: limits.bytes });
}
