import { Occurrences } from "./occurrences.ts";
import { Pairs } from "./pairs.ts";
import { GroupWriter } from "./postings.ts";
import { kindOf, kinds, longestTerm, longMarks, type Kind } from "./runs.ts";
import { emptyHash, hashUnit, Words } from "./words.ts";

/** Lists of texts that are kept together. */
export interface Group {
  readonly key: number;
  readonly data: Uint8Array;
}

/** All words of a segment, to be searched for parts of them. */
export interface Lexicon {
  /** Each word behind a newline, and a newline at the end; UTF-8. */
  readonly bytes: Buffer;
  /** Reads the bytes at which they begin. */
  readonly starts: () => Uint32Array;
}

/** How many words' lists are kept together. */
export const wordsInGroup = 64;

/** Gathers in memory which terms stand in which texts. */
export class SegmentBuilder {
  readonly #pairs = new Pairs();
  readonly #inPairs = new Occurrences();
  readonly #words = new Words();
  readonly #inWords = new Occurrences();
  #text = 0;

  /** How many terms were found in texts: the memory taken is some ten bytes times that. */
  get size(): number {
    return this.#inPairs.count + this.#inWords.count;
  }

  /**
   * Adds a text.
   *
   * @param number tells it apart; above that of the text before
   * @param folded as `fold` gives it
   */
  add(number: number, folded: string): void {
    this.#text = number;
    this.#inPairs.begin(number);
    this.#inWords.begin(number);
    for (let at = 0; at < folded.length;) {
      const kind = kindOf(folded.charCodeAt(at));
      at = kind === kinds.spaceless ? this.#addPairs(folded, at) : this.#addWord(folded, at, kind);
    }
  }

  /** The pairs' lists, those with the same first unit together under that; the label is the second, 0 at the end of a run. */
  *pairGroups(): Generator<Group> {
    const { texts, ends } = this.#inPairs.byTerm(this.#pairs.count);
    const group = new GroupWriter();
    let key = 0;
    for (const { pair, number } of this.#pairs.sorted()) {
      const first = pair >>> 16;
      if (first !== key && group.count > 0) yield { key, data: group.take() };
      key = first;
      group.add(pair & 0xffff, texts, ends[number - 1] ?? 0, ends[number]!);
    }
    if (group.count > 0) yield { key, data: group.take() };
  }

  /** The words' lists, together under the number of the first divided by `wordsInGroup`; the label is the word's number. */
  *wordGroups(): Generator<Group> {
    const count = this.#words.texts.length;
    const { texts, ends } = this.#inWords.byTerm(count);
    const group = new GroupWriter();
    for (let number = 0; number < count; number++) {
      group.add(number, texts, ends[number - 1] ?? 0, ends[number]!);
      const last = number + 1 === count || (number + 1) % wordsInGroup === 0;
      if (last) yield { key: Math.floor(number / wordsInGroup), data: group.take() };
    }
  }

  lexicon(): Lexicon {
    const words = this.#words.texts;
    const starts = new Uint32Array(words.length);
    let at = 1;
    for (const [number, word] of words.entries()) {
      starts[number] = at;
      at += Buffer.byteLength(word) + 1;
    }
    return { bytes: Buffer.from(`\n${words.map((word) => `${word}\n`).join("")}`), starts: () => starts };
  }

  /** Adds the run that begins at `from`; gives its end. */
  #addPairs(folded: string, from: number): number {
    let first = folded.charCodeAt(from);
    for (let at = from + 1; ; at++) {
      const unit = at < folded.length ? folded.charCodeAt(at) : 0;
      const inside = unit !== 0 && kindOf(unit) === kinds.spaceless;
      const number = this.#pairs.see(first * 0x1_0000 + (inside ? unit : 0), this.#text);
      if (number >= 0) this.#inPairs.put(number);
      if (!inside) return at;
      first = unit;
    }
  }

  #addWord(folded: string, from: number, kind: Exclude<Kind, 3>): number {
    let hash = emptyHash;
    let to = from;
    for (; to < folded.length; to++) {
      const unit = folded.charCodeAt(to);
      if (kindOf(unit) !== kind) break;
      hash = hashUnit(hash, unit);
    }
    if (kind === kinds.space) return to;
    const number = to - from > longestTerm ? this.#seeLong(kind) : this.#words.see(folded, from, to, hash, this.#text);
    if (number >= 0) this.#inWords.put(number);
    return to;
  }

  #seeLong(kind: 2 | 4): number {
    const mark = longMarks[kind];
    return this.#words.see(mark, 0, 1, hashUnit(emptyHash, mark.charCodeAt(0)), this.#text);
  }
}
