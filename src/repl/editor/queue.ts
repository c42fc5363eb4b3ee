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

  /** Turns every Enter into a new line and drops a last one, so that nothing is sent without another Enter. */
  disarm(): void {
    const keys = this.#keys.map((event): KeyEvent => (isEnter(event) ? { type: "key", key: "C-j" } : event));
    if (isEnter(this.#keys.at(-1))) keys.pop();
    this.#keys = keys;
  }
}

function isEnter(event: KeyEvent | undefined): boolean {
  return event?.type === "key" && event.key === "Enter";
}
