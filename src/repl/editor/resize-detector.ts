import type { PromptView } from "./renderer.ts";

/** Milliseconds a terminal has to say where the cursor is. */
const answerMs = 150;

/** Takes the prompt off the screen after its width changed, asking the terminal for the cursor's place where that is in doubt. */
export class Resizing {
  readonly #view: PromptView;
  readonly #columns: () => number;
  readonly #done: () => void;
  /** Questions not yet answered; only the last answer is about the width as it is now. */
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param done called when the prompt can be redrawn */
  constructor(view: PromptView, columns: () => number, done: () => void) {
    this.#view = view;
    this.#columns = columns;
    this.#done = done;
  }

  /** Whether an answer is awaited; nothing must be drawn meanwhile. */
  get waiting(): boolean {
    return this.#asked > 0;
  }

  start(): void {
    if (!this.#view.unsureAfterResize(this.#columns())) return this.#settle(null);
    this.#asked++;
    this.#view.askPosition();
    this.#view.flush();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(null), answerMs);
  }

  /** @param column where the terminal says the cursor is, from zero */
  answer(column: number): void {
    if (this.#asked > 0 && --this.#asked === 0) this.#settle(column);
  }

  /** Waits no longer. */
  finish(): void {
    if (this.#asked > 0) this.#settle(null);
  }

  #settle(column: number | null): void {
    clearTimeout(this.#timer);
    this.#asked = 0;
    this.#view.clearResized(this.#columns(), column);
    this.#done();
  }
}
