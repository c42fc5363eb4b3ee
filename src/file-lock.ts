import { closeSync, lstatSync, openSync, readlinkSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { systemReason } from "./errors.ts";
import { readRegular } from "./files.ts";
import { isAlive, thisOwner } from "./process-identity.ts";

/** Milliseconds after which a lock is stale if its process can't be checked and neither lock nor file changed. */
const staleAfter = 15 * 60_000;
/** A lock that is a file is made, then filled; what stays empty longer was left by a crash between the two. */
const emptyStaleAfter = 2_000;
/** Bytes of a lock that is a file; what is longer is none. */
const maxLength = 1024;

/** Between two attempts to get a lock, on average; milliseconds. */
const pause = 30;

/**
 * Tries something again and again while another program holds the lock of a file.
 *
 * @param attempt returns false while the lock is held
 * @param timeout milliseconds
 * @param signal ends the waiting; null for none
 * @returns false where the lock is still held after that time
 */
export async function retryWhileHeld(
  attempt: () => boolean,
  timeout: number,
  signal: AbortSignal | null = null,
): Promise<boolean> {
  const until = Date.now() + timeout;
  while (!attempt()) {
    if (Date.now() >= until || signal?.aborted === true) return false;
    await setTimeout(pause * (0.5 + Math.random()));
  }
  return true;
}

/** Path of the lock of the file at `path`. */
export function lockOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.lock`);
}

/**
 * The right to append to a file, held for one exchange of a transcript or a run of a batch. It is a link next to the file that exists
 * while the lock is held and, instead of leading anywhere, names its holder, so that the lock of a process that was killed is recognised at once.
 */
export class Lock {
  /** Null in a folder that takes no new files: there the lock guards nothing. */
  readonly #path: string | null;
  readonly #content: string;

  private constructor(path: string | null, content: string) {
    this.#path = path;
    this.#content = content;
  }

  /** Takes the lock of the file at `path` (its real path); null when another holds it. */
  static take(path: string): Lock | null {
    const lock = new Lock(lockOf(path), `${thisOwner()} ${tokenOf()}`);
    const made = lock.#make();
    if (made === "impossible") return new Lock(null, "");
    if (made === "made") return lock;
    return freed(path) && lock.#make() === "made" ? lock : null;
  }

  /** Whether it is still this lock that stands there: a machine that slept may have been taken for dead. */
  isOurs(): boolean {
    return this.#path === null || contentOf(this.#path) === this.#content;
  }

  release(): void {
    if (this.#path !== null && this.isOurs()) removeIfThere(this.#path);
  }

  #make(): "made" | "taken" | "impossible" {
    try {
      // A link is made with what it says, so that no kill can leave an empty lock behind.
      if (process.platform === "win32") return this.#makeFile();
      symlinkSync(this.#content, this.#path!);
      return "made";
    } catch {
      return this.#makeFile();
    }
  }

  /** Where links are not to be had: on Windows, and on memory cards and some network drives. */
  #makeFile(): "made" | "taken" | "impossible" {
    let descriptor: number;
    try {
      descriptor = openSync(this.#path!, "wx", 0o600);
    } catch (error) {
      return systemReason(error) === "EEXIST" ? "taken" : "impossible";
    }
    try {
      writeFileSync(descriptor, this.#content);
    } catch {
      // On a full disk a file can be made but not filled.
      removeIfThere(this.#path!);
      return "impossible";
    } finally {
      closeSync(descriptor);
    }
    // A process stopped between creating and filling the lock may have lost it to another.
    return this.isOurs() ? "made" : "taken";
  }
}

/** Tells apart the locks that one process takes. */
function tokenOf(): string {
  return Math.random().toString(36).slice(2, 10).padEnd(8, "0");
}

/** Whether somebody is writing to the file at `path` (its real path). */
export function isHeld(path: string): boolean {
  const lock = lockOf(path);
  return contentOf(lock) !== null && !isStale(lock, path);
}

/**
 * Removes a lock whose holder is gone; true when none stands there any more. Only who holds the guard removes another's lock,
 * else two could each find the same stale one, and the second remove the first one's fresh lock.
 */
function freed(path: string): boolean {
  const lock = lockOf(path);
  if (contentOf(lock) === null) return true;
  if (!isStale(lock, path)) return false;
  const guard = `${lock}.guard`;
  try {
    closeSync(openSync(guard, "wx", 0o600));
  } catch {
    if (ageOf(guard) > emptyStaleAfter) removeIfThere(guard);
    return false;
  }
  try {
    if (isStale(lock, path)) removeIfThere(lock);
  } finally {
    removeIfThere(guard);
  }
  return true;
}

function isStale(lock: string, path: string): boolean {
  const content = contentOf(lock);
  if (content === null) return false;
  if (content === "") return ageOf(lock) > emptyStaleAfter;
  const alive = isAlive(content.split(" ")[0]!);
  return alive === null ? Math.min(ageOf(lock), ageOf(path)) > staleAfter : !alive;
}

function contentOf(lock: string): string | null {
  try {
    return readlinkSync(lock);
  } catch {
    // Not a link, or not there.
  }
  try {
    return readRegular(lock, { maxBytes: maxLength, noLinks: true }).toString("utf8");
  } catch {
    return null;
  }
}

/** Milliseconds since a file was last written, or a link made; 0 when it is gone. */
function ageOf(path: string): number {
  const written = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return written === undefined ? 0 : Date.now() - written;
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemReason(error) !== "ENOENT") throw error;
  }
}
