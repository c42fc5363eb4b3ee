import { type FSWatcher, statSync, watch } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { isOnThisMachine } from "../store/folder.ts";

/** The kernel drops what is more than it keeps, 16,384 as a rule, and Node does not say so. */
const maxEvents = 1_000;

/**
 * Hears which files of a folder are written to, added and removed. It does not hear what is written through another name of the
 * file or through a map of memory.
 */
export class Watch implements Disposable {
  readonly #folder: string;
  readonly #identity: string;
  readonly #watcher: FSWatcher;
  #touched = new Set<string>();
  #events = 0;
  #failed = false;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#identity = identityOf(folder);
    this.#watcher = watch(folder, { persistent: false }, (_, name) => {
      this.#events++;
      if (name !== null) this.#touched.add(name);
    });
    this.#watcher.on("error", () => (this.#failed = true));
  }

  /** Null where not everything would be heard in time. Only Linux has heard of a change as soon as that is made. */
  static start(folder: string): Watch | null {
    if (!isOnThisMachine(folder)) return null;
    try {
      return new Watch(folder);
    } catch {
      // The folder is gone, or there are more watches than the system allows.
      return null;
    }
  }

  /** Names of files that were touched since the last call, before this one; null where that is not known. */
  async touched(): Promise<ReadonlySet<string> | null> {
    // The event loop hears between rounds; this one may have listened already.
    await setImmediate();
    await setImmediate();
    if (this.#failed || this.#events > maxEvents || identityOf(this.#folder) !== this.#identity) return null;
    const touched = this.#touched;
    this.#touched = new Set();
    this.#events = 0;
    return touched;
  }

  [Symbol.dispose](): void {
    this.#watcher.close();
  }
}

/** Another one where the folder was replaced; ext4 gives a new one the number of the old. */
function identityOf(folder: string): string {
  const { dev = 0, ino = 0, birthtimeMs = 0 } = statSync(folder, { throwIfNoEntry: false }) ?? {};
  return `${dev} ${ino} ${birthtimeMs}`;
}
