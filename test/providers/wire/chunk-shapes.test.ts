import { describe, expect, test } from "vitest";
import { ChunkDecoder, readUsage } from "../../../src/providers/wire/chunk-decoder.ts";

const delta = (part: object) => ({ choices: [{ delta: part }] });
const call = (item: object) => delta({ tool_calls: [item] });
const named = (name: unknown, more: object = {}) => ({ function: { name }, ...more });

/** A decoder that has read these, with what it gave for each. */
function read(...chunks: readonly unknown[]) {
  const decoder = new ChunkDecoder();
  const given = chunks.map((chunk) => decoder.read(chunk));
  return { decoder, given };
}

describe("a chunk", () => {
  test.each<[unknown, { grew?: boolean; answered?: boolean; refused?: boolean; calls?: string[] }]>([
    [7, {}],
    [{}, {}],
    [delta({}), {}],
    [delta({ content: "" }), {}],
    [delta({ content: null }), {}],
    [delta({ content: 7 }), {}],
    [delta({ refusal: "" }), {}],
    [delta({ refusal: 7 }), {}],
    [delta({ tool_calls: null }), {}],
    [delta({ tool_calls: [null, 7] }), {}],
    [delta({ reasoning_content: "a" }), { grew: true }],
    [delta({ content: [{ type: "thinking", thinking: "a" }] }), { grew: true }],
    [delta({ content: "a" }), { grew: true, answered: true }],
    [delta({ content: [{ type: "text", text: "a" }] }), { grew: true, answered: true }],
    [delta({ refusal: "a" }), { grew: true, answered: true, refused: true }],
    [delta({ content: [{ type: "refusal", refusal: "a" }] }), { grew: true, answered: true, refused: true }],
    [delta({ content: "a", refusal: "b" }), { grew: true, answered: true }],
    [call(named("look")), { grew: true, answered: true, calls: ["look"] }],
    [call({ name: "look" }), { grew: true, answered: true, calls: ["look"] }],
    [call(named(7)), { grew: true, answered: true, calls: ["?"] }],
    [delta({ function_call: { name: "look" } }), { grew: true, answered: true, calls: ["look"] }],
    [delta({ content: [{ type: "tool_use", name: "look" }] }), { grew: true, answered: true, calls: ["look"] }],
  ])("%j is told by what is in it", (chunk, { grew = false, answered = false, refused = false, calls = [] }) => {
    const { decoder } = read(chunk);
    expect(decoder).toMatchObject({ grew, started: grew, answered, refused, counted: false });
    expect(decoder.calls.calls.map(({ name }) => name)).toEqual(calls);
    decoder.read(delta({}));
    expect(decoder).toMatchObject({ grew: false, started: grew, answered });
  });

  test("that is none has no events", () => {
    expect(read(7, null, [], {}, { choices: [null, 7] }).given).toEqual([[], [], [], [], []]);
  });

  test.each<[unknown[], string]>([
    [[{ choices: [{ text: "a" }] }, { choices: [{ text: 7 }] }], "a"],
    [[{ choices: [{ delta: {}, message: { content: "ab" } }] }], "ab"],
    [[{ choices: [{ delta: null, message: { content: "ab" } }] }], "ab"],
    [[{ choices: [{ delta: { content: "a" }, message: { content: "z" } }] }], "a"],
    [[{ choices: [{ delta: { content: "a" }, text: "z" }] }], "a"],
    [
      [{ choices: [{ index: 0, delta: { content: "a" } }] }, { choices: [{ index: "1", delta: { content: "z" } }] }],
      "a",
    ],
    [
      [{ choices: [{ index: 1, delta: { content: "a" } }] }, { choices: [{ index: {}, delta: { content: "b" } }] }],
      "ab",
    ],
    [
      [delta({ content: [{ type: "thinking", thinking: "t" }] }), delta({ content: "<think>x</think>" })],
      "<think>x</think>",
    ],
  ])("of %j gives the text once", (chunks, text) => {
    const { decoder, given } = read(...chunks);
    const events = [...given.flat(), ...decoder.end(true)];
    expect(events.map((event) => (event.type === "text" ? event.text : "")).join("")).toBe(text);
  });
});

describe("half a character", () => {
  test.each(["\u{10000}", "\u{1f600}", "\u{10ffff}"])("of %j waits for the other half", (character) => {
    const [first, second] = [character.slice(0, 1), character.slice(1)];
    const { given } = read(delta({ content: `a${first}` }), delta({ content: second }));
    expect(given).toEqual([[{ type: "text", text: "a" }], [{ type: "text", text: character }]]);
    const thinking = read(delta({ reasoning_content: first }), delta({ reasoning_content: second }));
    expect(thinking.given).toEqual([[], [{ type: "reasoning", text: character }]]);
  });

  test("that comes last is given where the answer is whole, thinking first, and dropped where it broke off", () => {
    const chunks = [delta({ content: "\ud83d" }), delta({ reasoning_content: "\ud83d" })];
    expect(read(...chunks).decoder.end(true)).toEqual([
      { type: "reasoning", text: "\ud83d" },
      { type: "text", text: "\ud83d" },
    ]);
    expect(read(...chunks).decoder.end(false)).toEqual([]);
    expect(read(delta({ content: "\ude00" })).decoder.end(true)).toEqual([]);
    expect(read(delta({ content: " " })).decoder.end(false)).toEqual([{ type: "text", text: " " }]);
  });
});

describe("the calls of an answer", () => {
  const many = Array.from({ length: 17 }, (_, index) => call(named(`f${index}`, { id: String(index), index })));
  test.each<[string, unknown[], string[]]>([
    ["with an id each", [call(named("a", { id: "1", index: 0 })), call(named("b", { id: "2", index: 0 }))], ["a", "b"]],
    ["with an index each", [call(named("a", { id: "1", index: 0 })), call(named("b", { index: 1 }))], ["a", "b"]],
    ["without either", [call(named("a", { id: "1" })), call(named("b"))], ["a", "b"]],
    ["of one name", [call(named("a", { id: "1", index: 0 })), call(named("a", { id: "2", index: 1 }))], ["a", "a"]],
    ["whose name comes late", [call(named("", { id: "1", index: 0 })), call(named("a", { index: 0 }))], ["a"]],
    ["without a name", [call(named("", { id: "1" })), call(named("", { id: "2" }))], ["?", "?"]],
    ["without a name behind one", [call(named("a", { id: "1" })), call(named("", { id: "2" }))], ["a", "?"]],
    ["of many names", many, many.map((_, index) => `f${index}`)],
    ["with a long name", [call(named("x".repeat(129)))], ["x".repeat(128)]],
    [
      "with a long name in pieces",
      [call(named("x".repeat(100), { id: "1", index: 0 })), call(named("y".repeat(100), { index: 0 }))],
      ["x".repeat(100) + "y".repeat(28)],
    ],
  ])("%s", (_, chunks, calls) => {
    const { decoder } = read(...chunks);
    expect([decoder.calls.calls.map(({ name }) => name), decoder.grew]).toEqual([calls, true]);
  });
});

test.each<[unknown, string | null]>([
  [{ choices: [{ delta: {}, finish_reason: "stop" }] }, "stop"],
  [{ choices: [{ delta: {}, finishReason: "MAX_TOKENS" }] }, "length"],
  [{ choices: [{ delta: {}, done_reason: "length" }] }, "length"],
  [{ choices: [{ delta: { finish_reason: "length" } }] }, "length"],
  [{ choices: [{ delta: {}, finish_details: { type: "max_tokens" } }] }, "length"],
  [{ choices: [{ delta: {}, finish_reason: null, stop_reason: "end_turn" }] }, "stop"],
  [{ choices: [{ delta: {}, stop_reason: "###" }] }, null],
  [{ choices: [{ delta: {}, finish_reason: null }] }, null],
  [{ choices: [{ text: "a", finish_reason: "stop" }] }, "stop"],
  [{ done_reason: "length" }, "length"],
  [{}, null],
])("the finish reason of %j is %s", (chunk, word) => {
  const { decoder } = read(chunk);
  expect(decoder.finish?.word ?? null).toBe(word);
  decoder.read(7);
  expect(decoder.finish).toBe(null);
});

describe("usage", () => {
  const usage = { prompt_tokens: 2, completion_tokens: 1 };
  test("alone in a chunk is a count of the whole", () => {
    expect(read({ choices: [], usage }).decoder.counted).toBe(true);
    expect(read({ usage }).decoder.counted).toBe(true);
    expect(read({ usage }, 7).decoder.counted).toBe(false);
    expect(read({ choices: [{ delta: {} }], usage }).decoder.counted).toBe(false);
    expect(read({ choices: [] }).decoder.counted).toBe(false);
  });

  test.each<[object, number[] | null]>([
    [{ prompt_tokens: 2 }, [2, 0, 0, 2]],
    [{ completion_tokens: 2 }, [0, 0, 2, 2]],
    [{ ...usage, prompt_cache_hit_tokens: 2 }, [2, 2, 1, 3]],
    [{ ...usage, total_tokens: 2 }, [2, 0, 1, 2]],
    [{ ...usage, total_tokens: 1 }, null],
    [{ prompt_tokens: 1e9 }, [1e9, 0, 0, 1e9]],
    [{ prompt_tokens: 1e9 + 1 }, null],
    [{ prompt_tokens: 0 }, [0, 0, 0, 0]],
  ])("%j is read where it makes sense", (wire, counts) => {
    const read = readUsage(wire);
    expect(read && [read.promptTokens, read.cachedTokens, read.completionTokens, read.totalTokens]).toEqual(counts);
  });
});
