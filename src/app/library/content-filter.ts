import { AppError } from "../../errors.ts";
import type { Engine } from "../engine.ts";
import { openTask, type Task } from "../worker/worker.ts";
import type { FoundLines } from "./found-lines.ts";

/** Seconds without any progress after which a search has failed. */
const idleTimeout = 120;

/**
 * Finds the conversations that hold the words of a filter, one filter after the other, in a thread: keys that are typed meanwhile wait
 * for nothing.
 */
export class ContentFilter implements Disposable {
  readonly #engine: Pick<Engine, "folders" | "stop" | "thread" | "transcripts">;
  #task: Task<"filter"> | null = null;
  /** The filter that was asked for last. */
  #wanted = "";
  #running: Promise<unknown> = Promise.resolve();
  /** What the last search found, and what was searched for. */
  #last: { readonly filter: string; readonly lines: FoundLines } = { filter: "", lines: new Map() };

  constructor(engine: Pick<Engine, "folders" | "stop" | "thread" | "transcripts">) {
    this.#engine = engine;
  }

  /**
   * Their paths; none for a filter in whose place another one came meanwhile.
   *
   * @throws AppError as the search failed; the next one begins in a new thread
   */
  async find(filter: string): Promise<ReadonlySet<string>> {
    this.#wanted = filter;
    this.#task?.leave();
    const found = this.#running.then(async () => await this.#search(filter));
    this.#running = found.catch(() => {});
    return await found;
  }

  async #search(filter: string): Promise<ReadonlySet<string>> {
    if (filter !== this.#wanted) return new Set();
    try {
      const lines = await this.#lines(filter);
      if (filter === this.#wanted) this.#last = { filter, lines };
      return new Set(lines.keys());
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  async #lines(filter: string): Promise<FoundLines> {
    const { folders, transcripts: folder } = this.#engine;
    if (this.#task === null) {
      const failed = () => new AppError("transcript_unreadable", { path: folder, reason: "ETIMEDOUT" });
      const bounds = { idleTimeout, limit: Infinity, onSlow: failed, onMemory: failed };
      this.#task = openTask(this.#engine, "filter", { folder, cache: folders.cache }, bounds);
      await this.#task.next();
    }
    // Another filter, or the end of all, may have come while the thread began.
    if (filter !== this.#wanted || this.#task === null) return new Map();
    return (await this.#task.next(filter)) ?? new Map();
  }

  /** The line of a conversation that holds the words of a filter; empty where none is known. */
  lineIn(path: string, filter: string): string {
    return filter === this.#last.filter ? (this.#last.lines.get(path) ?? "") : "";
  }

  [Symbol.dispose](): void {
    this.#wanted = "";
    this.#close();
  }

  #close(): void {
    this.#task?.end();
    this.#task = null;
  }
}
