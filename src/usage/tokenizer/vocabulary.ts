import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";

/** Ids of the 256 single bytes: printable ones of Latin-1 first, as GPT-2's vocabulary orders them. */
const firstByteId = 3;
/** Id of the token that the first merge makes; those of the others follow in the order of the merges. */
const firstMergedId = firstByteId + 256;
/** A power of two, twice the number of merges at least. */
const slotCount = 2 ** 18;
/** Merges read between two turns of the event loop: 1 to 2 ms. */
const sliceSize = 2 ** 14;

/**
 * A vocabulary of byte-level BPE. It holds which two tokens each merge joins, and no token's text: a merge makes the token whose id
 * follows that of the merge before, so ids are ranks as well.
 */
export class Vocabulary {
  /** Ids of the single bytes. */
  readonly byteIds = byteIds();
  /** Ids of the texts that are one token wherever they stand, such as `<think>`. */
  readonly added: ReadonlyMap<string, number>;
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  /** A hash table with open addressing: ids by the pair that they are made of; 0 where nothing is. */
  readonly #slots = new Int32Array(slotCount);

  private constructor(added: ReadonlyMap<string, number>, merges: number) {
    this.added = added;
    this.#left = new Int32Array(merges);
    this.#right = new Int32Array(merges);
  }

  /**
   * Reads the vocabulary that scripts/vocabulary.ts wrote. Nothing of it holds up the event loop for longer than a slice.
   *
   * @throws Error where the file is missing or damaged: a package that is not whole
   */
  static async read(): Promise<Vocabulary> {
    const file = join(import.meta.dirname, "deepseek-v4.br");
    const bytes = await promisify(brotliDecompress)(await readFile(file));
    const headEnd = bytes.indexOf("\n");
    const { merges, added } = JSON.parse(bytes.toString("utf8", 0, headEnd)) as VocabularyHead;
    const vocabulary = new Vocabulary(new Map(added), merges);
    const numbers = new VarintReader(bytes, headEnd + 1);
    for (const ids of [vocabulary.#left, vocabulary.#right]) {
      for (let from = 0; from < merges; from += sliceSize) {
        numbers.fill(ids, from, Math.min(from + sliceSize, merges));
        await nextTurn();
      }
    }
    for (let from = 0; from < merges; from += sliceSize) {
      vocabulary.#fillSlots(from, Math.min(from + sliceSize, merges));
      await nextTurn();
    }
    return vocabulary;
  }

  /** The id of the token that two tokens make, which is the merge's rank too; 0 where no merge joins them. */
  merged(left: number, right: number): number {
    for (let slot = slotOf(left, right); ; slot = (slot + 1) & (slotCount - 1)) {
      const id = this.#slots[slot]!;
      if (id === 0) return 0;
      if (this.#left[id - firstMergedId] === left && this.#right[id - firstMergedId] === right) return id;
    }
  }

  /** The two tokens that a token is made of; null for a byte. */
  pairOf(id: number): readonly [left: number, right: number] | null {
    const merge = id - firstMergedId;
    return merge < 0 ? null : [this.#left[merge]!, this.#right[merge]!];
  }

  #fillSlots(from: number, to: number): void {
    for (let merge = from; merge < to; merge++) {
      let slot = slotOf(this.#left[merge]!, this.#right[merge]!);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (slotCount - 1);
      this.#slots[slot] = firstMergedId + merge;
    }
  }
}

/** The first line of the file; behind it stand the left ids of all merges and then the right ones, in LEB128. */
export interface VocabularyHead {
  readonly merges: number;
  readonly added: readonly (readonly [text: string, id: number])[];
}

class VarintReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  fill(numbers: Int32Array, from: number, to: number): void {
    for (let index = from; index < to; index++) {
      let value = 0;
      let shift = 0;
      let byte: number;
      do {
        byte = this.#bytes[this.#at++]!;
        value |= (byte & 0x7f) << shift;
        shift += 7;
      } while (byte >= 0x80);
      numbers[index] = value;
    }
  }
}

function slotOf(left: number, right: number): number {
  const mixed = Math.imul(left ^ Math.imul(right, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & (slotCount - 1);
}

function byteIds(): Int32Array {
  const isPrintable = (byte: number) => byte > 0x20 && byte !== 0xad && (byte < 0x7f || byte > 0xa0);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const ordered = [...bytes.filter(isPrintable), ...bytes.filter((byte) => !isPrintable(byte))];
  const ids = new Int32Array(256);
  ordered.forEach((byte, place) => (ids[byte] = firstByteId + place));
  return ids;
}
