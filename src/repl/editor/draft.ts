import { nextCluster, onBorder, previousCluster } from "./motions.ts";
import { foreign, joined, keyed, slice, type Stretch } from "./origin.ts";

interface Snapshot extends Stretch {
  readonly caret: number;
}

type Action = "type" | "kill" | "yank" | "other";

const maxUndo = 1000;
const maxKills = 60;
/** Characters typed in a row that one undo takes back; as in readline. */
const undoRun = 20;

/** What was cut, newest last; shared by all prompts of a session. */
export class KillRing {
  readonly #kills: Stretch[] = [];

  get newest(): Stretch | undefined {
    return this.#kills.at(-1);
  }

  push(cut: Stretch): void {
    if (this.#kills.push(cut) > maxKills) this.#kills.shift();
  }

  replaceNewest(cut: Stretch): void {
    this.#kills.splice(-1, 1, cut);
  }

  /** Makes the one before the newest the newest. */
  rotate(): void {
    const newest = this.#kills.pop();
    if (newest !== undefined) this.#kills.unshift(newest);
  }
}

/**
 * The text being written, its caret, and what can be taken back. Offsets are UTF-16; the caret always stands on the border
 * of a cluster.
 */
export class Draft {
  readonly #kills: KillRing;
  #written: Stretch;
  #caret: number;
  readonly #undo: Snapshot[] = [];
  readonly #redo: Snapshot[] = [];
  #last: Action = "other";
  #typed = 0;
  #yanked = 0;

  /** @param initial what stands there to begin with; a text counts as one that nobody typed */
  constructor(kills: KillRing, initial: string | Stretch = "") {
    this.#kills = kills;
    this.#written = typeof initial === "string" ? foreign(initial) : initial;
    this.#caret = this.text.length;
  }

  get text(): string {
    return this.#written.text;
  }

  /** The text with what of it was typed. */
  get written(): Stretch {
    return this.#written;
  }

  get caret(): number {
    return this.#caret;
  }

  /** What was cut or copied last. */
  get newestCut(): Stretch | undefined {
    return this.#kills.newest;
  }

  /** How many steps can be undone. */
  get depth(): number {
    return this.#undo.length;
  }

  moveTo(caret: number): void {
    this.#caret = onBorder(this.text, caret);
    this.#last = "other";
  }

  /** Characters from the keyboard: those of one word are undone together. */
  type(text: string): void {
    const goesOn = this.#last === "type" && this.#typed < undoRun && !/^\s/.test(text);
    this.#put(this.#caret, this.#caret, keyed(text), !goesOn);
    this.#typed = goesOn ? this.#typed + text.length : text.length;
    this.#last = "type";
  }

  /**
   * Replaces a stretch and puts the caret behind what came, or where it is told.
   *
   * @param by a text counts as typed; what was pasted or recalled comes as a stretch that says so
   */
  replace(from: number, to: number, by: string | Stretch, caret?: number): void {
    this.#put(from, to, typeof by === "string" ? keyed(by) : by, true);
    if (caret !== undefined) this.#caret = onBorder(this.text, caret);
    this.#last = "other";
  }

  /** Cuts a stretch into the kill ring. Cuts right after one another make one piece. */
  kill(from: number, to: number): void {
    if (from >= to) return;
    const cut = slice(this.#written, from, to);
    const newest = this.#kills.newest;
    if (this.#last !== "kill" || newest === undefined) this.#kills.push(cut);
    else this.#kills.replaceNewest(to <= this.#caret ? joined(cut, newest) : joined(newest, cut));
    this.#put(from, to, keyed(""), true);
    this.#last = "kill";
  }

  /** Takes a stretch for the next yank, and leaves the text as it is. */
  copy(stretch: Stretch): void {
    this.#kills.push(stretch);
    this.#last = "other";
  }

  yank(): void {
    const cut = this.#kills.newest;
    if (cut === undefined) return;
    this.#yanked = this.#caret;
    this.#put(this.#caret, this.#caret, cut, true);
    this.#last = "yank";
  }

  /** Right after a yank: puts the cut before that one in its place. */
  yankPop(): void {
    if (this.#last !== "yank") return;
    this.#kills.rotate();
    this.#put(this.#yanked, this.#caret, this.#kills.newest ?? keyed(""), true);
    this.#last = "yank";
  }

  /** Swaps the clusters on both sides of the caret; at the end of a line the two before it. */
  transpose(): void {
    const { text } = this;
    const atEnd = this.#caret === text.length || text.charAt(this.#caret) === "\n";
    const middle = atEnd ? previousCluster(text, this.#caret) : this.#caret;
    const start = previousCluster(text, middle);
    const end = nextCluster(text, middle);
    const before = text.slice(start, middle);
    if (before === "" || before === "\n" || text.charAt(middle) === "\n") return;
    this.replace(start, end, joined(slice(this.#written, middle, end), slice(this.#written, start, middle)));
  }

  undo(): void {
    this.#restore(this.#undo, this.#redo);
  }

  /** Takes back the last undoing, as long as nothing was changed since. */
  redo(): void {
    this.#restore(this.#redo, this.#undo);
  }

  /** All steps since there were so many are undone as one. */
  merge(depth: number): void {
    this.#undo.splice(depth + 1);
  }

  #restore(from: Snapshot[], to: Snapshot[]): void {
    const snapshot = from.pop();
    if (snapshot === undefined) return;
    to.push({ ...this.#written, caret: this.#caret });
    this.#written = snapshot;
    this.#caret = snapshot.caret;
    this.#last = "other";
  }

  #put(from: number, to: number, by: Stretch, newStep: boolean): void {
    const before = this.#written;
    this.#redo.length = 0;
    if (newStep && this.#undo.push({ ...before, caret: this.#caret }) > maxUndo) this.#undo.shift();
    this.#written = joined(slice(before, 0, from), by, slice(before, to, before.text.length));
    this.#caret = onBorder(this.text, from + by.text.length);
  }
}
