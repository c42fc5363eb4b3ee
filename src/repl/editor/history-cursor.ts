/** Going back and forth in the history from one prompt. What is changed in an entry stays changed until the prompt is left. */
export class HistoryWalk {
  readonly #entries: readonly string[];
  readonly #edited = new Map<number, string>();
  #index: number;

  /** @param entries oldest first; the place after the last is the text being written */
  constructor(entries: readonly string[]) {
    this.#entries = entries;
    this.#index = entries.length;
  }

  get entries(): readonly string[] {
    return this.#entries;
  }

  /**
   * @param steps negative for older
   * @param current the current text, kept for coming back
   * @returns the text there, or null where there is none
   */
  go(steps: number, current: string): string | null {
    return this.goTo(Math.max(0, Math.min(this.#index + steps, this.#entries.length)), current);
  }

  goTo(index: number, current: string): string | null {
    if (index === this.#index) return null;
    this.#edited.set(this.#index, current);
    this.#index = index;
    return this.#edited.get(index) ?? this.#entries[index] ?? "";
  }
}
