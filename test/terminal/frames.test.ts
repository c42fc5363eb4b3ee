import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { renderMarkdown } from "../../src/terminal/markdown/stream.ts";
import { findAbilities } from "../../src/terminal/capabilities.ts";
import { standardOutputs } from "../../src/terminal/output.ts";
import { renderedWriter } from "../../src/terminal/rendered-writer.ts";
import { Terminal } from "../../src/terminal/terminal.ts";
import { ThinkingView } from "../../src/terminal/thinking.ts";
import { en } from "../support/words.ts";
import { Screen } from "./markdown/screen.ts";

const size = { columns: 60, rows: 30 };

/** The program's own terminal, which keeps what it gives to the standard streams; only the latest one does. */
class CountedTerminal extends Terminal {
  readonly writes: string[] = [];
  readonly #listeners: (() => void)[] = [];
  #columns = size.columns;

  constructor() {
    super({ color: false, verbosity: "normal", variables: {}, onClosed: () => {} });
    for (const output of Object.values(standardOutputs())) {
      vi.spyOn(output, "write").mockImplementation((text) => {
        if (text !== "") this.writes.push(String(text));
      });
    }
  }

  override get columns(): number {
    return this.#columns;
  }

  override get rows(): number {
    return size.rows;
  }

  override onResize(listener: () => void): () => void {
    this.#listeners.push(listener);
    return () => {};
  }

  resize(columns: number): void {
    this.#columns = columns;
    for (const listener of this.#listeners) listener();
  }

  async screen(): Promise<string> {
    vi.useRealTimers();
    const screen = new Screen(size);
    await screen.write(this.writes.join(""));
    const text = screen.text();
    screen.dispose();
    return text;
  }
}

function stopClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "Date"] });
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function loadedWriter(terminal: CountedTerminal) {
  const writer = renderedWriter(terminal);
  await vi.dynamicImportSettled();
  stopClock();
  return writer;
}

test("a thousand pieces in a second are drawn sixty times and a few, the first at once", async () => {
  const terminal = new CountedTerminal();
  const writer = await loadedWriter(terminal);
  writer.push("word ");
  expect(terminal.writes).toEqual(["word"]);
  for (let piece = 1; piece < 1000; piece++) {
    vi.advanceTimersByTime(1);
    writer.push("word ");
  }
  expect(terminal.writes.length).toBeGreaterThan(50);
  expect(terminal.writes.length).toBeLessThanOrEqual(65);
  await writer.end();
  expect(await terminal.screen()).toBe(renderMarkdown("word ".repeat(1000), await findAbilities(terminal)).trimEnd());
});

test("a piece each 20 ms is drawn at once, also behind one that is late", async () => {
  const terminal = new CountedTerminal();
  const writer = await loadedWriter(terminal);
  // The third comes 15 ms late, the sixth so late that the next one comes with it.
  for (const [piece, after] of [20, 20, 35, 5, 20, 40, 0, 20, 35, 5, 20].entries()) {
    vi.advanceTimersByTime(after);
    writer.push(`w${piece} `);
    expect(terminal.writes.join("")).toContain(`w${piece}`);
  }
  expect(vi.getTimerCount()).toBe(0);
  await writer.end();
});

test("of pieces that come too often the first are drawn at once, the others within a frame", async () => {
  const terminal = new CountedTerminal();
  const writer = await loadedWriter(terminal);
  for (const word of ["one ", "two ", "three "]) {
    writer.push(word);
    expect(terminal.writes.join("")).toContain(word.trim());
  }
  writer.push("four ");
  writer.push("five ");
  expect(terminal.writes.join("")).not.toContain("four");
  vi.advanceTimersByTime(16);
  expect(terminal.writes.join("")).toContain("five");
  await writer.end();
});

test("what else is written, on either stream, finds everything drawn", async () => {
  for (const stream of ["out", "err"] as const) {
    const terminal = new CountedTerminal();
    const writer = await loadedWriter(terminal);
    for (const word of ["one ", "two ", "three ", "four "]) writer.push(word);
    expect(terminal.writes.join("")).not.toContain("four");
    terminal[stream]("five");
    expect(terminal.writes.join("")).toBe("one two three fourfive");
    vi.useRealTimers();
    await writer.end();
  }
});

test("what comes while the size changes is drawn once, for the size that stays, within 100 ms", async () => {
  const terminal = new CountedTerminal();
  const writer = await loadedWriter(terminal);
  const paragraph = (sign: string) => `${`${sign}word `.repeat(30)}\n\n`;
  writer.push(paragraph("a"));
  vi.advanceTimersByTime(200);
  for (const [sign, columns] of [
    ["b", 40],
    ["c", 30],
    ["d", 50],
  ] as const) {
    terminal.resize(columns);
    writer.push(paragraph(sign));
    vi.advanceTimersByTime(15);
  }
  expect(terminal.writes.join("")).not.toContain("bword");
  vi.advanceTimersByTime(50);
  const shown = terminal.writes.join("");
  expect(shown).toContain("dword");
  const options = await findAbilities(terminal);
  const fifty = { ...options, columns: 50, width: 50 };
  expect(shown.slice(shown.indexOf("bword"))).toBe(
    renderMarkdown([paragraph("b"), paragraph("c"), paragraph("d")].join(""), fifty),
  );
  // A size that changes without end puts nothing off for longer.
  for (let change = 0; change < 12; change++) {
    terminal.resize(60 + change);
    if (change === 0) writer.push(paragraph("e"));
    vi.advanceTimersByTime(10);
  }
  expect(terminal.writes.join("")).toContain("eword");
  await writer.end();
});

test("the whole stays the same however the pieces come", async () => {
  const step = fc.oneof(
    fc.record({ push: fc.constantFrom("a ", "**b", "** ", "\n", "\n\n", "- item ", "`code` ", "\u91cf\u5b50 ") }),
    fc.record({ pause: fc.nat(30) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const terminal = new CountedTerminal();
      const writer = await loadedWriter(terminal);
      let text = "";
      for (const done of steps) {
        if ("pause" in done) vi.advanceTimersByTime(done.pause);
        else {
          writer.push(done.push);
          text += done.push;
        }
      }
      await writer.end();
      const once = renderMarkdown(text, await findAbilities(terminal));
      terminal.err("end\n");
      const whole = new CountedTerminal();
      whole.out(`${once}end\n`);
      expect(await terminal.screen()).toBe(await whole.screen());
    }),
    { numRuns: 60, seed: 20_261_127 },
  );
});

test.each(["while-thinking", "always"] as const)(
  "thinking shown %s is drawn once a frame, all of it before its end",
  (show) => {
    stopClock();
    const terminal = new CountedTerminal();
    const view = new ThinkingView(terminal, en.answer, show);
    for (let piece = 0; piece < 1000; piece++) {
      view.push(`t${piece}\n`);
      vi.advanceTimersByTime(1);
    }
    expect(terminal.writes.length).toBeLessThanOrEqual(68);
    view.push("the last");
    view.end();
    expect(terminal.writes.join("")).toContain("the last");
    expect(terminal.writes.at(-1)).toContain(en.answer.thought({ seconds: "1.0" }));
  },
);
