import { expect, test } from "vitest";
import { CallDecoder, type CallEvent } from "../../../src/providers/wire/call-decoder.ts";

/** `id name arguments` of each call, and the events that came. */
function read(pieces: readonly unknown[]) {
  const decoder = new CallDecoder();
  const events: CallEvent[] = [];
  for (const piece of pieces) decoder.read(piece, (event) => events.push(event));
  return { calls: decoder.calls.map(({ id, name, arguments: json }) => [id, name, json].join(" ")), events };
}

const f = (name: string, json?: unknown) => ({
  ...(name !== "" && { name }),
  ...(json !== undefined && { arguments: json }),
});

test.each<[string, readonly unknown[], readonly string[]]>([
  [
    "pieces by their index",
    [
      [{ index: 0, id: "a", function: f("look", "") }],
      [{ index: 0, function: f("", '{"x"') }],
      [{ index: 0, function: f("", ":1}") }],
    ],
    ['a look {"x":1}'],
  ],
  [
    "two calls whose pieces alternate",
    [
      [
        { index: 0, id: "a", function: f("look", "{") },
        { index: 1, id: "b", function: f("see", "[") },
      ],
      [
        { index: 0, function: f("", "}") },
        { index: 1, function: f("", "]") },
      ],
    ],
    ["a look {}", "b see []"],
  ],
  [
    "whole calls, each of index 0",
    [[{ index: 0, id: "a", function: f("look", "{}") }], [{ index: 0, id: "b", function: f("look", "{}") }]],
    ["a look {}", "b look {}"],
  ],
  [
    "whole calls without an index",
    [
      [
        { id: "a", function: f("look", "{}") },
        { id: "b", function: f("see", "{}") },
      ],
    ],
    ["a look {}", "b see {}"],
  ],
  [
    "pieces without index, the id with each",
    [[{ id: "a", function: f("look", "{") }], [{ id: "a", function: f("", "}") }]],
    ["a look {}"],
  ],
  [
    "the whole name with each piece",
    [[{ index: 0, id: "a", function: f("look", "{") }], [{ index: 0, function: f("look", "}") }]],
    ["a look {}"],
  ],
  [
    "a name in pieces",
    [[{ index: 0, id: "a", function: f("lo") }], [{ index: 0, function: f("ok", "{}") }]],
    ["a look {}"],
  ],
  [
    "an empty id and a null name with later pieces",
    [
      [{ index: 0, id: "a", function: f("look", "{") }],
      [{ index: 0, id: "", function: { name: null, arguments: "}" } }],
    ],
    ["a look {}"],
  ],
  ["arguments as an object", [[{ function: f("look", { x: 1 }) }]], [' look {"x":1}']],
  ["the older function_call", [f("look", ""), f("", "{}")], [" look {}"]],
  [
    "parts with input",
    [
      { type: "tool_use", id: "a", name: "look", input: {} },
      { id: "a", input: { x: 1 } },
    ],
    ['a look {"x":1}'],
  ],
  ["a call without a name", [[{ index: 0, id: "a", function: f("", "{}") }]], ["a ? {}"]],
  [
    "whole calls of one id",
    [
      [
        { index: 0, id: "a", function: f("look", "{}") },
        { index: 1, id: "a", function: f("look", "{}") },
      ],
    ],
    ["a look {}", "a look {}"],
  ],
  [
    "whole calls of one id without an index",
    [[{ id: "a", function: f("look", '{"x":1}') }], [{ id: "a", function: f("look", "{}") }]],
    ['a look {"x":1}', "a look {}"],
  ],
  [
    "whole calls of index 0 without an id",
    [
      [{ index: 0, id: "", function: f("look", '{"x":1}') }],
      [{ index: 0, id: "", function: f("look", '{"x":2}') }],
      [{ index: 0, id: "", function: f("see", "{}") }],
    ],
    [' look {"x":1}', ' look {"x":2}', " see {}"],
  ],
  [
    "a call that is said twice, once",
    [[{ index: 0, id: "a", function: f("look", "{}") }], [{ index: 0, id: "a", function: f("look", "{}") }]],
    ["a look {}"],
  ],
  [
    "another id with each piece",
    [[{ index: 0, id: "a", function: f("look", "{") }], [{ index: 0, id: "b", function: f("", "}") }]],
    ["a look {}"],
  ],
  [
    "another id with each piece, without an index",
    [[{ id: "a", function: f("look", "{") }], [{ id: "b", function: f("", "}") }]],
    ["a look {}"],
  ],
  [
    "an index as a number and as a text",
    [[{ index: 0, id: "a", function: f("look", "{") }], [{ index: "0", function: f("", "}") }]],
    ["a look {}"],
  ],
  ["arguments of another type, to be refused", [[{ id: "a", function: f("look", [1]) }]], ["a look [1]"]],
  ["half a character", [[{ id: "\ud83d", function: f("look", '"\ud83d"') }]], ['\ufffd look "\ufffd"']],
  ["what is none", [null, 1, "x", [null, 7, {}, { function: {} }]], []],
  [
    "calls without arguments",
    [
      [
        { index: 0, id: "a", function: f("look") },
        { index: 1, id: "b", function: f("see", null) },
      ],
    ],
    ["a look ", "b see "],
  ],
])("reads %s", (_what, pieces, expected) => {
  expect(read(pieces).calls).toEqual(expected);
});

test("tells of a call at once, and of its arguments as they come", () => {
  const { events } = read([
    [{ index: 3, id: "a", function: f("look", "") }],
    [{ index: 3, function: f("", "{") }],
    [{ index: 3, function: f("", "}") }],
  ]);
  expect(events).toEqual([
    { type: "call", index: 0, name: "look" },
    { type: "arguments", index: 0, text: "{" },
    { type: "arguments", index: 0, text: "}" },
  ]);
});

test("keeps 128 calls and no more", () => {
  const many = Array.from({ length: 200 }, (_, index) => ({ index, id: `c${index}`, function: f("look", "{}") }));
  expect(read([many]).calls).toHaveLength(128);
});
