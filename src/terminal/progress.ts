import type { Terminal } from "./terminal.ts";
import { displayWidth, shortened } from "./width.ts";

/** Cells of the bar where there is room for them, and the fewest that say anything. */
const mostCells = 24;
const fewestCells = 4;
/** Columns of `[`, `]`, the percentage and the spaces between; the last column stays free, so that no line wraps. */
const frame = 10;
/** Milliseconds between two drawings. */
const pause = 100;

/** A bar on stderr that leaves no trace; on what is no terminal, nothing. */
export class ProgressBar {
  readonly #terminal: Terminal;
  readonly #label: string;
  readonly #startedAt = Date.now();
  #drawnAt = 0;

  constructor(terminal: Terminal, label: string) {
    this.#terminal = terminal;
    this.#label = label;
  }

  readonly show = (done: number, total: number): void => {
    const { errIsTerminal, capable, verbosity } = this.#terminal;
    const now = Date.now();
    // What is over at once needs no bar.
    if (now - Math.max(this.#startedAt, this.#drawnAt) < pause) return;
    if (!errIsTerminal || !capable || verbosity === "quiet") return;
    this.#drawnAt = now;
    const share = total === 0 ? 1 : done / total;
    const room = this.#terminal.columns - frame;
    const label = shortened(this.#label, Math.max(room - fewestCells, 1));
    const cells = Math.max(Math.min(room - displayWidth(label), mostCells), fewestCells);
    const bar = "#".repeat(Math.round(share * cells)).padEnd(cells, "-");
    this.#terminal.err(`\r${label} [${bar}] ${String(Math.floor(share * 100)).padStart(3)} %\u001B[K`);
  };

  readonly hide = (): void => {
    if (this.#drawnAt > 0) this.#terminal.err("\r\u001B[K");
    this.#drawnAt = 0;
  };
}
