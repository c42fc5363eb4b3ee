/** Milliseconds between two drawings of what grows: a frame at 60 Hz, more often no screen shows it. */
const frameMs = 16;
/** Frames that may be drawn before their time, as long as none was for so long: what is late by a little delays nothing after it. */
const framesAhead = 2;

/** Milliseconds without another change of the size after which it counts as settled; frames are put off by no more than `maxHoldMs`. */
const settledMs = 50;
const maxHoldMs = 100;

/**
 * Draws what grows at most once a frame on average, however often it grows: at once after a pause, else when its frame begins. Text
 * that comes each 20 ms never waits, though one piece of it be late and the next on time. What is not drawn yet is drawn by `flush`,
 * before anything else is written.
 */
export class Frames {
  /** The drawing to come; null when the screen shows everything. */
  #drawing: (() => void) | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** When the next frame begins, on the clock of `performance.now()`; later than now where frames were drawn before their time. */
  #next = -Infinity;
  /** No frame begins before this, after a change of the size; further changes put it off to `#heldAtMost`. */
  #heldUntil = -Infinity;
  #heldAtMost = -Infinity;

  /** @param drawing draws everything that came until it is called; a later one in the same frame takes its place */
  request(drawing: () => void): void {
    this.#drawing = drawing;
    if (this.#timer !== undefined) return;
    const wait = Math.max(this.#next - framesAhead * frameMs, this.#heldUntil) - performance.now();
    if (wait <= 0) this.flush();
    else this.#timer = setTimeout(() => this.flush(), wait);
  }

  /** Begins no frame until the size has settled: rows that are finished in between would keep a width that nobody sees. */
  hold(): void {
    const now = performance.now();
    if (now >= this.#heldUntil) this.#heldAtMost = now + maxHoldMs;
    this.#heldUntil = Math.min(now + settledMs, this.#heldAtMost);
    if (this.#drawing === null) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.request(this.#drawing);
  }

  /** Draws now what has been requested. */
  flush(): void {
    const drawing = this.#drawing;
    if (drawing === null) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawing = null;
    drawing();
    this.#next = Math.max(this.#next, performance.now()) + frameMs;
  }
}
