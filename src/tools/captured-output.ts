/** Bytes that are kept of the end of what is too long. */
const maxTail = 128 * 1024;

/** What a process prints: the beginning and the end of it are kept, however much comes in between. */
export class CapturedOutput {
  readonly #maxJson: number;
  #max: number;
  readonly #head: Buffer[] = [];
  #headSize = 0;
  #tail: Buffer[] = [];
  #tailSize = 0;
  /** Bytes that came. */
  total = 0;

  /**
   * @param max bytes of the beginning that are kept
   * @param maxJson the same of what begins like JSON, which is nothing unless it is whole
   */
  constructor(max: number, maxJson = max) {
    [this.#max, this.#maxJson] = [max, maxJson];
  }

  readonly take = (chunk: Buffer): void => {
    if (this.total === 0 && /^\s*\{/u.test(chunk.toString("latin1", 0, 64))) this.#max = this.#maxJson;
    this.total += chunk.length;
    const room = Math.min(chunk.length, this.#max - this.#headSize);
    if (room > 0) {
      this.#head.push(chunk.subarray(0, room));
      this.#headSize += room;
    }
    if (room === chunk.length) return;
    this.#tail.push(chunk.subarray(room));
    this.#tailSize += chunk.length - room;
    // Joined from time to time: a list of a billion single bytes would be no bound.
    if (this.#tailSize > 2 * maxTail) this.#shorten();
  };

  /** The beginning. */
  get head(): Buffer {
    return Buffer.concat(this.#head);
  }

  /** What follows the beginning, or the end of that; whether bytes between the two are missing follows from `total`. */
  get tail(): Buffer {
    this.#shorten();
    return this.#tail[0] ?? Buffer.alloc(0);
  }

  #shorten(): void {
    const joined = Buffer.concat(this.#tail);
    const kept = Buffer.from(joined.subarray(Math.max(0, joined.length - maxTail)));
    [this.#tail, this.#tailSize] = [[kept], kept.length];
  }
}
