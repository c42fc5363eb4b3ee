import { expect, test } from "vitest";
import { codeBlocks } from "../../src/chat/code-blocks.ts";
import { extract } from "../../src/chat/extraction.ts";
import { processorTime } from "../support/processor-time.ts";

test("blocks of code are those that the fences mark, also in lists", () => {
  expect(codeBlocks("a\n```js\nx\n\ny\n```\nb\n~~~~\n```\n~~~\n~~~~~\n")).toEqual(["x\n\ny", "```\n~~~"]);
  expect(codeBlocks("10. first\n\n    ```sh\n    ls\n      -l\n    ```\n")).toEqual(["ls\n  -l"]);
  expect(codeBlocks("```js\nx\n")).toEqual(["x"]);
  expect(codeBlocks("``` not `code` ```\nx")).toEqual([]);
  expect(codeBlocks("none")).toEqual([]);
});

test("of an answer the first block of code is taken, or the first JSON", () => {
  const answer = 'So:\n```js\nlet a;\n```\n```json\n{"a": 1}\n```\n```json\n[2]\n```\n';
  expect(extract(answer, "code", true)).toBe("let a;");
  expect(extract(answer, "json", true)).toBe('{"a": 1}');
  expect(extract(" [1,\n2]\n", "json", true)).toBe("[1,\n2]");
  expect(extract("none", "code", true)).toBeNull();
  expect(extract("```json\n{a: 1}\n```", "json", true)).toBeNull();
  expect(extract("```\nx", "code", true)).toBe("x");
  expect(extract("```\nx", "code", false)).toBeNull();
});

test("many fences take no time to speak of", () => {
  const took = processorTime(() => {
    expect(codeBlocks("~~~a\n".repeat(200_000))).toHaveLength(1);
    expect(codeBlocks("```\n~~~\n".repeat(100_000)).length).toBeGreaterThan(0);
  });
  expect(took).toBeLessThan(5_000);
});
