/**
 * Removes what a continuation says again. A model that was asked to go on often begins with the last words it had said, or
 * with the line it was in, behind blanks, an ellipsis or the fence of the block it was in; a service may send the given
 * beginning back. Pieces are held only as long as they still repeat what is there.
 *
 * Nothing is ever removed but an exact repetition of the end of what is there, with such a head before it, and a fence that
 * opens once more the block that is open. A repetition counts when it is too long for chance; see `isRepetition`. Text that
 * really says the same twice, as two like rows of a table, cannot be told from one.
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
   * @param before the text that is there already
   * @param repeats `nothing`: taken as it comes; `all`: the service may send all of `before` first; `end`: the model may
   *   repeat the end of it
   */
  constructor(before: string, repeats: "nothing" | "all" | "end") {
    this.#before = before;
    this.#repeats = repeats;
    this.#open = repeats !== "nothing" && before !== "";
    this.#fence = this.#open && repeats === "end" ? openFence(before) : null;
  }

  /** What of a further piece is new; empty while that is not clear yet. */
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
   * What is still held, when the answer has ended in order. One that broke off is left without: what is there stays the
   * beginning of the answer, and with what may be a repetition it might not.
   */
  end(): string {
    if (!this.#open) return "";
    this.#open = false;
    const held = this.#held;
    const whole = (this.#candidates ?? this.#begin()).filter((candidate) => this.#endOf(candidate) <= held.length);
    // The longest one is the one that was meant.
    const longest = whole.reduce<OverlapCandidate | null>(
      (best, candidate) => (best === null || candidate.start < best.start ? candidate : best),
      null,
    );
    return held.slice(longest === null ? this.#reopened() : this.#endOf(longest));
  }

  /** Whether nothing but a head has come yet. */
  #mayBeHead(): boolean {
    const form = this.#fence === null ? /^[\s\u2026.]*$/u : /^[\s\u2026.]*(?:(?:`+|~+)[^\n]*(?:\n\s*)?)?$/u;
    return this.#held.length < longestHead && form.test(this.#held);
  }

  #begin(): OverlapCandidate[] {
    const places = this.#repeats === "all" ? [0] : placesOf(this.#before);
    const starts = places.filter((start) => isRepetition(this.#before, start));
    const heads = this.#repeats === "all" ? [0] : headsOf(this.#held, this.#fence !== null);
    const all = heads.flatMap((head) => starts.map((start): OverlapCandidate => ({ head, start })));
    return all.filter((candidate) => this.#agrees(candidate, 0));
  }

  /** Whether the held text, from a place on, repeats what is there. */
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

/** A repetition: from `head` on the held text says again what is there from `start` on. */
interface OverlapCandidate {
  readonly head: number;
  readonly start: number;
}

/** Characters: how far back a model repeats itself at the most, if not everything; and the longest head. */
const longest = 400;
const longestHead = 80;

/** Where a repetition may begin: at the very beginning, or near the end. */
function placesOf({ length }: string): number[] {
  const first = Math.max(0, length - longest);
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
 * Whether the end of a text is long enough that saying it again is no chance: three different characters that are no blanks,
 * and six columns (a Chinese character takes two), or three columns from the beginning of a line.
 */
function isRepetition(text: string, start: number): boolean {
  const end = text.slice(start);
  const lineStart = start === 0 || text[start - 1] === "\n";
  const signs = Array.from(end.slice(0, 2 * longest));
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
