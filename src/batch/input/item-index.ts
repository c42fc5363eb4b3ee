import { hash } from "node:crypto";

/** Numbers in one block of memory that grows as they come. */
class Numbers {
  #values = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  at(index: number): number {
    return this.#values[index]!;
  }
}

/**
 * What is remembered of the items of an input, some 30 bytes each: the line, a checksum of its bytes, and 64 bits of the id's hash, by
 * which an item is found. Of ten million ids two are taken for the same once in 400,000 inputs.
 */
export class ItemIndex {
  readonly #lines = new Numbers();
  readonly #checksums = new Numbers();
  readonly #high = new Numbers();
  readonly #low = new Numbers();
  /** Open addressing: an item's index and 1, at the place of its hash; 0 for a free place. */
  #places = new Uint32Array(4096);

  get count(): number {
    return this.#lines.length;
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
    const [high, low] = hashOf(id);
    const place = this.#placeOf(high, low);
    if (this.#places[place] !== 0) return this.#places[place]! - 1;
    this.#lines.push(line);
    this.#checksums.push(checksum);
    this.#high.push(high);
    this.#low.push(low);
    this.#places[place] = this.count;
    if (this.count * 2 > this.#places.length) this.#grow();
    return null;
  }

  /** Index of the item with this id; null where there is none. */
  find(id: string): number | null {
    const index = this.#places[this.#placeOf(...hashOf(id))]! - 1;
    return index === -1 ? null : index;
  }

  #placeOf(high: number, low: number): number {
    const mask = this.#places.length - 1;
    let place = low & mask;
    for (let entry = this.#places[place]!; entry !== 0; entry = this.#places[place]!) {
      if (this.#high.at(entry - 1) === high && this.#low.at(entry - 1) === low) break;
      place = (place + 1) & mask;
    }
    return place;
  }

  #grow(): void {
    this.#places = new Uint32Array(this.#places.length * 2);
    for (let index = 0; index < this.count; index++) {
      this.#places[this.#placeOf(this.#high.at(index), this.#low.at(index))] = index + 1;
    }
  }
}

function hashOf(id: string): [high: number, low: number] {
  const digest = hash("sha1", id, "buffer");
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
