import { EventEmitter } from "node:events";
import { setImmediate, setTimeout } from "node:timers/promises";
import headless from "@xterm/headless";
import { Footer } from "../../src/terminal/footer.ts";
import type { EditorOptions } from "../../src/repl/editor/editor-options.ts";
import { LineEditor } from "../../src/repl/editor/editor.ts";
import { History } from "../../src/repl/editor/history.ts";
import { editor as words } from "../../src/words/en/editor.ts";

/** The line editor on a terminal that is a screen in memory, in the test's own process: quick, and without a program behind it. */
export class EditorOnScreen {
  readonly input = Object.assign(new EventEmitter(), {
    raw: false,
    reading: false,
    setRawMode: (on: boolean) => {
      this.input.raw = on;
      return this.input;
    },
    pause: () => {
      this.input.reading = false;
      return this.input;
    },
    resume: () => {
      this.input.reading = true;
      return this.input;
    },
  });
  readonly terminal: headless.Terminal;
  readonly editor: LineEditor;
  /** All that was written to the terminal. */
  written = "";
  readonly #resized = new EventEmitter();
  readonly #footer = new Footer(
    (bytes) => this.#write(bytes),
    () => ({ columns: this.terminal.cols, rows: this.terminal.rows }),
    "above",
  );

  constructor(options: Partial<EditorOptions> = {}, columns = 20, rows = 6) {
    this.terminal = new headless.Terminal({
      allowProposedApi: true,
      cols: columns,
      rows,
      scrollback: 100,
    });
    this.editor = new LineEditor(
      {
        input: this.input as never,
        write: (text) => this.print(text),
        below: (frame) => (frame === null ? this.#footer.hide() : this.#footer.show(frame)),
        hold: () => {},
        release: () => {},
        rowsBelow: () => Math.max(2, Math.floor(this.terminal.rows / 2)),
        columns: () => this.terminal.cols,
        rows: () => this.terminal.rows,
        onResize: (callback) => {
          this.#resized.on("resize", callback);
          return () => this.#resized.off("resize", callback);
        },
      },
      {
        history: new History(null),
        words,
        muted: () => null,
        queueSign: "→",
        burstTimes: { enter: 1, burst: 2 },
        ...options,
      },
    );
  }

  get listensToSize(): boolean {
    return this.#resized.listenerCount("resize") > 0;
  }

  read(initial = "", again = false) {
    return this.editor.read({ text: "> ", styled: "> " }, initial, again);
  }

  /** What the program writes, above the line that is below it. */
  print(text: string): void {
    this.#write(this.#footer.around(text));
  }

  #write(bytes: string): void {
    this.written += bytes;
    this.terminal.write(bytes);
  }

  /** What a terminal sends for keys. */
  send(data: string | Buffer): void {
    this.input.emit("data", typeof data === "string" ? Buffer.from(data) : data);
  }

  /** The same key by key, so that nothing of it looks pasted. */
  async type(...keys: string[]): Promise<void> {
    for (const key of keys) {
      this.send(key);
      await this.settle();
    }
  }

  resize(columns: number, rows = this.terminal.rows): void {
    this.terminal.resize(columns, rows);
    this.#footer.resized();
    this.#resized.emit("resize");
  }

  /** Waits until all that was sent has been taken and drawn. */
  async settle(ms = 8): Promise<void> {
    await setTimeout(ms);
    for (let turn = 0; turn < 3; turn++) await setImmediate();
    await new Promise<void>((resolve) => {
      this.terminal.write("", resolve);
    });
  }

  /** The lines of the screen down to the last that has anything. */
  async screen(ms?: number): Promise<string[]> {
    await this.settle(ms);
    const { active } = this.terminal.buffer;
    const lines = Array.from({ length: this.terminal.rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? "").trimEnd(),
    );
    return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  }

  get cursor(): [row: number, column: number] {
    const { cursorX, cursorY } = this.terminal.buffer.active;
    return [cursorY, cursorX];
  }
}
