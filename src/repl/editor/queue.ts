import type { KeyEvent } from "./keys.ts";

/** Keys that came and wait to be handled: a moment, or until the next prompt. */
export class KeyQueue {
  #keys: KeyEvent[] = [];

  get empty(): boolean {
    return this.#keys.length === 0;
  }

  add(event: KeyEvent): void {
    this.#keys.push(event);
  }

  next(): KeyEvent | undefined {
    return this.#keys.shift();
  }
}
