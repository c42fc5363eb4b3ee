import { expect, test } from "vitest";
import { withoutMarks } from "../../../src/providers/files/recognition-marks.ts";

test("kinds and places go with their marks, and lines that held nothing else", () => {
  const page = [
    "<|ref|>title<|/ref|><|box|>[[62, 40, 960, 88]]<|/box|>",
    "# Annual report",
    "",
    "<|ref|>table_caption<|/ref|><|det|>[[1, 2, 3, 4], [5, 6, 7, 8]]<|/det|>",
    "Table 1",
    "<|grounding|>a < b",
  ].join("\n");
  expect(withoutMarks(page)).toBe("# Annual report\n\nTable 1\na < b");
});

test("text between marks stays: what names no kind, marks without an end, and marks of other kinds", () => {
  expect(withoutMarks("<|ref|>Total: 42 yuan<|/ref|><|box|>(1,2),(3,4)<|/box|>\nnext")).toBe("Total: 42 yuan\nnext");
  expect(withoutMarks("a <|ref|>text and no end")).toBe("a text and no end");
  expect(withoutMarks("<|box|>see page 3<|/box|>")).toBe("see page 3");
  expect(withoutMarks("<|im_start|>user")).toBe("<|im_start|>user");
  expect(withoutMarks("nothing")).toBe("nothing");
});

test("a hundred thousand marks are no burden", () => {
  expect(withoutMarks("<|ref|>".repeat(100_000))).toBe("");
  expect(withoutMarks("<|box|>[[1]]<|/box|>\n".repeat(100_000))).toBe("");
});
