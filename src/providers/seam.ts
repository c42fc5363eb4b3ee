/**
 * Removes what a continuation says again. A model that was asked to go on often begins with the last words it had said; a
 * service may send the given beginning back. Pieces are held only as long as they still repeat the end of what is there.
 */
export class Seam {
  readonly #end: string;
  #held = "";
  #open: boolean;

  /**
   * @param before the text that is there already
   * @param repeats `nothing`: taken as it comes; `all`: the service may send all of `before` first; `end`: the model may
   *   repeat the end of it
   */
  constructor(before: string, repeats: "nothing" | "all" | "end") {
    this.#end = repeats === "end" ? before.slice(-longest) : before;
    this.#open = repeats !== "nothing" && before !== "";
    const places = Math.max(0, this.#end.length - shortest + 1);
    this.#starts =
      repeats === "end" ? Array.from({ length: places }, (_, start) => start) : repeats === "all" ? [0] : [];
  }

  /** Places in the end from which the held text repeats it so far. */
  #starts: number[];

  /** What of a further piece is new; empty while that is not clear yet. */
  push(piece: string): string {
    if (!this.#open) return piece;
    this.#held += piece;
    this.#starts = this.#starts.filter((start) => {
      const there = this.#end.slice(start);
      return this.#held.startsWith(there) || there.startsWith(this.#held);
    });
    const undecided = this.#starts.some((start) => this.#end.length - start > this.#held.length);
    return undecided ? "" : this.end();
  }

  /** What is still held, when nothing more comes. */
  end(): string {
    if (!this.#open) return "";
    this.#open = false;
    // The longest repetition that is whole is the one that was meant.
    const whole = this.#starts.find((start) => this.#held.startsWith(this.#end.slice(start)));
    return whole === undefined ? this.#held : this.#held.slice(this.#end.length - whole);
  }
}

/** Characters: how far back a model repeats itself at the most, and what is too short to be more than chance. */
const longest = 400;
const shortest = 6;
