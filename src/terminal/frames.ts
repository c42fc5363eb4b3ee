/** Milliseconds between two drawings of what grows: a frame at 60 Hz, more often no screen shows it. */
const frameMs = 16;

/**
 * Draws what grows at most once a frame, however often it grows: at once after a pause, else at the end of the frame. What is
 * not drawn yet is drawn by `flush`, before anything else is written.
 */
export class Frames {
  /** The drawing to come; null when the screen shows everything. */
  #drawing: (() => void) | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** When the last drawing ended, on the clock of `performance.now()`. */
  #drawnAt = -Infinity;

  /** @param drawing draws everything that came until it is called; a later one in the same frame takes its place */
  request(drawing: () => void): void {
    this.#drawing = drawing;
    if (this.#timer !== undefined) return;
    const wait = this.#drawnAt + frameMs - performance.now();
    if (wait <= 0) this.flush();
    else this.#timer = setTimeout(() => this.flush(), wait);
  }

  /** Draws now what has been requested. */
  flush(): void {
    const drawing = this.#drawing;
    if (drawing === null) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawing = null;
    drawing();
    this.#drawnAt = performance.now();
  }
}
