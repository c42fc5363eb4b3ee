import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { Footer } from "../../src/terminal/footer.ts";
import { Terminal } from "../../src/terminal/terminal.ts";
import { ThinkingView } from "../../src/terminal/thinking.ts";
import { en } from "../support/words.ts";
import { Screen } from "./markdown/screen.ts";

/** A low terminal in memory, with a line below what is written. */
class LowTerminal extends Terminal {
  override readonly interactive = true;
  readonly screen = new Screen({ columns: 40, rows: 6 });
  written = "";
  readonly footer = new Footer(
    (bytes) => void (this.written += bytes),
    () => this,
    "above",
  );

  constructor() {
    super({ color: false, verbosity: "normal", variables: {}, onClosed: () => {} });
  }

  override get columns(): number {
    return 40;
  }

  override get rows(): number {
    return 6;
  }

  override err(text: string): void {
    this.written += this.footer.around(text);
  }
}

test("thinking shows no more rows than a low screen can take away again", async () => {
  const terminal = new LowTerminal();
  const view = new ThinkingView(terminal, en.answer, "while-thinking");
  terminal.footer.show({
    rows: [
      { text: "> typed", width: 7 },
      { text: "hint", width: 4 },
    ],
    caret: { row: 0, column: 7 },
  });
  for (let line = 1; line <= 12; line++) view.push(`Line ${line} of it.\n`);
  view.end();
  terminal.footer.hide();
  await terminal.screen.write(terminal.written);
  expect(terminal.screen.text().replace(/[\d.]+/u, "0.0")).toBe(en.answer.thought({ seconds: "0.0" }));
});

test("thinking at the top of the screen is not erased from its first place, as tmux would keep each state in its history", async () => {
  const terminal = new LowTerminal();
  const view = new ThinkingView(terminal, en.answer, "while-thinking");
  view.push("Line 1 of it.\nLine 2 of it.\n");
  await delay(50);
  view.push("Line 3 of it.\n");
  await delay(50);
  view.end();
  const screen = new Screen({ columns: 40, rows: 6 });
  const parts = terminal.written.split("\u001b[J");
  expect(parts.length).toBeGreaterThan(2);
  for (const part of parts.slice(0, -1)) {
    await screen.write(part);
    const { cursorX, cursorY } = screen.terminal.buffer.active;
    expect([cursorX, cursorY]).not.toEqual([0, 0]);
    await screen.write("\u001b[J");
  }
});
