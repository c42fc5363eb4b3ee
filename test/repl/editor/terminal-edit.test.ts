import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { answers, openEditor } from "../../support/editor.ts";
import "../../support/screen.ts";
import type { PtyTerminal } from "../../support/pty.ts";
import { en } from "../../support/words.ts";

const family = "\u{1F469}\u200D\u{1F469}\u200D\u{1F467}";
const accent = "e\u0301";
const mixed = `\u4f60\u597d${family}${accent}`;

async function cursorAt(terminal: PtyTerminal, row: number, column: number): Promise<void> {
  await terminal.until(() => terminal.cursor().row === row && terminal.cursor().column === column);
}

describe.each(["graphemes", "old"] as const)("wide and joined characters where widths are as in %s", (widths) => {
  /** An old terminal draws the parts of a joined emoji one after the other; the next character takes all but two columns back. */
  const drawn = (text: string) => (widths === "old" ? text.replaceAll(family, `\u{1F469}\u200D\u{1F469}\u200D`) : text);

  test("are moved over and deleted as one, backwards", async () => {
    await using terminal = await openEditor({}, { widths });
    terminal.type(mixed);
    await cursorAt(terminal, 0, 9);
    await expect(terminal).toShow(`> ${drawn(mixed)}`);
    for (const column of [8, 6, 4, 2]) {
      terminal.type("\x1b[D");
      await cursorAt(terminal, 0, column);
    }
    terminal.type("\x05");
    await cursorAt(terminal, 0, 9);
    for (const [column, text] of [
      [8, `\u4f60\u597d${family}`],
      [6, "\u4f60\u597d"],
      [4, "\u4f60"],
      [2, ""],
    ] as const) {
      terminal.type("\x7f");
      await cursorAt(terminal, 0, column);
      await expect(terminal).toShow(`> ${drawn(text)}`.trimEnd());
    }
  });

  test("and forwards, with what follows drawn in its place", async () => {
    await using terminal = await openEditor({}, { widths });
    terminal.type(`${mixed}!`);
    await cursorAt(terminal, 0, 10);
    terminal.type("\x01");
    await cursorAt(terminal, 0, 2);
    for (const column of [4, 6, 8, 9, 10]) {
      terminal.type("\x1b[C");
      await cursorAt(terminal, 0, column);
    }
    terminal.type("\x01");
    await cursorAt(terminal, 0, 2);
    for (const text of [`\u597d${family}${accent}!`, `${family}${accent}!`, `${accent}!`, "!", ""]) {
      terminal.type("\x04");
      await expect(terminal).toShow(`> ${drawn(text)}`.trimEnd());
      expect(terminal.cursor()).toEqual({ row: 0, column: 2 });
    }
  });

  test("the text that is sent is the one that was typed", async () => {
    await using terminal = await openEditor({}, { widths });
    terminal.type(`${mixed}\x1b[D\x1b[D\u4e2d\r`);
    await terminal.until("got");
    expect(answers(terminal)).toEqual([`\u4f60\u597d\u4e2d${family}${accent}`]);
  });
});

describe.each([20, 40])("at the edge of %i columns", (cols) => {
  test("a wide character that does not fit wraps, and the line is not broken", async () => {
    await using terminal = await openEditor({}, { cols });
    const narrow = "x".repeat(cols - 3);
    terminal.type(narrow);
    await cursorAt(terminal, 0, cols - 1);
    terminal.type("\u4f60");
    await cursorAt(terminal, 1, 2);
    terminal.type(family);
    await cursorAt(terminal, 1, 4);
    await expect(terminal).toShow(`> ${narrow}\n\u4f60${family}`);
    terminal.type("\x1b[D\x1b[D\x1b[D");
    await cursorAt(terminal, 0, cols - 2);
    terminal.type("\x04");
    await expect(terminal).toShow(`> ${narrow.slice(1)}\u4f60\n${family}`);
    terminal.type("\x05");
    await cursorAt(terminal, 1, 2);
    terminal.type("\x7f\x7f");
    await cursorAt(terminal, 0, cols - 2);
    await expect(terminal).toShow(`> ${narrow.slice(1)}`);
  });

  test("a full row puts the caret on the next, and back again", async () => {
    await using terminal = await openEditor({}, { cols });
    terminal.type("\u6c49".repeat((cols - 2) / 2));
    await cursorAt(terminal, 1, 0);
    terminal.type("\x7f");
    await cursorAt(terminal, 0, cols - 2);
    await expect(terminal).toShow(`> ${"\u6c49".repeat((cols - 4) / 2)}`);
  });

  test("long lines are left in the scrollback as one line, to be copied whole", async () => {
    await using terminal = await openEditor({}, { cols });
    const text = "\u957f\u6587\u672cabc".repeat(20);
    terminal.type(text);
    terminal.type("\r");
    await terminal.until(() => answers(terminal).length === 1);
    expect(terminal.scrollback().split("\n")[0]).toBe(`> ${text}`);
  });
});

describe("several lines", () => {
  test.each([
    ["Alt-Enter", "\x1b\r"],
    ["Ctrl-J", "\n"],
    ["a backslash and Enter", "\\\r"],
    ["Shift-Enter where the terminal tells it", "\x1b[13;2u"],
  ])("%s starts a new line", async (_, key) => {
    await using terminal = await openEditor();
    terminal.type("one");
    terminal.type(key);
    await cursorAt(terminal, 1, 2);
    terminal.type("two");
    terminal.type("\r");
    await terminal.until("got");
    expect(answers(terminal)).toEqual(["one\ntwo"]);
  });

  test("an even number of backslashes is text", async () => {
    await using terminal = await openEditor();
    terminal.type("C:\\\\");
    terminal.type("\r");
    await terminal.until("got");
    expect(answers(terminal)).toEqual(["C:\\\\"]);
  });

  test("Up and Down move through them and keep the column, then go through the history", async () => {
    await using terminal = await openEditor();
    terminal.type("old");
    terminal.type("\r");
    await terminal.until("got");
    terminal.type("first line\nb\nthird line");
    await cursorAt(terminal, 4, 12);
    terminal.type("\x1b[A");
    await cursorAt(terminal, 3, 3);
    terminal.type("\x1b[A");
    await cursorAt(terminal, 2, 12);
    terminal.type("\x1b[A");
    await terminal.until(() => terminal.screen().endsWith("> old"));
    terminal.type("\x1b[B");
    await cursorAt(terminal, 4, 12);
    terminal.type("\x1b[A!\r");
    await terminal.until(() => answers(terminal).length === 2);
    expect(answers(terminal)[1]).toBe("first line\nb!\nthird line");
  });

  test("text taller than the screen is shown in a window around the caret and left whole", async () => {
    await using terminal = await openEditor({}, { rows: 5 });
    const lines = Array.from({ length: 8 }, (_, index) => `row ${index}`);
    terminal.type(`\x1b[200~${lines.join("\n")}\x1b[201~`);
    await terminal.until("row 7");
    await expect(terminal).toShow("  row 3\n  row 4\n  row 5\n  row 6\n  row 7");
    terminal.type("\x1b[1;5H");
    await terminal.until("row 0");
    await expect(terminal).toShow("> row 0\n  row 1\n  row 2\n  row 3\n  row 4");
    expect(terminal.cursor()).toEqual({ row: 0, column: 2 });
    terminal.type("\r");
    await terminal.until("got");
    await terminal.until(/\n>$/);
    expect(terminal.scrollback()).toBe(`> ${lines.join("\n  ")}\ngot ${JSON.stringify(lines.join("\n"))}\n>`);
  });
});

describe("leaving and clearing", () => {
  test("Ctrl-C with text clears it, and at an empty prompt is told", async () => {
    await using terminal = await openEditor();
    terminal.type("half a thought");
    await terminal.until("thought");
    terminal.type("\x03");
    await terminal.until("^C");
    await expect(terminal).toShow("> half a thought^C\n>");
    terminal.type("\x03");
    await terminal.until(/interrupt$/m);
    terminal.type("x\x7f\x03");
    await terminal.until("interrupt touched");
    await expect(terminal).toShow("> half a thought^C\n> ^C\ninterrupt\n> ^C\ninterrupt touched\n>");
  });

  test("what Ctrl-C cleared comes back by undoing", async () => {
    await using terminal = await openEditor();
    terminal.type("half a thought\x03\x1f");
    await terminal.until(/\^C\n> h/);
    await expect(terminal).toShow("> half a thought^C\n> half a thought");
  });

  test("Ctrl-D deletes when there is text, and ends when there is none", async () => {
    await using terminal = await openEditor();
    terminal.type("ab\x01\x04");
    await expect(terminal).toShow("> b");
    terminal.type("\x04\x04");
    expect(await terminal.exit).toEqual({ code: 0, signal: 0 });
    await expect(terminal).toShow(">\nend");
  });

  test("Ctrl-L clears the screen and keeps what was on it in the scrollback", async () => {
    await using terminal = await openEditor();
    terminal.type("before");
    terminal.type("\r");
    await terminal.until("got");
    terminal.type("now\x0c");
    await expect(terminal).toShow("> now");
    expect(terminal.cursor()).toEqual({ row: 0, column: 5 });
    expect(terminal.scrollback()).toMatch(/^> before\ngot "before"\n[^]*> now$/);
  });

  test("the terminal is as it was at the end", async () => {
    await using terminal = await openEditor({ color: true });
    terminal.type("x".repeat(100));
    terminal.type("\x03\x04");
    await terminal.exit;
    const { modes } = terminal.terminal;
    expect(modes).toMatchObject({ bracketedPasteMode: false, wraparoundMode: true, synchronizedOutputMode: false });
    expect(terminal.raw).not.toContain("\x1b[?1049h");
  });
});

describe("another editor", () => {
  async function withScript<T>(script: string, run: (path: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), "fake-editor-"));
    const path = join(folder, "editor.sh");
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    try {
      return await run(path);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  test("Ctrl-X Ctrl-E lets the text be written there", async () => {
    await withScript(
      'echo "editing $(cat "$1")"; printf "%s and more\\nlines\\n" "$(cat "$1")" > "$1"',
      async (path) => {
        await using terminal = await openEditor({}, { env: { EDITOR: path } });
        terminal.type("typed \u4f60\u597d");
        terminal.type("\x18\x05");
        await terminal.until("lines");
        await expect(terminal).toShow("editing typed \u4f60\u597d\n> typed \u4f60\u597d and more\n  lines");
        terminal.type("!\r");
        await terminal.until("got");
        expect(answers(terminal)).toEqual(["typed \u4f60\u597d and more\nlines!"]);
      },
    );
  });

  test("one that fails is told about, and nothing is lost", async () => {
    await withScript("exit 1", async (path) => {
      await using terminal = await openEditor({}, { env: { EDITOR: path } });
      terminal.type("typed");
      terminal.type("\x18\x05");
      await terminal.until(/\n> typed$/);
      expect(terminal.screen()).toMatch(/^Can't run the editor: /);
    });
  });

  test("a paste that is shown shortened is there whole", async () => {
    await withScript('wc -l < "$1" | tr -d " " | sed "s/^/lines: /"', async (path) => {
      await using terminal = await openEditor({}, { env: { EDITOR: path } });
      terminal.type(`\x1b[200~${"x\n".repeat(50)}\x1b[201~`);
      await terminal.until(en.editor.pastedLines({ lines: 50, number: 1 }));
      terminal.type("\x18\x05");
      await terminal.until(/lines: 50[^]*lines\]$/);
      await expect(terminal).toShow(`lines: 50\n> ${en.editor.pastedLines({ lines: 50, number: 1 })}`);
    });
  });
});
