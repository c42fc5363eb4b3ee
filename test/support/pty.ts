import type { ReadStream } from "node:tty";
import { type IPty, spawn } from "@lydell/node-pty";
import * as graphemes from "@xterm/addon-unicode-graphemes";
import headless from "@xterm/headless";

export interface TerminalOptions {
  /** The program; default: this very Node. */
  readonly command?: string;
  readonly args: readonly string[];
  /** On top of a bare environment: PATH, TERM, HOME=/nonexistent and LANG=C.UTF-8. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly cols?: number;
  readonly rows?: number;
  /**
   * How the terminal measures text: `graphemes` as kitty, Ghostty or Windows Terminal do (an emoji with joiners takes two
   * columns); `old` as terminals do that know no emoji (every code point by itself, one column each).
   */
  readonly widths?: "graphemes" | "old";
  /** Whether it leaves the program's queries unanswered. */
  readonly silent?: boolean;
  /** Called with each piece of output as it is read, before it is drawn. */
  readonly onOutput?: (data: string) => void;
}

export interface PtyTerminal extends AsyncDisposable {
  readonly pid: number;
  /** Sends the text to the program as the keyboard would. */
  type(text: string): void;
  /** What is visible, a line a row, without blanks at the ends of lines and empty lines at the end. */
  screen(): string;
  /** Everything from the oldest line on, the visible part too; rows the terminal wrapped itself are joined, as a copy is. */
  scrollback(): string;
  /**
   * Resolves when the text is on the screen, or the predicate holds; looked at after each piece of output is drawn. A regular
   * expression is matched against `screen()`; a string may also end in blanks.
   * @param timeoutMs milliseconds, 240,000 by default; then it rejects and shows the screen.
   */
  until(condition: string | RegExp | (() => boolean), timeoutMs?: number): Promise<void>;
  /** From zero, in the visible part. `column` may equal the width: a full row with the wrap pending. */
  cursor(): { row: number; column: number };
  resize(cols: number, rows: number): void;
  kill(signal?: NodeJS.Signals): void;
  /** As closing its window does: the terminal is gone, and the system hangs up on the program. What it writes from then on is lost. */
  close(): void;
  /** Resolves when the program has ended and all it wrote is on the screen. */
  readonly exit: Promise<{ code: number; signal: number }>;
  /** Everything the program wrote so far, byte for byte. */
  readonly raw: string;
  readonly terminal: headless.Terminal;
}

function createTerminal(options: TerminalOptions): headless.Terminal {
  const terminal = new headless.Terminal({
    allowProposedApi: true,
    cols: options.cols ?? 80,
    rows: options.rows ?? 24,
    scrollback: 100_000,
  });
  if (options.widths !== "old") terminal.loadAddon(new graphemes.UnicodeGraphemesAddon());
  return terminal;
}

function rowsOf(terminal: headless.Terminal, from: number): { text: string; wrapped: boolean }[] {
  const buffer = terminal.buffer.active;
  return Array.from({ length: buffer.length - from }, (_, index) => {
    const line = buffer.getLine(from + index);
    // Without cells never written, as the one that is left at the edge when a wide character wraps.
    return { text: line?.translateToString(true) ?? "", wrapped: line?.isWrapped ?? false };
  });
}

function joined(rows: readonly { text: string; wrapped: boolean }[], joinWrapped: boolean): string {
  const lines: string[] = [];
  for (const { text, wrapped } of rows) {
    if (joinWrapped && wrapped && lines.length > 0) lines[lines.length - 1] += text;
    else lines.push(text);
  }
  return lines
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd();
}

/**
 * Has all read that the program wrote before its end. The package stops reading 200 ms after that, which on a busy machine is too
 * soon; the system itself tells by an error when everything was read.
 *
 * @returns closes the terminal at once
 */
function readToTheEnd(pty: IPty): () => void {
  const { _socket: socket } = pty as unknown as { readonly _socket: ReadStream };
  const destroy = socket.destroy.bind(socket);
  let closing = false;
  socket.destroy = (error?: Error) => {
    if (closing || error !== undefined || socket.readableEnded) return destroy(error);
    setTimeout(destroy, 60_000).unref();
    return socket;
  };
  return () => {
    closing = true;
    // Closes the socket of the terminal; the package's types leave it out.
    (pty as IPty & { destroy(): void }).destroy();
  };
}

/** Starts a program in a real pseudo-terminal, with a headless xterm as its screen, which also answers its queries. */
export function openTerminal(options: TerminalOptions): PtyTerminal {
  const terminal = createTerminal(options);
  const pty = spawn(options.command ?? process.execPath, [...options.args], {
    // The package puts this into TERM, over what the environment says.
    name: options.env?.["TERM"] ?? "xterm-256color",
    cols: terminal.cols,
    rows: terminal.rows,
    cwd: options.cwd ?? process.cwd(),
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", LANG: "C.UTF-8", TERM: "xterm-256color", ...options.env },
  });
  const close = readToTheEnd(pty);
  const watchers = new Set<() => void>();
  let raw = "";
  let ended = false;
  pty.onData((data) => {
    options.onOutput?.(data);
    raw += data;
    terminal.write(data, () => watchers.forEach((look) => look()));
  });
  const answering = terminal.onData((data) => options.silent !== true && pty.write(data));
  const exit = new Promise<{ code: number; signal: number }>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      answering.dispose();
      terminal.write("", () => {
        ended = true;
        watchers.forEach((look) => look());
        resolve({ code: exitCode, signal: signal ?? 0 });
      });
    });
  });

  const screen = () => joined(rowsOf(terminal, terminal.buffer.active.baseY), false);
  const holds = (condition: string | RegExp | (() => boolean)): boolean => {
    if (typeof condition === "function") return condition();
    if (typeof condition !== "string") return condition.test(screen());
    // With the blanks at the ends of rows, so that a prompt `> ` is found.
    return (
      rowsOf(terminal, terminal.buffer.active.baseY).some(({ text }) => text.includes(condition)) ||
      screen().includes(condition)
    );
  };

  return {
    pid: pty.pid,
    terminal,
    exit,
    screen,
    type: (text) => pty.write(text),
    scrollback: () => joined(rowsOf(terminal, 0), true),
    cursor: () => ({ row: terminal.buffer.active.cursorY, column: terminal.buffer.active.cursorX }),
    kill: (signal = "SIGTERM") => pty.kill(signal),
    close,
    get raw() {
      return raw;
    },
    resize(cols, rows) {
      terminal.resize(cols, rows);
      pty.resize(cols, rows);
    },
    until(condition, timeoutMs = 240_000) {
      return new Promise((resolve, reject) => {
        const stop = () => {
          clearTimeout(timer);
          watchers.delete(look);
        };
        const fail = (why: string) => {
          stop();
          reject(new Error(`${why}, waiting for ${String(condition)}. The screen:\n${screen()}\n— end of the screen`));
        };
        const look = () => {
          if (holds(condition)) {
            stop();
            resolve();
          } else if (ended) fail("The program ended");
        };
        const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
        watchers.add(look);
        look();
      });
    },
    async [Symbol.asyncDispose]() {
      if (!ended) {
        pty.kill("SIGKILL");
        await exit;
      }
      terminal.dispose();
    },
  };
}

/** Types a line at the session's prompt, and Enter when it is seen there. */
export async function say(terminal: PtyTerminal, line: string): Promise<void> {
  await terminal.until(/^>$/mu);
  terminal.type(line);
  await terminal.until(() => terminal.screen().split("\n").includes(`> ${line}`));
  terminal.type("\r");
}
