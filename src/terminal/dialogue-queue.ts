/** What owns a part of the terminal, and makes room while a person is asked something. */
export interface DialogueGuest {
  /** Resolves when what it is in the middle of is on the screen. */
  readonly settle?: () => Promise<void>;
  /** Takes what it shows off the screen and reads no keys; what it returns brings it back. */
  readonly stepAside: () => () => void;
  /** What Ctrl-C at a question does, where that is not the end of the program. */
  readonly interrupt?: () => void;
}

/**
 * Questions that come up while something else is under way: one after the other, with everything live off the screen. What others
 * write to the terminal meanwhile is kept, and written afterwards.
 */
export class DialogueQueue {
  readonly #guests = new Set<DialogueGuest>();
  #last: Promise<unknown> = Promise.resolve();
  #open = 0;
  /** What is to be written afterwards; null while no question is asked. */
  #kept: (() => void)[] | null = null;

  /** How many questions wait behind the one that is asked. */
  get waiting(): number {
    return Math.max(0, this.#open - 1);
  }

  /** Has something step aside for each question, until it is disposed of. */
  join(guest: DialogueGuest): Disposable {
    this.#guests.add(guest);
    return { [Symbol.dispose]: () => void this.#guests.delete(guest) };
  }

  /** Keeps a writing for later; false where no question is asked. */
  keep(write: () => void): boolean {
    this.#kept?.push(write);
    return this.#kept !== null;
  }

  /** What Ctrl-C does at a question. */
  interrupt(): void {
    const own = [...this.#guests].reverse().find((guest) => guest.interrupt !== undefined);
    if (own?.interrupt === undefined) process.kill(process.pid, "SIGINT");
    else own.interrupt();
  }

  /** Asks something once no other question is asked. */
  async run<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    this.#open++;
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    for (const guest of this.#guests) await guest.settle?.();
    const returns = [...this.#guests].map((guest) => guest.stepAside()).reverse();
    this.#kept = [];
    try {
      return await question();
    } finally {
      const kept = this.#kept;
      this.#kept = null;
      this.#open--;
      for (const write of kept) write();
      for (const comeBack of returns) comeBack();
      resolve();
    }
  }
}
