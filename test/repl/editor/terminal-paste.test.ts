import { describe, expect, test } from "vitest";
import { answers, openEditor } from "../../support/editor.ts";
import "../../support/screen.ts";
import { en } from "../../support/words.ts";

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);
const bracketed = (text: string) => `\x1b[200~${text}\x1b[201~`;

describe("a paste in a real terminal", () => {
  test("bracketed paste is switched on while editing and off at the end", async () => {
    await using terminal = await openEditor();
    expect(terminal.terminal.modes.bracketedPasteMode).toBe(true);
    terminal.type("\x04");
    await terminal.exit;
    expect(terminal.terminal.modes.bracketedPasteMode).toBe(false);
  });

  test("twenty pasted lines are one message, shown shortened", async () => {
    await using terminal = await openEditor();
    terminal.type("look: ");
    terminal.type(bracketed(lines(20).join("\r")));
    await terminal.until(`> look: ${en.editor.pastedLines({ lines: 20, number: 1 })}`);
    terminal.type(" end\r");
    await terminal.until("got");
    expect(answers(terminal)).toEqual([`look: ${lines(20).join("\n")} end`]);
    expect(terminal.screen().startsWith(`> look: ${en.editor.pastedLines({ lines: 20, number: 1 })} end\ngot`)).toBe(
      true,
    );
  });

  test("a few lines are put in as they are", async () => {
    await using terminal = await openEditor();
    terminal.type(bracketed("one\r\ntwo\n\tthree\x1b[31m"));
    await terminal.until("three");
    await expect(terminal).toShow("> one\n  two\n      three");
    terminal.type("\r");
    await terminal.until("got");
    expect(answers(terminal)).toEqual(["one\ntwo\n\tthree"]);
  });

  // Without its brackets a paste is told by how close its pieces come, which a machine with other work stretches: the editor
  // waits longer here. How long it usually waits is held by the tests of the keys, with a clock of their own.
  const burstTimes = { enter: 3_000, burst: 3_000 };

  test("twenty lines without bracketed paste are one message too, and wait for an Enter", async () => {
    await using terminal = await openEditor({ burstTimes });
    terminal.type(`${lines(20).join("\r")}\r`);
    await terminal.until(en.editor.pastedLines({ lines: 20, number: 1 }));
    expect(answers(terminal)).toEqual([]);
    terminal.type("\r");
    await terminal.until("got");
    expect(answers(terminal)).toEqual([`${lines(20).join("\n")}\n`]);
  });

  test.each([
    ["bracketed", bracketed],
    ["unbracketed", (text: string) => text],
  ])("two thousand lines, %s, are shown shortened, sent whole, and deleted as one", async (_, send) => {
    const text = lines(2000)
      .map((line) => `${line} \u4f60\u597d, some more words to make it long`)
      .join("\n");
    await using terminal = await openEditor({ burstTimes });
    terminal.type(send(text.replaceAll("\n", "\r")));
    await terminal.until(en.editor.pastedLines({ lines: 2000, number: 1 }));
    terminal.type("x\x7f\x7f");
    await expect(terminal).toShow(">");
    terminal.type("\x1f");
    await terminal.until(en.editor.pastedLines({ lines: 2000, number: 1 }));
    terminal.type("\r");
    await terminal.until(() => answers(terminal).length === 1);
    expect(answers(terminal)[0]).toBe(text);
  });

  test("the label is Chinese in Chinese, and wraps at the edge", async () => {
    await using terminal = await openEditor({ lang: "zh" }, { cols: 20 });
    terminal.type("\u8bf7\u770b\u8fd9\u91cc\uff1a");
    terminal.type(bracketed(lines(120).join("\n")));
    await terminal.until("\u884c]");
    await expect(terminal).toShow("> \u8bf7\u770b\u8fd9\u91cc\uff1a[\u7c98\u8d34 #1\n\uff1a120 \u884c]");
  });

  test("a line and its Enter typed at once are a line", async () => {
    await using terminal = await openEditor();
    terminal.type("quick\r");
    await terminal.until("got");
    expect(answers(terminal)).toEqual(["quick"]);
  });

  /** An Enter that is held waits far longer than the test takes; what follows it ends the waiting. */
  const patient = { enter: 3_600_000, burst: 1 };

  test("where the terminal has answered that it marks pastes, Enter waits for nothing", async () => {
    await using terminal = await openEditor({ burstTimes: patient });
    terminal.type("one");
    await terminal.until("> one");
    terminal.type("\r");
    await terminal.until("got");
    expect(answers(terminal)).toEqual(["one"]);
  });

  test("where the terminal is silent, text right behind an Enter makes a paste of both", async () => {
    await using terminal = await openEditor({ burstTimes: patient }, { silent: true });
    terminal.type("one");
    await terminal.until("> one");
    terminal.type("\r");
    terminal.type("two");
    await expect(terminal).toShow("> one\n  two");
    expect(answers(terminal)).toEqual([]);
    // It has marked a paste now.
    terminal.type(bracketed(" and three"));
    await terminal.until("three");
    terminal.type("\r");
    await terminal.until("got");
    expect(answers(terminal)).toEqual(["one\ntwo and three"]);
  });
});
