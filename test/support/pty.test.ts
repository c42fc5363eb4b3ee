import { expect, test } from "vitest";
import { openTerminal } from "./pty.ts";

const script = `
  process.stdin.setRawMode(true);
  process.stdout.write("ready " + process.stdout.columns + "\\r\\n");
  process.stdout.on("resize", () => process.stdout.write("now " + process.stdout.columns + "\\r\\n"));
  process.stdin.on("data", (data) => {
    process.stdout.write("got " + data + "\\r\\n");
    if (String(data) === "q") process.exit(3);
  });`;

test("a program in a terminal is typed to, watched, resized and waited for", async () => {
  await using terminal = openTerminal({ args: ["-e", script], cols: 30, rows: 5 });
  await terminal.until("ready 30");
  terminal.type("\u4f60\u597d");
  await terminal.until("got \u4f60\u597d");
  terminal.resize(40, 5);
  await terminal.until(/now 40/);
  expect(terminal.cursor()).toEqual({ row: 3, column: 0 });
  terminal.type("q");
  expect(await terminal.exit).toEqual({ code: 3, signal: 0 });
  expect(terminal.screen()).toBe("ready 30\ngot \u4f60\u597d\nnow 40\ngot q");
  expect(terminal.raw).toMatch(/got q\r+\n$/);
});

test("scrollback keeps what left the screen and joins the rows the terminal wrapped", async () => {
  await using terminal = openTerminal({
    args: ["-e", `console.log("first"); console.log("x".repeat(25)); console.log("\\n\\nlast")`],
    cols: 10,
    rows: 3,
  });
  await terminal.exit;
  expect(terminal.screen()).toBe("\nlast");
  expect(terminal.scrollback()).toBe(`first\n${"x".repeat(25)}\n\n\nlast`);
});

test("waiting for what never comes fails and shows the screen", async () => {
  await using terminal = openTerminal({ args: ["-e", `console.log("something else")`] });
  await expect(terminal.until("the thing")).rejects.toThrow(/something else/);
});

test("an emoji with joiners takes two columns on a modern terminal", async () => {
  await using terminal = openTerminal({ args: ["-e", String.raw`process.stdout.write("\u{1F469}\u200D\u{1F467}")`] });
  await terminal.exit;
  expect(terminal.cursor().column).toBe(2);
});
