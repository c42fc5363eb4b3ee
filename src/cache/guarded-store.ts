import { type AppError, asAppError } from "../errors.ts";
import type { AnswerStore } from "./answer-store.ts";

/** A store that is used until it fails once: from then on there is no cache, and whoever asks next can say why. */
export class GuardedStore implements Disposable {
  readonly #open: () => Promise<AnswerStore>;
  #store: Promise<AnswerStore> | null = null;
  #isOff = false;
  #trouble: AppError | null = null;

  /** @param open is called once, when the store is first needed */
  constructor(open: () => Promise<AnswerStore>) {
    this.#open = open;
  }

  /**
   * Does some work with the store.
   *
   * @returns null where the store failed, now or before
   */
  async use<T>(work: (store: AnswerStore) => Promise<T>): Promise<T | null> {
    if (this.#isOff) return null;
    try {
      this.#store ??= this.#open();
      return await work(await this.#store);
    } catch (error) {
      if (!this.#isOff) this.report(asAppError(error));
      this.#isOff = true;
      this[Symbol.dispose]();
      return null;
    }
  }

  /** Keeps what is to be told. */
  report(trouble: AppError): void {
    this.#trouble ??= trouble;
  }

  /** What is to be told and was not yet; null for nothing. */
  takeTrouble(): AppError | null {
    const trouble = this.#trouble;
    this.#trouble = null;
    return trouble;
  }

  [Symbol.dispose](): void {
    this.#isOff = true;
    void this.#store?.then(
      (store) => store[Symbol.dispose](),
      () => {},
    );
    this.#store = null;
  }
}
