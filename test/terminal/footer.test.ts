import * as graphemes from "@xterm/addon-unicode-graphemes";
import headless from "@xterm/headless";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Footer } from "../../src/terminal/footer.ts";
import type { Reflow } from "../../src/terminal/reflow.ts";

/** A screen in memory, with a footer where one is wanted. */
class Screen {
  readonly terminal: headless.Terminal;
  readonly footer: Footer;
  written = "";

  constructor(columns: number, rows = 12, reflow: Reflow = "all") {
    this.terminal = new headless.Terminal({
      allowProposedApi: true,
      cols: columns,
      rows,
      scrollback: 1000,
      reflowCursorLine: reflow === "all",
      ...(reflow === "none" ? { windowsPty: { backend: "winpty", buildNumber: 17_000 } } : {}),
    });
    this.terminal.loadAddon(new graphemes.UnicodeGraphemesAddon());
    this.footer = new Footer(
      (bytes) => this.#write(bytes),
      () => ({ columns: this.terminal.cols, rows: this.terminal.rows }),
      reflow,
    );
  }

  print(text: string): void {
    this.#write(this.footer.around(text));
  }

  show(...texts: string[]): void {
    const rows = texts.map((text) => ({ text, width: text.length }));
    this.footer.show({ rows, caret: { row: rows.length - 1, column: texts.at(-1)?.length ?? 0 } });
  }

  async resize(columns: number): Promise<void> {
    await this.#settled();
    this.terminal.resize(columns, this.terminal.rows);
    this.footer.resized();
  }

  /** Resolves when all that was written is on the screen. */
  #settled(): Promise<void> {
    return new Promise((resolve) => {
      this.terminal.write("", resolve);
    });
  }

  #write(bytes: string): void {
    this.written += bytes;
    this.terminal.write(bytes.replaceAll(/(?<!\r)\n/gu, "\r\n"));
  }

  /** Everything from the oldest row on, without empty rows at the end; whether the terminal wrapped a row is part of it. */
  async rows(): Promise<string[]> {
    await this.#settled();
    const { active } = this.terminal.buffer;
    const rows = Array.from({ length: active.length }, (_, row) => {
      const line = active.getLine(row);
      return `${line?.isWrapped ? "↪" : ""}${line?.translateToString(true).trimEnd() ?? ""}`;
    });
    return rows.slice(0, rows.findLastIndex((row) => row !== "") + 1);
  }

  get caret(): [row: number, column: number] {
    const { active } = this.terminal.buffer;
    return [active.baseY + active.cursorY, active.cursorX];
  }
}

const piece = fc.oneof(
  fc.constantFrom(
    "\n",
    "word ",
    "你好",
    "世界。",
    "\u{1F600}",
    "e\u0301",
    "x",
    "\x1b[1mbold\x1b[0m",
    "\x1b[2m",
    "\x1b[0m",
  ),
  fc.constantFrom(
    "\r\x1b[Kspun",
    "\x1b[3Gset",
    "\n\n",
    "\x1b[?2026hshown at once\n\x1b[?2026l",
    "\x1b]8;;https://example.org/a\x1b\\link\x1b]8;;\x1b\\",
    "a longer piece of an answer, ",
  ),
  fc.string({ unit: fc.constantFrom("a", "b", " ", "中", "，"), minLength: 1, maxLength: 30 }),
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ print: piece }) },
  {
    weight: 1,
    arbitrary: fc.record({
      show: fc.array(fc.constantFrom("> typed", "  one", "", "row"), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ hide: true }) },
);

describe("rows below a text", () => {
  test("leave of it what would be there without them, to the wrapping of its rows and the cursor", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 8, max: 24 }), fc.array(step, { maxLength: 40 }), async (columns, steps) => {
        const [plain, below] = [new Screen(columns), new Screen(columns)];
        for (const each of steps) {
          if ("print" in each) [plain, below].forEach((screen) => screen.print(each.print));
          else if ("show" in each) below.show(...each.show);
          else below.footer.hide();
        }
        below.footer.hide();
        [plain, below].forEach((screen) => screen.print("end"));
        expect(await below.rows()).toEqual(await plain.rows());
        expect(below.caret).toEqual(plain.caret);
      }),
      { numRuns: 60 },
    );
  });

  test("stand below the text with a free row between, however it grows", async () => {
    const screen = new Screen(20, 6);
    screen.show("> typed");
    expect(await screen.rows()).toEqual(["", "> typed"]);
    screen.print("one two three four five");
    expect(await screen.rows()).toEqual(["one two three four f", "↪ive", "", "> typed"]);
    screen.print("\nsix\nseven\neight");
    expect(await screen.rows()).toEqual(["one two three four f", "↪ive", "six", "seven", "eight", "", "> typed"]);
    expect(screen.caret).toEqual([6, 7]);
  });

  test("cost a piece of text within a row no drawing, and are not taken away before others are drawn", async () => {
    const screen = new Screen(40);
    screen.print("one ");
    screen.show("  queued", "> a");
    screen.written = "";
    screen.print("two ");
    expect(screen.written).toBe("\x1b8two \x1b7\x1b[3B\x1b[4G");
    screen.written = "";
    screen.show("  queued", "> ab");
    expect(screen.written).not.toMatch(/\x1b\[[0-2]?J/u);
    expect(await screen.rows()).toEqual(["one two", "", "  queued", "> ab"]);
  });

  test("are gone after a resize, with the cursor where the text ended", async () => {
    const screen = new Screen(30);
    screen.print("above\nan answer of some words");
    screen.show("  a queued message", "> typed");
    await screen.resize(14);
    screen.print(" goes on");
    screen.show("> typed");
    expect(await screen.rows()).toEqual(["above", "an answer of s", "↪ome words goes", "↪ on", "", "> typed"]);
  });

  test("take no row of the text along where rows below the caret wrap too and move it", async () => {
    const screen = new Screen(30, 12, "pushed");
    screen.print("above\nanswer ");
    const rows = ["  a message that is queued", "> typed", "a hint longer than that"];
    screen.footer.show({ rows: rows.map((text) => ({ text, width: text.length })), caret: { row: 1, column: 7 } });
    await screen.resize(14);
    screen.print("goes on");
    screen.footer.hide();
    expect(await screen.rows()).toEqual(["above", "answer goes on"]);
  });

  test.each(["all", "above", "none"] as const)(
    "take no row of the text along at a resize: %s wrapped anew",
    async (reflow) => {
      const screen = new Screen(30, 12, reflow);
      screen.print("above\nanswer ");
      screen.show("  a message that is queued", "> a line longer than that");
      await screen.resize(14);
      screen.print("goes on");
      screen.footer.hide();
      expect(await screen.rows()).toEqual(["above", "answer goes on"]);
    },
  );
});
