import { createInterface, type Interface } from "node:readline";
import type { Line, LineSource } from "./host.ts";

/** Node's own line reading, for terminals that cannot move their cursor. */
export function plainLines(input: NodeJS.ReadStream, prompt: () => void): LineSource {
  const reader: Interface = createInterface({ input, terminal: false });
  const waiting: string[] = [];
  let wake: (() => void) | null = null;
  let ended = false;
  let interrupted = false;
  let onInterrupt: (() => void) | null = null;
  const interrupt = () => {
    if (onInterrupt !== null) return onInterrupt();
    interrupted = true;
    wake?.();
  };
  process.on("SIGINT", interrupt);
  reader.on("line", (line) => {
    waiting.push(line);
    wake?.();
  });
  reader.on("close", () => {
    ended = true;
    wake?.();
  });
  return {
    async read(): Promise<Line> {
      prompt();
      interrupted = false;
      while (true) {
        if (waiting.length > 0) return { kind: "line", text: waiting.shift()! };
        if (interrupted) return { kind: "interrupt", touched: false };
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
      process.off("SIGINT", interrupt);
      reader.close();
      input.unref();
    },
  };
}
