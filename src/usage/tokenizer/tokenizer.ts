import { setImmediate as nextTurn } from "node:timers/promises";
import { Vocabulary } from "./vocabulary.ts";
import { wordEnd } from "./word-boundary.ts";
import { shortWord, WordMerge } from "./word-merge.ts";

/** Bytes, and UTF-16 units, tokenized between two pauses: 1 to 2 ms. */
const sliceSize = 2 ** 14;

/** Called with the tokens of each word: `ids` up to `count`. */
type OnWord = (ids: Int32Array, count: number) => void;

/** Counts tokens as DeepSeek's V4 models have them. */
export class Tokenizer {
  readonly #vocabulary: Vocabulary;
  readonly #merge: WordMerge;
  /** Finds the texts that are one token wherever they stand. */
  readonly #added: RegExp;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#merge = new WordMerge(vocabulary);
    const texts = [...vocabulary.added.keys()].toSorted((one, other) => other.length - one.length);
    this.#added = new RegExp(texts.map((text) => text.replaceAll(/[|/]/gu, String.raw`\$&`)).join("|"), "gu");
  }

  /** Pairs of tokens looked at so far: the work that was done. */
  get steps(): number {
    return this.#merge.steps;
  }

  /**
   * Tokens of a text, at some 20 MB/s; a word of a megabyte takes 0.3 s. Half of a surrogate pair counts as U+FFFD, which is what
   * goes over the wire.
   */
  countTokens(text: string): number {
    let tokens = 0;
    drain(this.#steps(text, (_, count) => (tokens += count)));
    return tokens;
  }

  /** As `countTokens`; the event loop goes on every few milliseconds. */
  async countInSlices(text: string): Promise<number> {
    let tokens = 0;
    const steps = this.#steps(text, (_, count) => (tokens += count));
    while (steps.next().done !== true) await nextTurn();
    return tokens;
  }

  /** The ids of a text's tokens. */
  encode(text: string): number[] {
    const tokens: number[] = [];
    const onWord: OnWord = (ids, count) => {
      for (let place = 0; place < count; place++) tokens.push(ids[place]!);
    };
    drain(this.#steps(text, onWord));
    return tokens;
  }

  *#steps(text: string, onWord: OnWord): Generator<void> {
    const addedId = new Int32Array(1);
    let from = 0;
    let pause = sliceSize;
    for (const { 0: added, index } of text.matchAll(this.#added)) {
      if (index > from) yield* this.#plainSteps(text.slice(from, index), onWord);
      addedId[0] = this.#vocabulary.added.get(added)!;
      onWord(addedId, 1);
      from = index + added.length;
      if (from < pause) continue;
      pause = from + sliceSize;
      yield;
    }
    yield* this.#plainSteps(text.slice(from), onWord);
  }

  /** A text without added tokens. */
  *#plainSteps(text: string, onWord: OnWord): Generator<void> {
    const bytes = Buffer.from(text);
    const merge = this.#merge;
    let pause = sliceSize;
    for (let start = 0; start < bytes.length;) {
      const end = wordEnd(bytes, start, bytes.length);
      if (end - start <= shortWord) onWord(merge.ids, merge.short(bytes, start, end));
      else {
        const ids = yield* merge.long(bytes, start, end);
        onWord(ids, ids.length);
      }
      start = end;
      if (start < pause) continue;
      pause = start + sliceSize;
      yield;
    }
  }
}

function drain(steps: Generator<void>): void {
  while (steps.next().done !== true);
}

let loaded: Promise<Tokenizer> | null = null;

/**
 * The tokenizer, read at the first call of the process, in some 30 ms of slices.
 *
 * @throws Error as `Vocabulary.read`; the next call tries once more
 */
export async function loadTokenizer(): Promise<Tokenizer> {
  loaded ??= Vocabulary.read().then((vocabulary) => new Tokenizer(vocabulary));
  try {
    return await loaded;
  } catch (error) {
    loaded = null;
    throw error;
  }
}
