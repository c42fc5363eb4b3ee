import { expect, test } from "vitest";
import { checkExample } from "../../src/finetune/example-check.ts";

const user = { role: "user", content: "q" };
const answer = { role: "assistant", content: "a" };
const call = { id: "c1", type: "function", function: { name: "f", arguments: "{}" } };
const tools = [{ type: "function", function: { name: "f", parameters: { type: "object" } } }];
const chat = (...messages: unknown[]) => ({ messages });

/** Codes with their places. */
function found(example: unknown): string[] {
  const line = typeof example === "string" ? example : JSON.stringify(example);
  return checkExample(line).problems.map(({ code, at }) => `${code} ${at}`.trim());
}

test.each<[string, unknown, readonly string[]]>([
  ["a plain one", chat({ role: "system", content: "s" }, user, answer), []],
  ["several turns, of which one is not to be learnt", chat(user, { ...answer, weight: 0 }, user, answer), []],
  [
    "parts and pictures",
    chat(
      {
        role: "user",
        content: [
          { type: "text", text: "q" },
          { type: "image_url", image_url: { url: "u" } },
        ],
      },
      answer,
    ),
    [],
  ],
  [
    "a call with its result",
    {
      ...chat(
        user,
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", tool_call_id: "c1", content: "r" },
        answer,
      ),
      tools,
    },
    [],
  ],
  ["a call at the end", { ...chat(user, { role: "assistant", tool_calls: [call] }), tools }, []],
  ["prompt and completion", { prompt: "p", completion: " c" }, []],
  ["two answers", { input: { messages: [user] }, preferred_output: [answer], non_preferred_output: [answer] }, []],
  ["no JSON", "{", ["not_json"]],
  ["deep nesting", "[".repeat(300_000), ["not_json"]],
  ["a list", [], ["not_object"]],
  ["something else", { text: "t" }, ["no_example"]],
  ["no messages", chat(), ["no_messages messages"]],
  ["no object as a message", chat(user, "x", answer), ["bad_message messages[1]"]],
  ["an unknown role", chat(user, { role: "bot", content: "x" }, answer), ["bad_role messages[1].role"]],
  ["no content", chat({ role: "user" }, answer), ["bad_content messages[0].content"]],
  [
    "blanks",
    chat({ role: "user", content: " \n" }, { role: "assistant", content: "" }),
    ["empty_text messages[0].content", "empty_text messages[1].content"],
  ],
  ["no answer", chat(user), ["no_answer messages"]],
  ["a question at the end", chat(user, answer, user), ["last_not_answer messages"]],
  ["an answer at the beginning", chat(answer), ["answer_first messages[0]"]],
  [
    "a late system prompt, and an empty one",
    chat({ role: "system", content: "" }, user, { role: "system", content: "s" }, answer),
    ["empty_system messages[0].content", "system_late messages[2]"],
  ],
  ["two questions in a row", chat(user, user, answer), ["repeated_role messages[1]"]],
  ["a weight of another kind", chat(user, { ...answer, weight: 0.5 }), ["bad_weight messages[1].weight"]],
  ["no weight at all", chat(user, { ...answer, weight: 0 }), ["no_weight messages"]],
  [
    "a call that no list has",
    chat(user, { role: "assistant", tool_calls: [call] }),
    ["unlisted_tool messages[1].tool_calls[0]"],
  ],
  [
    "arguments that are no JSON",
    { ...chat(user, { role: "assistant", tool_calls: [{ ...call, function: { name: "f", arguments: "{" } }] }), tools },
    ["bad_call messages[1].tool_calls[0]"],
  ],
  [
    "a result without a call, a call without a result",
    {
      ...chat(
        user,
        { role: "assistant", tool_calls: [call] },
        { role: "tool", tool_call_id: "c2", content: "r" },
        user,
        answer,
      ),
      tools,
    },
    ["tool_without_call messages[2]", "call_without_result messages[1].tool_calls[0]"],
  ],
  ["tools of another form", { ...chat(user, answer), tools: [{ name: "" }] }, ["bad_tools tools[0]"]],
  [
    "unknown fields",
    { ...chat(user, { ...answer, mood: "x" }), id: 1 },
    ["unknown_field", "unknown_field messages[1]"],
  ],
  ["an empty completion", { prompt: "p", completion: "" }, ["empty_text completion"]],
  [
    "an output without an answer",
    { input: { messages: [user] }, preferred_output: [user], non_preferred_output: [answer] },
    ["no_answer preferred_output"],
  ],
])("%s", (_, example, expected) => {
  expect(found(example)).toEqual(expected);
});

test("names of fields are those of objects in general too", () => {
  expect(found({ messages: [{ role: "constructor", content: "x" }, user, answer] })).toEqual([
    "bad_role messages[0].role",
  ]);
});
