import type { Cost } from "../../chat/model.ts";
import type { ItemSpending, JournalEntry } from "./journal.ts";

/** What became of each item so far: a byte an item, and sums. */
export class Outcomes {
  /** By index: 0 without a line in the output, 1 answered, above it failed, by the place of its code and 2. */
  #states = new Uint8Array(1024);
  readonly #codes: string[] = [];
  readonly #failed = new Map<string, number>();
  readonly #costs = new Map<string, number>();
  answered = 0;
  /** Items whose cost nobody knows. */
  unpriced = 0;
  requests = 0;
  promptTokens = 0;
  cachedTokens = 0;
  completionTokens = 0;
  reasoningTokens = 0;

  /** Items that failed, by code. */
  get failed(): ReadonlyMap<string, number> {
    return this.#failed;
  }

  get failures(): number {
    return [...this.#failed.values()].reduce((sum, count) => sum + count, 0);
  }

  get done(): number {
    return this.answered + this.failures;
  }

  /** What was spent, one for each currency. */
  get costs(): readonly Cost[] {
    return [...this.#costs].map(([currency, amount]) => ({ currency, amount }));
  }

  /** The same items, to be looked at with others. */
  copy(): Outcomes {
    const copy = new Outcomes();
    copy.#states = this.#states.slice();
    copy.#codes.push(...this.#codes);
    return copy;
  }

  has(index: number): boolean {
    return (this.#states[index] ?? 0) !== 0;
  }

  /** Code of the error of an item that failed; null for any other. */
  codeOf(index: number): string | null {
    return this.#codes[(this.#states[index] ?? 0) - 2] ?? null;
  }

  add({ index, code, ...spent }: Omit<JournalEntry, "length">): void {
    this.#set(index, code === null ? 1 : this.#placeOf(code) + 2);
    if (code === null) this.answered++;
    else this.#failed.set(code, (this.#failed.get(code) ?? 0) + 1);
    this.addSpent(spent);
  }

  /** Adds what was spent on items, whether they have a line or not. */
  addSpent({ usage, cost, requests }: ItemSpending): void {
    this.requests += requests;
    if (cost === null) this.unpriced++;
    else this.#costs.set(cost.currency, (this.#costs.get(cost.currency) ?? 0) + cost.amount);
    if (usage === null) return;
    this.promptTokens += usage.promptTokens;
    this.cachedTokens += usage.cachedTokens;
    this.completionTokens += usage.completionTokens;
    this.reasoningTokens += usage.reasoningTokens;
  }

  #placeOf(code: string): number {
    const place = this.#codes.indexOf(code);
    // Codes are few; beyond what a byte holds they count as the last one.
    return place !== -1 ? place : Math.min(this.#codes.push(code), 254) - 1;
  }

  #set(index: number, state: number): void {
    if (index >= this.#states.length) {
      const larger = new Uint8Array(Math.max(index + 1, this.#states.length * 2));
      larger.set(this.#states);
      this.#states = larger;
    }
    this.#states[index] = state;
  }
}
