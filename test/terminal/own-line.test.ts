import { expect, test } from "vitest";
import { ownLines } from "../../src/terminal/own-line.ts";
import { createInk } from "../../src/terminal/theme.ts";
import { displayWidth } from "../../src/terminal/width.ts";

test("rows break at words, and later ones are indented by what the first begins with", () => {
  const rows = (text: string, columns: number) => ownLines(text, columns).split("\n");
  expect(rows("one two three", 9)).toEqual(["one two", "three"]);
  expect(rows("  one two three", 9)).toEqual(["  one two", "  three"]);
  expect(rows("✓ one two three", 9)).toEqual(["✓ one two", "  three"]);
  expect(rows("12. one two three", 12)).toEqual(["12. one two", "    three"]);
  expect(rows("→ 对话将保存到文件。", 12)).toEqual(["→ 对话将保存", "  到文件。"]);
  expect(rows("fits\n  as it is", 12)).toEqual(["fits", "  as it is"]);
});

test("what is copied is not broken while a row has room for it", () => {
  const command = "deepseek-chat --resume 11v04vs6";
  expect(ownLines(`Saved. Resume with: ${command}`, 40)).toBe(`Saved. Resume with:\n${command}`);
  const checkout = "npm start -- --resume 11v04vs6";
  expect(ownLines(`Saved. Resume with: ${checkout}`, 40)).toBe(`Saved. Resume with:\n${checkout}`);
  expect(ownLines("Answer cut off. /save <file> keeps it.", 24)).toBe("Answer cut off.\n/save <file> keeps it.");
  const path = `/home/somebody/${"long-".repeat(8)}name.md`;
  expect(ownLines(`! Can't read ${path}: no such file.`, 40)).toBe(`! Can't read\n${path}:\n  no such file.`);
});

test("facts keep their dots and units", () => {
  expect(ownLines("1.2k in · 320 out · 2.1 s", 17)).toBe("1.2k in ·\n320 out · 2.1 s");
  expect(ownLines("1.2k in · 320 out · 2.1 s", 22)).toBe("1.2k in · 320 out ·\n2.1 s");
  expect(ownLines("输出 201 · 0.0 秒", 15)).toBe("输出 201 ·\n0.0 秒");
  expect(ownLines("Saving to t · /help for commands · q to quit", 40)).toBe(
    "Saving to t · /help for commands ·\nq to quit",
  );
  expect(ownLines(`Saving to ${"t".repeat(20)} · q to quit`, 20)).toBe(`Saving to\n${"t".repeat(20)}\n· q to quit`);
});

test("each row has its own colours, and ends without any", () => {
  const ink = createInk({ level: 1, name: "16", background: null });
  const rows = ownLines(`${ink.accent("one")} ${ink.error("two three")} four`, 9).split("\n");
  expect(rows).toEqual(["\u001b[36mone\u001b[m \u001b[31mtwo\u001b[m", "\u001b[31mthree\u001b[m", "four"]);
});

test("no row is wider than it may be, at any width", () => {
  const text = "✗ 无法读取 notes.md：没有这个文件。Check the path, or run deepseek-chat doctor · 2.1 s · 3 个文件";
  for (let columns = 30; columns < 90; columns += 1) {
    const rows = ownLines(text, columns).split("\n");
    expect(Math.max(...rows.map(displayWidth))).toBeLessThanOrEqual(columns);
    expect(rows.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  }
});
