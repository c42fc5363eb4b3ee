import { expect, test } from "vitest";
import { codeBlocks } from "../../src/chat/code-blocks.ts";
import { processorTime } from "../support/processor-time.ts";

test("blocks of code are those that the fences mark, also in lists", () => {
  expect(codeBlocks("a\n```js\nx\n\ny\n```\nb\n~~~~\n```\n~~~\n~~~~~\n")).toEqual(["x\n\ny", "```\n~~~"]);
  expect(codeBlocks("10. first\n\n    ```sh\n    ls\n      -l\n    ```\n")).toEqual(["ls\n  -l"]);
  expect(codeBlocks("```js\nx\n")).toEqual(["x"]);
  expect(codeBlocks("``` not `code` ```\nx")).toEqual([]);
  expect(codeBlocks("none")).toEqual([]);
});

test("many fences take no time to speak of", () => {
  const took = processorTime(() => {
    expect(codeBlocks("~~~a\n".repeat(200_000))).toHaveLength(1);
    expect(codeBlocks("```\n~~~\n".repeat(100_000)).length).toBeGreaterThan(0);
  });
  expect(took).toBeLessThan(5_000);
});
