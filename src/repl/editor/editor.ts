import type { ImagePart } from "../../chat/messages.ts";
import { systemReason } from "../../errors.ts";
import { ownLines } from "../../terminal/own-line.ts";
import { displayWidth } from "../../terminal/width.ts";
import { KillRing } from "./draft.ts";
import type { EditorIO, EditorOptions, ReadResult } from "./editor-options.ts";
import { Keyboard, type KeyboardListener } from "./keyboard.ts";
import type { KeyEvent } from "./keys.ts";
import type { Frame } from "./layout.ts";
import { MessageQueue } from "./message-queue.ts";
import { foreign, joined, keyed, Origins, type Stretch } from "./origin.ts";
import { cleanText, Pastes } from "./paste.ts";
import { CompletionTimeout } from "./completion-timeout.ts";
import type { Prompt } from "./prompt.ts";
import { type PromptOutcome, Prompting } from "./prompt-state.ts";
import { KeyQueue } from "./queue.ts";
import { Resizing } from "./resize-detector.ts";
import { PromptView } from "./renderer.ts";
import type { ViRegister } from "./vi-changes.ts";
import { footerOf } from "./styled-cells.ts";

type Resolve = (result: ReadResult) => void;

/** Only a typed line has a meaning with this; it is the same in every language. */
const leaving = keyed("/quit");

/** Rows that a screen has at least where a status stands below the line. */
const statusRows = 6;

/** Milliseconds that candidates may still take once a further key was pressed. */
const completionTimeoutMs = 200;

/**
 * An editor of several lines at a prompt, which leaves the screen above to the person. From the first `read` until `close` the
 * terminal is in raw mode. While an answer streams the line is below it, and what is entered is queued; keys that come while
 * neither is so are kept for the next prompt.
 */
export class LineEditor {
  readonly #io: EditorIO;
  readonly #options: EditorOptions;
  readonly #view: PromptView;
  readonly #keyboard: Keyboard;
  readonly #kills = new KillRing();
  readonly #register: ViRegister = { lines: null };
  readonly #pastes = new Pastes();
  readonly #origins = new Origins();
  readonly #completionTimeout = new CompletionTimeout(completionTimeoutMs);
  readonly #resizing: Resizing;
  readonly #keys = new KeyQueue();
  readonly #messages = new MessageQueue();
  #prompt: Prompt = { text: "> ", styled: "> " };
  /** What is being written, at a prompt or below an answer; kept when the terminal is given away. */
  #prompting: Prompting | null = null;
  /** Set while a prompt is answered. */
  #reading: Resolve | null = null;
  /** Whether the line is below what is written. */
  #live = false;
  /** While the clipboard is read. */
  #pasting: AbortController | null = null;
  #onInterrupt: (() => void) | null = null;
  #unlisten: (() => void) | null = null;
  /** Said below what is written until the next key; null for nothing. */
  #note: string | null = null;
  #shown: Promise<void> = Promise.resolve();
  /** How much is being awaited that the next key must come after. */
  #busy = 0;

  constructor(io: EditorIO, options: EditorOptions) {
    this.#io = io;
    this.#options = options;
    this.#view = new PromptView((text) => io.write(text), options.muted);
    this.#resizing = new Resizing(
      this.#view,
      () => this.#columns(),
      () => this.#drain(),
    );
    const listener: KeyboardListener = {
      key: (event) => this.#take(event),
      end: () => queueMicrotask(() => this.#drain()),
      continued: () => {
        this.#view.forget();
        this.#redraw();
      },
    };
    const switchMode = (sequence: string) => {
      io.write(sequence);
      // The terminal may belong to another program next.
      io.release();
    };
    this.#keyboard = new Keyboard(io.input, switchMode, listener, options);
  }

  /**
   * Shows the prompt, on a line that must be empty so far, and resolves with what is answered. Lines are added to the history.
   * One read at a time.
   * @param initial stands there to begin with
   * @param again whether it is a line that was answered before, which then counts as typed where it was
   * @param pictures those whose labels in it are units
   */
  read(prompt: Prompt, initial = "", again = false, pictures: readonly ImagePart[] = []): Promise<ReadResult> {
    const { promise, resolve } = Promise.withResolvers<ReadResult>();
    this.#prompt = prompt;
    this.#live = false;
    this.#io.below(null);
    this.#reading = resolve;
    // Other keys may be wanted by now.
    if (this.#prompting?.blank === true) this.#prompting = null;
    if (initial !== "") {
      // What stands there is to be seen to first.
      this.#messages.pause();
      const before = this.#prompting?.written;
      const written = again ? this.#origins.of(initial) : foreign(cleanText(initial));
      const text = this.#pastes.withMarks(written, pictures);
      this.#begin(before === undefined || before.text === "" ? text : joined(text, keyed("\n"), before));
    }
    this.#attach();
    if (!this.#sendNext()) {
      this.#shown = this.#show();
      this.#await(this.#shown);
    }
    return promise;
  }

  /**
   * Until the next `read` or `close` the line is below what is written, and shown once something is typed or queued: lines that are
   * entered are queued, and answer the next `read`s. Ctrl-C calls back at once, Escape where there is nothing else to leave.
   * @returns a function that ends the calling back
   */
  holdKeys(onInterrupt: () => void): () => void {
    this.#onInterrupt = onInterrupt;
    this.#live = this.#reading === null;
    this.#attach();
    this.#await(this.#options.history.load());
    return () => {
      if (this.#onInterrupt === onInterrupt) this.#onInterrupt = null;
    };
  }

  /** What is queued is not sent without an Enter any more. */
  pauseQueue(): void {
    if (!this.#messages.empty) this.#messages.pause();
    this.#redraw();
  }

  /** What is queued, oldest first. */
  get queued(): readonly string[] {
    return this.#messages.texts;
  }

  /** Prints a text on lines of its own, above the prompt if there is one. */
  message(text: string): void {
    this.#resizing.finish();
    if (this.#reading !== null) this.#view.clear();
    this.#print(text);
    this.#redraw();
    this.#view.flush();
  }

  /** Draws the prompt again, if there is one, where its status has become another. */
  refresh(): void {
    if (this.#reading !== null) this.#redraw();
  }

  /** Resolves when the prompt of the last `read` is shown and what was typed before is known. */
  async shown(): Promise<void> {
    await this.#shown;
  }

  /**
   * Gives the terminal to somebody else for a moment, with what is written so far off the screen.
   * @returns what takes it back
   */
  lend(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resizing.finish();
    if (this.#reading === null) this.#io.below(null);
    else {
      this.#view.clear();
      this.#view.flush();
    }
    this.#await(promise);
    this.#detach();
    return () => {
      this.#attach();
      void this.#keyboard.ready().then(resolve);
    };
  }

  /** Resolves when no answer of the terminal is to be expected any more, so that none reaches what reads it after `close`. */
  async answered(): Promise<void> {
    await this.#keyboard.answered();
  }

  /** Gives the terminal back. Keys kept stay; a later `read` takes the terminal again. */
  close(): void {
    this.#resizing.finish();
    this.#finish({ kind: "end" });
    this.#live = false;
    this.#io.below(null);
    this.#detach();
  }

  #print(text: string): void {
    this.#view.print(ownLines(text, this.#columns()));
  }

  #begin(initial: Stretch): Prompting {
    const normal = this.#options.viPrompt?.() ?? null;
    return (this.#prompting = new Prompting({
      prompt: this.#prompt,
      initial,
      history: () => this.#options.history.entries,
      kills: this.#kills,
      pastes: this.#pastes,
      origins: this.#origins,
      words: this.#options.words,
      hint: (text) => this.#hint(text),
      columns: () => this.#columns(),
      multiline: this.#options.multiline ?? (() => false),
      queued: () => !this.#messages.empty,
      vi: normal === null ? null : { register: this.#register, prompt: normal },
    }));
  }

  #hint(text: string): string | null {
    const { words, hint } = this.#options;
    return this.#note ?? hint?.(text) ?? this.#messages.hint(text, this.#live, words) ?? this.#status();
  }

  /** Only at a prompt: below an answer a row more would move it. */
  #status(): string | null {
    if (this.#live || this.#rows() < statusRows) return null;
    const status = this.#options.status?.() ?? null;
    return status !== null && displayWidth(status) < this.#columns() ? status : null;
  }

  /** Answers the prompt with what is queued next, if anything is. */
  #sendNext(): boolean {
    const message = this.#messages.next();
    if (message === undefined || this.#reading === null) return false;
    const kept = this.#prompting;
    this.#finish(this.#lineOf(message), "", this.#begin(message));
    this.#prompting = kept;
    return true;
  }

  #lineOf(written: Stretch): ReadResult {
    return { kind: "line", ...this.#pastes.wholeStretch(written), pictures: this.#pastes.picturesIn(written.text) };
  }

  #attach(): void {
    this.#unlisten ??= this.#io.onResize(() => {
      if (this.#reading !== null) this.#resizing.start();
      else this.#redraw();
    });
    this.#keyboard.open();
  }

  #detach(): void {
    this.#keyboard.close();
    this.#unlisten?.();
    this.#unlisten = null;
  }

  #take(event: KeyEvent): void {
    if (event.type === "position") {
      this.#resizing.answer(event.column);
      return;
    }
    if (event.type === "focus") return this.#options.focus?.changed(event.focused);
    const key = event.type === "key" ? event.key : "";
    if (this.#pasting !== null && (key === "C-c" || key === "Escape")) return this.#pasting.abort();
    if (this.#reading === null && key === "C-c" && this.#onInterrupt !== null) this.#onInterrupt();
    else if (this.#reading === null && key === "C-z") this.#await(this.#suspend());
    else {
      this.#keys.add(event);
      this.#completionTimeout.hurry();
      queueMicrotask(() => this.#drain());
    }
  }

  /** Handles the keys that came, and shows what has become of the prompt, once. */
  #drain(): void {
    while ((this.#reading !== null || this.#live) && !this.#waits()) {
      const event = this.#keys.next();
      if (event === undefined) break;
      this.#note = null;
      const prompting = this.#prompting ?? this.#begin(foreign(""));
      const outcome = prompting.handle(event);
      if (outcome !== null && this.#live) this.#actBelow(outcome, prompting);
      else if (outcome !== null) this.#act(outcome, prompting);
    }
    if (this.#keyboard.ended && this.#keys.empty && !this.#waits()) this.#finish({ kind: "end" });
    this.#redraw();
  }

  #waits(): boolean {
    return this.#busy > 0 || this.#resizing.waiting;
  }

  #redraw(): void {
    if (!this.#waits()) this.#draw();
  }

  #draw(): void {
    if (this.#reading === null && !this.#live) return;
    const prompting = this.#prompting ?? this.#begin(foreign(""));
    if (this.#reading !== null) {
      this.#view.draw(this.#frame(prompting, this.#rows()), this.#columns());
      this.#view.flush();
    } else {
      const nothing = prompting.blank && this.#messages.empty && this.#note === null;
      this.#io.below(nothing ? null : footerOf(this.#frame(prompting, this.#io.rowsBelow()), this.#options.muted()));
    }
  }

  /** What is written, below what is queued. */
  #frame(prompting: Prompting, height: number): Frame {
    const { words, queueSign } = this.#options;
    const label = (mark: string) => this.#pastes.label(mark, words);
    const queued = this.#messages.rows(this.#columns(), Math.floor((height - 1) / 2), queueSign, label, words);
    const { rows, caret } = prompting.frame(height - queued.length);
    return { rows: [...queued, ...rows], caret: { ...caret, row: caret.row + queued.length } };
  }

  #columns(): number {
    return Math.max(this.#io.columns() || 80, 2);
  }

  #rows(): number {
    return Math.max(this.#io.rows() || 24, 2);
  }

  #act(outcome: PromptOutcome, prompting: Prompting): void {
    switch (outcome.type) {
      case "line":
        if (outcome.line.text === "" && !this.#messages.empty) {
          this.#messages.resume();
          this.#sendNext();
          return;
        }
        this.#options.history.add(outcome.line.text);
        return this.#finish(this.#lineOf(outcome.written));
      case "takeBack":
        return prompting.takeBack(this.#messages.takeNewest() ?? foreign(""));
      case "cancel":
        return;
      case "interrupt":
        return this.#finish({ kind: "interrupt", touched: prompting.touched }, "^C");
      case "end":
        return this.#finish({ kind: "end" });
      case "abandon":
        this.#leave(prompting, "^C");
        return prompting.reset();
      case "clearScreen":
        return this.#view.clearScreen(this.#rows());
      case "complete":
        return this.#await(this.#complete(prompting));
      case "openEditor":
        return this.#await(this.#writeElsewhere(prompting));
      case "pasteClipboard":
        return this.#await(this.#paste(prompting));
      case "suspend":
        this.#leave(prompting, "^Z");
        return this.#await(this.#keyboard.suspend());
    }
  }

  /** The same below an answer, whose rows are not to be disturbed. */
  #actBelow(outcome: PromptOutcome, prompting: Prompting): void {
    switch (outcome.type) {
      case "line":
        if (outcome.line.text.trim() === "") return prompting.reset();
        this.#options.history.add(outcome.line.text);
        this.#messages.add(outcome.written);
        this.#begin(foreign(""));
        return;
      case "end":
        return this.#messages.add(leaving);
      case "abandon":
        return prompting.reset();
      case "cancel":
        return this.#onInterrupt?.();
      case "takeBack":
      case "complete":
      case "pasteClipboard":
        return this.#act(outcome, prompting);
      case "suspend":
        return this.#await(this.#suspend());
      case "interrupt":
      case "clearScreen":
      case "openEditor":
        return;
    }
  }

  async #suspend(): Promise<void> {
    this.#io.below(null);
    await this.#keyboard.suspend();
  }

  /** Keeps further keys waiting until the work, which must not fail, is done. */
  #await(work: Promise<void>): void {
    const wait = async () => {
      this.#busy++;
      await work;
      this.#busy--;
      this.#drain();
    };
    void wait();
  }

  /** The prompt is shown once what was typed before it is known, so that nothing typed at it is taken for that. */
  async #show(): Promise<void> {
    await this.#keyboard.ready();
    if (this.#prompting === null) this.#begin(foreign(""));
    if (this.#keys.empty) this.#draw();
    await this.#options.history.load();
  }

  async #complete(prompting: Prompting): Promise<void> {
    const { complete } = this.#options;
    if (complete === undefined) return;
    const waiting = this.#completionTimeout.wait(() => complete(prompting.text, prompting.caret));
    if (!this.#keys.empty) this.#completionTimeout.hurry();
    const completion = await waiting;
    if (completion !== null) prompting.completed(completion);
  }

  async #paste(prompting: Prompting): Promise<void> {
    const reading = new AbortController();
    this.#pasting = reading;
    const clipping = await this.#options.clipboard?.(reading.signal);
    this.#pasting = null;
    if (reading.signal.aborted) return;
    if (clipping?.kind === "text") prompting.paste(this.#pastes.insertable(clipping.text));
    if (clipping?.kind === "picture") prompting.paste(this.#pastes.picture(clipping.picture));
    if (clipping?.kind !== "nothing") return;
    // An answer is not to be broken into.
    if (this.#reading === null) this.#note = clipping.message;
    else this.message(clipping.message);
  }

  async #writeElsewhere(prompting: Prompting): Promise<void> {
    const { openEditor, words } = this.#options;
    if (openEditor === undefined) return;
    this.#view.clear();
    this.#view.flush();
    this.#detach();
    const before = this.#pastes.whole(prompting.text);
    try {
      const after = await openEditor(before);
      // Editors end the last line; that alone is no change, and not part of the message.
      if (after !== before && after !== `${before}\n`) prompting.replaceText(after.replace(/\r?\n$/, ""));
    } catch (error) {
      this.#print(words.editorFailed(systemReason(error)));
    }
    this.#attach();
    await this.#keyboard.ready();
  }

  #leave(prompting: Prompting, after: string): void {
    this.#view.clear();
    this.#view.leave(prompting.lines(after));
    this.#view.flush();
  }

  /** @param prompting what is left on the screen */
  #finish(result: ReadResult, after = "", prompting = this.#prompting): void {
    const resolve = this.#reading;
    if (resolve === null) return;
    if (result.kind === "line") this.#io.hold();
    if (prompting !== null) this.#leave(prompting, after);
    this.#reading = null;
    this.#prompting = null;
    resolve(result);
  }
}
