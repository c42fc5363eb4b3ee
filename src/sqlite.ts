import { chmodSync, closeSync, constants, existsSync, openSync, rmSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type * as sqlite from "node:sqlite";
import { systemReason } from "./errors.ts";
import { isPrivateFolder, makeFolder } from "./files.ts";

/**
 * Node's own SQLite, loaded when first needed. Node 22 warns at that moment that it is experimental, which is nothing to the
 * person at the terminal; nothing else can warn while it loads, because loading is synchronous.
 */
export function loadSqlite(): typeof sqlite {
  const emitWarning = Object.getOwnPropertyDescriptor(process, "emitWarning")!;
  Object.defineProperty(process, "emitWarning", { ...emitWarning, value: () => {} });
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    Object.defineProperty(process, "emitWarning", emitWarning);
  }
}

/**
 * Opens a database that its owner alone can read, making file and folder where they are missing.
 *
 * @throws SQLite's errors; an error with `syscall` where others may write to the folder or the file cannot be made
 */
export function openDatabase(path: string): sqlite.DatabaseSync {
  makeFolder(dirname(path));
  if (!isPrivateFolder(dirname(path))) throw Object.assign(new Error("Others may write there."), { syscall: "open" });
  // SQLite itself would make a file that others can read; what it puts beside it gets the same rights.
  makePrivateFile(path);
  return new (loadSqlite().DatabaseSync)(path);
}

/** Deletes a database with what SQLite keeps beside it; false where that cannot be. */
export function removeDatabase(path: string): boolean {
  try {
    for (const ending of ["", "-wal", "-shm", "-journal"]) rmSync(`${path}${ending}`, { force: true });
    return true;
  } catch {
    return false;
  }
}

/** Result codes of SQLite for a file that cannot be used now, whatever is in it: busy, locked, read-only, I/O, full, no access. */
const obstacles = new Set([5, 6, 8, 10, 13, 14, 23]);

/** Whether a database failed because it is out of reach, or because it is damaged; null for any other error. */
export function databaseTrouble(error: unknown): "obstacle" | "damage" | null {
  if (!(error instanceof Error)) return null;
  if ("errcode" in error) return obstacles.has(Number(error.errcode) & 0xff) ? "obstacle" : "damage";
  return "syscall" in error ? "obstacle" : null;
}

/** By SQLite's primary result code. */
const reasons: Readonly<Record<number, string>> = {
  5: "locked",
  6: "locked",
  8: "EACCES",
  10: "EIO",
  13: "ENOSPC",
  14: "EACCES",
  23: "EACCES",
};

/** Why a database is out of reach: `locked` by another program, `shared`: others can write to its folder, or the system's name. */
export function obstacleReason(error: unknown): string {
  if (error instanceof Error && "errcode" in error) return reasons[Number(error.errcode) & 0xff] ?? "EIO";
  return error instanceof Error && "code" in error ? systemReason(error) : "shared";
}

/** Types of file systems, as Linux numbers them, that other machines can write to: NFS, SMB in three kinds, 9P, FUSE (sshfs), AFS. */
const networkTypes = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x01021997, 0x65735546, 0x5346414f]);

/**
 * Whether other machines can write to a folder, so that programs do not share memory and a write-ahead log cannot be; known of Linux
 * and of Windows' network paths.
 */
export function isOnNetwork(folder: string): boolean {
  if (process.platform === "linux") return networkTypes.has(statfsSync(folder).type >>> 0);
  return process.platform === "win32" && folder.startsWith("\\\\");
}

function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600));
  } catch (error) {
    if (systemReason(error) !== "EEXIST") throw error;
    // One that is there is not opened: closing it would end SQLite's locks of this process.
    const { mode } = statSync(path, { throwIfNoEntry: false }) ?? {};
    // A link to a file that is not there yet.
    if (mode === undefined) closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600));
    else if ((mode & 0o077) !== 0 && process.platform !== "win32") makePrivate(path);
  }
}

/** A database that others could read, as one that was copied, with what SQLite keeps beside it. */
function makePrivate(path: string): void {
  for (const ending of ["", "-wal", "-shm", "-journal"]) {
    if (existsSync(path + ending)) chmodSync(path + ending, 0o600);
  }
}
