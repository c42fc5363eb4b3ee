import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ThinkTags } from "../../../src/providers/wire/think-tags.ts";

/** What pieces of content amount to, once all is said. */
function read(pieces: readonly string[]): { reasoning: string; text: string } {
  const tags = new ThinkTags();
  const read = { reasoning: "", text: "" };
  for (const event of [...pieces.flatMap((piece) => tags.push(piece)), ...tags.end()]) {
    if (event.type === "rethink") Object.assign(read, { reasoning: read.reasoning + read.text, text: "" });
    else read[event.type] += event.text;
  }
  return read;
}

/** Signs, one by one, and the whole at once. */
function both(content: string): { reasoning: string; text: string } {
  const whole = read([content]);
  expect(read(Array.from(content))).toEqual(whole);
  return whole;
}

describe("thinking", () => {
  test.each([
    ["without an opening tag", "I greet back.\n</think>\n\nHello!", "I greet back.\n", "Hello!"],
    ["without an opening tag, in one paragraph", "I greet back.</think>\n\nHello!", "I greet back.", "Hello!"],
    ["without an opening tag and without an answer", "I greet back.\n</think>", "I greet back.\n", ""],
    ["that is empty, without an opening tag", "</think>\n\nHello!", "", "Hello!"],
    ["with thinking inside", "<think>a <think>b</think> c</think>\n\nHello!", "a <think>b</think> c", "Hello!"],
    [
      "with two blocks inside",
      "<think>a <think>b</think> c <think>d</think> e</think>\nHello!",
      "a <think>b</think> c <think>d</think> e",
      "Hello!",
    ],
    ["in two blocks", "<think>one</think>\n<think>two</think>\n\nHello!", "one\n\ntwo", "Hello!"],
    ["that speaks of the opening tag", "<think>What is <think>?</think>\n\nA tag.", "What is <think>?", "A tag."],
    ["that quotes the closing tag", '<think>Is it "</think>"?</think>\n\nYes.', 'Is it "</think>"?', "Yes."],
    ["that is not closed", "<think>\nI wonder.\n\n42", "I wonder.\n\n42", ""],
  ])("%s", (_, content, reasoning, text) => {
    expect(both(content)).toEqual({ reasoning, text });
  });

  test("that speaks of the opening tag ends where it is closed, before a long answer", () => {
    const answer = "word ".repeat(2000);
    expect(both(`<think>What is <think>?</think>\n\n${answer}`)).toEqual({
      reasoning: "What is <think>?",
      text: answer,
    });
  });
});

test.each([
  "The tag </think> closes what <think> opens.",
  "It ends with </think>, always.",
  "The closing tag is this one:\n</think>\nand nothing else.",
  "First:\n<think>\nthen\n</think>\n",
  "```html\n<b>\n</think>\n```\nis broken.",
  "Write `</think>`.",
  "a < b </ c",
])("an answer that speaks of tags stays as it is: %j", (content) => {
  expect(both(content)).toEqual({ reasoning: "", text: content });
});

test("nothing of the content is lost but tags and the blanks around them", () => {
  const parts = fc.constantFrom(
    "<think>",
    "</think>",
    "\n</think>\n\n",
    "<thi",
    "</",
    "<",
    '"',
    "`",
    "\n",
    "x",
    ". ",
    ":",
  );
  const cuts = fc.array(fc.nat(40), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), cuts, (words, places) => {
      const content = words.join("");
      const ends = [...places, content.length].map((end) => Math.min(end, content.length)).sort((a, b) => a - b);
      const pieces = ends.map((end, index) => content.slice(ends[index - 1] ?? 0, end));
      const { reasoning, text } = read(pieces);
      expect({ reasoning, text }).toEqual(read([content]));
      const plain = (all: string) => all.replaceAll(/<\/?think>|\s/gu, "");
      expect(plain(reasoning + text)).toBe(plain(content));
    }),
  );
});
