import type { Ora } from "ora";
import type { Terminal } from "./terminal.ts";

/** A spinner on stderr that leaves no trace. `ora` is loaded when the first one turns; on what is no terminal nothing does. */
export class Spinner {
  readonly #terminal: Terminal;
  #ora: Ora | null = null;
  #text: string | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Turns with this text, from now on or as soon as it is loaded. */
  show(text: string): void {
    const { errIsTerminal, capable, verbosity } = this.#terminal;
    // A terminal of no width (a pseudo-terminal nobody sized) would have each frame cleared without end.
    const sized = process.stderr.columns > 0;
    if (!errIsTerminal || !capable || !sized || verbosity === "quiet") return;
    const turning = this.#text !== null;
    this.#text = text;
    if (this.#ora !== null) this.#ora.text = text;
    if (!turning) void this.#start();
  }

  hide(): void {
    this.#text = null;
    this.#ora?.stop();
    this.#ora = null;
  }

  async #start(): Promise<void> {
    const { default: ora } = await import("ora");
    if (this.#text === null || this.#ora !== null) return;
    // The session reads the keys itself; what is typed meanwhile is kept for the next prompt.
    this.#ora = ora({ text: this.#text, stream: process.stderr, discardStdin: false, isEnabled: true }).start();
  }
}
