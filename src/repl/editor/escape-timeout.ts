/** Waiting that is cut short some time after it has become a nuisance. */
export class Patience {
  readonly #ms: number;
  #hurry: (() => void) | null = null;

  /** @param ms how long work may still take once it is hurried */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Something waits for the work going on, if any. */
  hurry(): void {
    this.#hurry?.();
  }

  /** @returns what the work gives, or null when it failed or took too long */
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
