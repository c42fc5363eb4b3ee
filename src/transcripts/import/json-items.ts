import { bounds } from "./bounds.ts";
import type { ImportSkipReason } from "./types.ts";

export type JsonItem = { readonly value: unknown } | { readonly reason: ImportSkipReason };

/**
 * The values in a JSON file of any size, one after the other: the elements of an array, the lines of JSON Lines, or the one
 * value there is. Only one of them is in memory. A value that is not JSON does not hide those behind it.
 * @param chunks UTF-8
 */
export async function* jsonItems(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<JsonItem> {
  const splitter = new Splitter();
  for await (const chunk of chunks) for (const item of splitter.push(chunk)) yield item;
  yield* splitter.end();
}

const code = (character: string) => character.charCodeAt(0);
const [quote, backslash, comma, newline] = [code('"'), code("\\"), code(","), code("\n")];
const opening = new Set([code("["), code("{")]);
const closing = new Set([code("]"), code("}")]);
const blank = new Set([code(" "), code("\t"), code("\r"), newline, comma, 0xef, 0xbb, 0xbf]);

/** Finds the borders of values by their bytes; whether they are JSON is found out when they are parsed. */
class Splitter {
  /** Null before the first byte that is not blank. */
  #inArray: boolean | null = null;
  #closed = false;
  /** A second value stands on a line of its own: then each line is one, whatever is wrong in it. */
  #lines = false;
  #sawNewline = false;
  #pieces: Uint8Array[] | null = null;
  #size = 0;
  /** Values begun in this one; all that is separated or opened counts. */
  #values = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  *push(chunk: Uint8Array): Generator<JsonItem> {
    let start = this.#pieces === null ? -1 : 0;
    for (let index = 0; index < chunk.length && !this.#closed; index++) {
      const byte = chunk[index]!;
      if (this.#pieces === null) {
        if (!this.#begins(byte)) continue;
        start = index;
      }
      const found = this.#step(byte, index);
      if (found < 0) continue;
      // A bracket that closes nothing is something broken of its own.
      const end = this.#size === 0 && found === start ? index + 1 : found;
      this.#keep(chunk.subarray(start, end));
      yield this.#take();
      // A scalar ends before the byte that shows its end.
      if (end === index) index -= 1;
    }
    if (this.#pieces !== null) this.#keep(Uint8Array.from(chunk.subarray(start)));
  }

  *end(): Generator<JsonItem> {
    const whole = this.#inArray !== true && this.#depth === 0 && !this.#inString;
    if (whole && this.#pieces !== null) yield this.#take();
    else if (this.#pieces !== null || (this.#inArray === true && !this.#closed)) yield { reason: "cut" };
  }

  /** Whether a value begins with this byte, outside of any. */
  #begins(byte: number): boolean {
    if (blank.has(byte)) return false;
    if (this.#inArray === null) {
      this.#inArray = byte === code("[");
      if (this.#inArray) return false;
    }
    if (this.#inArray && byte === code("]")) {
      this.#closed = true;
      return false;
    }
    this.#pieces = [];
    return true;
  }

  /** Takes one byte of a value; where the value ends, the index behind its last byte, else -1. */
  #step(byte: number, index: number): number {
    if (byte === newline) {
      this.#sawNewline = true;
      if (!this.#inArray && (this.#lines || this.#inString || this.#depth === 0)) return index + 1;
    }
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === backslash) this.#escaped = true;
      else if (byte === quote) this.#inString = false;
      return -1;
    }
    if (byte === quote) this.#inString = true;
    else if (opening.has(byte)) {
      this.#values += 1;
      this.#depth += 1;
      if (this.#depth > bounds.depth) this.#values = Infinity;
    } else if (byte === comma && this.#depth > 0) this.#values += 1;
    else if (closing.has(byte)) {
      if (this.#depth === 0) return index;
      this.#depth -= 1;
      return this.#depth === 0 ? index + 1 : -1;
    } else if (byte === comma && this.#depth === 0) return index;
    return -1;
  }

  get #isWithin(): boolean {
    return this.#size <= bounds.conversation && this.#values <= bounds.values;
  }

  #keep(piece: Uint8Array): void {
    this.#size += piece.length;
    if (this.#isWithin) this.#pieces!.push(piece);
    else this.#pieces = [];
  }

  #take(): JsonItem {
    const bytes = this.#isWithin ? Buffer.concat(this.#pieces!) : null;
    this.#lines ||= this.#inArray === false && (!this.#sawNewline || this.#inString);
    this.#pieces = null;
    this.#size = this.#values = this.#depth = 0;
    this.#inString = this.#escaped = false;
    if (bytes === null) return { reason: "too-large" };
    try {
      return { value: JSON.parse(bytes.toString("utf8")) };
    } catch {
      return { reason: "broken" };
    }
  }
}
