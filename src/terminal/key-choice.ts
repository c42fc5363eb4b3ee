import { erasedRows } from "./erase.ts";
import { ownRows, paintedWidth } from "./own-line.ts";
import type { Terminal } from "./terminal.ts";

export interface KeyChoice<Value> {
  /** One character. */
  readonly key: string;
  readonly value: Value;
  /** Harmless already. */
  readonly name: string;
}

/** How a choice was answered: by a choice, by Esc (or Ctrl-D), by Ctrl-C, or by nobody. */
export type KeyAnswer<Value> =
  | { readonly kind: "chosen"; readonly value: Value }
  | { readonly kind: "escape" | "interrupt" | "aborted" };

/**
 * Milliseconds without a key before a key counts: a question may appear while somebody is typing something else. Esc and Ctrl-C
 * count at once, as they allow nothing.
 */
const quietMs = 400;

/** Milliseconds within which a program told to stop has stopped, or never will. */
const stopMs = 200;

/**
 * A choice by one key, or by arrow keys and Enter, drawn below what was written last. Only a key that was pressed by itself counts:
 * neither what was typed before the choice was there, nor a part of a paste.
 *
 * @param first the choice that Enter takes at first; null: none
 * @param hint what the keys do; shown once keys count
 */
export async function chooseByKey<Value>(
  terminal: Terminal,
  choices: readonly KeyChoice<Value>[],
  { first, hint, signal }: { readonly first: number | null; readonly hint: string; readonly signal: AbortSignal },
): Promise<KeyAnswer<Value>> {
  const { promise, resolve } = Promise.withResolvers<KeyAnswer<Value>>();
  const { stdin } = process;
  const rows = new ChoiceRows(terminal, choices, hint);
  let [at, isReady] = [first, false];
  const draw = () => rows.draw(isReady ? at : null, isReady);
  const becomeReady = () => {
    isReady = true;
    draw();
  };
  const quiet = setTimeout(becomeReady, quietMs);
  const move = (step: number) => {
    at = at === null ? (step > 0 ? 0 : choices.length - 1) : (at + step + choices.length) % choices.length;
    draw();
  };
  const choose = (choice: KeyChoice<Value> | undefined) => {
    if (choice === undefined) return false;
    resolve({ kind: "chosen", value: choice.value });
    return true;
  };
  const press = (key: string): boolean => {
    if (/^\u001b[[O]A$/u.test(key)) return (move(-1), true);
    if (/^\u001b[[O]B$/u.test(key)) return (move(1), true);
    if (key === "\r" || key === "\n") return choose(at === null ? undefined : choices[at]);
    return choose(choices.find((choice) => choice.key === key));
  };
  const listen = (bytes: Buffer) => {
    const key = bytes.toString("utf8");
    if (key.includes("\u0003")) return resolve({ kind: "interrupt" });
    if (key === "\u001b" || key === "\u0004") return resolve({ kind: "escape" });
    if (key === "\u001a") return suspend(comeBack);
    if (isReady && press(key)) return;
    quiet.refresh();
    if (!isReady) return;
    isReady = false;
    draw();
  };
  const comeBack = () => {
    // The shell has set its own modes meanwhile; without the first call the second would find nothing to do.
    stdin.setRawMode(false).setRawMode(true).resume();
    rows.forget();
    draw();
  };
  const abort = () => resolve({ kind: "aborted" });
  const end = () => resolve({ kind: "escape" });
  const unlisten = terminal.onResize(draw);
  if (process.platform !== "win32") process.on("SIGCONT", comeBack);
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  stdin.setRawMode(true).on("data", listen).once("end", end).resume();
  draw();
  try {
    return await promise;
  } finally {
    clearTimeout(quiet);
    unlisten();
    process.off("SIGCONT", comeBack);
    signal.removeEventListener("abort", abort);
    stdin.off("data", listen).off("end", end).pause().setRawMode(false);
    rows.erase();
  }
}

/** As Ctrl-Z does outside raw mode; there is no such thing on Windows. */
function suspend(comeBack: () => void): void {
  if (process.platform === "win32") return;
  process.stdin.setRawMode(false);
  setTimeout(comeBack, stopMs);
  // The whole group, as the terminal itself would: a launcher must stop too.
  process.kill(0, "SIGTSTP");
}

/** The rows of a choice, drawn over again with each key. */
class ChoiceRows {
  readonly #terminal: Terminal;
  readonly #choices: readonly KeyChoice<unknown>[];
  readonly #hint: string;
  /** Columns of each row that is on the screen. */
  #widths: number[] = [];

  constructor(terminal: Terminal, choices: readonly KeyChoice<unknown>[], hint: string) {
    this.#terminal = terminal;
    this.#choices = choices;
    this.#hint = hint;
  }

  draw(at: number | null, isReady: boolean): void {
    const { ink, symbols, columns, capable } = this.#terminal;
    // Where the cursor cannot be moved, the choices stand there once.
    if (!capable && this.#widths.length > 0) return;
    const room = Math.max(1, columns - 6);
    const lines = this.#choices.flatMap(({ key, name }, index) => {
      const [first = "", ...others] = ownRows(name, room, "cut");
      const text = (row: string) => (index === at ? ink.err.accent(row) : row);
      const sign = index === at ? ink.err.accent(symbols.pointer) : " ";
      return [`${sign} ${ink.err.accent(key)}  ${text(first)}`, ...others.map((row) => `     ${text(row)}`)];
    });
    const hint = isReady
      ? ownRows(this.#hint, Math.max(1, columns - 3), "cut").map((row) => `  ${ink.err.muted(row)}`)
      : [""];
    const shown = [...lines, ...hint];
    this.#terminal.direct(`${capable ? "\u001b[?25l" : ""}${this.#erasure()}${shown.join("\n")}\n`);
    this.#widths = shown.map(paintedWidth);
  }

  erase(): void {
    if (!this.#terminal.capable) return;
    this.#terminal.direct(`${this.#erasure()}\u001b[?25h`);
    this.#widths = [];
  }

  /** What was on the screen is no longer there. */
  forget(): void {
    this.#widths = [];
  }

  /** A terminal made narrower meanwhile may have rewrapped the rows. */
  #erasure(): string {
    const { columns, textReflow } = this.#terminal;
    const height = (width: number) => (textReflow === "none" ? 1 : Math.max(1, Math.ceil(width / columns)));
    const rows = this.#widths.reduce((sum, width) => sum + height(width), 0);
    return rows === 0 ? "" : erasedRows(rows);
  }
}
