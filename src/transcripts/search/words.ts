import { grown } from "./occurrences.ts";

/** Numbers for words: a hash table over their UTF-16 units, because a Map would need a string for every word of a text. */
export class WordNumbers {
  readonly #texts: string[] = [];
  #hashes = new Uint32Array(1 << 12);
  /** The text each was seen in last, plus one. */
  #seen = new Uint32Array(1 << 12);
  /** Number of a word plus one, by hash; 0 is free. */
  #slots = new Uint32Array(1 << 13);

  /** All words, by number. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  /**
   * The number of the word at a place of a folded text, a new one where it was not seen before; -1 where it was seen in this
   * text already.
   *
   * @param hash as `hashUnit` makes it of the word's units
   * @param text number of the text
   */
  see(folded: string, from: number, to: number, hash: number, text: number): number {
    const spread = (hash ^ (hash >>> 15)) >>> 0;
    const mask = this.#slots.length - 1;
    let slot = spread & mask;
    for (let held = this.#slots[slot]!; held !== 0; held = this.#slots[slot]!) {
      if (this.#hashes[held - 1] === spread && this.#is(held - 1, folded, from, to)) {
        if (this.#seen[held - 1] === text + 1) return -1;
        this.#seen[held - 1] = text + 1;
        return held - 1;
      }
      slot = (slot + 1) & mask;
    }
    return this.#add(folded.slice(from, to), spread, slot, text);
  }

  #is(number: number, folded: string, from: number, to: number): boolean {
    const word = this.#texts[number]!;
    return word.length === to - from && folded.startsWith(word, from);
  }

  #add(word: string, hash: number, slot: number, text: number): number {
    const number = this.#texts.length;
    // The slice itself would keep the whole text in memory.
    this.#texts.push(Buffer.from(word, "utf16le").toString("utf16le"));
    if (number === this.#hashes.length) {
      this.#hashes = grown(this.#hashes);
      this.#seen = grown(this.#seen);
    }
    this.#hashes[number] = hash;
    this.#seen[number] = text + 1;
    this.#slots[slot] = number + 1;
    if (this.#texts.length * 2 > this.#slots.length) this.#grow();
    return number;
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.#texts.length; number++) {
      let slot = this.#hashes[number]! & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

export const emptyHash = 0x811c9dc5;

/** The hash of a word (FNV-1a) with one unit more. */
export function hashUnit(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}
