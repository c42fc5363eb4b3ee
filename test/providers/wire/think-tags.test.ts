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
    [
      "with many blocks inside",
      `<think>0${[1, 2, 3, 4, 5, 6].map((at) => `<think>${at}</think>`).join("")}end</think>\nHello!`,
      `0${[1, 2, 3, 4, 5, 6].map((at) => `<think>${at}</think>`).join("")}end`,
      "Hello!",
    ],
    [
      "with a block in a block",
      "<think>a<think>b<think>c</think>d</think>e</think>Hello!",
      "a<think>b<think>c</think>d</think>e",
      "Hello!",
    ],
    ["that quotes the opening tag", "<think>Is it `<think>`?</think>Yes.</think>", "Is it `<think>`?", "Yes.</think>"],
    ["with a quote before its end", '<think>"a"</think>b', '"a"', "b"],
    ["with quotes on one side of the closing tag", '<think>a"</think>b', 'a"', "b"],
    ["with quotes of two kinds around it", "<think>a\"</think>'b", 'a"', "'b"],
    ["with a quote within", '<think>say "a" to b</think>c', 'say "a" to b', "c"],
    ["that ends with a quote", '<think>say "a"', 'say "a"', ""],
    ["that ends with the beginning of a tag", "<think>a</thi", "a</thi", ""],
    ["with line breaks within", "<think>a\nb</think>c\nd", "a\nb", "c\nd"],
    ["that is empty", "<think></think>a", "", "a"],
    ["alone, and blanks", "<think>a</think>  ", "a", ""],
    ["before an answer that begins with a tag's beginning", "<think>a</think><thi", "a", "<thi"],
    ["before an answer that begins with blanks", "<think>a</think>\n  b", "a", "  b"],
    ["before an answer with blank lines in it", "<think>a</think>b\n\nc", "a", "b\n\nc"],
    ["without an opening tag, and then a block", "One.\n</think>\n<think>two</think>b", "One.\n\n\ntwo", "b"],
    ["without an opening tag, behind a bracket and blanks", "(I greet.) \n</think>\nHello!", "(I greet.) \n", "Hello!"],
    ["without an opening tag, and blanks before the line break", "I greet.</think> \t\nHello!", "I greet.", "Hello!"],
    ["without an opening tag, on a line of blanks", "I greet\n  </think>\nHello!", "I greet\n  ", "Hello!"],
    ["without an opening tag, behind code", "```\na\n```\nb.</think>\nHello!", "```\na\n```\nb.", "Hello!"],
    [
      "without an opening tag, with a colon and a fence within a line",
      "a: b ``` c.</think>\nHello!",
      "a: b ``` c.",
      "Hello!",
    ],
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
  "Write it. No: </think>x\nand so on.",
  "It is so. And then </think>\nno more.",
  "It ends so:  \n\n</think>\nsee.",
  "It is a word</think>\nno sentence.",
  "    x </think>  ",
  "a <thi",
  "  a",
  " \n ",
  "a < b </ c",
])("an answer that speaks of tags stays as it is: %j", (content) => {
  expect(both(content)).toEqual({ reasoning: "", text: content });
});

describe("a long wait", () => {
  const blanks = (count: number) => " ".repeat(count);
  test("for an opening tag ends after 1,024 blanks", () => {
    expect(read([`${blanks(1024)}<think>a</think>b`])).toEqual({ reasoning: "a", text: "b" });
    const later = `${blanks(1025)}<think>a</think>b`;
    expect(read([later])).toEqual({ reasoning: "", text: later });
    expect(new ThinkTags().push(blanks(1025))).toEqual([{ type: "text", text: blanks(1025) }]);
    expect(new ThinkTags().push(blanks(1024))).toEqual([]);
  });

  test("for the answer too", () => {
    const second = (count: number) => read([`<think>a</think>${blanks(count)}<think>b</think>c`]);
    expect(second(1024)).toEqual({ reasoning: "a\n\nb", text: "c" });
    expect(second(1025)).toEqual({ reasoning: "a", text: `${blanks(1025)}<think>b</think>c` });
  });

  test("for another closing tag ends after 4,096 characters", () => {
    const start = "<think>a<think>b";
    const held = (length: number) => new ThinkTags().push(`${start}${"</think>".padEnd(length, "x")}`);
    expect(held(4095)).toEqual([{ type: "reasoning", text: "a<think>b" }]);
    expect(held(4096)).toContainEqual({ type: "text", text: "x".repeat(4088) });
  });

  test("for a closing tag without an opening one ends after a million characters of text", () => {
    const after = (length: number) => {
      const tags = new ThinkTags();
      return [...tags.push("x".repeat(length - 1)), ...tags.push("."), ...tags.push("\n</think>\n"), ...tags.end()];
    };
    const types = (length: number) => after(length).map(({ type }) => type);
    expect(types(1024 * 1024 - 1)).toContain("rethink");
    expect(types(1024 * 1024 + 8)).not.toContain("rethink");
  });
});

test("what is sure is given at once", () => {
  const given = (...pieces: string[]) => {
    const tags = new ThinkTags();
    return pieces.map((piece) => tags.push(piece).map((event) => ("text" in event ? event.text : event.type)));
  };
  expect(given("<think>a", "b", '"', "<b", "</", "x", "</think>", "c")).toEqual([
    ["a"],
    ["b"],
    [],
    ['"<b'],
    [],
    ["</x"],
    [],
    ["c"],
  ]);
  expect(given("a", "b<", "/thin", "g", "<", "", "x")).toEqual([["a"], ["b"], [], ["</thing"], [], [], ["<x"]]);
  expect(given("a.</think>", " ", "b")).toEqual([["a."], [], ["</think> b"]]);
  expect(given("a.</think>", " ", "\nb")).toEqual([["a."], [], ["rethink", "b"]]);
});

test("tags in the content count no more once thinking came in a field, but for a block that is open", () => {
  const tags = new ThinkTags();
  const events = [...tags.push("<think>a")];
  tags.ignore();
  events.push(...tags.push("b</think>c"), ...tags.end());
  expect(events).toEqual([
    { type: "reasoning", text: "a" },
    { type: "reasoning", text: "b" },
    { type: "text", text: "c" },
  ]);
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
