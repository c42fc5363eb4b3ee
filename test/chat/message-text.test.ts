import fc from "fast-check";
import { expect, test } from "vitest";
import { splitAttached, textOf, userMessage } from "../../src/chat/message-text.ts";
import { processorTime } from "../support/processor-time.ts";

const attached = (name: string, text: string) => ({ type: "file", name, text }) as const;
const joined = (words: string, files: readonly ReturnType<typeof attached>[]) =>
  textOf([...userMessage(words).content, ...files]);

test("a question with files is taken apart into what it was made of", () => {
  const files = [
    attached("a.md", "# A\n\n```js\nx\n```"),
    attached("src/b.ts", ""),
    attached("Makefile", "all:\n\n\techo"),
  ];
  expect(splitAttached(joined("look\n\nat these", files))).toEqual({ words: "look\n\nat these", files });
  expect(splitAttached(joined("", files))).toEqual({ words: "", files });
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
  const file = fc
    .tuple(fc.constantFrom("a", "b.ts", "c d/e.md", ".env"), text)
    .map(([name, said]) => attached(name, said));
  fc.assert(
    fc.property(text, fc.array(file, { maxLength: 3 }), (words, files) => {
      const question = joined(words, files);
      const split = splitAttached(question);
      expect(joined(split.words, split.files)).toBe(question);
      expect(split.files.length).toBeGreaterThanOrEqual(files.length);
    }),
  );
});

test("many fences and many lines take no time to speak of", () => {
  const took = processorTime(() => {
    const question = joined("x", [attached("a.md", "```\n".repeat(200_000))]);
    expect(splitAttached(question).files).toHaveLength(1);
  });
  expect(took).toBeLessThan(5_000);
});

test("many files take no time to speak of", () => {
  const files = Array.from({ length: 20_000 }, (_, index) => attached(`${index}.ts`, "x"));
  const question = joined("x", files);
  const took = processorTime(() => expect(splitAttached(question)).toEqual({ words: "x", files }));
  expect(took).toBeLessThan(5_000);
});
