import { expect, test, vi } from "vitest";
import { nextCluster, onBorder, previousCluster } from "../../../src/repl/editor/motions.ts";

test("plain text of any language makes no segmenter, which takes 5 ms", () => {
  const made = vi.spyOn(Intl, "Segmenter");
  const text = "a résumé,\n你好，世界 — 12 ↑";
  const places = Array.from({ length: text.length + 1 }, (_, place) => place);
  expect(places.slice(0, -1).map((place) => nextCluster(text, place))).toEqual(places.slice(1));
  expect(places.slice(1).map((place) => previousCluster(text, place))).toEqual(places.slice(0, -1));
  expect(places.map((place) => onBorder(text, place))).toEqual(places);
  expect(made).not.toHaveBeenCalled();
  made.mockRestore();
});

test("what stands beside plain text is one character where Unicode makes it one", () => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const pieces = [
    "a",
    "你",
    " ",
    "é",
    "e\u0301",
    "👨‍👩‍👧",
    "👍🏽",
    "\u200d",
    "\ufe0f",
    "\u1100\u1161",
    "🇨🇳",
    "か",
    "\u3099",
    "ｶ",
    "ﾞ",
    "\t",
  ];
  const lines = pieces.flatMap((first) => pieces.flatMap((second) => pieces.map((third) => first + second + third)));
  for (const move of ["next", "previous", "border"] as const) {
    const moved = lines.map((line) => {
      const borders = [...Array.from(segmenter.segment(line), ({ index }) => index), line.length];
      if (move === "next") return [borders.slice(0, -1).map((place) => nextCluster(line, place)), borders.slice(1)];
      if (move === "previous")
        return [borders.slice(1).map((place) => previousCluster(line, place)), borders.slice(0, -1)];
      const places = Array.from({ length: line.length + 1 }, (_, place) => place);
      return [
        places.map((place) => onBorder(line, place)),
        places.map((place) => borders.find((border) => border >= place)),
      ];
    });
    expect(moved.map(([found]) => found)).toEqual(moved.map(([, wanted]) => wanted));
  }
});
