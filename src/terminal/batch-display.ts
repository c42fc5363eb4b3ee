import type { RunSnapshot } from "../batch/run-snapshot.ts";
import type { BatchProgressWords, Words } from "../words/types.ts";
import { batchFigures } from "./batch-figures.ts";
import { batchRows } from "./batch-rows.ts";
import { LiveRow } from "./live-row.ts";
import { paintedWidth } from "./own-line.ts";
import type { Terminal } from "./terminal.ts";

/** Milliseconds between two drawings, however much happens. */
const pause = 250;
/** Rows of a screen that are left to what was written before. */
const rowsLeft = 2;

/** How a run stands, below all that is written: a few rows that are written over in place, and only where they have changed. */
export class BatchDisplay implements Disposable {
  readonly #terminal: Terminal;
  readonly #snapshot: () => RunSnapshot;
  readonly #words: BatchProgressWords;
  readonly #tariff: Words["tariff"];
  readonly #timer: NodeJS.Timeout;
  readonly #stopListening: () => void;
  /** What is on the screen. */
  #shown = "";

  constructor(
    terminal: Terminal,
    snapshot: () => RunSnapshot,
    { progress, tariff }: { readonly progress: BatchProgressWords; readonly tariff: Words["tariff"] },
  ) {
    [this.#terminal, this.#snapshot, this.#words, this.#tariff] = [terminal, snapshot, progress, tariff];
    this.#timer = setInterval(() => this.#draw(), pause);
    this.#timer.unref();
    this.#stopListening = terminal.onResize(() => {
      // The terminal has taken the rows away.
      this.#shown = "";
      this.#draw();
    });
  }

  /** Whether it can be seen here: on a terminal that can move its cursor, and not under `--quiet`. */
  static isPossible(terminal: Terminal): boolean {
    return new LiveRow(terminal).isPossible;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#stopListening();
    this.#terminal.below(null);
  }

  #draw(): void {
    const { columns, rows, ink, symbols, unicode } = this.#terminal;
    const snapshot = this.#snapshot();
    const { total, answered, failed } = snapshot;
    const share = total === 0 ? 1 : Math.min(1, (answered + failed) / total);
    const look = { columns, rows: rows - rowsLeft, ink: ink.err, symbols, unicode };
    const texts = batchRows(batchFigures(snapshot, this.#words, this.#tariff), share, look);
    const text = texts.join("\n");
    if (text === this.#shown) return;
    this.#shown = text;
    const drawn = texts.map((row) => ({ text: row, width: paintedWidth(row) }));
    this.#terminal.below({ rows: drawn, caret: { row: drawn.length - 1, column: drawn.at(-1)!.width } });
  }
}
