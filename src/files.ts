/**
 * Files and folders that somebody else may have prepared: what lies at a path is looked at before it is trusted. Every room may
 * import this file, as they may `errors.ts`.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from "node:fs";
import { devNull } from "node:os";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { systemReason } from "./errors.ts";

/** What a file must be to be read. */
export interface FileLimits {
  /** Bytes; a larger file is refused. */
  readonly maxBytes: number;
  /** Whether a symbolic link in the place of the file is refused. */
  readonly noLinks?: boolean;
  /** Whose file it may be; anyone's when absent. Windows does not tell. */
  readonly owner?: FileOwner;
}

/**
 * `self`: the user who runs the program. `folder`: root and the owner of the folder too, as in a container that mounts one.
 * `settled`: root too, and any other user who did not make it in a place where everybody may write.
 */
type FileOwner = "self" | "folder" | "settled";

/** Why a file was refused, where the system has no name for it; `code` as `systemReason` gives it. */
type FileRefusal = "not_a_file" | "too_large" | "not_own" | "ELOOP" | "EISDIR";

/**
 * The bytes of a regular file. Never waits, whatever lies there: a pipe or a device is refused, and the null device is empty.
 *
 * @throws the system's error; an error with a `Refusal` as its `code`
 */
export function readRegular(path: string, limits: FileLimits): Buffer {
  const descriptor = openRegular(path, limits);
  try {
    return descriptor === null ? Buffer.alloc(0) : readAll(descriptor, path, limits.maxBytes);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/** Null for the null device. */
function openRegular(path: string, { noLinks = false, owner }: FileLimits): number | null {
  // Windows knows neither flag.
  const noFollow = noLinks ? ((constants.O_NOFOLLOW as number | undefined) ?? 0) : 0;
  const noWait = (constants.O_NONBLOCK as number | undefined) ?? 0;
  if (noLinks && noFollow === 0 && lstatSync(path).isSymbolicLink()) throw refused(path, "ELOOP");
  const descriptor = openSync(path, constants.O_RDONLY | noWait | noFollow);
  try {
    const stat = fstatSync(descriptor);
    const refusal = stat.isFile() ? null : isNullDevice(stat) ? "empty" : stat.isDirectory() ? "EISDIR" : "not_a_file";
    if (refusal === "empty") {
      closeSync(descriptor);
      return null;
    }
    if (refusal !== null) throw refused(path, refusal);
    if (owner !== undefined && !mayOwn(stat, path, owner)) throw refused(path, "not_own");
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function mayOwn(stat: Stats, path: string, owner: FileOwner): boolean {
  if (isOwn(stat)) return true;
  if (owner === "self") return false;
  const folder = dirname(path);
  if (stat.uid === 0) return true;
  return owner === "folder" ? statSync(folder).uid === stat.uid : !isShared(folder) && !isShared(dirname(folder));
}

/** Files of /proc have a size of 0 and content, so the size alone says nothing. */
function readAll(descriptor: number, path: string, maxBytes: number): Buffer {
  const { size } = fstatSync(descriptor);
  if (size > maxBytes) throw refused(path, "too_large");
  const pieces: Buffer[] = [];
  for (let total = 0; ;) {
    const piece = Buffer.allocUnsafe(Math.max(size - total, 4096));
    const read = readSync(descriptor, piece, 0, piece.length, total);
    if (read === 0) return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    total += read;
    if (total > maxBytes) throw refused(path, "too_large");
    pieces.push(piece.subarray(0, read));
  }
}

/** `/dev/null` is a usual way to name no file. */
function isNullDevice(stat: Stats): boolean {
  return stat.isCharacterDevice() && stat.rdev === statSync(devNull, { throwIfNoEntry: false })?.rdev;
}

function refused(path: string, code: FileRefusal): Error {
  return Object.assign(new Error(`${path}: ${code}`), { code });
}

/** Whether it is of the user who runs the program; true on Windows, which does not tell. */
export function isOwn({ uid }: Stats): boolean {
  return process.geteuid === undefined || uid === process.geteuid();
}

/** Whether a folder can be trusted with derived data: it is of the user who runs the program, and nobody else may write to it. */
export function isPrivateFolder(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true || !isOwn(stat)) return false;
  return process.platform === "win32" || (stat.mode & 0o022) === 0;
}

/** Flags for opening a file where anybody may write: a link that another user may have laid there is not followed. */
export function flagsIn(folder: string): number {
  // Windows knows neither flag. Nothing waits on a pipe.
  return (isShared(folder) ? (constants.O_NOFOLLOW ?? 0) : 0) | (constants.O_NONBLOCK ?? 0);
}

/** Whether every user may make files in a folder. */
function isShared(folder: string): boolean {
  return process.platform !== "win32" && (statSync(folder).mode & 0o002) !== 0;
}

/**
 * Whether a path, which need not exist, is in a folder or below it once all links are followed.
 *
 * @param path absolute
 */
export function isInside(folder: string, path: string): boolean {
  const [outer, inner] = [realPathOf(folder), realPathOf(path)];
  if (outer === null || inner === null) return false;
  return nearPath(outer, inner) !== null;
}

/**
 * A path as seen from a folder that it lies in; null where it lies elsewhere. `..foo` is a name like any other.
 *
 * @returns empty for the folder itself
 */
export function nearPath(folder: string, path: string): string | null {
  const near = relative(folder, path);
  return near === ".." || near.startsWith(`..${sep}`) || isAbsolute(near) ? null : near;
}

/** The real path of what exists of it, and the rest as it is; null for a link that leads nowhere, and for what cannot be looked at. */
function realPathOf(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch (error) {
    const above = dirname(path);
    if (systemReason(error) !== "ENOENT" || above === path || isLink(path)) return null;
    const real = realPathOf(above);
    return real === null ? null : join(real, basename(path));
  }
}

/** Whether there is a symbolic link at a path; where that cannot be seen there is none. */
export function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
}

/** Whether there is a link at a path that another user may have laid there, because anybody may write in its folder. */
export function isUntrustedLink(path: string): boolean {
  return isLink(path) && isShared(dirname(path));
}

/**
 * Where what is written to a path belongs, as for an editor: the file that a link leads to, which need not exist. An untrusted link
 * is not followed.
 *
 * @throws the system's error
 */
export function linkedPath(path: string): string {
  for (let links = 0; links < 40 && isLink(path) && !isUntrustedLink(path); links++) {
    path = resolve(realpathSync.native(dirname(path)), readlinkSync(path));
  }
  return path;
}

/** Whether there is a folder at a path, links followed; where that cannot be seen there is none. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}

/**
 * Creates a folder and those above it that are missing, each 0700. Node's own `recursive` never returns where a folder is there
 * and says ENOENT to a new one, as /proc does.
 *
 * @throws the system's error
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
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!isFolder(path)) throw error;
  }
}
