/**
 * Numbers for pairs of UTF-16 units: a hash table in one typed array, because a Map is too slow, and what belongs to a pair lies
 * beside it, because nearly every access waits for memory.
 */
export class Pairs {
  /** Four numbers a slot: the pair, its number plus one (0: free), the text it was seen in last plus one, and nothing. */
  #slots = new Uint32Array(slotSize << 14);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The number of a pair, a new one where it was not seen before; -1 where it was seen in this text already. */
  see(pair: number, text: number): number {
    const slots = this.#slots;
    const mask = slots.length - slotSize;
    let slot = hashed(pair) & mask;
    for (let held = slots[slot + 1]!; held !== 0; held = slots[slot + 1]!) {
      if (slots[slot] === pair) {
        if (slots[slot + 2] === text + 1) return -1;
        slots[slot + 2] = text + 1;
        return held - 1;
      }
      slot = (slot + slotSize) & mask;
    }
    slots[slot] = pair;
    slots[slot + 1] = ++this.#count;
    slots[slot + 2] = text + 1;
    if (this.#count * slotSize * 2 > slots.length) this.#grow();
    return this.#count - 1;
  }

  /** All pairs with their numbers, in the order of the pairs. */
  *sorted(): Generator<{ readonly pair: number; readonly number: number }> {
    // Numbers are sorted natively where there is no function to compare them.
    const keys = new Float64Array(this.#count);
    for (let slot = 0; slot < this.#slots.length; slot += slotSize) {
      const number = this.#slots[slot + 1]! - 1;
      if (number >= 0) keys[number] = this.#slots[slot]! * maxPairs + number;
    }
    for (const key of keys.sort()) yield { pair: Math.floor(key / maxPairs), number: key % maxPairs };
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 4);
    const mask = this.#slots.length - slotSize;
    for (let from = 0; from < before.length; from += slotSize) {
      if (before[from + 1] === 0) continue;
      let slot = hashed(before[from]!) & mask;
      while (this.#slots[slot + 1] !== 0) slot = (slot + slotSize) & mask;
      for (let part = 0; part < 3; part++) this.#slots[slot + part] = before[from + part]!;
    }
  }
}

const slotSize = 4;
/** Beside a pair of 32 bits a double holds a number of 21 bits exactly. A segment has fewer terms than that. */
const maxPairs = 2 ** 21;

/** A multiple of the size of a slot. */
function hashed(pair: number): number {
  const product = Math.imul(pair, 0x9e3779b1);
  return (product ^ (product >>> 15)) * slotSize;
}
