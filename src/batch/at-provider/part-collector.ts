import type { IndexSet } from "./index-set.ts";
import type { PartItem } from "./part.ts";
import { resultLines } from "./result-lines.ts";

/** What became of the items of a part. */
export interface PartCount {
  /** Items that have an answer, and those that have an error, in this run's downloads. */
  readonly answered: number;
  readonly failed: number;
  /** Items without either: the batch ended before their turn, or their lines are not there or cannot be read. */
  readonly left: number;
  /** Lines of items that the part does not have, and further ones of the same item. */
  readonly unknown: number;
  readonly doubled: number;
  /** Lines that are no results: cut off, longer than any, or something else. */
  readonly unreadable: number;
  /** Files that the service does not have any more. */
  readonly gone: number;
}

/** A line of results with its item. */
export interface CollectedLine {
  readonly item: PartItem;
  readonly customId: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** Whether the output has no line of it yet. */
  readonly isWanted: boolean;
}

/** What a line of results says of its item: `left` where the batch ended before its turn. */
export type CollectedOutcome = "answered" | "failed" | "left";

/** Characters of lines after which what was read is written to the disk. */
const flushEvery = 8 * 1024 * 1024;

/** Joins the results of a part with its items. */
export class PartCollector {
  readonly #items: ReadonlyMap<string, PartItem>;
  readonly #wanted: IndexSet;
  readonly #onLine: (line: CollectedLine) => Promise<CollectedOutcome>;
  readonly #flush: () => Promise<void>;
  readonly #outcomes = new Map<string, CollectedOutcome>();
  #unknown = 0;
  #doubled = 0;
  #unreadable = 0;
  #gone = 0;

  /**
   * @param items of the part, by what they are called at the service
   * @param wanted items without a line in the output; those that get one are taken out
   * @param onLine takes a result
   * @param flush resolves once the disk has all results that were taken
   */
  constructor(
    items: ReadonlyMap<string, PartItem>,
    wanted: IndexSet,
    onLine: (line: CollectedLine) => Promise<CollectedOutcome>,
    flush: () => Promise<void>,
  ) {
    [this.#items, this.#wanted, this.#onLine, this.#flush] = [items, wanted, onLine, flush];
  }

  /** Reads a file of results; when it breaks off, it is read again from its beginning. */
  async read(body: AsyncIterable<Uint8Array>): Promise<void> {
    const seen = new Set<string>();
    const before = { unknown: this.#unknown, doubled: this.#doubled, unreadable: this.#unreadable };
    let read = 0;
    try {
      for await (const line of resultLines(body)) {
        await this.#take(line, seen);
        read += line?.length ?? 0;
        if (read < flushEvery) continue;
        await this.#flush();
        read = 0;
      }
    } catch (error) {
      [this.#unknown, this.#doubled, this.#unreadable] = [before.unknown, before.doubled, before.unreadable];
      throw error;
    }
  }

  /** A file is not at the service any more. */
  gone(): void {
    this.#gone++;
  }

  /** Items without a result. */
  *left(): Generator<PartItem> {
    for (const [customId, item] of this.#items) {
      const outcome = this.#outcomes.get(customId);
      if (outcome !== "answered" && outcome !== "failed") yield item;
    }
  }

  count(): PartCount {
    const outcomes = [...this.#outcomes.values()];
    const answered = outcomes.filter((outcome) => outcome === "answered").length;
    const failed = outcomes.filter((outcome) => outcome === "failed").length;
    return {
      answered,
      failed,
      left: this.#items.size - answered - failed,
      unknown: this.#unknown,
      doubled: this.#doubled,
      unreadable: this.#unreadable,
      gone: this.#gone,
    };
  }

  /** @param seen ids of the file so far */
  async #take(text: string | null, seen: Set<string>): Promise<void> {
    const json = text === null ? null : parsed(text);
    const customId = json?.["custom_id"];
    if (json === null || typeof customId !== "string") {
      this.#unreadable++;
      return;
    }
    const item = this.#items.get(customId);
    if (item === undefined) {
      this.#unknown++;
      return;
    }
    if (seen.has(customId)) {
      this.#doubled++;
      return;
    }
    seen.add(customId);
    // An item may stand in both files: as answered, and as something else.
    const before = this.#outcomes.get(customId);
    if (before === "answered" || before === "failed") return;
    const isWanted = this.#wanted.has(item.index);
    const outcome = await this.#onLine({ item, customId, json, isWanted });
    this.#outcomes.set(customId, outcome);
    if (outcome !== "left") this.#wanted.delete(item.index);
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
