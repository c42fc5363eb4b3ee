import type { Words } from "../../words/types.ts";
import { type Cell, cellsOf, fitted, type Label, lineCells } from "./cells.ts";
import type { Stretch } from "./origin.ts";

/** Messages entered while an answer streams, in the order in which they are sent; as written, with marks for long pastes. */
export class MessageQueue {
  readonly #messages: Stretch[] = [];
  #paused = false;

  get empty(): boolean {
    return this.#messages.length === 0;
  }

  get texts(): readonly string[] {
    return this.#messages.map(({ text }) => text);
  }

  /** Whether an answer was stopped or failed since the last one was added, so that nothing is sent without an Enter. */
  get paused(): boolean {
    return this.#paused;
  }

  add(message: Stretch): void {
    this.#messages.push(message);
    this.#paused = false;
  }

  takeNewest(): Stretch | undefined {
    return this.#messages.pop();
  }

  /** @returns the message to be sent now, which is taken out; undefined for none */
  next(): Stretch | undefined {
    return this.#paused ? undefined : this.#messages.shift();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  /**
   * What can be done, said below what is written; null for nothing.
   *
   * @param live whether an answer streams
   */
  hint(text: string, live: boolean, words: Words["editor"]): string | null {
    if (live) return text === "" ? words.queuedHint : words.queueHint;
    return text === "" && !this.empty ? words.pausedHint : null;
  }

  /**
   * One muted row a message, cut to the width.
   *
   * @param max rows; of more messages the newest are shown
   */
  rows(columns: number, max: number, sign: string, label: Label, words: Words["editor"]): (readonly Cell[])[] {
    const count = this.#messages.length;
    const shown = count <= max ? count : Math.max(0, max - 1);
    const rows = this.#messages.slice(count - shown).map(({ text }) => {
      const lines = text.split("\n").map((line) => lineCells(` ${line}`, label));
      return fitted(muted(cellsOf(`  ${sign}`, "").concat(...lines)), columns);
    });
    const isCut = shown < count && max > 0;
    return isCut ? [fitted(cellsOf(`  ${words.moreQueued(count - shown)}`, "muted"), columns), ...rows] : rows;
  }
}

function muted(cells: readonly Cell[]): Cell[] {
  return cells.map((cell) => ({ ...cell, style: "muted", offset: -1 }));
}
