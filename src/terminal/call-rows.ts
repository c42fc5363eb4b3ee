import type { ToolCall } from "../chat/messages.ts";
import type { ToolOutput } from "../chat/tools.ts";
import type { Words } from "../words/types.ts";
import { erasedRows } from "./erase.ts";
import { shortBytes } from "./figures.ts";
import { ownLines } from "./own-line.ts";
import { sanitizeLine } from "./sanitize.ts";
import { spinnerFrames } from "./spinner.ts";
import type { Terminal } from "./terminal.ts";
import { clipped, displayWidth, shortened } from "./width.ts";

/** Columns of a call's name and of its arguments in a row that nothing limits. */
const plainColumns = 100;

interface PendingCall {
  readonly name: string;
  /** On one line. */
  readonly args: string;
  isRunning: boolean;
  /** How far it is, on one line; may be empty. */
  progress: string;
}

/**
 * The tools that an answer calls, on stderr: while they run a row each, and one for how far it is, drawn over in place; of each result
 * two rows that stay. Off a terminal a plain line each. Calls are known by their ids.
 */
export class CallRows {
  readonly #terminal: Terminal;
  readonly #words: Words["calls"];
  readonly #pending = new Map<string, PendingCall>();
  /** Display widths of the rows drawn. */
  #drawn: number[] = [];
  #frame = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(terminal: Terminal, words: Words["calls"]) {
    this.#terminal = terminal;
    this.#words = words;
  }

  /** Whether a call has begun and has no result yet. */
  get areRunning(): boolean {
    return this.#pending.size > 0;
  }

  begin({ id, name, arguments: args }: ToolCall): void {
    this.#pending.set(id, { name: oneLine(name), args: shownArguments(args), isRunning: false, progress: "" });
    this.show();
  }

  start({ id }: ToolCall): void {
    const call = this.#pending.get(id);
    if (call !== undefined) call.isRunning = true;
  }

  progress({ id }: ToolCall, text: string): void {
    const call = this.#pending.get(id);
    if (call !== undefined) call.progress = oneLine(text);
  }

  /** Writes what became of a call in the place of its row. */
  finish({ id, name, arguments: args }: ToolCall, output: ToolOutput): void {
    const { args: short } = this.#pending.get(id) ?? { args: shownArguments(args) };
    this.#pending.delete(id);
    // What waits for its frame would draw over what follows.
    this.#terminal.flush();
    const erasure = this.#erasure();
    this.#drawn = [];
    const lines = this.#resultOf({ name: oneLine(name), args: short }, output);
    this.#terminal.err(`${erasure}${lines.join("\n")}\n`);
    this.show();
  }

  /** Takes the rows of running calls off the screen until `show`. */
  hide(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#drawn.length === 0) return;
    this.#terminal.err(this.#erasure());
    this.#drawn = [];
  }

  /** Draws the rows of running calls, if there are any. */
  show(): void {
    if (!this.#isLive || this.#pending.size === 0) return this.hide();
    this.#timer ??= setInterval(() => {
      this.#frame++;
      this.#terminal.draw(this.#draw);
    }, 80);
    this.#terminal.draw(this.#draw);
  }

  get #isLive(): boolean {
    const { errIsTerminal, capable, verbosity } = this.#terminal;
    return errIsTerminal && capable && verbosity !== "quiet" && process.stderr.columns > 0;
  }

  readonly #draw = (): void => {
    if (this.#timer === undefined) return;
    const { ink, columns, unicode, textRows } = this.#terminal;
    const frames = spinnerFrames(unicode);
    const sign = frames[this.#frame % frames.length]!;
    const rows = [...this.#pending.values()].flatMap((call) => {
      const waiting = call.isRunning ? "" : ` · ${this.#words.waiting}`;
      const room = Math.max(1, columns - 3 - displayWidth(waiting));
      const { name, args } = fitted(call, room);
      const row = {
        text: `${sign} ${name} ${args}${waiting}`,
        shown: `${ink.err.accent(sign)} ${ink.err.strong(name)} ${ink.err.muted(args + waiting)}`,
      };
      if (call.progress === "") return [row];
      const progress = `  ${clipped(call.progress, Math.max(1, columns - 3))}`;
      return [row, { text: progress, shown: ink.err.muted(progress) }];
    });
    // What scrolled out of the screen could not be taken away.
    const shown = rows.slice(0, Math.max(1, textRows - 1));
    this.#terminal.err(`\u001b[?2026h${this.#erasure()}${shown.map((row) => `${row.shown}\n`).join("")}\u001b[?2026l`);
    this.#drawn = shown.map(({ text }) => displayWidth(text));
  };

  /** Erases what was drawn; a terminal made narrower meanwhile may have rewrapped its rows. */
  #erasure(): string {
    const { columns, textReflow } = this.#terminal;
    const height = (width: number) => (textReflow === "none" ? 1 : Math.max(1, Math.ceil(width / columns)));
    const rows = this.#drawn.reduce((sum, width) => sum + height(width), 0);
    return rows === 0 ? "" : erasedRows(rows);
  }

  #resultOf(call: { readonly name: string; readonly args: string }, output: ToolOutput): string[] {
    const { ink, columns, symbols, errIsTerminal, verbosity } = this.#terminal;
    const { isError, isRefused = false } = output;
    const facts = isRefused
      ? [this.#terminal.interactive ? this.#words.refused : this.#words.unasked({ name: call.name })]
      : [isError ? this.#words.failed : this.#words.done, sizeOf(output), firstLine(output)].filter(Boolean);
    if (!errIsTerminal) {
      const { name, args } = fitted(call, verbosity === "verbose" ? Infinity : plainColumns);
      return [this.#words.plain({ call: `${name} ${args}`.trim(), facts: clipped(facts.join(" · "), plainColumns) })];
    }
    const [sign, paint] = isRefused
      ? ([symbols.skipped, ink.err.muted] as const)
      : isError
        ? ([symbols.error, ink.err.error] as const)
        : ([symbols.success, ink.err.success] as const);
    const { name, args } = fitted(call, verbosity === "verbose" ? Infinity : Math.max(1, columns - 3));
    const head = `${paint(sign)} ${ink.err.strong(name)} ${ink.err.muted(args)}`.trimEnd();
    const line = `  ${clipped(facts.join(` ${symbols.dot} `), Math.max(1, columns - 3))}`;
    return [ownLines(head, columns), ink.err.muted(line)];
  }
}

/** A call's name, and its arguments cut in the middle, in so many columns together. */
function fitted(
  call: { readonly name: string; readonly args: string },
  columns: number,
): { name: string; args: string } {
  const name = clipped(call.name, Math.max(1, columns));
  const left = columns - displayWidth(name) - 1;
  return { name, args: left < 4 ? "" : left === Infinity ? call.args : shortened(call.args, left) };
}

/** Empty where there are none. */
function shownArguments(args: string): string {
  const line = oneLine(args);
  return line === "{}" ? "" : line;
}

function oneLine(text: string): string {
  return sanitizeLine(text.slice(0, maxLine));
}

/** UTF-16 units of a text of which a row shows a part. */
const maxLine = 4000;

function textIn({ content }: ToolOutput): string {
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

function sizeOf(output: ToolOutput): string {
  const bytes = output.content.reduce(
    (sum, part) => sum + (part.type === "text" ? Buffer.byteLength(part.text) : Math.floor((part.url.length * 3) / 4)),
    0,
  );
  return shortBytes(bytes);
}

function firstLine(output: ToolOutput): string {
  return oneLine(/\S.*/u.exec(textIn(output).slice(0, maxLine))?.[0] ?? "");
}
