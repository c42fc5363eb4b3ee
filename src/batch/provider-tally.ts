import type { ProviderEvent } from "./events.ts";
import type { ProviderShare } from "./run-snapshot.ts";

/** Counts what a provider has of a run. */
export class ProviderTally {
  /** By the id of the batch. */
  readonly #batches = new Map<string, { readonly done: number; readonly items: number }>();
  #upload: ProviderShare["upload"] = null;
  #isUsed = false;

  take(event: ProviderEvent): void {
    this.#isUsed = true;
    const { part } = event;
    if (event.type === "upload") {
      this.#upload = { sent: Math.min(event.sent, part.bytes), size: part.bytes };
      return;
    }
    const { id, counts } = event.batch;
    if (event.type === "created") this.#upload = null;
    if (event.type === "collected") this.#batches.delete(id);
    else this.#batches.set(id, { done: counts === null ? 0 : counts.completed + counts.failed, items: part.lines });
  }

  /** Null where a provider has nothing. */
  share(): ProviderShare | null {
    if (!this.#isUsed) return null;
    const all = [...this.#batches.values()];
    const sum = (of: (batch: { done: number; items: number }) => number) => all.reduce((so, each) => so + of(each), 0);
    return {
      upload: this.#upload,
      batches: all.length,
      done: sum(({ done }) => done),
      items: sum(({ items }) => items),
    };
  }
}
