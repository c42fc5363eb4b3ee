/** A timeout for completions that starts only when further input is waiting. */
export class CompletionTimeout {
  readonly #ms: number;
  #hurry: (() => void) | null = null;

  /** @param ms milliseconds that the work may still take after `hurry` */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Starts the timeout for the current work, if any. */
  hurry(): void {
    this.#hurry?.();
  }

  /** @returns the result of the work, or null if it failed or timed out */
  async wait<Result>(work: () => Promise<Result>): Promise<Result | null> {
    const late = Promise.withResolvers<null>();
    let timer: NodeJS.Timeout | undefined;
    this.#hurry = () => {
      timer ??= setTimeout(late.resolve, this.#ms, null);
    };
    try {
      return await Promise.race([work(), late.promise]);
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
      this.#hurry = null;
    }
  }
}
