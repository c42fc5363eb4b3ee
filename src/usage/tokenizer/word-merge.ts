import type { Vocabulary } from "./vocabulary.ts";

/** Bytes up to which each merge looks at all pairs of a word; beyond, a heap finds the next one. */
export const shortWord = 64;
/** Steps between two pauses within a long word: 1 to 2 ms. */
const sliceSize = 2 ** 14;
/** Higher than each rank. */
const none = 0x7fffffff;
const gone = -1;
/** What a rank is multiplied by, to be one number with a place. */
const placeRoom = 2 ** 32;

/**
 * The merges within one word: of all neighbours that a merge joins, those of the lowest rank are joined first, of these the leftmost,
 * until no merge joins any.
 */
export class WordMerge {
  /** Tokens of the short word that was merged last, from the first place on. */
  readonly ids = new Int32Array(shortWord);
  /** Pairs looked up and taken from the heap, in all words: the work that was done. */
  steps = 0;
  readonly #vocabulary: Vocabulary;
  readonly #ranks = new Int32Array(shortWord);

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /**
   * Merges a word of at most `shortWord` bytes.
   *
   * @returns number of tokens, which are in `ids`
   */
  short(bytes: Uint8Array, start: number, end: number): number {
    const { ids } = this;
    const ranks = this.#ranks;
    const { byteIds } = this.#vocabulary;
    let length = end - start;
    for (let place = 0; place < length; place++) {
      ids[place] = byteIds[bytes[start + place]!]!;
      if (place > 0) ranks[place - 1] = this.#rank(ids[place - 1]!, ids[place]!);
    }
    for (;;) {
      let rank = none;
      let at = 0;
      for (let place = 0; place + 1 < length; place++) {
        if (ranks[place]! >= rank) continue;
        rank = ranks[place]!;
        at = place;
      }
      if (rank === none) return length;
      length--;
      ids[at] = rank;
      for (let place = at + 1; place < length; place++) {
        ids[place] = ids[place + 1]!;
        ranks[place] = ranks[place + 1]!;
      }
      if (at > 0) ranks[at - 1] = this.#rank(ids[at - 1]!, rank);
      if (at + 1 < length) ranks[at] = this.#rank(rank, ids[at + 1]!);
    }
  }

  /**
   * Merges a word of any length, in time that grows little faster than its length. Pauses every few milliseconds; other words may be
   * merged meanwhile.
   *
   * @returns its tokens
   */
  *long(bytes: Uint8Array, start: number, end: number): Generator<void, Int32Array> {
    const length = end - start;
    const ids = new Int32Array(length);
    const before = new Int32Array(length);
    const after = new Int32Array(length);
    const heap = new Heap(length);
    const offer = (place: number) => {
      if (place < 0 || after[place]! >= length) return;
      const rank = this.#rank(ids[place]!, ids[after[place]!]!);
      if (rank !== none) heap.push(rank * placeRoom + place);
    };
    let pause = this.steps + sliceSize;
    for (let place = 0; place < length; place++) {
      ids[place] = this.#vocabulary.byteIds[bytes[start + place]!]!;
      before[place] = place - 1;
      after[place] = place + 1;
      offer(place - 1);
      if (this.steps < pause) continue;
      pause = this.steps + sliceSize;
      yield;
    }
    for (let lowest = heap.pop(); lowest !== undefined; lowest = heap.pop()) {
      if (++this.steps >= pause) {
        pause = this.steps + sliceSize;
        yield;
      }
      const rank = Math.floor(lowest / placeRoom);
      const place = lowest - rank * placeRoom;
      const right = after[place]!;
      // Otherwise one of the two is part of another token by now.
      if (ids[place] === gone || right >= length || this.#rank(ids[place]!, ids[right]!) !== rank) continue;
      ids[place] = rank;
      ids[right] = gone;
      const next = after[right]!;
      after[place] = next;
      if (next < length) before[next] = place;
      offer(before[place]!);
      offer(place);
    }
    let count = 0;
    for (let place = 0; place < length; place = after[place]!) ids[count++] = ids[place]!;
    return ids.subarray(0, count);
  }

  /** A merge's rank; `none` where there is no merge. */
  #rank(left: number, right: number): number {
    this.steps++;
    return this.#vocabulary.merged(left, right) || none;
  }
}

/** A binary heap: the lowest number leaves first. */
class Heap {
  #numbers: Float64Array;
  #size = 0;

  constructor(room: number) {
    this.#numbers = new Float64Array(room);
  }

  push(number: number): void {
    if (this.#size === this.#numbers.length) {
      const numbers = new Float64Array(this.#size * 2);
      numbers.set(this.#numbers);
      this.#numbers = numbers;
    }
    const numbers = this.#numbers;
    let at = this.#size++;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (numbers[above]! <= number) break;
      numbers[at] = numbers[above]!;
      at = above;
    }
    numbers[at] = number;
  }

  pop(): number | undefined {
    if (this.#size === 0) return undefined;
    const numbers = this.#numbers;
    const lowest = numbers[0]!;
    const last = numbers[--this.#size]!;
    let at = 0;
    for (let below = 1; below < this.#size; below = 2 * at + 1) {
      if (below + 1 < this.#size && numbers[below + 1]! < numbers[below]!) below++;
      if (numbers[below]! >= last) break;
      numbers[at] = numbers[below]!;
      at = below;
    }
    numbers[at] = last;
    return lowest;
  }
}
