import { accessSync, constants, lstatSync, openSync, readdirSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeFolder, readRegular } from "../../files.ts";
import { folderKey, isOnThisMachine, isTranscriptName, type FileState } from "./folder.ts";
import { using, writeAll } from "./fs.ts";

/** Changes whenever the marker means something else. */
const version = 1;
const maxBytes = 64 * 1024;
/** Files that are looked at each time besides the newest one; with more of them a folder has no marker. */
const maxLoose = 16;
/** What was touched this shortly before may be touched again within one tick of its clock; milliseconds. */
const settled = 2_000;

interface NamedState extends FileState {
  readonly name: string;
}

interface Marked {
  /** Identity and times of the folder. */
  readonly folder: string;
  /** When the newest conversation was used, in milliseconds since 1970. */
  readonly usedAt: number;
  /** The newest conversation first, then those that may become newer without a change of the folder's times. */
  readonly files: readonly NamedState[];
}

/**
 * Names the conversation of a folder that was used last, in a small file in the cache folder, so that not every file has to be
 * looked at. It counts while the folder's times, and size and times of the files it names, are the same: for whatever this program
 * writes, it makes a lock in the folder and removes it, which changes the folder's times. See decision 0017 for the limits.
 */
export class NewestMarker {
  readonly #folder: string;
  readonly #file: string | null;
  /** Undefined: not read yet; null: nothing that counts. */
  #marked: Marked | null | undefined = undefined;

  /** @param cache the folder where the marker is kept; null for none */
  constructor(folder: string, cache: string | null) {
    this.#folder = folder;
    this.#file = cache === null ? null : join(cache, `newest-${folderKey(folder)}.json`);
  }

  /** Path of the newest conversation; null where that is not known. */
  get path(): string | null {
    const marked = this.#current();
    return marked === null ? null : join(this.#folder, marked.files[0]!.name);
  }

  /** Runs what makes or removes a lock or a file in the folder. */
  around<Result>(work: () => Result): Result {
    const marked = this.#current();
    try {
      return work();
    } finally {
      const folder = marked === null ? null : stampOf(this.#folder);
      this.#marked = marked === null || folder === null ? null : { ...marked, folder };
    }
  }

  /**
   * Marks the conversation that this program has just written to.
   *
   * @param at when an exchange of it ended; null where only a note was written
   */
  used(path: string, at: Date | null): void {
    const marked = this.#marked ?? null;
    if (marked === null) return;
    const [newest, ...loose] = marked.files;
    const name = basename(path);
    const usedAt = at?.getTime() ?? marked.usedAt;
    const stat = seen(lstatSync, path);
    const isNewest = at === null ? newest!.name === name : usedAt >= marked.usedAt;
    const isLoose = !isTranscriptName(name) || loose.some((file) => file.name === name);
    if (isNewest && !isLoose && isPlain(stat)) this.#save({ ...marked, usedAt, files: [named(name, stat), ...loose] });
    else this.forget();
  }

  /** Leaves it unknown which conversation is the newest. */
  forget(): void {
    this.#marked = null;
  }

  /** Begins a look at all files of the folder. */
  scan(): NewestScan {
    const isUsable = this.#file !== null && isSettled(this.#folder) && !hasLocks(this.#folder);
    const folder = isUsable ? stampOf(this.#folder) : null;
    return new NewestScan((found) => {
      if (folder !== null) this.#save({ ...found, folder });
    });
  }

  /** What counts still. The files are looked at once, because a change of theirs that matters later is found by the next process. */
  #current(): Marked | null {
    if (this.#file === null) return null;
    if (this.#marked === undefined) {
      const read = markedIn(this.#file);
      this.#marked = read?.files.every((file) => isUnchanged(this.#folder, file)) === true ? read : null;
    }
    const isCurrent = this.#marked !== null && stampOf(this.#folder) === this.#marked.folder;
    return isCurrent ? this.#marked : null;
  }

  #save(marked: Marked): void {
    this.#marked = marked;
    try {
      makeFolder(dirname(this.#file!));
      // What is torn is no JSON and does not count, so that nothing has to wait for the disk.
      // Windows knows neither flag. Nothing waits on a pipe that another user laid there.
      const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0;
      const noWait = (constants.O_NONBLOCK as number | undefined) ?? 0;
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | noFollow | noWait;
      using(openSync(this.#file!, flags, 0o600), (descriptor) =>
        writeAll(descriptor, JSON.stringify({ v: version, ...marked })),
      );
    } catch {
      // All files are looked at then.
    }
  }
}

/** A look at all files of a folder, which finds the newest conversation and what the marker must know besides. */
class NewestScan {
  readonly #save: (found: Omit<Marked, "folder">) => void;
  readonly #loose: NamedState[] = [];
  #isComplete = true;

  constructor(save: (found: Omit<Marked, "folder">) => void) {
    this.#save = save;
  }

  /** Takes a file that may become the newest though the folder's times stay: it says no time of its own, or has other names. */
  loose(path: string, state: FileState): void {
    if (this.#loose.length <= maxLoose) this.#loose.push(named(basename(path), state));
  }

  /** Takes note that a file could not be read: it may be the newest the next time. */
  miss(): void {
    this.#isComplete = false;
  }

  /**
   * Ends it.
   *
   * @param usedAt milliseconds since 1970
   */
  end(path: string, state: FileState, usedAt: number): void {
    const files = [named(basename(path), state), ...this.#loose];
    const isCertain = files.every(({ ctimeMs }) => Date.now() - ctimeMs > settled);
    if (this.#isComplete && isCertain && this.#loose.length <= maxLoose) this.#save({ usedAt, files });
  }
}

function named(name: string, { size, mtimeMs, ctimeMs }: FileState): NamedState {
  return { name, size, mtimeMs, ctimeMs };
}

/** A file that is written to by this name alone. */
function isPlain(stat: Stats | undefined): stat is Stats {
  return stat?.isFile() === true && stat.nlink === 1;
}

function isUnchanged(folder: string, { name, size, mtimeMs, ctimeMs }: NamedState): boolean {
  const there = seen(statSync, join(folder, name));
  return there?.size === size && there.mtimeMs === mtimeMs && there.ctimeMs === ctimeMs;
}

function seen(look: typeof lstatSync, path: string): Stats | undefined {
  try {
    return look(path);
  } catch {
    return undefined;
  }
}

/**
 * Identity and times of a folder; null where changes of it would not show: a folder that cannot be written to has no locks, and times at
 * full seconds are those of a coarse clock.
 */
function stampOf(folder: string): string | null {
  try {
    accessSync(folder, constants.W_OK);
    const { dev, ino, mtimeMs, ctimeMs } = statSync(folder);
    return mtimeMs % 1000 === 0 ? null : [dev, ino, mtimeMs, ctimeMs].join(" ");
  } catch {
    return null;
  }
}

/** Whether times of a folder, and of what was written to it, tell all that happened until now. */
function isSettled(folder: string): boolean {
  const ctimeMs = seen(statSync, folder)?.ctimeMs ?? Infinity;
  return Date.now() - ctimeMs > settled && isOnThisMachine(folder);
}

/** Whether somebody is writing to a conversation, or was killed while writing. */
function hasLocks(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.startsWith(".") && name.endsWith(".lock"));
  } catch {
    return true;
  }
}

/** Null for what is missing, damaged or of another version. */
function markedIn(file: string): Marked | null {
  try {
    const text = readRegular(file, { maxBytes, noLinks: true, owner: "self" }).toString("utf8");
    const read = JSON.parse(text) as { readonly v?: unknown } & Marked;
    const isWhole = read.v === version && typeof read.usedAt === "number" && Array.isArray(read.files);
    return isWhole &&
      read.files.length > 0 &&
      read.files.every(({ name }) => isTranscriptName(name) && basename(name) === name)
      ? read
      : null;
  } catch {
    return null;
  }
}
