/**
 * The limit on time without data. Streams are known to stall with the socket left open, so only the time without content shows it;
 * a limit on the whole would end good long answers. Before the first content, signs of life (keep-alives) extend the wait,
 * up to the ten minutes after which DeepSeek itself gives a queued request up. After it they do not count.
 */
export class IdleTimeout {
  readonly #limit: number;
  readonly #expire: () => void;
  readonly #startedAt = Date.now();
  #timer: NodeJS.Timeout;
  #content = false;
  /** Whether another limit than the usual one holds. */
  #shortened = false;
  /** How often something was heard. */
  #heard = 0;
  #ended = false;

  /**
   * @param limit milliseconds
   * @param expire called once, when the limit is passed
   */
  constructor(limit: number, expire: () => void) {
    this.#limit = limit;
    this.#expire = expire;
    this.#timer = setTimeout(() => this.#listen(), limit);
  }

  /** Bytes came that may be no more than a sign of life. */
  alive(): void {
    if (this.#content || Date.now() - this.#startedAt + this.#limit > queueLimit) return;
    this.#hear();
  }

  /** Thinking or text came. */
  content(): void {
    this.#content = true;
    if (this.#shortened) this.#set(this.#limit);
    this.#shortened = false;
    this.#hear();
  }

  /** Until content comes again, another limit holds. */
  shorten(limit: number): void {
    this.#shortened = true;
    this.#set(limit);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#ended = true;
  }

  #set(limit: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#listen(), limit);
  }

  #hear(): void {
    this.#heard++;
    this.#timer.refresh();
  }

  /** Node runs timers before it reads sockets: what came while the program was busy is heard first. */
  #listen(): void {
    const before = this.#heard;
    setImmediate(() => {
      if (this.#heard === before && !this.#ended) this.#expire();
    });
  }
}

const queueLimit = 600_000;
