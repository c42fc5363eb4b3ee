import { Damage, seal } from "./checksum.ts";

/** Bytes written one behind the other; numbers as seven bits a byte, the highest bit: more follow. */
class Bytes {
  #bytes = new Uint8Array(1 << 12);
  length = 0;

  number(value: number): void {
    if (this.length + 5 > this.#bytes.length)
      this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(this.#bytes.length * 2));
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.length++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.length++] = rest;
  }

  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

/**
 * Lists of ascending numbers that are kept together as one value: how many there are, the label and the bytes of each, then the
 * lists, each number as its distance from the one before.
 */
export class GroupWriter {
  readonly #heads = new Bytes();
  readonly #lists = new Bytes();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds the numbers from `from` up to, not including, `to`. */
  add(label: number, numbers: Uint32Array, from: number, to: number): void {
    const start = this.#lists.length;
    for (let index = from, before = -1; index < to; index++) {
      this.#lists.number(numbers[index]! - before);
      before = numbers[index]!;
    }
    this.#heads.number(label);
    this.#heads.number(this.#lists.length - start);
    this.#count++;
  }

  /** What was added since the last call. */
  take(): Uint8Array {
    const count = new Bytes();
    count.number(this.#count);
    const group = seal(count.written, this.#heads.written, this.#lists.written);
    this.#heads.length = 0;
    this.#lists.length = 0;
    this.#count = 0;
    return group;
  }
}

/**
 * Calls `visit` with each number of those lists of a group whose label is wanted.
 *
 * @param limit above all numbers
 * @throws Damage for bytes that are no group
 */
export function eachNumber(
  group: Uint8Array,
  wanted: (label: number) => boolean,
  limit: number,
  visit: (number: number) => void,
): void {
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = group[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Damage();
  };
  const chosen: { from: number; to: number }[] = [];
  let end = 0;
  for (let rest = next(); rest > 0; rest--) {
    const label = next();
    const from = end;
    end += next();
    if (wanted(label)) chosen.push({ from, to: end });
  }
  const lists = at;
  if (lists + end !== group.length) throw new Damage();
  for (const { from, to } of chosen) eachIn(group, lists + from, lists + to, limit, visit);
}

/** Reads one list. By itself and without `next`, which takes twice the time: a frequent character has a million numbers. */
function eachIn(group: Uint8Array, from: number, to: number, limit: number, visit: (number: number) => void): void {
  let number = -1;
  for (let at = from; at < to;) {
    let byte = group[at++]!;
    let distance = byte & 0x7f;
    for (let shift = 7; byte > 0x7f; shift += 7) {
      if (shift > 28) throw new Damage();
      byte = group[at++]!;
      distance |= (byte & 0x7f) << shift;
    }
    number += distance;
    if (distance <= 0 || number >= limit) throw new Damage();
    visit(number);
  }
}
