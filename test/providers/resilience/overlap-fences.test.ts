import { expect, test } from "vitest";
import { OverlapFilter } from "../../../src/providers/resilience/overlap.ts";

/** What is new of a continuation, in whatever pieces it comes. */
function fresh(before: string, continuation: string, repeats: "nothing" | "all" | "end" = "end"): string {
  const filter = new OverlapFilter(before, repeats);
  const atOnce = filter.push(continuation) + filter.end();
  const slow = new OverlapFilter(before, repeats);
  const inPieces = Array.from(continuation, (sign) => slow.push(sign)).join("") + slow.end();
  expect(inPieces).toBe(atOnce);
  return atOnce;
}

test.each([
  ["```js\nconst a = 1;\n", "```js\nlet b;", "let b;"],
  ["```js\nconst a = 1;\n", "  ```js\nlet b;", "let b;"],
  ["~~~js\nconst a = 1;\n", "~~~js\nlet b;", "let b;"],
  ["````md\n```js\nx\n```\n", "````md\nlet b;", "let b;"],
  ["```js\nconst a = 1;\n", "```py\nlet b;", "```py\nlet b;"],
  ["```js\nconst a = 1;\n", "x ```js\nlet b;", "x ```js\nlet b;"],
  ["```js\nconst a = 1;\n", "~~js\nlet b;", "~~js\nlet b;"],
  ["```js\nx = 1\n```\ndone\n", "```js\nlet b;", "```js\nlet b;"],
  ["~~~js\nx = 1\n~~~\ndone\n", "~~~js\nlet b;", "~~~js\nlet b;"],
  ["````js\nx = 1\n```\ny\n", "````js\nlet b;", "let b;"],
  ["```js\nx = 1\n~~~\ny\n", "```js\nlet b;", "let b;"],
  ["```js\nx = 1\n```x\ny\n", "```js\nlet b;", "let b;"],
  ["not ```js\nx\n", "```js\nlet b;", "```js\nlet b;"],
  ["```js\nconst total = 1;", "```js\nconst total = 1;\nlet b;", "\nlet b;"],
  ["```js\nconst total = 1;", "```js\n  const total = 1; let b;", " let b;"],
  ["text const total = 1;", "```js\nconst total = 1; let b;", "```js\nconst total = 1; let b;"],
])("behind %j, %j brings %j", (before, continuation, expected) => {
  expect(fresh(before, continuation)).toBe(expected);
});

test.each([
  ["the end of it", "\u2026 the end of it, and", ", and"],
  ["the end of it", "...the end of it, and", ", and"],
  ["the end of it", "\n\nthe end of it, and", ", and"],
  ["the end of it", ".the end of it, and", ".the end of it, and"],
  ["the end of it", "so: the end of it, and", "so: the end of it, and"],
  ["foo\nabc", "abcd", "d"],
  ["foo\nab", "abcd", "abcd"],
  ["foo abc", "abcd", "abcd"],
  ["xaaaaaaaa", "aaaaaaaa!", "aaaaaaaa!"],
  ["a   b   ", "a   b   c", "a   b   c"],
  ["\u4f60\u597d\u4e16", "\u4f60\u597d\u4e16\u754c", "\u754c"],
  ["x \u597d\u4e16", "\u597d\u4e16\u754c", "\u597d\u4e16\u754c"],
  ["abcabcabcabc", "abcabcabcabcd", "d"],
  ["", "anything", "anything"],
])("behind %j, %j brings %j as text", (before, continuation, expected) => {
  expect(fresh(before, continuation)).toBe(expected);
});

test("the whole answer may come once more, or nothing of it", () => {
  const before = `first ${"word ".repeat(200)}last`;
  expect(fresh(before, `${before} more`)).toBe(" more");
  expect(fresh(before, `${before} more`, "all")).toBe(" more");
  expect(fresh("one two", "two three", "all")).toBe("two three");
  expect(fresh("one two", "\u2026one two three", "all")).toBe("\u2026one two three");
  expect(fresh("one two", "one two three", "nothing")).toBe("one two three");
  const far = `the beginning here ${"x".repeat(500)}`;
  expect(fresh(far, `${far.slice(4)} more`)).toBe(`${far.slice(4)} more`);
});

test("what is no repetition is given at once, and all that follows it", () => {
  const none = new OverlapFilter("the end of it", "end");
  expect(none.push("no such thing")).toBe("no such thing");
  expect(none.push(" the end of it")).toBe(" the end of it");
  expect(none.end()).toBe("");
});
