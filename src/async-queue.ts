/** A stream that is written to from several places and read from one. */
export class Queue<Item> implements AsyncIterable<Item> {
  #items: Item[] = [];
  #ended = false;
  #wake: (() => void) | null = null;

  push(item: Item): void {
    if (this.#ended) return;
    this.#items.push(item);
    this.#wake?.();
  }

  /** Nothing is taken after this; what was pushed before is still read. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    for await (const items of this.batches()) yield* items;
  }

  /** The same, all that waits at once. */
  async *batches(): AsyncGenerator<readonly Item[]> {
    while (true) {
      const items = this.#items;
      this.#items = [];
      if (items.length > 0) yield items;
      if (this.#items.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }
}
