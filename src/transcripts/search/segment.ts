import { Occurrences } from "./occurrences.ts";
import { Pairs } from "./pairs.ts";
import { GroupWriter } from "./postings.ts";
import { kindOf, kinds, longestTerm, longMarks, type Kind } from "./runs.ts";
import { WordNumbers } from "./words.ts";

/** Lists of texts that are kept together. */
export interface Group {
  readonly key: number;
  readonly data: Uint8Array;
}

/** Words that are kept together. */
export interface WordGroup {
  readonly key: number;
  /** The words, each behind a newline, and a newline at the end. */
  readonly words: string;
  /** The lists of the texts in which they stand; the label is the word's number within the group. */
  readonly lists: Uint8Array;
}

/** How many words are kept together. */
const wordsInGroup = 64;

/** Gathers in memory which terms stand in which texts. */
export class SegmentBuilder {
  readonly #pairs = new Pairs();
  readonly #inPairs = new Occurrences();
  readonly #words = new WordNumbers();
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
  pairGroups(): Generator<Group> {
    return groupsOf(this.#pairs, this.#inPairs);
  }

  *wordGroups(): Generator<WordGroup> {
    const { texts: words } = this.#words;
    const { texts, ends } = this.#inWords.byTerm(words.length);
    const group = new GroupWriter();
    for (const [key, spelled] of this.#spelled()) {
      const first = key * wordsInGroup;
      const last = Math.min(first + wordsInGroup, words.length);
      for (let number = first; number < last; number++) {
        group.add(number - first, texts, ends[number - 1] ?? 0, ends[number]!);
      }
      yield { key, words: spelled, lists: group.take() };
    }
  }

  /**
   * Which stretches of three units stand in which groups of words, newlines counting: lists of groups, together under what
   * `gramKey` makes of the first two; the label is the third, 0 where the second is a newline.
   */
  gramGroups(): Generator<Group> {
    const grams = new Pairs();
    const inGrams = new Occurrences();
    for (const [key, spelled] of this.#spelled()) {
      inGrams.begin(key);
      for (let at = 0; at + 1 < spelled.length; at++) {
        const third = spelled.charCodeAt(at + 1) === newline ? 0 : spelled.charCodeAt(at + 2);
        const number = grams.see(gramKey(spelled, at) * 0x1_0000 + third, key);
        if (number >= 0) inGrams.put(number);
      }
    }
    return groupsOf(grams, inGrams);
  }

  /** Yields the words in the order of their groups. */
  *#spelled(): Generator<[key: number, spelled: string]> {
    const { texts } = this.#words;
    for (let key = 0; key * wordsInGroup < texts.length; key++) {
      yield [key, `\n${texts.slice(key * wordsInGroup, (key + 1) * wordsInGroup).join("\n")}\n`];
    }
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
    let to = from + 1;
    while (to < folded.length && kindOf(folded.charCodeAt(to)) === kind) to++;
    if (kind === kinds.space) return to;
    const number = this.#words.see(to - from > longestTerm ? longMarks[kind] : folded.slice(from, to), this.#text);
    if (number >= 0) this.#inWords.put(number);
    return to;
  }
}

const newline = 10;

/** A number of 16 bits for two units, different for different ones of ASCII. */
export function gramKey(text: string, at: number): number {
  return ((text.charCodeAt(at) << 8) ^ text.charCodeAt(at + 1)) & 0xffff;
}

/** The lists of pairs, those with the same first half together under that; the label is the other half. */
function* groupsOf(pairs: Pairs, occurrences: Occurrences): Generator<Group> {
  const { texts, ends } = occurrences.byTerm(pairs.count);
  const group = new GroupWriter();
  let key = 0;
  for (const { pair, number } of pairs.sorted()) {
    const first = pair >>> 16;
    if (first !== key && group.count > 0) yield { key, data: group.take() };
    key = first;
    group.add(pair & 0xffff, texts, ends[number - 1] ?? 0, ends[number]!);
  }
  if (group.count > 0) yield { key, data: group.take() };
}
