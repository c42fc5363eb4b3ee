/** Which terms, given by numbers, stand in which texts: gathered text by text, given back term by term. */
export class Occurrences {
  /** The terms of one text after the other. */
  #found = new Uint32Array(1 << 14);
  #length = 0;
  readonly #texts: { readonly number: number; readonly from: number }[] = [];

  get count(): number {
    return this.#length;
  }

  /** What is put from here on stands in the text of that number, which is above that of the text before. */
  begin(number: number): void {
    this.#texts.push({ number, from: this.#length });
  }

  /** Once for a term and a text. */
  put(term: number): void {
    if (this.#length === this.#found.length) this.#found = grown(this.#found);
    this.#found[this.#length++] = term;
  }

  /**
   * The numbers of the texts, those with the same term beside each other and ascending.
   *
   * @param terms how many terms there are
   * @returns also where those of each term end
   */
  byTerm(terms: number): { readonly texts: Uint32Array; readonly ends: Uint32Array } {
    const ends = new Uint32Array(terms + 1);
    for (let index = 0; index < this.#length; index++) ends[this.#found[index]! + 1]!++;
    for (let term = 1; term < ends.length; term++) ends[term]! += ends[term - 1]!;
    const texts = new Uint32Array(this.#length);
    for (const [index, { number, from }] of this.#texts.entries()) {
      const to = this.#texts[index + 1]?.from ?? this.#length;
      // The place of each term moves on, so that in the end it is where the next one begins.
      for (let at = from; at < to; at++) texts[ends[this.#found[at]!]!++] = number;
    }
    return { texts, ends };
  }
}

/** The same numbers in an array of twice the length. */
export function grown(numbers: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  return new Uint32Array(numbers.buffer.transfer(numbers.byteLength * 2));
}
