import { createInterface } from "node:readline";
import type { Line, LineSource } from "./host.ts";

/** Each line that is piped in is one question; read no faster than they are answered. */
export function pipedLines(input: NodeJS.ReadStream, stop: AbortSignal): LineSource {
  const reader = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const lines = reader[Symbol.asyncIterator]();
  stop.addEventListener("abort", () => reader.close(), { once: true });
  return {
    async read(): Promise<Line> {
      const { value, done } = await lines.next();
      return done === true ? { kind: "end" } : { kind: "line", text: value };
    },
    hold: () => () => {},
    multiline: false,
    release() {},
    history: () => [],
    async close() {
      reader.close();
      input.destroy();
    },
  };
}
