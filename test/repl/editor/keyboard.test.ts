import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Keyboard } from "../../../src/repl/editor/keyboard.ts";

/** A keyboard that has just been opened, and whether the end waits for the terminal. */
function opened() {
  const input = Object.assign(new EventEmitter(), {
    setRawMode: () => input as never,
    pause: () => input as never,
    resume: () => input as never,
  });
  const asked: string[] = [];
  const events: string[] = [];
  const listener = { key: ({ type }: { type: string }) => events.push(type), end() {}, continued() {} };
  const keyboard = new Keyboard(input as never, (text) => asked.push(text), listener, {});
  keyboard.open();
  let waiting = true;
  void keyboard.answered().then(() => (waiting = false));
  return {
    keyboard,
    asked,
    events,
    waitsAfter: async (answer: string) => {
      input.emit("data", Buffer.from(answer));
      await vi.advanceTimersByTimeAsync(0);
      return waiting;
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("the end waits for the terminal's last answer and no longer, and answers are no keys", async () => {
  const { keyboard, asked, events, waitsAfter } = opened();
  expect(asked.filter((text) => text.includes("$p"))).toEqual(["\u001b[?2004$p\u001b[c\r\u001b[K"]);
  expect(await waitsAfter("\u001b[?2004;2$y")).toBe(true);
  expect(await waitsAfter("\u001b[?62;")).toBe(true);
  expect(await waitsAfter("22c")).toBe(false);
  expect(events).toEqual([]);
  keyboard.close();
});

test("a terminal that knows no question about modes is not waited for once it has answered the other", async () => {
  const { keyboard, waitsAfter } = opened();
  expect(await waitsAfter("\u001b[?1;2c")).toBe(false);
  keyboard.close();
});

test("a terminal that answers nothing is waited for 100 ms from the question on", async () => {
  const { keyboard, waitsAfter } = opened();
  await vi.advanceTimersByTimeAsync(99);
  expect(await waitsAfter("q")).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  expect(await waitsAfter("\r")).toBe(false);
  keyboard.close();
});
