/** A set of places among the items of an input, a bit each. */
export class IndexSet {
  #bits = new Uint8Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(index: number): boolean {
    return ((this.#bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
  }

  add(index: number): void {
    if (this.has(index)) return;
    if (index >> 3 >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(this.#bits.length * 2, (index >> 3) + 1));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[index >> 3]! |= 1 << (index & 7);
    this.#size++;
  }

  /** Whether it was there. */
  delete(index: number): boolean {
    if (!this.has(index)) return false;
    this.#bits[index >> 3]! &= ~(1 << (index & 7));
    this.#size--;
    return true;
  }
}
