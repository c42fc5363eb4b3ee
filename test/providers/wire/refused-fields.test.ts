import { expect, test } from "vitest";
import { refusedFields, settingOf } from "../../../src/providers/wire/refused-fields.ts";

test.each<[unknown, string[]]>([
  [{ error: { message: "no", param: "stream_options" } }, ["stream_options"]],
  [{ error: { param: "stream_options.include_usage", message: "`top_p`" } }, ["stream_options"]],
  [{ detail: [{ loc: ["body", "top_p"] }, { loc: ["body", "temperature"] }] }, ["top_p", "temperature"]],
  [{ detail: [{ loc: "body/seed" }] }, ["seed"]],
  [{ error: { param: "messages[0].content" } }, []],
  [{ error: { param: null, message: "unknown field 'thinking'" } }, ["thinking"]],
  ["Unrecognized request argument: include_usage", ["stream_options"]],
  [
    "enable_thinking and reasoning_effort are unknown, enable_thinking above all",
    ["enable_thinking", "reasoning_effort"],
  ],
  ['the field "stream" is unknown', ["stream"]],
  [String.raw`the field \"seed\" is unknown`, ["seed"]],
  ["the field “seed” is unknown", ["seed"]],
  ["参数「stream」无效", ["stream"]],
  ['you sent {"seed": 1}', []],
  ['you sent {"seed" : 1}', []],
  ["stop at once", []],
  ["streaming is not supported", ["stream"]],
  ["stream is unsupported", ["stream"]],
  ["stream: disabled by policy? no: stream mode disallowed", ["stream"]],
  ["Your organization must be verified to stream this model", ["stream"]],
  ["该模型不支持流式输出", ["stream"]],
  ["流式输出暂不支持", ["stream"]],
  ["不支持stream_options", ["stream_options"]],
  ["messages[0]: unknown variant `latest_reminder`, expected one of `system`, `user`", ["latest_reminder"]],
  [
    { detail: [{ loc: ["body", "messages", 0, "role"], msg: "Input should be 'system', 'user' or 'tool'" }] },
    ["latest_reminder"],
  ],
  ["Unrecognized request argument supplied: title", ["title"]],
  [{ detail: [{ loc: ["body", "title"] }] }, ["title"]],
  ["registry.ollama.ai/library/gemma:2b does not support tools", ["tools"]],
  ['"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', ["tools"]],
  ["This model doesn't support function calling.", ["tools"]],
  ["该模型不支持工具调用", ["tools"]],
  [{ error: { param: "tools", message: "no" } }, ["tools"]],
  ["the right tools for it", []],
  ["the title of this page", []],
  ["the stream broke. This is not supported", []],
  ["", []],
  [null, []],
])("%j is about %j", (body, fields) => {
  expect(refusedFields(typeof body === "string" ? body : JSON.stringify(body))).toEqual(fields);
});

test("long bodies are not searched to their end", () => {
  expect(refusedFields(`${" ".repeat(8180)} "seed"`)).toEqual(["seed"]);
  expect(refusedFields(`${" ".repeat(8190)} "seed"`)).toEqual([]);
});

test.each([
  ["temperature", "temperature"],
  ["enable_thinking", "thinking"],
  ["chat_template_kwargs", "thinking"],
  ["thinking", "thinking"],
  ["reasoning_effort", "effort"],
  ["stream", null],
  ["prefix", null],
  ["body", null],
  ["constructor", null],
])("the setting of %s is %s", (field, setting) => {
  expect(settingOf(field)).toBe(setting);
});
