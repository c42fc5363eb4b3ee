/**
 * Lets so many lines of a text through as it comes, without the break that ends the last one. A line counts once something stands in
 * it: what is filled in mostly begins with the rest of the line that the gap is in, which may be empty.
 */
export class LineLimit {
  #left: number;
  /** Whether the line so far has something in it. */
  #hasInk = false;
  /** A carriage return that may belong to the break that ends the text. */
  #held = "";

  /** @param lines how many; Infinity for all */
  constructor(lines: number) {
    this.#left = lines;
  }

  get isReached(): boolean {
    return this.#left === 0;
  }

  /** What of a further piece is let through. */
  push(piece: string): string {
    if (this.#left === Infinity) return piece;
    if (this.isReached) return "";
    const text = this.#held + piece;
    let start = 0;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", start)) {
      this.#hasInk ||= /\S/u.test(text.slice(start, at));
      if (this.#hasInk && --this.#left === 0) return text.slice(0, at).replace(/\r$/u, "");
      this.#hasInk = false;
      start = at + 1;
    }
    this.#hasInk ||= /\S/u.test(text.slice(start));
    this.#held = text.endsWith("\r") ? "\r" : "";
    return text.slice(0, text.length - this.#held.length);
  }

  /** What was held, at the end of the text. */
  end(): string {
    return this.isReached ? "" : this.#held;
  }
}
