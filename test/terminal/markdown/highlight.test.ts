import type { HLJSApi } from "highlight.js";
import { expect, test } from "vitest";
import { Highlighter } from "../../../src/terminal/markdown/highlight.ts";
import { languages } from "../../../src/terminal/markdown/languages.ts";
import type { StyledText } from "../../../src/terminal/markdown/styled-text.ts";
import { MarkdownTheme } from "../../../src/terminal/markdown/theme.ts";
import { capable } from "./screen.ts";

const theme = new MarkdownTheme({ ...capable, hyperlinks: false });

/** The code's lines in colours, and how many characters the highlighter was given for them. */
async function highlighted(language: string, code: readonly string[]): Promise<{ lines: StyledText[]; given: number }> {
  await languages.load(language);
  const api = languages.highlighter(language)!;
  let given = 0;
  const counting: HLJSApi = Object.assign(Object.create(api) as HLJSApi, {
    highlight(text: string, options: { language: string }) {
      given += text.length;
      return api.highlight(text, options);
    },
  });
  const highlighter = new Highlighter(counting, language, theme);
  const lines = code.map((line) => highlighter.line(line));
  return { lines, given };
}

const looks = ({ runs, text }: StyledText) =>
  runs.map(({ end, style }, index) => [text.slice(runs[index - 1]?.end ?? 0, end), style.sgr]);

const size = (code: readonly string[]) => code.reduce((sum, line) => sum + line.length + 1, 0);

test.each([
  ["a comment", "c", "/* begins", "goes on, return 1;", "*/"],
  ["a string", "python", 'x = """begins', "return 1", '"""'],
  ["a template", "javascript", "x = `begins", "return 1;", "`"],
])("%s of any length keeps its colour to its end, and each character is read once", async (_, language, ...code) => {
  const [first, middle, last] = code;
  const text = [first, ...Array.from({ length: 500 }, () => middle), `${last}; return`];
  const { lines, given } = await highlighted(language, text);
  expect(given).toBe(size(text));
  const look = looks(lines[1]!);
  expect(look).toEqual([[middle, look[0]![1]]]);
  expect(look[0]![1]).not.toBe("");
  expect(new Set(lines.slice(1, -1).map((line) => JSON.stringify(looks(line)))).size).toBe(1);
  const [end, ...after] = looks(lines.at(-1)!);
  expect(end).toEqual([last, look[0]![1]]);
  expect(after.map(([part]) => part).join("")).toBe("; return");
  expect(after.every(([, sgr]) => sgr !== look[0]![1])).toBe(true);
});

test("what stands in a scope that began on a line before has its own colour, and then that of the scope", async () => {
  const { lines } = await highlighted("javascript", ["x = `a", "b ${c + 1} d", "e` + 1"]);
  const string = looks(lines[0]!).at(-1)![1];
  const number = looks(lines[2]!).at(-1)![1];
  expect(looks(lines[1]!)[0]).toEqual([expect.stringMatching(/^b /), string]);
  expect(looks(lines[1]!)).toContainEqual(["1", number]);
  expect(looks(lines[1]!).at(-1)).toEqual([expect.stringMatching(/ d$/), string]);
  expect(looks(lines[2]!)[0]).toEqual(["e`", string]);
});

test("a language without capitals has none either where a line begins within something", async () => {
  const { lines } = await highlighted("css", ["@media screen and (width: 1px),", "print AND (width: 1px) {"]);
  const keyword = looks(lines[0]!).find(([part]) => part === "and")![1];
  expect(keyword).not.toBe("");
  expect(looks(lines[1]!)).toContainEqual(["AND", keyword]);
});

test("templates within templates without an end are read once", async () => {
  const text = Array.from({ length: 300 }, () => "x`${");
  expect((await highlighted("javascript", text)).given).toBe(size(text));
});

test("a language within another keeps its state from line to line, and is read at most 16 times", async () => {
  const text = ["<script>", "/* a comment", ...Array.from({ length: 300 }, () => "goes on"), "</script>", "<b>"];
  const { lines, given } = await highlighted("xml", text);
  expect(looks(lines[3]!)).toEqual(looks(lines[2]!));
  expect(looks(lines[2]!)[0]![1]).not.toBe("");
  expect(given).toBeGreaterThan(size(text));
  expect(given).toBeLessThanOrEqual(16 * size(text));
});

test("short lines that each stand within another are read up to some line, lines of the usual length all", async () => {
  const short = await highlighted(
    "swift",
    Array.from({ length: 20_000 }, () => "("),
  );
  expect(short.given).toBeLessThan(30_000);
  const text = Array.from({ length: 2000 }, () => "call(argument, within: parenthesis,");
  expect((await highlighted("swift", text)).given).toBe(size(text));
});

test("a block that costs more work than code does is plain from some line on, and the next has colours again", async () => {
  const text = Array.from({ length: 500 }, () => "<a>".repeat(66));
  const { lines, given } = await highlighted("markdown", text);
  expect(given).toBeLessThan(size(text) / 2);
  const [look] = looks(lines[0]!);
  expect(look![1]).not.toBe("");
  expect(looks(lines.at(-1)!)).toEqual([[text[0], ""]]);
  expect((await highlighted("markdown", text.slice(0, 1))).lines.map(looks)).toEqual([[look]]);
});
