import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createInk } from "../../src/terminal/theme.ts";
import { UploadRow, uploadRow, type UploadState } from "../../src/terminal/upload-row.ts";
import { displayWidth } from "../../src/terminal/width.ts";
import { uploadWords as en } from "../../src/words/en/upload.ts";
import { uploadWords as zh } from "../../src/words/zh/upload.ts";
import { KeptTerminal } from "../support/app.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ink = createInk({ level: 2, name: "auto", background: null });
const file = { name: "report.pdf", provider: "deepseek", size: 90_000_000 };
const half: UploadState = { ...file, sent: 45_000_000, rate: 1_200_000, waited: null };

function drawn(state: UploadState, columns: number, words = en): string {
  return uploadRow(state, words, { columns, ink, unicode: true, dot: "·", sign: "⠋" }).text;
}

test("a wide terminal shows the bar, the bytes, the rate and the time left", () => {
  expect(drawn(half, 120)).toBe(
    `${en.uploading(file)}  ${"━".repeat(12)}${"─".repeat(12)}   50% · ${[
      en.bytes({ sent: "45 MB", size: "90 MB" }),
      en.rate({ rate: "1.2 MB" }),
      en.left({ time: "0:38" }),
    ].join(" · ")}`,
  );
  expect(drawn({ ...half, sent: file.size, waited: 72_900 }, 120)).toBe(`⠋ ${en.reading(file)} · 1:12`);
});

test("the row is narrower than any terminal, and the bar stands still while the figures change", () => {
  const states = fc.record({
    name: fc.string({ unit: fc.constantFrom("a", "报", "é", " "), maxLength: 60 }),
    provider: fc.constantFrom("deepseek", "a-gateway-of-ours"),
    size: fc.constant(file.size),
    sent: fc.integer({ min: 0, max: file.size }),
    rate: fc.option(fc.integer({ min: 0, max: 50_000_000 })),
    waited: fc.option(fc.integer({ min: 0, max: 3_000_000 })),
  });
  const look = fc.record({ columns: fc.integer({ min: 30, max: 160 }), words: fc.constantFrom(en, zh) });
  fc.assert(
    fc.property(states, look, (state, { columns, words }) => {
      const row = drawn(state, columns, words);
      expect(displayWidth(row)).toBeLessThan(columns);
      const barOf = (sent: number) => drawn({ ...state, sent, waited: null }, columns, words).search(/[━─]/u);
      expect(barOf(state.sent)).toBe(barOf(0));
    }),
  );
});

test("where there is no terminal, a line each 30 seconds, and nothing for what is over at once", () => {
  const terminal = new KeptTerminal();
  {
    using row = new UploadRow(terminal, en, file);
    row.onSent(1_000_000);
    vi.advanceTimersByTime(29_000);
  }
  expect(terminal.stderr).toBe("");
  {
    using row = new UploadRow(terminal, en, file);
    row.onSent(36_000_000);
    vi.advanceTimersByTime(31_000);
    row.onSent(file.size + 200);
    vi.advanceTimersByTime(30_000);
  }
  vi.advanceTimersByTime(60_000);
  expect(terminal.stderr.trimEnd().split("\n")).toEqual([
    [en.uploading(file), en.bytes({ sent: "36 MB", size: "90 MB" }), en.rate({ rate: "1.2 MB" })].join(" · "),
    `${en.reading(file)} · 0:29`,
  ]);
});
