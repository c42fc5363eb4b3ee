import { setImmediate } from "node:timers/promises";
import type { Ora } from "ora";
import { LiveRow } from "./live-row.ts";
import type { Terminal } from "./terminal.ts";
import { clipped } from "./width.ts";

/** Pictures of what turns, where `ora` is not loaded for it. */
export const spinnerFrames = (unicode: boolean): readonly string[] =>
  unicode ? ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] : ["-", "\\", "|", "/"];

/** Loads what the first spinner needs. */
export const loadSpinner = async () => await import("ora");

/**
 * A spinner on stderr that leaves no trace; on what is no terminal nothing turns. `ora` gives its pictures, and is loaded when the
 * first one turns; it does not write them itself, as it would write past the rows that stand below an answer.
 */
export class Spinner {
  readonly #terminal: Terminal;
  readonly #row: LiveRow;
  /** Null: nothing turns. */
  #text: string | null = null;
  #ora: Ora | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#row = new LiveRow(terminal);
  }

  /** Turns with this text from now on. */
  show(text: string): void {
    if (!this.#row.isPossible) return;
    const turning = this.#text !== null;
    this.#text = text;
    if (!turning) void this.#start();
  }

  hide(): void {
    this.#text = null;
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#row.clear();
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
    const text = clipped(this.#text, columns - 3);
    const sign = this.#ora.frame().trim();
    this.#row.draw(`${sign} ${text}`, `${ink.err.accent(sign)} ${text}`);
  }
}
