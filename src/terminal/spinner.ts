import { setImmediate } from "node:timers/promises";
import type { Ora } from "ora";
import { erasedRows } from "./erase.ts";
import type { Terminal } from "./terminal.ts";
import { clipped, displayWidth } from "./width.ts";

/** Loads what the first spinner needs. */
export const loadSpinner = async () => await import("ora");

/**
 * A spinner on stderr that leaves no trace; on what is no terminal nothing turns. `ora` gives its pictures, and is loaded when the
 * first one turns; it does not write them itself, as it would write past the rows that stand below an answer.
 */
export class Spinner {
  readonly #terminal: Terminal;
  /** Null: nothing turns. */
  #text: string | null = null;
  #ora: Ora | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Columns of what was drawn last. */
  #width = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Turns with this text from now on. */
  show(text: string): void {
    const { errIsTerminal, capable, verbosity } = this.#terminal;
    // A terminal of no width (a pseudo-terminal nobody sized) has no room for a row.
    const sized = errIsTerminal && process.stderr.columns > 0;
    if (!capable || !sized || verbosity === "quiet") return;
    const turning = this.#text !== null;
    this.#text = text;
    if (!turning) void this.#start();
  }

  hide(): void {
    this.#text = null;
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#terminal.err(this.#erasure());
    this.#width = 0;
  }

  async #start(): Promise<void> {
    const { default: ora } = await loadSpinner();
    // What the spinner is about, a request above all, goes out before it is drawn.
    await setImmediate();
    if (this.#text === null || this.#timer !== undefined) return;
    const spinner = this.#terminal.unicode ? "dots" : "line";
    this.#ora ??= ora({ spinner, color: false, stream: process.stderr, isEnabled: false });
    this.#timer = setInterval(() => this.#draw(), this.#ora.interval);
    this.#draw();
  }

  #draw(): void {
    if (this.#ora === null || this.#text === null) return;
    const { columns, ink } = this.#terminal;
    // A row that wraps could not be taken back.
    const text = clipped(this.#text, columns - 3);
    const back = this.#width > columns ? this.#erasure() : "\r";
    this.#terminal.err(`${back}${ink.err.accent(this.#ora.frame().trim())} ${text}\u001b[K`);
    this.#width = displayWidth(text) + 2;
  }

  /** Takes the row away; a terminal made narrower meanwhile may have wrapped it. */
  #erasure(): string {
    const { columns, textReflow } = this.#terminal;
    const above = textReflow === "all" ? Math.ceil(this.#width / columns) - 1 : 0;
    return above > 0 ? erasedRows(above) : "\r\u001b[K";
  }
}
