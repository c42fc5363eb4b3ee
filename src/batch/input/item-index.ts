import { HashIndex, Numbers } from "../../hash-index.ts";

/** What is remembered of the items of an input, some 30 bytes each: the line, a checksum of its bytes, and the id's hash. */
export class ItemIndex {
  readonly #ids = new HashIndex();
  readonly #lines = new Numbers();
  readonly #checksums = new Numbers();

  get count(): number {
    return this.#ids.count;
  }

  /** Line of an item, from 1. */
  lineOf(index: number): number {
    return this.#lines.at(index);
  }

  /** CRC-32 of the bytes of an item's line. */
  checksumOf(index: number): number {
    return this.#checksums.at(index);
  }

  /** Adds the next item; gives the index of the one that has this id already, else null. */
  add(id: string, line: number, checksum: number): number | null {
    const same = this.#ids.add(id);
    if (same !== null) return same;
    this.#lines.push(line);
    this.#checksums.push(checksum);
    return null;
  }

  /** Index of the item with this id; null where there is none. */
  find(id: string): number | null {
    return this.#ids.find(id);
  }
}
