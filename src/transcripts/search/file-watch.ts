import { join } from "node:path";
import { isTranscriptName, linkedStateOf, namesIn, type FileState } from "../store/folder.ts";
import { statesIn } from "./files.ts";
import { Watch } from "./watch.ts";

/** How long what was heard is believed, before all files are looked at again; seconds. */
const trusted = 60;

/** The files of a folder, as they are each time they are looked at. */
export class Census implements Disposable {
  readonly #folder: string;
  readonly #watches: boolean;
  #watch: Watch | null = null;
  /** On the clock of `process.uptime()`, as Node loads eleven modules for `performance`; long ago where it failed. */
  #sweptAt = -Infinity;
  #states: Map<string, FileState> = new Map();
  #version = 0;
  /** Files with other names elsewhere, through which they may be written to unheard. */
  #linked = new Set<string>();

  /** @param watches whether they are looked at more than once */
  constructor(folder: string, watches: boolean) {
    this.#folder = folder;
    this.#watches = watches;
  }

  /** As they were when they were looked at last. */
  get states(): ReadonlyMap<string, FileState> {
    return this.#states;
  }

  /**
   * Looks at the files.
   *
   * @returns another number than before where they may be others
   * @throws AppError `transcript_unreadable` for the folder
   */
  async look(): Promise<number> {
    const touched = process.uptime() - this.#sweptAt < trusted ? ((await this.#watch?.touched()) ?? null) : null;
    if (touched === null) {
      this.#sweep();
      return ++this.#version;
    }
    for (const name of new Set([...touched, ...this.#linked])) {
      if (!isTranscriptName(name)) continue;
      const { size, mtimeMs, ctimeMs } = this.#states.get(name) ?? {};
      this.#lookAt(name);
      const now = this.#states.get(name);
      if (now?.size !== size || now?.mtimeMs !== mtimeMs || now?.ctimeMs !== ctimeMs) this.#version++;
    }
    return this.#version;
  }

  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = null;
  }

  #sweep(): void {
    this[Symbol.dispose]();
    if (!this.#watches) {
      this.#states = statesIn(this.#folder);
      return;
    }
    this.#sweptAt = -Infinity;
    this.#states.clear();
    this.#linked.clear();
    const startedAt = process.uptime();
    // First, so that nothing is missed between.
    this.#watch = Watch.start(this.#folder);
    for (const name of namesIn(this.#folder)) this.#lookAt(name);
    this.#sweptAt = startedAt;
  }

  #lookAt(name: string): void {
    const { state, linked } = linkedStateOf(join(this.#folder, name));
    if (state === null) this.#states.delete(name);
    else this.#states.set(name, state);
    if (linked) this.#linked.add(name);
    else this.#linked.delete(name);
  }
}
