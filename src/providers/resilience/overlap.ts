/**
 * Removes from a continuation what it repeats of the answer so far. A model that is asked for the rest often begins with the last
 * words of its answer, or with the line they are in, behind blanks, an ellipsis or the fence of the block they are in (the head); a
 * service may send the whole beginning back. Pieces are held only as long as they may still be a repetition.
 *
 * Only an exact repetition of the end of the answer is removed, with a head before it, and a fence that opens the open block once
 * more. A repetition must be too long for chance; see `isRepetition`. Text that says the same twice in earnest, such as two like
 * rows of a table, cannot be distinguished from one.
 */
export class OverlapFilter {
  readonly #before: string;
  readonly #repeats: "nothing" | "all" | "end";
  /** The line that opened the block of code that is still open; null outside of one. */
  readonly #fence: string | null;
  #held = "";
  #open: boolean;
  /** Null until it is clear what of the held text is its head. */
  #candidates: OverlapCandidate[] | null = null;

  /**
   * @param before the answer so far
   * @param repeats `nothing`: the continuation is passed on as it is; `all`: the service may send all of `before` first; `end`: the
   *   model may repeat the end of it
   */
  constructor(before: string, repeats: "nothing" | "all" | "end") {
    this.#before = before;
    this.#repeats = repeats;
    this.#open = repeats !== "nothing" && before !== "";
    this.#fence = this.#open && repeats === "end" ? openFence(before) : null;
  }

  /** Returns what is new in the pieces so far and was not returned yet; empty while that is undecided. */
  push(piece: string): string {
    if (!this.#open) return piece;
    const from = this.#held.length;
    this.#held += piece;
    if (this.#candidates === null) {
      if (this.#repeats === "end" && this.#mayBeHead()) return "";
      this.#candidates = this.#begin();
    } else this.#candidates = this.#candidates.filter((candidate) => this.#agrees(candidate, from));
    const undecided = this.#candidates.some((candidate) => this.#endOf(candidate) > this.#held.length);
    return undecided ? "" : this.end();
  }

  /**
   * Returns what is new in the text still held, once the answer is complete. Not to be called for one that broke off: what may be
   * a repetition is dropped there, so that the answer so far stays the beginning of a whole one.
   */
  end(): string {
    if (!this.#open) return "";
    this.#open = false;
    const held = this.#held;
    const whole = (this.#candidates ?? this.#begin()).filter((candidate) => this.#endOf(candidate) <= held.length);
    // The longest one is the one that was meant.
    const [longest] = whole.toSorted((one, other) => one.start - other.start);
    return held.slice(longest === undefined ? this.#reopened() : this.#endOf(longest));
  }

  /** Whether the held text may be a head alone. */
  #mayBeHead(): boolean {
    const form = this.#fence === null ? /^[\s\u2026.]*$/u : /^[\s\u2026.]*(?:(?:`+|~+)[^\n]*(?:\n\s*)?)?$/u;
    return this.#held.length < maxHead && form.test(this.#held);
  }

  #begin(): OverlapCandidate[] {
    const places = this.#repeats === "all" ? [0] : placesOf(this.#before);
    const starts = places.filter((start) => isRepetition(this.#before, start));
    const heads = this.#repeats === "all" ? [0] : headsOf(this.#held, this.#fence !== null);
    const all = heads.flatMap((head) => starts.map((start): OverlapCandidate => ({ head, start })));
    return all.filter((candidate) => this.#agrees(candidate, 0));
  }

  /** Whether the held text, from a place on, repeats the answer so far. */
  #agrees({ head, start }: OverlapCandidate, from: number): boolean {
    const place = Math.max(head, from);
    const there = this.#before.slice(start + place - head, start + this.#held.length - head);
    return this.#held.startsWith(there, place);
  }

  /** Where in the held text a repetition ends. */
  #endOf({ head, start }: OverlapCandidate): number {
    return head + this.#before.length - start;
  }

  /** Characters of a fence that opens again what is open. */
  #reopened(): number {
    const [line = ""] = this.#fence === null ? [] : (/^\s*(?:`{3,}|~{3,})[^\n`]+\n/u.exec(this.#held) ?? []);
    return line !== "" && line.trim() === this.#fence ? line.length : 0;
  }
}

/** A repetition: the held text from `head` on repeats the answer so far from `start` on. */
interface OverlapCandidate {
  readonly head: number;
  readonly start: number;
}

/** Characters: how far back a model repeats itself at most, if not everything; and the longest head. */
const maxRepetition = 400;
const maxHead = 80;

/** Where a repetition may begin: at the very beginning, or near the end. */
function placesOf({ length }: string): number[] {
  const first = Math.max(0, length - maxRepetition);
  const near = Array.from({ length: length - first }, (_, index) => first + index);
  return first === 0 ? near : [0, ...near];
}

/** Where in a continuation its repetition may begin: behind blanks and an ellipsis, behind a fence. */
function headsOf(held: string, fenced: boolean): number[] {
  const [blanks = ""] = /^(?:\s|\u2026|\.{3})*/u.exec(held) ?? [];
  const heads = [0, blanks.length];
  const [fence = "", line = ""] = fenced
    ? (/^((?:`{3,}|~{3,})[^\n]*\n)\s*/u.exec(held.slice(blanks.length)) ?? [])
    : [];
  if (fence !== "") heads.push(blanks.length + line.length, blanks.length + fence.length);
  return [...new Set(heads)];
}

/**
 * Whether the end of a text is long enough that its repetition is no chance: three different characters that are no blanks,
 * and six columns (a Chinese character takes two), or three columns from the beginning of a line.
 */
function isRepetition(text: string, start: number): boolean {
  const end = text.slice(start);
  const lineStart = start === 0 || text[start - 1] === "\n";
  const signs = Array.from(end.slice(0, 2 * maxRepetition));
  const columns = signs.reduce((sum, sign) => sum + (sign >= "\u2e80" ? 2 : 1), 0);
  return columns >= (lineStart ? 3 : 6) && new Set(signs.filter((sign) => sign.trim() !== "")).size >= 3;
}

/** The line that opens the block of code that a text ends in; null where it ends in none. */
function openFence(text: string): string | null {
  let open: string | null = null;
  for (const [line, fence = ""] of text.matchAll(/^ {0,3}(`{3,}|~{3,})[^\n]*\n/gmu)) {
    if (open === null) open = line.trim();
    else if (
      line.trim().startsWith(open.slice(0, 3)) &&
      /^[`~]+$/u.test(line.trim()) &&
      fence.length >= fenceLength(open)
    )
      open = null;
  }
  return open;
}

function fenceLength(line: string): number {
  return /^(?:`+|~+)/u.exec(line)?.[0].length ?? 0;
}
