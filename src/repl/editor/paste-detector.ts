import { type Later, later } from "./timer.ts";

/** An Enter with text right behind it, which no hand types: lines pasted where the terminal does not mark a paste. */
const linesAtOnce = /[\r\n][\r\n\t]*[^\x00-\x1f\x7f-\x9f]/;
/** The mark of a paste, or what may be the first part of one. */
const pasteMark = /\x1b(?:\[20[01]~|(?:\[(?:20?[01]?)?)?$)/;

/** Milliseconds. An Enter waits `enter` for text behind it; lines that came at once wait `burst` for further lines. */
export interface BurstTimes {
  readonly enter: number;
  readonly burst: number;
}

/** More characters than an input method or a keyboard sends at once; such a run may be the first part of a paste. */
const longRun = 100;

/**
 * Finds pastes in terminals that have no bracketed paste, or are not known to have it. Text with an Enter in it is held for a
 * moment: when more text follows at once, all of it is one paste, else it goes on as keys.
 */
export class BurstGate {
  readonly #keys: (text: string) => void;
  readonly #paste: (text: string) => void;
  readonly #times: BurstTimes;
  #held = "";
  /** Whether the terminal is known to mark its pastes: then nothing waits for text behind an Enter. */
  marksPastes = false;
  #timer: Later | null = null;

  constructor(
    keys: (text: string) => void,
    paste: (text: string) => void,
    times: BurstTimes = { enter: 10, burst: 40 },
  ) {
    this.#keys = keys;
    this.#paste = paste;
    this.#times = times;
  }

  /** @param marked whether the text continues a bracketed paste or an escape sequence */
  push(text: string, marked: boolean): void {
    const mayBelong = /[\r\n]/.test(text) || text.length >= longRun || (this.#held !== "" && text >= " ");
    // Lines that came in one read are taken for a paste in any terminal: a program may have written them.
    const isTyped = this.marksPastes && this.#held === "" && !linesAtOnce.test(text);
    if (marked || isTyped || pasteMark.test(this.#held + text) || !mayBelong) {
      this.settle();
      this.#keys(text);
      return;
    }
    this.#timer?.cancel();
    this.#held += text;
    const wait = linesAtOnce.test(this.#held) ? this.#times.burst : this.#times.enter;
    this.#timer = later(wait, () => this.settle());
  }

  /** Sends on what is held. */
  settle(): void {
    this.#timer?.cancel();
    const held = this.#held;
    this.#held = "";
    if (held === "") return;
    if (linesAtOnce.test(held)) this.#paste(held);
    else this.#keys(held);
  }
}
