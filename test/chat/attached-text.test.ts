import fc from "fast-check";
import { expect, test } from "vitest";
import { processorTime } from "../support/processor-time.ts";
import { joinAttached, splitAttached } from "../../src/chat/attached-text.ts";

test("a question with files is taken apart into what it was made of", () => {
  const files = [
    { name: "a.md", text: "# A\n\n```js\nx\n```" },
    { name: "src/b.ts", text: "" },
    { name: "Makefile", text: "all:\n\n\techo" },
  ];
  expect(splitAttached(joinAttached("look\n\nat these", files))).toEqual({ words: "look\n\nat these", files });
  expect(splitAttached(joinAttached("", files))).toEqual({ words: "", files });
});

test("a question without files is all words", () => {
  for (const words of ["", "hello", "```\ncode\n```", "see:\n```\ncode\n```\n", "a.js:\n```ts\nx\n```"])
    expect(splitAttached(words)).toEqual({ words, files: [] });
});

test("whatever the parts are, joined again they give the same question", () => {
  const piece = fc.array(fc.constantFrom("`", "``", "```", "````", "\n", "\n\n", "a", "b.ts", ":", " "), {
    maxLength: 12,
  });
  const text = piece.map((parts) => parts.join(""));
  const file = fc.record({ name: fc.constantFrom("a", "b.ts", "c d/e.md", ".env"), text });
  fc.assert(
    fc.property(text, fc.array(file, { maxLength: 3 }), (words, files) => {
      const question = joinAttached(words, files);
      const split = splitAttached(question);
      expect(joinAttached(split.words, split.files)).toBe(question);
      expect(split.files.length).toBeGreaterThanOrEqual(files.length);
    }),
  );
});

test("many fences and many lines take no time to speak of", () => {
  const took = processorTime(() => {
    const question = joinAttached("x", [{ name: "a.md", text: "```\n".repeat(200_000) }]);
    expect(splitAttached(question).files).toHaveLength(1);
  });
  expect(took).toBeLessThan(5_000);
});
