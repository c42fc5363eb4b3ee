import { expect, test } from "vitest";
import { fileName, idFrom, newId, slug, titleOf } from "../../../src/transcripts/store/names.ts";

const overlay = "\u0334";

test.each([
  ["\n \t\n  two words\nand more", "two-words"],
  ["a".repeat(41), "a".repeat(40)],
  // Cut behind a word, nothing of what joins it to the next stays.
  [`${"a".repeat(39)} b`, "a".repeat(39)],
  ["\uac00".repeat(21), "\uac00".repeat(20)],
  ["\u1100".repeat(21), "\u1100".repeat(20)],
  ["\u{20000}".repeat(21), "\u{20000}".repeat(20)],
  // What takes no column still takes bytes.
  [`ab${overlay.repeat(100)}`, `ab${overlay.repeat(74)}`],
  [`abc${overlay.repeat(100)}`, `abc${overlay.repeat(73)}`],
  ["\u00e9".repeat(41), "\u00e9".repeat(40)],
  [`${"!".repeat(399)}abc`, "a"],
  ["\u2026 \u2014 \u3001\u300c\u300d", ""],
  ["\u00bfqu\u00e9?  \u00a1no!", "qu\u00e9-no"],
  [" 0Az 9 ", "0Az-9"],
  ["", ""],
])("a file name recalls %j as %j", (question, expected) => {
  expect(slug(question)).toBe(expected);
});

test("a file name says the time, then the question, then which of those alike it is", () => {
  const at = new Date(2026, 0, 2, 3, 4, 5);
  expect([fileName(at, "Why?", 1), fileName(at, "Why?", 2), fileName(at, "?", 12)]).toEqual([
    "2026-01-02_03-04-05_Why.md",
    "2026-01-02_03-04-05_Why-2.md",
    "2026-01-02_03-04-05-12.md",
  ]);
});

test.each([
  ["a".repeat(80), "a".repeat(80)],
  ["a".repeat(81), `${"a".repeat(79)}\u2026`],
  ["\u91cf".repeat(40), "\u91cf".repeat(40)],
  ["\u91cf".repeat(41), `${"\u91cf".repeat(39)}\u2026`],
  [`a${overlay}`.repeat(80), `a${overlay}`.repeat(80)],
  [`a${overlay}`.repeat(81), `${`a${overlay}`.repeat(79)}\u2026`],
  ["a\u20dd".repeat(80), "a\u20dd".repeat(80)],
  [`a${overlay.repeat(600)}`, `a${overlay.repeat(499)}\u2026`],
  ["\n\n  a\t\x07 b\u200bc \ud83d d \x1b\nrest", "a b c d"],
  [`x${" ".repeat(1000)}y`, "x"],
  ["\ud83d\ude00 smiles", "\ud83d\ude00 smiles"],
  [" \n ", ""],
])("a title out of %j", (text, expected) => {
  expect(titleOf(text)).toBe(expected);
});

test("ids have eight of 36 characters, and differ", () => {
  const ids = Array.from({ length: 300 }, newId);
  for (const id of ids) expect(id).toMatch(/^[0-9a-z]{8}$/);
  expect(new Set(ids).size).toBe(300);
  expect(new Set(ids.join("")).size).toBe(36);
});

test("an id that follows from a text is the same in every version, and of the same form", () => {
  expect([idFrom(""), idFrom("[2026-11-20 23:41:07] Question:\none")]).toEqual(["kheu33tg", "rkioaps8"]);
  for (let number = 0; number < 300; number++) expect(idFrom(`${number}`)).toMatch(/^[0-9a-z]{8}$/);
});
