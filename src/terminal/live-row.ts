import { erasedRows } from "./erase.ts";
import type { Terminal } from "./terminal.ts";
import { displayWidth } from "./width.ts";

/** A row on stderr that is drawn over again and again, and taken away. */
export class LiveRow {
  readonly #terminal: Terminal;
  /** Columns of what was drawn last; 0 for nothing. */
  #width = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Whether it can be seen here: on a terminal that can move its cursor, and not under `--quiet`. */
  get isPossible(): boolean {
    const { errIsTerminal, capable, verbosity } = this.#terminal;
    // A terminal of no width (a pseudo-terminal nobody sized) has no room for a row.
    return capable && errIsTerminal && process.stderr.columns > 0 && verbosity !== "quiet";
  }

  /**
   * @param text without colours, narrower than the terminal: a row that wraps could not be taken back
   * @param painted the same with colours
   */
  draw(text: string, painted: string): void {
    const back = this.#width > this.#terminal.columns ? this.#erasure() : "\r";
    this.#terminal.err(`${back}${painted}\u001b[K`);
    this.#width = displayWidth(text);
  }

  clear(): void {
    if (this.#width === 0) return;
    this.#terminal.err(this.#erasure());
    this.#width = 0;
  }

  /** What was on the screen is no longer there, or no longer ours. */
  forget(): void {
    this.#width = 0;
  }

  /** Takes the row away; a terminal made narrower meanwhile may have wrapped it. */
  #erasure(): string {
    const { columns, textReflow } = this.#terminal;
    const above = textReflow === "all" ? Math.ceil(this.#width / columns) - 1 : 0;
    return above > 0 ? erasedRows(above) : "\r\u001b[K";
  }
}
