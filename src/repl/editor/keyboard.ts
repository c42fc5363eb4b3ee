import { StringDecoder } from "node:string_decoder";
import { setImmediate } from "node:timers/promises";
import type { ReadStream } from "node:tty";
import { BurstGate, type BurstTimes } from "./paste-detector.ts";
import { KeyDecoder, type KeyEvent } from "./keys.ts";

export type KeyInput = Pick<ReadStream, "on" | "off" | "pause" | "resume" | "setRawMode">;

export interface KeyboardListener {
  /** A key, a paste, or an answer about the cursor. */
  key(event: KeyEvent): void;
  /** The input ended. */
  end(): void;
  /** The program was stopped and goes on: whatever was on the screen may be gone. */
  continued(): void;
}

/** Whether the terminal is to tell when it gains and loses the focus, and who hears it. */
export interface FocusReports {
  readonly wanted: () => boolean;
  readonly changed: (focused: boolean) => void;
}

export interface KeyboardOptions {
  /** How pastes are told where the terminal does not mark them; absent for the usual times. */
  readonly burstTimes?: BurstTimes | undefined;
  readonly focus?: FocusReports | undefined;
  /** Called where the terminal says that it draws sixels. */
  readonly onSixels?: (() => void) | undefined;
}

/** The private mode of bracketed paste. */
const bracketedPaste = 2004;
/**
 * Milliseconds that the end waits for the terminal's answers, from the questions on: a shell would show what comes later. Only a
 * terminal that answers nothing at all is waited for so long.
 */
const answerMs = 100;

/** Milliseconds within which a program told to stop has stopped, or never will: its group may have no shell to wake it. */
const stopMs = 200;

/** The terminal's input in raw mode, as key events. */
export class Keyboard {
  readonly #input: KeyInput;
  readonly #write: (text: string) => void;
  readonly #listener: KeyboardListener;
  readonly #utf8 = new StringDecoder("utf8");
  readonly #decoder: KeyDecoder;
  readonly #gate: BurstGate;
  readonly #wantsFocus: () => boolean;
  readonly #onSixels: () => void;
  #open = false;
  /** Whether the terminal was told to report its focus. */
  #reportsFocus = false;
  #ended = false;
  /** Only just in raw mode: what is read now was typed before. */
  #fresh = false;
  #caughtUp: Promise<void> = Promise.resolve();
  /** Resolves with the terminal's last answer, or `answerMs` after it was asked; null before that. */
  #answered: PromiseWithResolvers<void> | null = null;

  /**
   * @param write to the terminal, for switching bracketed paste and reports of the focus
   */
  constructor(input: KeyInput, write: (text: string) => void, listener: KeyboardListener, options: KeyboardOptions) {
    const { burstTimes: times, focus, onSixels } = options;
    this.#onSixels = onSixels ?? (() => {});
    this.#wantsFocus = focus?.wanted ?? (() => false);
    this.#input = input;
    this.#write = write;
    this.#listener = listener;
    this.#decoder = new KeyDecoder((event) => this.#decoded(event));
    this.#gate = new BurstGate(
      (text) => this.#decoder.push(text),
      (text) => listener.key({ type: "paste", text }),
      times,
    );
  }

  /** Whether the input has ended; no key comes any more. */
  get ended(): boolean {
    return this.#ended;
  }

  open(): void {
    if (this.#open) this.#reportFocus(this.#wantsFocus());
    if (this.#open || this.#ended) return;
    this.#open = true;
    this.#input.on("data", this.#onData);
    this.#input.on("end", this.#onEnd);
    this.#input.on("close", this.#onEnd);
    this.#input.on("error", this.#onEnd);
    process.on("SIGCONT", this.#onContinue);
    this.#raw(true);
    this.#askForMode();
    this.#input.resume();
    this.#caughtUp = this.#catchUp();
  }

  /** Resolves when what was typed before `open` has been read: that takes a turn of the loop. */
  async ready(): Promise<void> {
    await this.#caughtUp;
  }

  /** Resolves when no answer of the terminal is to be expected any more. */
  async answered(): Promise<void> {
    await this.#answered?.promise;
  }

  /** Gives the terminal back as it was. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#gate.settle();
    this.#decoder.flush();
    this.#input.pause();
    this.#raw(false);
    this.#input.off("data", this.#onData);
    this.#input.off("end", this.#onEnd);
    this.#input.off("close", this.#onEnd);
    this.#input.off("error", this.#onEnd);
    process.off("SIGCONT", this.#onContinue);
  }

  /** Stops the program, as Ctrl-Z does outside raw mode; resolves when it goes on. There is no such thing on Windows. */
  async suspend(): Promise<void> {
    if (process.platform === "win32") return;
    this.close();
    const continued = Promise.withResolvers<void>();
    process.once("SIGCONT", continued.resolve);
    const timer = setTimeout(continued.resolve, stopMs);
    // The whole group, as the terminal itself would: a launcher must stop too.
    process.kill(0, "SIGTSTP");
    await continued.promise;
    clearTimeout(timer);
    process.off("SIGCONT", continued.resolve);
    this.open();
  }

  /**
   * Asks the terminal, once, whether it knows bracketed paste (DECRQM), and then what every terminal answers (primary device
   * attributes): with that answer none is to be expected any more. A terminal that does not know the first question may show its last
   * character, which is erased: the line is empty so far.
   */
  #askForMode(): void {
    if (this.#answered !== null) return;
    this.#answered = Promise.withResolvers();
    setTimeout(this.#answered.resolve, answerMs).unref();
    this.#write(`\x1b[?${bracketedPaste}$p\x1b[c\r\x1b[K`);
  }

  #decoded(event: KeyEvent): void {
    if (event.type === "paste") this.#gate.marksPastes = true;
    if (event.type === "attributes") {
      if (event.sixels) this.#onSixels();
      this.#answered?.resolve();
    } else if (event.type !== "mode") this.#listener.key(event);
    else if (event.mode === bracketedPaste) this.#gate.marksPastes ||= event.known;
  }

  async #catchUp(): Promise<void> {
    this.#fresh = true;
    await setImmediate();
    await setImmediate();
    this.#fresh = false;
  }

  #raw(on: boolean): void {
    this.#input.setRawMode(on);
    this.#write(on ? "\x1b[?2004h" : "\x1b[?2004l");
    this.#reportFocus(on && this.#wantsFocus());
  }

  #reportFocus(on: boolean): void {
    if (on !== this.#reportsFocus) this.#write(on ? "\x1b[?1004h" : "\x1b[?1004l");
    this.#reportsFocus = on;
  }

  readonly #onData = (chunk: Buffer | string): void => {
    const read = typeof chunk === "string" ? chunk : this.#utf8.write(chunk);
    // Outside raw mode the terminal turns an Enter into a line feed, which for us is another key.
    const text = this.#fresh ? read.replaceAll("\n", "\r") : read;
    if (text !== "") this.#gate.push(text, this.#decoder.unfinished);
  };

  readonly #onEnd = (): void => {
    if (this.#ended) return;
    this.#gate.settle();
    this.#decoder.flush();
    this.#ended = true;
    this.#answered?.resolve();
    this.#listener.end();
  };

  readonly #onContinue = (): void => {
    // The shell has set its own modes meanwhile; without the first call the second would find nothing to do.
    this.#input.setRawMode(false);
    this.#reportsFocus = false;
    this.#raw(true);
    this.#listener.continued();
  };
}
