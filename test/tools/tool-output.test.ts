import { expect, test } from "vitest";
import type { ToolOutput } from "../../src/chat/tools.ts";
import { limitedOutput, outputText } from "../../src/tools/tool-output.ts";

const textPart = (text: string) => ({ type: "text", text }) as const;
const limited = (content: ToolOutput["content"]) => limitedOutput({ content, isError: false });

test("a result of any number of texts is bounded, with one mark for what is left out", () => {
  const { content } = limited(Array.from({ length: 300_000 }, () => textPart("a")));
  expect(content).toHaveLength(50_001);
  expect(content.at(-1)).toEqual(textPart("\n[… 250000 bytes left out …]"));
  const cut = outputText(limited([textPart("a".repeat(100_000)), textPart("b")]));
  expect(cut).toMatch(/a\n\[… 50000 of 100000 bytes left out …\]\na+\n\n\[… 1 bytes left out …\]$/u);
});

test("pictures are bounded too, and half a character is none", () => {
  const picture = (length: number) => ({ type: "image", name: "p", url: "x".repeat(length) }) as const;
  const small = picture(1_000_000);
  expect(limited([small, picture(16_000_000), textPart("\ud83d"), small]).content).toEqual([
    small,
    textPart("\ufffd"),
    small,
    textPart("\n[… 16000000 bytes left out …]"),
  ]);
});
