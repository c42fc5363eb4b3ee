import { statSync } from "node:fs";
import { Database } from "./database.ts";
import { update, type IndexUpdate, type Known } from "./update.ts";

/** An index that is open, with what was read of it. Its methods throw Damage and SQLite's errors. */
export class OpenIndex implements Disposable {
  readonly database: Database;
  readonly #inode: number;
  /** What it said last, and of which state of the folder. */
  #known: Known | null = null;
  #version = 0;

  constructor(path: string) {
    this.database = Database.open(path);
    this.#inode = inodeOf(path);
  }

  /** Whether nobody deleted or replaced the file. */
  get isInPlace(): boolean {
    return inodeOf(this.database.path) === this.#inode;
  }

  /** Whether it is unchanged since `know`, as far as that can be determined for an index that may be damaged. */
  get isAsKnown(): boolean {
    try {
      return this.database.changes === this.#known?.changes;
    } catch {
      return true;
    }
  }

  /**
   * Brings it up to date.
   *
   * @param version tells this state of the folder from all others
   */
  async know(around: IndexUpdate, version: number): Promise<Known> {
    const known = this.#known;
    // Files changed so recently that another change might not show in their time are checked again.
    const isSame = known?.settled === true && version === this.#version && this.database.changes === known.changes;
    if (isSame) return known;
    const fresh = await update(this.database, around);
    [this.#known, this.#version] = [fresh, version];
    return fresh;
  }

  [Symbol.dispose](): void {
    this.database.close();
  }
}

function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}
