import { createInterface, type Interface } from "node:readline";
import { takeInterrupts } from "../terminal/interrupts.ts";
import type { InputLine, LineSource } from "./host.ts";

/**
 * Node's own line reading, for terminals that cannot move their cursor. Ctrl-C comes as a signal there, and what was typed
 * before it is gone from the line already.
 *
 * @param show writes to the terminal
 */
export function plainLines(input: NodeJS.ReadStream, show: (text: string) => void): LineSource {
  const reader: Interface = createInterface({ input, terminal: false });
  const waiting: string[] = [];
  let wake: (() => void) | null = null;
  let ended = false;
  let interrupted = false;
  let onInterrupt: (() => void) | null = null;
  const release = takeInterrupts(() => {
    if (onInterrupt !== null) return onInterrupt();
    interrupted = true;
    wake?.();
  });
  reader.on("line", (line) => {
    waiting.push(line);
    wake?.();
  });
  reader.on("close", () => {
    ended = true;
    wake?.();
  });
  return {
    async read(): Promise<InputLine> {
      show("> ");
      while (true) {
        if (interrupted) {
          interrupted = false;
          // Behind the `^C` that the terminal shows.
          show("\n");
          return { kind: "interrupt", touched: false };
        }
        if (waiting.length > 0) return { kind: "line", text: waiting.shift()! };
        if (ended) return { kind: "end" };
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    hold(listener) {
      onInterrupt = listener;
      return () => {
        onInterrupt = null;
      };
    },
    multiline: false,
    release() {},
    history: () => [],
    async close() {
      release();
      reader.close();
      input.unref();
    },
  };
}
