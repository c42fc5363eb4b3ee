import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OverlapFilter } from "../../../src/providers/resilience/overlap.ts";
import { hostileText, somePlaces, split } from "../../support/transcripts.ts";

type Repeats = ConstructorParameters<typeof OverlapFilter>[1];

/** What is made of a text and a continuation that comes in pieces. */
function join(before: string, pieces: readonly string[], repeats: Repeats): string {
  const seam = new OverlapFilter(before, repeats);
  return before + pieces.map((piece) => seam.push(piece)).join("") + seam.end();
}

/** Words that do not repeat themselves, with what Markdown has between them. */
const words = [
  ..."The quick brown fox jumps over seven lazy dogs while writing code".split(" "),
  ..."\u91cf\u5b50 \u8ba1\u7b97 \u5229\u7528 \u53e0\u52a0 \u4e0e \u7ea0\u7f20 \u5904\u7406 \u4fe1\u606f".split(" "),
  "\u{1f600}",
  "x = 1;",
  "e\u0301t\u00e9",
];
const gap = fc.constantFrom(" ", " ", ", ", "\n", "\n\n", "\n- ", "\n    ", "\uff0c", "");
/** Every word with its number: only what is repeated is a repetition. */
const someAnswer = fc
  .array(fc.tuple(fc.constantFrom(...words), gap), { minLength: 4, maxLength: 60 })
  .map((parts) => parts.map(([word, blank], index) => `${word}${index}${blank}`).join(""));
const somePlace = fc.nat(1000).map((thousandths) => thousandths / 1000);

/** Where a text may be cut without halving a character. */
function placeIn(text: string, share: number): number {
  const place = Math.floor(text.length * share);
  const unit = text.charCodeAt(place);
  return unit >= 0xdc00 && unit <= 0xdfff ? place - 1 : place;
}

describe("the seam of an answer", () => {
  test("is not seen, whatever end of it the model repeats, wherever it was cut", () => {
    const overlap = fc.oneof(fc.integer({ min: 8, max: 390 }), fc.constant(0), fc.constant(Number.MAX_SAFE_INTEGER));
    const heads = fc.constantFrom("", "", "\n", "\n\n", " ", "\u2026", "... ", "\u2026\n");
    fc.assert(
      fc.property(someAnswer, somePlace, overlap, heads, somePlaces, (whole, share, again, head, places) => {
        const cut = placeIn(whole, share);
        const from = again === 0 ? cut : placeIn(whole, Math.max(0, cut - again) / whole.length);
        // Less than that is no repetition; a head without one is the model's own.
        const shown =
          cut - from >= 8 && whole.slice(from, cut).trim().length >= 8 ? head + whole.slice(from) : whole.slice(cut);
        expect(join(whole.slice(0, cut), split(shown, places), "end")).toBe(whole);
      }),
      { numRuns: 2000 },
    );
  });

  test("is not seen where the service sends the beginning back, nor where it does not", () => {
    fc.assert(
      fc.property(someAnswer, somePlace, fc.boolean(), somePlaces, (whole, share, again, places) => {
        const cut = placeIn(whole, share);
        const pieces = split(again && whole.slice(0, cut).trim().length >= 8 ? whole : whole.slice(cut), places);
        expect(join(whole.slice(0, cut), pieces, "all")).toBe(whole);
      }),
      { numRuns: 1000 },
    );
  });

  test("loses nothing but an exact repetition of the end and what stands before it", () => {
    fc.assert(
      fc.property(hostileText, hostileText, fc.nat(40), somePlaces, (before, after, again, places) => {
        const continuation = before.slice(before.length - again) + after;
        const joined = join(before, split(continuation, places), "end");
        const added = joined.slice(before.length);
        expect(joined.startsWith(before) && continuation.endsWith(added)).toBe(true);
        const removed = continuation.slice(0, continuation.length - added.length);
        if (removed === "") return;
        const [head = ""] = /^(?:\s|\u2026|\.{3})*/u.exec(removed) ?? [];
        const ends = Array.from({ length: head.length + 1 }, (_, index) => removed.slice(index));
        expect(ends.some((end) => before.endsWith(end) && new Set(end.replace(/\s/gu, "")).size >= 3)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("is the same however the pieces are cut", () => {
    fc.assert(
      fc.property(hostileText, hostileText, fc.nat(40), somePlaces, (before, after, again, places) => {
        const continuation = before.slice(before.length - again) + after;
        for (const repeats of ["end", "all", "nothing"] as const) {
          expect(join(before, split(continuation, places), repeats)).toBe(join(before, [continuation], repeats));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("leaves a continuation alone that is taken as it comes", () => {
    expect(join("One, two, three", ["two, three", ", four"], "nothing")).toBe("One, two, threetwo, three, four");
  });

  test.each([
    ["a line that is begun again", "So:\n    return x", "return x + 1", "So:\n    return x + 1"],
    ["a short line that is begun again", "a\nret", "return 1", "a\nreturn 1"],
    [
      "Chinese words",
      "\u91cf\u5b50\u8ba1\u7b97\u5229\u7528",
      "\u8ba1\u7b97\u5229\u7528\u53e0\u52a0",
      "\u91cf\u5b50\u8ba1\u7b97\u5229\u7528\u53e0\u52a0",
    ],
    ["the fence and the line", "```py\nx = 1\nprint(x", "```py\nprint(x)\n```", "```py\nx = 1\nprint(x)\n```"],
    ["the fence without its language", "```py\nx = 1\nprint(x", "```\nprint(x)\n```", "```py\nx = 1\nprint(x)\n```"],
    ["the fence alone", "```py\nx = 1\n", "```py\ny = 2\n```", "```py\nx = 1\ny = 2\n```"],
    ["the fence in the midst of a line", "```py\nx = ", "\n```py\n1\n```", "```py\nx = 1\n```"],
    ["the fence and an indented line", "~~~\nif x:\n    go(x", "~~~\n    go(x, 1)", "~~~\nif x:\n    go(x, 1)"],
    ["the opening of a fence that was cut", "Look:\n```typescr", "```typescript\nx", "Look:\n```typescript\nx"],
    ["the end behind an ellipsis", "One, two, three", "\u2026two, three, four", "One, two, three, four"],
    ["the end behind dots and blanks", "One, two, three", "...\n two, three, four", "One, two, three, four"],
    ["the fence and the line behind blanks", "```py\nx = 1\nprint(x", "\n\n```py\nprint(x)", "```py\nx = 1\nprint(x)"],
    ["a fence of tildes", "~~~sh\nx = 1\n", "~~~sh\ny = 2\n~~~", "~~~sh\nx = 1\ny = 2\n~~~"],
    ["the fence behind a closed block", "```js\na\n```\n\n```py\nx\n", "```py\ny\n", "```js\na\n```\n\n```py\nx\ny\n"],
    ["a long fence around a short one", "````md\n```\nx = 1\n", "````md\ny\n", "````md\n```\nx = 1\ny\n"],
    [
      "everything",
      `${"0123456789".repeat(60)} abc`,
      `${"0123456789".repeat(60)} abcdef`,
      `${"0123456789".repeat(60)} abcdef`,
    ],
  ])("removes %s", (_, before, after, whole) => {
    expect(join(before, Array.from(after), "end")).toBe(whole);
  });

  test.each([
    ["blanks", "One.", "\n\nTwo."],
    ["a few letters that are chance", "an ice", "iceberg"],
    ["digits of a row", "1000000", "0000000"],
    ["a rule that goes on", "----------", "----------"],
    ["the cells of a table's rule", "| a | b |\n|---", "|---|"],
    ["two Chinese characters", "\u6211\u4eec\u6211\u4eec", "\u6211\u4eec"],
    ["the fence that closes the block", "```py\nx = 1\n", "```\nDone."],
    ["a fence outside of a block", "```py\nx = 1\n```\nAnd:\n", "```py\ny = 2\n```"],
    ["a fence of another kind", "````md\ntext\n", "```py\nx\n```\n````"],
    ["a fence of another language", "```py\nx = 1\n", "```js\ny\n"],
    ["a fence behind a block that a longer one closed", "```py\nx = 1\n````\nAnd:\n", "```py\ny = 2\n"],
    ["an ellipsis that goes on", "And so", "... on and on"],
    ["something like the end, but for one letter", "the last words were these", "the last words were those"],
    ["nothing at all", "One", ""],
  ])("leaves %s", (_, before, after) => {
    expect(join(before, Array.from(after), "end")).toBe(before + after);
  });

  test("holds nothing back that is new", () => {
    const seam = new OverlapFilter("One, two, three", "end");
    expect([seam.push("two, "), seam.push("three"), seam.push(", four"), seam.push(".")]).toEqual([
      "",
      "",
      ", four",
      ".",
    ]);
    const other = new OverlapFilter("One, two, three", "end");
    expect([other.push("F"), other.push("our")]).toEqual(["F", "our"]);
  });
});
