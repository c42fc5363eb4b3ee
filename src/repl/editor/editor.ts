import { systemReason } from "../../errors.ts";
import type { Words } from "../../words/types.ts";
import type { BurstTimes } from "./paste-detector.ts";
import type { Completer } from "./completion.ts";
import { KillRing } from "./draft.ts";
import type { History } from "./history.ts";
import { Keyboard, type KeyboardListener, type KeyInput } from "./keyboard.ts";
import type { KeyEvent } from "./keys.ts";
import { foreign, Origins } from "./origin.ts";
import { cleanText, Pastes } from "./paste.ts";
import { Patience } from "./escape-timeout.ts";
import type { Prompt } from "./prompt.ts";
import { type PromptOutcome, Prompting } from "./prompt-state.ts";
import { KeyQueue } from "./queue.ts";
import { Resizing } from "./resize-detector.ts";
import { PromptView } from "./renderer.ts";

/** The terminal as the editor sees it. */
export interface EditorIO {
  readonly input: KeyInput;
  write(text: string): void;
  columns(): number;
  rows(): number;
  /** @returns a function that ends the notices */
  onResize(callback: () => void): () => void;
}

export interface EditorOptions {
  readonly history: History;
  readonly complete?: Completer;
  /** Lets a text be written in the person's own editor, on the same terminal; may throw. */
  readonly openEditor?: (text: string) => Promise<string>;
  readonly words: Words["editor"];
  /** What to say below a text, or null. */
  readonly hint?: (text: string) => string | null;
  readonly color: boolean;
  /** True swaps Enter and Alt-Enter; asked at each key. */
  readonly multiline?: () => boolean;
  /** How long a paste that the terminal does not mark is waited for. */
  readonly burstTimes?: BurstTimes;
}

export type ReadResult =
  /** `typed`: as in `Stretch`, what of the text was typed or completed. */
  | { readonly kind: "line"; readonly text: string; readonly typed: string }
  /** Ctrl-C at an empty prompt. `touched` tells whether any other key came before it, since the prompt appeared. */
  | { readonly kind: "interrupt"; readonly touched: boolean }
  /** Ctrl-D at an empty prompt, or the end of the input. */
  | { readonly kind: "end" };

interface Reading {
  readonly prompting: Prompting;
  readonly resolve: (result: ReadResult) => void;
}

/** Milliseconds that candidates may still take once a further key was pressed. */
const patienceMs = 200;

/**
 * An editor of several lines at a prompt, which leaves the screen above to the person. From the first `read` until `close` the
 * terminal is in raw mode, and keys that come while nothing is read are kept for the next prompt.
 */
export class LineEditor {
  readonly #io: EditorIO;
  readonly #options: EditorOptions;
  readonly #view: PromptView;
  readonly #keyboard: Keyboard;
  readonly #kills = new KillRing();
  readonly #pastes = new Pastes();
  readonly #origins = new Origins();
  readonly #patience = new Patience(patienceMs);
  readonly #resizing: Resizing;
  readonly #keys = new KeyQueue();
  #reading: Reading | null = null;
  #onInterrupt: (() => void) | null = null;
  #unlisten: (() => void) | null = null;
  /** How much is being awaited that the next key must come after. */
  #busy = 0;

  constructor(io: EditorIO, options: EditorOptions) {
    this.#io = io;
    this.#options = options;
    this.#view = new PromptView((text) => io.write(text), options.color);
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
    this.#keyboard = new Keyboard(io.input, (text) => io.write(text), listener, options.burstTimes);
  }

  /**
   * Shows the prompt, on a line that must be empty so far, and resolves with what is answered. Lines are added to the history.
   * One read at a time.
   * @param initial stands there to begin with
   * @param again whether it is a line that was answered before, which then counts as typed where it was
   */
  read(prompt: Prompt, initial = "", again = false): Promise<ReadResult> {
    const { promise, resolve } = Promise.withResolvers<ReadResult>();
    const prompting = new Prompting({
      prompt,
      initial: again ? this.#origins.of(initial) : foreign(cleanText(initial)),
      history: () => this.#options.history.entries,
      kills: this.#kills,
      pastes: this.#pastes,
      origins: this.#origins,
      words: this.#options.words,
      hint: this.#options.hint,
      columns: () => this.#columns(),
      multiline: this.#options.multiline ?? (() => false),
    });
    this.#reading = { prompting, resolve };
    this.#attach();
    this.#await(this.#begin());
    return promise;
  }

  /**
   * Keys typed from now on are kept for the next prompt, a line with its Enter too, which is then answered at once. Ctrl-C calls
   * back; after it what was typed is still there, but waits for an Enter.
   * @returns a function that ends the calling back
   */
  holdKeys(onInterrupt: () => void): () => void {
    this.#onInterrupt = onInterrupt;
    this.#attach();
    return () => {
      if (this.#onInterrupt === onInterrupt) this.#onInterrupt = null;
    };
  }

  /** Prints a text on lines of its own, above the prompt if there is one. */
  message(text: string): void {
    this.#resizing.finish();
    if (this.#reading !== null) this.#view.clear();
    this.#view.print(text);
    this.#redraw();
    this.#view.flush();
  }

  /** Gives the terminal back. Keys kept stay; a later `read` takes the terminal again. */
  close(): void {
    this.#resizing.finish();
    this.#finish({ kind: "end" });
    this.#detach();
  }

  #attach(): void {
    this.#unlisten ??= this.#io.onResize(() => {
      if (this.#reading !== null) this.#resizing.start();
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
    const key = event.type === "key" ? event.key : "";
    if (this.#reading === null && key === "C-c" && this.#onInterrupt !== null) {
      // What was typed ahead was not meant for what comes after an interruption.
      this.#keys.disarm();
      this.#onInterrupt();
    } else if (this.#reading === null && key === "C-z") {
      void this.#keyboard.suspend();
    } else {
      this.#keys.add(event);
      this.#patience.hurry();
      queueMicrotask(() => this.#drain());
    }
  }

  /** Handles the keys that came, and shows what has become of the prompt, once. */
  #drain(): void {
    while (this.#reading !== null && !this.#waits()) {
      const event = this.#keys.next();
      if (event === undefined) break;
      const outcome = this.#reading.prompting.handle(event);
      if (outcome !== null) this.#act(outcome, this.#reading.prompting);
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
    if (this.#reading === null) return;
    this.#view.draw(this.#reading.prompting.frame(this.#rows()), this.#columns());
    this.#view.flush();
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
        this.#options.history.add(outcome.line.text);
        return this.#finish({ kind: "line", ...outcome.line });
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
      case "suspend":
        this.#leave(prompting, "^Z");
        return this.#await(this.#keyboard.suspend());
    }
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
  async #begin(): Promise<void> {
    await this.#keyboard.ready();
    if (this.#keys.empty) this.#draw();
    await this.#options.history.load();
  }

  async #complete(prompting: Prompting): Promise<void> {
    const { complete } = this.#options;
    if (complete === undefined) return;
    const waiting = this.#patience.wait(() => complete(prompting.text, prompting.caret));
    if (!this.#keys.empty) this.#patience.hurry();
    const completion = await waiting;
    if (completion !== null) prompting.completed(completion);
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
      this.#view.print(words.editorFailed(systemReason(error)));
    }
    this.#attach();
    await this.#keyboard.ready();
  }

  #leave(prompting: Prompting, after: string): void {
    this.#view.clear();
    this.#view.leave(prompting.lines(after));
    this.#view.flush();
  }

  #finish(result: ReadResult, after = ""): void {
    if (this.#reading === null) return;
    const { prompting, resolve } = this.#reading;
    this.#leave(prompting, after);
    this.#reading = null;
    resolve(result);
  }
}
