import type { Terminal } from "./terminal.ts";
import { clipped, displayWidth } from "./width.ts";

/** Milliseconds a picture of the spinner stands. */
const frameMs = 80;
const pictures = { unicode: Array.from("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"), ascii: Array.from("-\\|/") };

/** A spinner on stderr that leaves no trace; on what is no terminal nothing turns. */
export class Spinner {
  readonly #terminal: Terminal;
  #text = "";
  #timer: NodeJS.Timeout | undefined;
  #turn = 0;
  /** Columns of what was drawn last. */
  #width = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Turns with this text from now on. */
  show(text: string): void {
    const { errIsTerminal, capable, verbosity } = this.#terminal;
    // A terminal of no width (a pseudo-terminal nobody sized) has no room for a row.
    const sized = process.stderr.columns > 0;
    if (!errIsTerminal || !capable || !sized || verbosity === "quiet") return;
    this.#text = text;
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#draw(), frameMs);
    this.#draw();
  }

  hide(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#terminal.err(this.#erasure());
    this.#width = 0;
  }

  #draw(): void {
    const { columns, ink, unicode } = this.#terminal;
    const frames = unicode ? pictures.unicode : pictures.ascii;
    this.#turn = (this.#turn + 1) % frames.length;
    // A row that wraps could not be taken back.
    const text = clipped(this.#text, columns - 3);
    const back = this.#width > columns ? this.#erasure() : "\r";
    this.#terminal.err(`${back}${ink.err.accent(frames[this.#turn] ?? "")} ${text}\u001b[K`);
    this.#width = displayWidth(text) + 2;
  }

  /** Takes the row away; a terminal made narrower meanwhile may have wrapped it. */
  #erasure(): string {
    const { columns, textReflow } = this.#terminal;
    const above = textReflow === "all" ? Math.ceil(this.#width / columns) - 1 : 0;
    return above > 0 ? `\u001b[${above}A\r\u001b[J` : "\r\u001b[K";
  }
}
