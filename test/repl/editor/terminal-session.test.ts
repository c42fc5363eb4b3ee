import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { answers, hostArguments, openEditor } from "../../support/editor.ts";
import "../../support/screen.ts";
import { openTerminal, type PtyTerminal } from "../../support/pty.ts";
import { en } from "../../support/words.ts";

const family = "\u{1F469}\u200D\u{1F469}\u200D\u{1F467}";

const bracketed = (text: string) => `\x1b[200~${text}\x1b[201~`;

async function answer(terminal: PtyTerminal, text: string): Promise<void> {
  const before = answers(terminal).length;
  terminal.type(bracketed(text));
  terminal.type("\r");
  await terminal.until(() => answers(terminal).length === before + 1);
}

describe("history", () => {
  let folder: string;
  let history: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "editor-history-"));
    history = join(folder, "history");
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function firstSession(...texts: string[]): Promise<void> {
    await using terminal = await openEditor({ history });
    for (const text of texts) await answer(terminal, text);
    terminal.type("\x04");
    await terminal.exit;
  }

  test("is there in the next session, newest first, each entry once", async () => {
    await firstSession("one", "two\nlines", "one");
    expect((await stat(history)).mode & 0o777).toBe(0o600);
    await using terminal = await openEditor({ history });
    terminal.type("draft\x1b[A");
    await terminal.until("> one");
    terminal.type("\x1b[A");
    await terminal.until("> two");
    await expect(terminal).toShow("> two\n  lines");
    terminal.type("\x1b[B\x1b[B");
    await terminal.until("> draft");
    terminal.type("\x1b<");
    await terminal.until("> two");
    terminal.type("\x1b>");
    await terminal.until("> draft");
    await expect(terminal).toShow("> draft");
  });

  test("is searched with Ctrl-R, older and newer, and Enter sends what was found", async () => {
    await firstSession("git push", `\u4f60\u597d${family}`, "git pull --rebase", "ls");
    await using terminal = await openEditor({ history });
    terminal.type("\x12");
    await terminal.until(en.editor.search);
    terminal.type("git");
    await terminal.until("> git pull --rebase");
    await expect(terminal).toShow("> git pull --rebase\nsearch history: git");
    expect(terminal.cursor()).toEqual({ row: 1, column: 19 });
    terminal.type("\x12");
    await terminal.until("> git push");
    terminal.type("\x13");
    await terminal.until("> git pull");
    terminal.type("zzz");
    await terminal.until(en.editor.notFound);
    terminal.type("\x7f\x7f\x7f");
    await terminal.until(/git$/);
    terminal.type("\r");
    await terminal.until("got");
    expect(answers(terminal)).toEqual(["git pull --rebase"]);
    expect(terminal.screen()).toMatch(/^> git pull --rebase\ngot/);
  });

  test("is searched for Chinese, and another key takes what was found into the line", async () => {
    await firstSession("ask", `\u8bf7\u8bf4\u4f60\u597d${family}`, "ls");
    await using terminal = await openEditor({ history, lang: "zh" });
    terminal.type("\x12\u4f60\u597d");
    await terminal.until("\u641c\u7d22\u5386\u53f2\uff1a\u4f60\u597d");
    expect(terminal.screen()).toContain(`> \u8bf7\u8bf4\u4f60\u597d${family}`);
    terminal.type("\x05!");
    await terminal.until(`${family}!`);
    await expect(terminal).toShow(`> \u8bf7\u8bf4\u4f60\u597d${family}!`);
  });

  test.each([
    ["Ctrl-G", "\x07"],
    ["Escape", "\x1b"],
  ])("%s leaves the search with what was typed before", async (_, key) => {
    await firstSession("git push");
    await using terminal = await openEditor({ history });
    terminal.type("half");
    terminal.type("\x12git");
    await terminal.until("> git push");
    terminal.type(key);
    await terminal.until("> half");
    await expect(terminal).toShow("> half");
  });

  test("two sessions at once both keep theirs", async () => {
    await using one = await openEditor({ history });
    await using two = await openEditor({ history });
    await answer(one, "from one");
    await answer(two, "from two");
    one.type("\x04");
    two.type("\x04");
    await Promise.all([one.exit, two.exit]);
    await using next = await openEditor({ history });
    next.type("\x12from one\x05");
    await next.until(/^> from one$/m);
    next.type("\x15\x12from two\x05");
    await next.until(/^> from two$/m);
    await expect(next).toShow("> from two");
  });
});

describe("typing while an answer streams", () => {
  async function streaming(): Promise<PtyTerminal> {
    const terminal = await openEditor();
    terminal.type("stream\r");
    await terminal.until("streaming");
    return terminal;
  }

  async function typeAhead(terminal: PtyTerminal, text: string): Promise<void> {
    terminal.type(text);
    await terminal.until(`heard ${JSON.stringify(text).slice(0, 20)}`);
  }

  test("what was typed stands at the next prompt, and can be edited", async () => {
    await using terminal = await streaming();
    await typeAhead(terminal, "next question");
    await terminal.until("> next question");
    process.kill(terminal.pid, "SIGUSR2");
    await terminal.until("> next question");
    terminal.type("\x7f?\r");
    await terminal.until("next questio?");
    await terminal.until(() => answers(terminal).length === 2);
    expect(answers(terminal)).toEqual(["stream", "next questio?"]);
  });

  test("what was typed before the first prompt counts too, its Enter as an Enter", async () => {
    await using terminal = openTerminal({ args: hostArguments(), cols: 40, rows: 12 });
    terminal.type("early\r");
    await terminal.until(() => answers(terminal).length === 1);
    expect(answers(terminal)).toEqual(["early"]);
  });

  test("a paste is kept whole", async () => {
    await using terminal = await streaming();
    const text = Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\n");
    await typeAhead(terminal, bracketed(text));
    process.kill(terminal.pid, "SIGUSR2");
    await terminal.until(`> ${en.editor.pastedLines({ lines: 30, number: 1 })}`);
    terminal.type("\r");
    await terminal.until(() => answers(terminal).length === 2);
    expect(answers(terminal)[1]).toBe(text);
  });
});

describe("Tab", () => {
  const candidates = [
    { value: "/model ", label: "/model", hint: "change the model" },
    { value: "/mode ", label: "/mode", hint: "another" },
    { value: "/quit ", label: "/quit", hint: "leave" },
  ];

  test("completes what is certain, then lists, then cycles", async () => {
    await using terminal = await openEditor({ candidates });
    terminal.type("/q\t");
    await terminal.until("> /quit");
    expect(terminal.cursor().column).toBe(8);
    terminal.type("\x15/m\t");
    await terminal.until("> /mode");
    expect(terminal.cursor().column).toBe(7);
    terminal.type("\t");
    await terminal.until("change the model");
    await expect(terminal).toShow("> /mode\n/model  change the model\n/mode   another");
    expect(terminal.cursor()).toEqual({ row: 0, column: 7 });
    terminal.type("\t");
    await terminal.until("> /model ");
    terminal.type("\t");
    await terminal.until(() => terminal.cursor().column === 8);
    terminal.type("\x1b[Z");
    await terminal.until("> /model ");
    terminal.type("x");
    await expect(terminal).toShow("> /model x");
  });

  test("Escape closes the list and puts back what was typed", async () => {
    await using terminal = await openEditor({ candidates });
    terminal.type("/\t\t\t");
    await terminal.until("> /model ");
    terminal.type("\x1b");
    await terminal.until(/^> \/$/m);
    await expect(terminal).toShow("> /");
  });

  test("keys typed right behind it come after the completion", async () => {
    await using terminal = await openEditor({ candidates, slow: 30 });
    terminal.type("/q\tnow\r");
    await terminal.until("got");
    expect(answers(terminal)).toEqual(["/quit now"]);
  });

  test("candidates that never come do not hold up typing", async () => {
    await using terminal = await openEditor({ candidates, slow: 100_000 });
    terminal.type("/q\tnow\r");
    await terminal.until("got");
    expect(answers(terminal)).toEqual(["/qnow"]);
  });
});

describe("the screen", () => {
  test.each([
    [40, 20],
    [20, 40],
    [40, 39],
  ])("from %i to %i columns in the middle of editing", async (from, to) => {
    await using terminal = await openEditor({}, { cols: from });
    await answer(terminal, "above");
    const text = `some words \u4f60\u597d${family} and more of them to wrap `;
    terminal.type(text);
    await terminal.until("wrap");
    terminal.resize(to, 12);
    terminal.type("!");
    await terminal.until(() => terminal.screen().endsWith("!"));
    await terminal.until(() => terminal.screen().split("\n").length === 2 + Math.ceil((text.length + 3) / to));
    const drawn = terminal.screen();
    expect(drawn.startsWith('> above\ngot "above"\n> some words')).toBe(true);
    expect(drawn.split("\n").slice(2).join("").replaceAll(" ", "")).toBe(`> ${text}!`.replaceAll(" ", ""));
    terminal.type("\r");
    await terminal.until(() => answers(terminal).length === 2);
    expect(answers(terminal)[1]).toBe(`${text}!`);
  });

  test("a message stands above the prompt, which stays as it was", async () => {
    await using terminal = await openEditor();
    terminal.type(`${bracketed("half a\nthought")}\x1b[D`);
    await terminal.until("thought");
    process.kill(terminal.pid, "SIGUSR2");
    await terminal.until("a note");
    await terminal.until(() => terminal.cursor().row === 2);
    await expect(terminal).toShow("a note\n> half a\n  thought");
    expect(terminal.cursor()).toEqual({ row: 2, column: 8 });
  });

  test("a key costs no more than it must: one character, one byte", async () => {
    await using terminal = await openEditor();
    terminal.type("a");
    await terminal.until("> a");
    const before = terminal.raw.length;
    terminal.type("b");
    await terminal.until("> ab");
    expect(terminal.raw.slice(before)).toBe("b");
  });

  test("Ctrl-Z gives the terminal back to the shell, and fg brings the prompt back", async () => {
    await using terminal = openTerminal({
      command: "bash",
      args: ["--norc", "--noprofile", "-i"],
      env: { PS1: "shell$ ", PATH: process.env["PATH"] ?? "" },
      cols: 100,
      rows: 20,
    });
    await terminal.until("shell$ ");
    terminal.type(`clear; '${process.execPath}' '${hostArguments().join("' '")}'\r`);
    await terminal.until(/^>$/m);
    terminal.type("half a thought");
    await terminal.until("> half a thought");
    terminal.type("\x1a");
    await terminal.until(/Stopped[^]*shell\$/);
    expect(terminal.terminal.modes.bracketedPasteMode).toBe(
      terminal.raw.lastIndexOf("\x1b[?2004h") > terminal.raw.lastIndexOf("\x1b[?2004l"),
    );
    terminal.type("echo cooked\r");
    await terminal.until(/^cooked$/m);
    terminal.type("fg\r");
    await terminal.until(/fg[^]*> half a thought$/);
    terminal.type("!\r");
    await terminal.until(() => answers(terminal).length === 1);
    expect(answers(terminal)).toEqual(["half a thought!"]);
    terminal.type("\x04");
    await terminal.until(/end\nshell\$/);
  });
});
