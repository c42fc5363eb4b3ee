import fc from "fast-check";
import { expect, test } from "vitest";
import { asMarkdown } from "../../../src/transcripts/export/markdown.ts";
import { partOf, turnRangeOf } from "../../../src/transcripts/export/part.ts";
import { spoken } from "../../../src/transcripts/export/visible-turns.ts";
import { turnsIn } from "../../../src/transcripts/format/turns.ts";
import { exchange, transcript, words } from "./samples.ts";

test.each([
  ["3", { first: 3, last: 3 }],
  ["3-5", { first: 3, last: 5 }],
  ["3\u20135", { first: 3, last: 5 }],
  ["3-", { first: 3, last: null }],
  ["5-3", null],
  ["0", null],
  ["-3", null],
  ["1,2", null],
  ["", null],
  ["1e3", null],
])("the turns %s", (text, range) => {
  expect(turnRangeOf(text)).toEqual(range);
});

test("turns taken one by one are the conversation as it is read, and none is beyond its last", () => {
  const kinds = fc.array(fc.constantFrom("asked", "undone", "continued"), { maxLength: 8 });
  fc.assert(
    fc.property(kinds, (drawn) => {
      const exchanges = drawn.map((kind, index) =>
        exchange(`q${index}`, `a${index}`, {
          id: `x${index}`,
          withdrawn: kind === "undone",
          continues: kind === "continued" ? "before" : null,
        }),
      );
      const whole = transcript(exchanges);
      const count = turnsIn(exchanges);
      const one = (turn: number) => partOf(whole, { turns: { first: turn, last: turn }, thinking: true });
      const each = Array.from({ length: count }, (_, index) => spoken(one(index + 1)!.exchanges));
      expect(each.flat()).toEqual(spoken(exchanges));
      expect(one(count + 1)).toBeNull();
      expect(partOf(whole, { turns: { first: 1, last: count + 1 }, thinking: true })).toBeNull();
      expect(partOf(whole, { turns: null, thinking: true })!.exchanges).toBe(exchanges);
    }),
    { numRuns: 100 },
  );
});

test("without thinking, nothing is left of it in any form of section", () => {
  const at = new Date();
  const sections = [
    { name: "Answer", at, text: "secret thought, answer" },
    { name: "Thinking", at, text: "secret too" },
    { name: "Call", at, text: '{"id":"1"}\n{}' },
    { name: "Answer", at, text: " end" },
  ];
  const calling = { reasoning: "secret thought, secret too", rethought: 15, sections };
  const whole = transcript([exchange("q", " answer end", calling), exchange("r", "R", { reasoning: "secret" })]);
  const text = asMarkdown(partOf(whole, { turns: null, thinking: false })!, words);
  expect(text).not.toContain("secret");
  expect(text).toContain(" answer");
  expect(text).toContain(" end");
});
