import { isatty } from "node:tty";
import { supportsColor, supportsColorStderr } from "chalk";
import type { AppError } from "../errors.ts";
import type { Words } from "../words/types.ts";
import { DialogueQueue } from "./dialogue-queue.ts";
import { Footer, type FooterFrame } from "./footer.ts";
import { Frames } from "./frames.ts";
import { isLatin, latin } from "./latin.ts";
import { type Output, SilentOutput, standardOutputs } from "./output.ts";
import { ownLines } from "./own-line.ts";
import { type Reflow, reflowOf } from "./reflow.ts";
import { harmlessJson, sanitize } from "./sanitize.ts";
import { showsUnicode, type Symbols, symbolsOf } from "./symbols.ts";
import {
  type Background,
  backgroundIn,
  type ColorLevel,
  createInk,
  type Ink,
  type ThemeName,
  type ThemeOptions,
} from "./theme.ts";

export interface TerminalOptions {
  /** False: no colour, whatever the terminal can. */
  readonly color: boolean;
  readonly verbosity: "quiet" | "normal" | "verbose";
  /** The environment, for `NO_COLOR`, `COLORFGBG` and `TERM`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Called once when the reader of stdout is gone. */
  readonly onClosed: () => void;
}

/**
 * The two standard streams. stdout carries answers and what was asked for, stderr everything the program says itself.
 * Everything that is drawn goes through here.
 */
export class Terminal {
  readonly verbosity: TerminalOptions["verbosity"];
  /** Most columns of text, however wide the terminal is. */
  textColumns = 100;
  /** False: the program's own signs are ASCII. */
  readonly unicode: boolean;
  readonly symbols: Symbols;
  /** True when a person can be asked: both ends of the conversation are a terminal. */
  readonly interactive: boolean;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Whether the terminal reported that it has the focus; false where it reports nothing. */
  focused = false;
  /** Whether the terminal said that it draws sixels; false where it was not asked. */
  hasSixels = false;
  /** A terminal that can move its cursor. */
  readonly capable: boolean;
  /** Questions that come up while something else is on the screen. */
  readonly dialogues = new DialogueQueue();
  readonly #reflow: Reflow;
  readonly #options: TerminalOptions;
  readonly #out: Output;
  readonly #err: Output;
  /** A terminal of one byte a character, to which bytes of UTF-8 would be other characters and controls. */
  readonly #latin: boolean;
  /** What each stream can show, and may. */
  readonly #levels: { readonly out: ColorLevel; readonly err: ColorLevel };
  #background: Background | null;
  #theme: ThemeName = "auto";
  #ink: { readonly out: Ink; readonly err: Ink };
  readonly #footer: Footer;
  readonly #frames = new Frames();
  /** What is written at the end of this turn of the event loop; null where all is written at once. */
  #held: { readonly output: Output; readonly text: string }[] | null = null;

  constructor(options: TerminalOptions, { out, err } = standardOutputs()) {
    this.#options = options;
    [this.#out, this.#err] = [out, err];
    this.#latin = isLatin(options.variables);
    this.verbosity = options.verbosity;
    const allowed = options.color && !options.variables["NO_COLOR"];
    const level = (support: typeof supportsColor) => (allowed && support !== false ? support.level : 0);
    this.#levels = { out: level(supportsColor), err: level(supportsColorStderr) };
    this.#background = backgroundIn(options.variables["COLORFGBG"]);
    this.#ink = this.#inks();
    this.unicode = showsUnicode(this.#latin);
    this.symbols = symbolsOf(this.unicode);
    this.outIsTerminal = out.isTerminal;
    this.errIsTerminal = err.isTerminal;
    this.interactive = isatty(0) && this.errIsTerminal;
    this.capable = options.variables["TERM"] !== "dumb";
    this.#reflow = reflowOf(options.variables);
    this.#footer = new Footer(
      (bytes) => this.#send(this.#err, bytes),
      () => ({ columns: this.columns, rows: this.rows }),
      this.#reflow,
    );
    out.onLoss(({ kind }) => kind === "closed" && options.onClosed());
  }

  /** Colours by role for stdout and for stderr: either may be a terminal while the other is not. */
  get ink(): { readonly out: Ink; readonly err: Ink } {
    return this.#ink;
  }

  /** What the settings say of looks. */
  useSettings({ theme, width }: { readonly theme: ThemeName; readonly width: number }): void {
    this.#theme = theme;
    this.textColumns = width;
    this.#ink = this.#inks();
  }

  /** A terminal that is like this one, and shows nothing of what is written to it. */
  silenced(): Terminal {
    const terminal = new Terminal(this.#options, { out: new SilentOutput(1), err: new SilentOutput(2) });
    terminal.useSettings({ theme: this.#theme, width: this.textColumns });
    terminal.useBackground(this.#background);
    return terminal;
  }

  /** Takes the terminal's own word for its background; null leaves what is known. */
  useBackground(background: Background | null): void {
    this.#background = background ?? this.#background;
    this.#ink = this.#inks();
  }

  #inks(): { readonly out: Ink; readonly err: Ink } {
    return { out: createInk(this.#themeOptions("out")), err: createInk(this.#themeOptions("err")) };
  }

  #themeOptions(stream: "out" | "err"): ThemeOptions {
    return { level: this.#levels[stream], name: this.#theme, background: this.#background };
  }

  /**
   * The system's name of the failure (`ENOSPC`) where stdout takes nothing more; null where it does, or where its reader has
   * just gone. What is written from then on is dropped.
   */
  get refusal(): string | null {
    const { loss } = this.#out;
    return loss?.kind === "refused" ? loss.reason : null;
  }

  /** Whether stdout takes nothing more. */
  get lost(): boolean {
    return this.#out.loss !== null;
  }

  /** Resolves when what was written to stdout has been taken, never will be, or `stop` comes. */
  async drained(stop: AbortSignal): Promise<void> {
    this.flush();
    this.release();
    await this.#out.drained(stop);
  }

  get columns(): number {
    return this.#out.columns || this.#err.columns || 80;
  }

  /** Columns of what is set out in columns of its own, as the list of commands. */
  get room(): number {
    return Math.min(this.columns, this.textColumns);
  }

  /** The one whose size counts. */
  get #screen(): Output {
    return this.outIsTerminal ? this.#out : this.#err;
  }

  get rows(): number {
    return this.#out.rows || this.#err.rows || 24;
  }

  /** The most rows that `below` may be given. */
  get rowsBelow(): number {
    return Math.max(2, Math.floor(this.rows / 3));
  }

  /** Rows available to a text that is redrawn while it grows. */
  get textRows(): number {
    return this.interactive ? Math.max(2, this.rows - this.rowsBelow - 1) : this.rows;
  }

  /** How a resize rewraps a text that is redrawn; with rows below it, the cursor is outside the text. */
  get textReflow(): Reflow {
    return this.#footer.shown && this.#reflow !== "none" ? "all" : this.#reflow;
  }

  /** Writes to stdout verbatim; the caller sanitizes external text. */
  out(text: string): void {
    this.#write(this.#out, text);
  }

  /**
   * Draws what grows at most once a frame; whatever else is written finds it drawn.
   * @param drawing writes everything that came until it is called
   */
  draw(drawing: () => void): void {
    this.#frames.request(drawing);
  }

  /** Writes to stdout how that which grows looks at another size; what came since is drawn once the size has stayed for a moment. */
  redraw(text: string): void {
    this.#frames.hold();
    this.#put(this.#out, text);
  }

  /** Draws now what waits for the end of its frame. */
  flush(): void {
    this.#frames.flush();
  }

  /** A text of somebody else's on stdout: exact for files and pipes, made harmless for a terminal. */
  text(text: string): void {
    this.out(this.outIsTerminal ? sanitize(text) : text);
  }

  /** A value as one line of JSON on stdout. */
  json(value: object | null): void {
    const line = `${JSON.stringify(value)}\n`;
    this.out(this.outIsTerminal ? harmlessJson(line) : line);
  }

  /** Writes to stderr verbatim. */
  err(text: string): void {
    this.#write(this.#err, text);
  }

  /** Writes to stderr what belongs to a question of `dialogues`, while what others write is kept. */
  direct(text: string): void {
    this.#send(this.#err, text);
  }

  /** Writes a sequence to the terminal that changes nothing of what it shows. */
  control(sequence: string): void {
    this.#send(this.#err, sequence);
  }

  /** Keeps what is written to the terminal until this turn of the event loop ends: what a line leads to goes out before it is drawn. */
  hold(): void {
    if (this.#held !== null) return;
    this.#held = [];
    setImmediate(() => this.release());
  }

  /** Writes what is kept. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    const [first] = held;
    if (first !== undefined && held.every(({ output }) => output === first.output))
      this.#send(first.output, held.map(({ text }) => text).join(""));
    else for (const { output, text } of held) this.#send(output, text);
  }

  /** Keeps rows below all that is written from now on, or takes them away. They are gone after a resize until shown again. */
  below(frame: FooterFrame | null): void {
    const { stream } = this.#screen;
    if (frame === null) {
      stream.off("resize", this.#onResize);
      this.#footer.hide();
      return;
    }
    // Before the listener that redraws the text, which begins where the text ended.
    if (!stream.listeners("resize").includes(this.#onResize)) stream.prependListener("resize", this.#onResize);
    this.#footer.show(frame);
  }

  readonly #onResize = () => this.#footer.resized();

  #write(output: Output, text: string): void {
    this.flush();
    this.#put(output, text);
  }

  #put(output: Output, text: string): void {
    if (!output.isTerminal) return output.write(text);
    if (this.dialogues.keep(() => this.#put(output, text))) return;
    this.#send(output, this.#footer.around(text));
  }

  /** To the terminal. */
  #send(output: Output, text: string): void {
    if (this.#held === null) output.write(this.#latin ? latin(text) : text);
    else this.#held.push({ output, text });
  }

  /** A line of the program's own, on stderr; not under `--quiet`. */
  say(line: string): void {
    if (this.verbosity !== "quiet") this.report(line);
  }

  /** The same, also under `--quiet`. */
  report(line: string): void {
    this.err(`${this.errIsTerminal ? ownLines(line, this.columns) : line}\n`);
  }

  /** Prints a line with --verbose. */
  detail(line: string): void {
    if (this.verbosity === "verbose") this.report(this.ink.err.muted(line));
  }

  /** A line that says that something was done. */
  succeed(line: string): void {
    this.say(this.errIsTerminal ? `${this.ink.err.success(this.symbols.success)} ${line}` : line);
  }

  /** A line that must be read, also under `--quiet`. */
  warn(line: string): void {
    this.report(this.ink.err.warning(this.errIsTerminal ? `${this.symbols.warning} ${line}` : line));
  }

  /** An error, also under `--quiet`: what happened, and what to do next; harmless already. */
  fail({ what, next }: ErrorText): void {
    const sign = this.errIsTerminal ? `${this.symbols.error} ` : "";
    this.report(paragraph(this.ink.err.error(`${sign}${what}`), next, what));
  }

  /** A line of the program's own that was asked for, on stdout. */
  print(line: string): void {
    this.out(`${this.outIsTerminal ? ownLines(line, this.columns) : line}\n`);
  }

  /** Columns for a table on stdout: as many as it takes where that is no terminal. */
  get tableRoom(): number {
    return this.outIsTerminal ? this.columns : Infinity;
  }

  /** Calls `listener` whenever the size of the terminal changes, until what is returned is called. Without a terminal, it never does. */
  onResize(listener: () => void): () => void {
    if (!this.outIsTerminal && !this.errIsTerminal) return () => {};
    const { stream } = this.#screen;
    stream.on("resize", listener);
    return () => void stream.off("resize", listener);
  }
}

/** What happened, to what; and what to do next, which may be empty. */
interface ErrorText {
  readonly what: string;
  readonly next: string;
}

/** The words of an error as one short paragraph: what happened, to what, and what to do next. */
export function describe(error: AppError, words: Words["errors"]): string {
  const { what, next } = errorWords(error, words);
  return paragraph(what, next, what);
}

/** @param text the first sentence without colours, which tells whether it is Chinese */
function paragraph(first: string, next: string, text: string): string {
  return [first, next].filter(Boolean).join(/[\p{sc=Han}。\uff1f]$/u.test(text) ? "" : " ");
}

/** The two halves of an error's words, whatever a service's own words within them end with, or if there are none. */
export function errorWords(error: AppError, words: Words["errors"]): ErrorText {
  const { what, next } = (words[error.code] as (details: unknown) => { what: string; next: string })(error.details);
  return { what: tidied(what), next: tidied(next) };
}

/** What is left of a sentence around words that end with a full stop of their own, or that are missing. */
function tidied(sentence: string): string {
  return sentence
    .replaceAll(/(?:[:\uff1a,\uff0c]\s*|\s+)(?=[)\uff09])/gu, "")
    .replaceAll(/\s*(?:\(\s*\)|\uff08\s*\uff09)/gu, "")
    .replaceAll(/([.!?\u3002\uff01\uff1f])[.\u3002](?=[\s)\uff09]|$)(?<!\.\.\.)/gu, "$1")
    .replaceAll(/[:\uff1a]\s*(?=[.\u3002](?:\s|$))/gu, "")
    .replaceAll(/ {2,}/gu, " ")
    .trimEnd();
}
