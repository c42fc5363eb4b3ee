import { statSync } from "node:fs";
import type { Entry } from "./catalog.ts";
import { Database } from "./database.ts";
import { update, type IndexUpdate } from "./update.ts";

/** What an index says of a folder. */
export interface Known {
  /** The files that it knows as they are now. */
  readonly entries: readonly Entry[];
  /** Those that it does not. */
  readonly behind: ReadonlySet<string>;
}

/** An index that is open, with what was read of it. Its methods throw Damage and SQLite's errors. */
export class OpenIndex implements Disposable {
  readonly database: Database;
  readonly #inode: number;
  /** Null where it may be something else the next time, whatever shows. */
  #known: Known | null = null;
  /** Of which state of the folder and of the index that is true. */
  #version = 0;
  #changes = 0;

  constructor(path: string) {
    this.database = Database.open(path);
    this.#inode = inodeOf(path);
  }

  /** Whether nobody deleted or replaced the file. */
  get isInPlace(): boolean {
    return inodeOf(this.database.path) === this.#inode;
  }

  /**
   * Brings it up to date.
   *
   * @param version tells this state of the folder from all others
   */
  async know(around: IndexUpdate, version: number): Promise<Known> {
    const isSame = version === this.#version && this.database.changes === this.#changes;
    if (isSame && this.#known !== null) return this.#known;
    this.#known = null;
    const { entries, behind, settled, changes } = await update(this.database, around);
    const all = [...entries.values()];
    const known = settled ? all : all.filter(({ name }) => around.states.has(name) && !behind.has(name));
    // What was touched so lately that it may be touched again without showing is looked at anew the next time.
    if (settled) [this.#known, this.#version, this.#changes] = [{ entries: known, behind }, version, changes];
    return { entries: known, behind };
  }

  [Symbol.dispose](): void {
    this.database.close();
  }
}

function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}
