import type { Terminal } from "./terminal.ts";

/** Cells of the bar. */
const cells = 24;
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
    const bar = "#".repeat(Math.round(share * cells)).padEnd(cells, "-");
    this.#terminal.err(`\r${this.#label} [${bar}] ${String(Math.floor(share * 100)).padStart(3)} %\u001B[K`);
  };

  readonly hide = (): void => {
    if (this.#drawnAt > 0) this.#terminal.err("\r\u001B[K");
    this.#drawnAt = 0;
  };
}
