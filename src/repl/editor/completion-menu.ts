import type { Cell } from "./cells.ts";
import { commonStart, type Completion, Menu } from "./completion.ts";
import type { Draft } from "./draft.ts";
import { cleanText } from "./paste.ts";

/** Rows the list of candidates takes at most. */
const maxRows = 10;

interface Open {
  readonly completion: Completion;
  /** Where what was put in ends. */
  end: number;
  /** Shown from the second Tab on. */
  list: Menu | null;
}

/** Completing at one prompt: the first Tab puts in what is certain, the second lists, further ones cycle through the list. */
export class Completing {
  readonly #draft: Draft;
  #open: Open | null = null;

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  /**
   * @param by 1 for Tab, -1 for Shift-Tab
   * @returns whether candidates are wanted
   */
  tab(by: 1 | -1): boolean {
    const open = this.#open;
    if (open === null) return by === 1;
    if (open.list === null)
      open.list = new Menu(open.completion, this.#draft.text.slice(open.completion.from, open.end));
    else this.#put(open, open.list.step(by));
    return false;
  }

  /** Takes the candidates for what stands before the caret. */
  take(completion: Completion): void {
    const { from, candidates } = completion;
    const [only] = candidates;
    if (only === undefined) return;
    const end = this.#draft.caret;
    // Where nothing is typed yet, the list is all that Tab can mean.
    const open: Open = { completion, end, list: end === from ? new Menu(completion, "") : null };
    const shared = candidates.length === 1 ? only.value : commonStart(candidates.map(({ value }) => value));
    if (candidates.length === 1 || shared.length > open.end - from) this.#put(open, shared);
    this.#open = candidates.length === 1 ? null : open;
  }

  /** Closes the list and leaves what it put in. */
  close(): void {
    this.#open = null;
  }

  /**
   * Closes the list and puts back what stood there before it.
   *
   * @returns whether there was one
   */
  cancel(): boolean {
    const list = this.#open?.list ?? null;
    if (this.#open !== null && list !== null) this.#put(this.#open, list.typed);
    this.#open = null;
    return list !== null;
  }

  /**
   * The list, for below the prompt.
   * @param height rows of the screen
   */
  rows(columns: number, height: number, more: (count: number) => string): Cell[][] {
    return this.#open?.list?.rows(columns, Math.min(maxRows, height - 1), more) ?? [];
  }

  #put(open: Open, value: string): void {
    this.#draft.replace(open.completion.from, open.end, cleanText(value));
    open.end = this.#draft.caret;
  }
}
