import { nextCluster, onBorder, previousCluster } from "./motions.ts";

interface Snapshot {
  readonly text: string;
  readonly caret: number;
}

type Action = "type" | "kill" | "yank" | "other";

const mostUndo = 1000;
const mostKills = 60;
/** Characters typed in a row that one undo takes back; as in readline. */
const undoRun = 20;

/** What was cut, newest last; shared by all prompts of a session. */
export class KillRing {
  readonly #kills: string[] = [];

  get newest(): string | undefined {
    return this.#kills.at(-1);
  }

  push(text: string): void {
    if (this.#kills.push(text) > mostKills) this.#kills.shift();
  }

  replaceNewest(text: string): void {
    this.#kills.splice(-1, 1, text);
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
  #text = "";
  #caret = 0;
  readonly #undo: Snapshot[] = [];
  #last: Action = "other";
  #typed = 0;
  #yanked = 0;

  constructor(kills: KillRing, text = "") {
    this.#kills = kills;
    this.#text = text;
    this.#caret = text.length;
  }

  get text(): string {
    return this.#text;
  }

  get caret(): number {
    return this.#caret;
  }

  moveTo(caret: number): void {
    this.#caret = onBorder(this.#text, caret);
    this.#last = "other";
  }

  /** Characters from the keyboard: those of one word are undone together. */
  type(text: string): void {
    const goesOn = this.#last === "type" && this.#typed < undoRun && !/^\s/.test(text);
    this.#put(this.#caret, this.#caret, text, !goesOn);
    this.#typed = goesOn ? this.#typed + text.length : text.length;
    this.#last = "type";
  }

  /** Replaces a stretch and puts the caret behind what came, or where it is told. */
  replace(from: number, to: number, text: string, caret?: number): void {
    this.#put(from, to, text, true);
    if (caret !== undefined) this.#caret = onBorder(this.#text, caret);
    this.#last = "other";
  }

  /** Cuts a stretch into the kill ring. Cuts right after one another make one piece. */
  kill(from: number, to: number): void {
    if (from >= to) return;
    const cut = this.#text.slice(from, to);
    const newest = this.#kills.newest;
    if (this.#last !== "kill" || newest === undefined) this.#kills.push(cut);
    else this.#kills.replaceNewest(to <= this.#caret ? cut + newest : newest + cut);
    this.#put(from, to, "", true);
    this.#last = "kill";
  }

  yank(): void {
    const text = this.#kills.newest;
    if (text === undefined) return;
    this.#yanked = this.#caret;
    this.#put(this.#caret, this.#caret, text, true);
    this.#last = "yank";
  }

  /** Right after a yank: puts the cut before that one in its place. */
  yankPop(): void {
    if (this.#last !== "yank") return;
    this.#kills.rotate();
    this.#put(this.#yanked, this.#caret, this.#kills.newest ?? "", true);
    this.#last = "yank";
  }

  /** Swaps the clusters on both sides of the caret; at the end of a line the two before it. */
  transpose(): void {
    const atEnd = this.#caret === this.#text.length || this.#text.charAt(this.#caret) === "\n";
    const middle = atEnd ? previousCluster(this.#text, this.#caret) : this.#caret;
    const start = previousCluster(this.#text, middle);
    const end = nextCluster(this.#text, middle);
    const before = this.#text.slice(start, middle);
    if (before === "" || before === "\n" || this.#text.charAt(middle) === "\n") return;
    this.replace(start, end, this.#text.slice(middle, end) + before);
  }

  undo(): void {
    const snapshot = this.#undo.pop();
    if (snapshot === undefined) return;
    this.#text = snapshot.text;
    this.#caret = snapshot.caret;
    this.#last = "other";
  }

  #put(from: number, to: number, text: string, newStep: boolean): void {
    if (newStep && this.#undo.push({ text: this.#text, caret: this.#caret }) > mostUndo) this.#undo.shift();
    this.#text = this.#text.slice(0, from) + text + this.#text.slice(to);
    this.#caret = onBorder(this.#text, from + text.length);
  }
}
