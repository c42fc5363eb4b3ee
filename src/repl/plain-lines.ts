import { createInterface, type Interface } from "node:readline";
import type { ImagePart } from "../chat/messages.ts";
import { takeInterrupts } from "../terminal/interrupts.ts";
import { sanitize } from "../terminal/sanitize.ts";
import type { Words } from "../words/types.ts";
import type { InputLine, LineSource } from "./host.ts";

interface TypedLine {
  readonly text: string;
  /** Whether the prompt was there when it was typed. */
  readonly atPrompt: boolean;
  /** Those that it names. */
  readonly pictures: readonly ImagePart[];
}

/**
 * Node's own line reading, for terminals that cannot move their cursor. Ctrl-C comes as a signal there, and what was typed
 * before it is gone from the line already. A text that would stand at the prompt elsewhere is shown above it, and sent by an empty line.
 *
 * @param show writes to the terminal
 * @param words in the language in use
 */
export function plainLines(
  input: NodeJS.ReadStream,
  show: (text: string) => void,
  words: () => Words["editor"],
): LineSource {
  const reader: Interface = createInterface({ input, terminal: false });
  const waiting: TypedLine[] = [];
  /** Lines that are read once an empty one comes. */
  const held: TypedLine[] = [];
  let reading = false;
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
    waiting.push({ text: line, atPrompt: reading, pictures: [] });
    wake?.();
  });
  reader.on("close", () => {
    ended = true;
    wake?.();
  });
  /** The next line that is meant; undefined for none so far. */
  function next(): TypedLine | undefined {
    if (waiting[0]?.text === "" && held.length > 0) {
      waiting.splice(0, 1, ...held.splice(0));
      show("> ");
    }
    return waiting.shift();
  }
  async function answered(): Promise<InputLine> {
    while (true) {
      if (interrupted) {
        interrupted = false;
        const touched = held.splice(0).length > 0;
        // Behind the `^C` that the terminal shows.
        show("\n");
        return { kind: "interrupt", touched };
      }
      const line = next();
      if (line !== undefined) {
        // The terminal showed it where the cursor was when it was typed.
        if (!line.atPrompt) show(`${sanitize(line.text)}\n`);
        return { kind: "line", text: line.text, pictures: line.pictures };
      }
      if (ended) return { kind: "end" };
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  return {
    async read(initial = "", _again = false, pictures = []): Promise<InputLine> {
      if (initial !== "" && !held.some(({ text }) => text === initial)) {
        held.unshift({ text: initial, atPrompt: false, pictures });
      }
      if (held.length > 0) {
        show([...held.map(({ text }) => `${indented(sanitize(text))}\n`), `${words().heldPlainHint}\n`].join(""));
      }
      show("> ");
      reading = true;
      const result = await answered();
      reading = false;
      return result;
    },
    hold(listener) {
      onInterrupt = listener;
      return () => {
        onInterrupt = null;
      };
    },
    pauseQueue() {
      held.push(...waiting.splice(0));
    },
    multiline: false,
    release() {},
    lend() {
      const listeners = input.rawListeners("data") as (() => void)[];
      input.removeAllListeners("data");
      return () => {
        for (const listener of listeners) input.on("data", listener);
        input.resume();
      };
    },
    history: () => [],
    async close() {
      release();
      reader.close();
      input.unref();
    },
  };
}

function indented(text: string): string {
  return text.replaceAll(/^/gmu, "  ");
}
