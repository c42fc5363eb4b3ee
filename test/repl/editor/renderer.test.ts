import * as addon from "@xterm/addon-unicode-graphemes";
import headless from "@xterm/headless";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editor as words } from "../../../src/words/en/editor.ts";
import { KillRing } from "../../../src/repl/editor/draft.ts";
import type { KeyEvent } from "../../../src/repl/editor/keys.ts";
import type { Frame } from "../../../src/repl/editor/layout.ts";
import { foreign, Origins } from "../../../src/repl/editor/origin.ts";
import { Pastes } from "../../../src/repl/editor/paste.ts";
import { Prompting } from "../../../src/repl/editor/prompt-state.ts";
import { PromptView } from "../../../src/repl/editor/renderer.ts";

const family = "\u{1F469}\u200D\u{1F469}\u200D\u{1F467}";

/** A screen without a program behind it: what is written can be looked at as soon as it is drawn. */
class Screen {
  readonly terminal: headless.Terminal;
  constructor(cols: number, rows: number, widths: "graphemes" | "old") {
    this.terminal = new headless.Terminal({ allowProposedApi: true, cols, rows, scrollback: 1000 });
    if (widths === "graphemes") this.terminal.loadAddon(new addon.UnicodeGraphemesAddon());
  }

  async write(text: string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.terminal.write(text, resolve);
    });
  }

  get rows(): string[] {
    const { baseY } = this.terminal.buffer.active;
    return Array.from(
      { length: this.terminal.rows },
      (_, row) =>
        this.terminal.buffer.active
          .getLine(baseY + row)
          ?.translateToString(true)
          .trimEnd() ?? "",
    );
  }

  /** Everything, from the first line on. */
  get all(): string {
    const { active } = this.terminal.buffer;
    return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true).trimEnd())
      .join("\n")
      .trimEnd();
  }

  get cursor(): { row: number; column: number } {
    const { cursorX, cursorY } = this.terminal.buffer.active;
    return { row: cursorY, column: cursorX };
  }
}

/** The rows of a frame as text. */
function drawnRows(frame: Frame): string[] {
  return frame.rows.map((cells) =>
    cells
      .map((cell) => cell.text.replace(/\x1b\[\d*m/g, ""))
      .join("")
      .trimEnd(),
  );
}

function prompting(columns: () => number): Prompting {
  return new Prompting({
    multiline: () => false,
    queued: () => false,
    vi: null,
    prompt: { text: "> ", styled: "\x1b[36m> \x1b[0m" },
    initial: foreign(""),
    history: () => ["earlier", "an entry\nof two lines", `\u4f60\u597d${family}`],
    kills: new KillRing(),
    pastes: new Pastes(),
    origins: new Origins(),
    words,
    columns,
  });
}

const keys = [
  "Left",
  "Right",
  "Up",
  "Down",
  "Backspace",
  "C-d",
  "C-a",
  "C-e",
  "C-k",
  "C-y",
  "C-t",
  "C-r",
  "C-g",
  "M-b",
  "C-w",
];
const event: fc.Arbitrary<KeyEvent> = fc.oneof(
  fc.constantFrom(...keys).map((key): KeyEvent => ({ type: "key", key })),
  fc.constant<KeyEvent>({ type: "key", key: "C-j" }),
  fc
    .array(fc.constantFrom("a", "b ", "\u4f60", "\u597d", family, "e\u0301", "\t", "\u{1F44D}"), {
      minLength: 1,
      maxLength: 12,
    })
    .map((items): KeyEvent => ({ type: "text", text: items.join("") })),
  fc.constant<KeyEvent>({ type: "paste", text: "long\n".repeat(20) }),
);

describe.each(["graphemes", "old"] as const)("on a terminal with widths as in %s", (widths) => {
  test("what is left of drawing differences is what drawing afresh gives, with the cursor at the caret", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), { maxLength: 15 }),
        fc.integer({ min: 10, max: 40 }),
        fc.integer({ min: 3, max: 12 }),
        async (bursts, columns, rows) => {
          const state = prompting(() => columns);
          const screen = new Screen(columns, rows, widths);
          let out = "";
          const view = new PromptView(
            (text) => (out += text),
            () => "2",
          );
          for (const burst of [[], ...bursts]) {
            for (const one of burst) state.handle(one);
            view.draw(state.frame(rows), columns);
          }
          view.flush();
          await screen.write(out);
          const frame = state.frame(rows);
          const fresh = new Screen(columns, rows, widths);
          let once = "";
          const other = new PromptView(
            (text) => (once += text),
            () => "2",
          );
          other.draw(frame, columns);
          other.flush();
          await fresh.write(once);
          expect(screen.rows).toEqual(fresh.rows);
          expect(screen.cursor).toEqual(frame.caret);
          const shown = screen.rows.slice(0, frame.rows.length);
          // What an old terminal makes of a joined emoji is its own affair, as long as it is the same each time.
          expect(shown).toEqual(widths === "old" ? shown : drawnRows(frame));
        },
      ),
      { numRuns: 60 },
    );
  });
});

/**
 * What a terminal shows after a resize that wraps every line anew, also the one the cursor is on, and moves the cursor along
 * with its character, as kitty or GNOME's terminal does. (xterm.js does not.)
 */
async function reflowed(old: Screen, cols: number): Promise<Screen> {
  const { active } = old.terminal.buffer;
  const lines: string[] = [];
  for (let row = 0; row < active.length; row++) {
    const line = active.getLine(row);
    const text = (from?: number, to?: number) => line?.translateToString(to === undefined, from, to) ?? "";
    const cursor = row === active.baseY + active.cursorY ? active.cursorX : -1;
    lines.push(cursor < 0 ? text() : `${text(0, cursor)}\x1b7${text(cursor)}`);
  }
  const screen = new Screen(cols, old.terminal.rows, "graphemes");
  await screen.write(`${lines.join("\r\n").replace(/[\r\n]+$/, "")}\x1b8`);
  return screen;
}

/** xterm.js, which also lets the cursor sink by as many rows as those below it grow, so that some of ours may be left over. */
async function cut(old: Screen, cols: number): Promise<Screen> {
  old.terminal.resize(cols, old.terminal.rows);
  return old;
}

describe.each([
  ["wraps the line of the cursor anew", reflowed],
  ["leaves the line of the cursor cut", cut],
])("on a terminal that at a resize %s", (_, resize) => {
  test("the prompt is drawn anew in its place, and what stands above stays", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 8 }),
        fc.array(fc.integer({ min: 10, max: 40 }), { minLength: 2, maxLength: 4 }),
        async (events, widths) => {
          let columns = widths[0] ?? 40;
          const state = prompting(() => columns);
          let screen = new Screen(columns, 40, "graphemes");
          const above = "above\r\nthe\r\nprompt";
          let out = `${above}\r\n`;
          const view = new PromptView(
            (text) => (out += text),
            () => "2",
          );
          for (const one of events) state.handle(one);
          for (const next of widths) {
            if (next !== columns) {
              columns = next;
              screen = await resize(screen, columns);
              const unsure = view.unsureAfterResize(columns);
              // Where both is possible a row may be left over.
              if (unsure && screen.cursor.column >= columns - 1) return;
              view.clearResized(columns, unsure ? screen.cursor.column : null);
            }
            view.draw(state.frame(20), columns);
            view.flush();
            await screen.write(out);
            out = "";
            const frame = state.frame(20);
            const [start, end] = [above.replaceAll("\r", ""), drawnRows(frame).join("\n").trimEnd()];
            expect(screen.all.slice(0, start.length)).toBe(start);
            expect(screen.all.slice(-end.length)).toBe(end);
            const mayBeLeft = resize === cut && state.caret < state.text.length;
            const left = screen.all.slice(start.length, -end.length);
            expect(mayBeLeft ? "\n" : left).toBe("\n");
            expect(mayBeLeft ? frame.caret.row + 3 : screen.cursor.row).toBe(frame.caret.row + 3);
            expect(screen.cursor.column).toBe(frame.caret.column);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

test("an answer at the right edge, which may mean either, never costs a line above", async () => {
  const state = prompting(() => 20);
  state.handle({ type: "text", text: "x".repeat(17) });
  let out = "above\r\n";
  const view = new PromptView(
    (text) => (out += text),
    () => "2",
  );
  view.draw(state.frame(20), 20);
  view.flush();
  const screen = new Screen(20, 10, "graphemes");
  await screen.write(out);
  screen.terminal.resize(10, 10);
  expect(screen.cursor.column).toBe(9);
  out = "";
  view.clearResized(10, 9);
  view.flush();
  await screen.write(out);
  expect(screen.all).toBe("above");
});
