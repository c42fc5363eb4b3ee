import { expect, test } from "vitest";
import { contentParts, thoughtOf } from "../../../src/providers/wire/content-parts.ts";

const nested = (depth: number): unknown => (depth === 0 ? "deep" : [nested(depth - 1)]);

test.each<[unknown, (string | object)[]]>([
  ["a", ["text a"]],
  ["", []],
  [7, []],
  [null, []],
  [
    ["a", { type: "text", text: "b" }, "", null],
    ["text a", "text b"],
  ],
  [{ text: "a" }, ["text a"]],
  [{ content: "a" }, ["text a"]],
  [{ type: "output_text", value: "a" }, ["text a"]],
  [{ type: "text", text: { value: "a", annotations: [] } }, ["text a"]],
  [{ type: "text", text: "" }, []],
  [{ type: "text", text: ["a", { text: "b" }] }, ["text ab"]],
  [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }, ["thinking hm"]],
  [{ type: "thinking", text: "hm" }, ["thinking hm"]],
  [{ type: "reasoning", reasoning: "hm", text: null }, ["thinking hm"]],
  [{ type: "reasoning.summary", summary: "hm" }, ["thinking hm"]],
  [{ type: "thought", content: "hm" }, ["thinking hm"]],
  [{ thought: true, text: "hm" }, ["thinking hm"]],
  [{ thought: false, text: "a" }, ["text a"]],
  [{ type: "no_thinking_text", text: "a" }, ["text a"]],
  [{ type: "refusal", refusal: "no" }, ["refusal no"]],
  [{ type: "refusal", text: "no" }, ["refusal no"]],
  [{ type: "tool_use", name: "look" }, [{ type: "tool_use", name: "look" }]],
  [{ type: "tool_result", text: "a" }, []],
  [{ type: "function_call_output", text: "a" }, []],
  [{ type: "image_url", text: "a" }, []],
  [{ type: "image_url", image_url: { url: "https://a/b.png" } }, ["picture https://a/b.png"]],
  [{ type: "output_image", image_url: "data:image/png;base64,aa" }, ["picture data:image/png;base64,aa"]],
  [{ type: "image_generation_call", result: "aa" }, ["picture data:image/*;base64,aa"]],
  [{ type: "image", source: { media_type: "image/webp", data: "aa" } }, ["picture data:image/webp;base64,aa"]],
  [{ inlineData: { mimeType: "image/png", data: "aa" } }, ["picture data:image/png;base64,aa"]],
  [{ inlineData: { mimeType: "audio/wav", data: "aa" } }, []],
  [{ type: "image_url", image_url: { url: "file:///etc/passwd" } }, []],
  [{ type: "text_reference", text: "a" }, []],
  [nested(5), ["text deep"]],
  [[[[[[{ text: "a" }]]]]], []],
])("%j", (content, expected) => {
  const shown = contentParts(content).map((part) => {
    if (part.type === "call") return part.call;
    return `${part.type} ${part.type === "picture" ? part.url : part.text}`;
  });
  expect(shown).toEqual(expected);
});

test.each<[Record<string, unknown>, string]>([
  [{ reasoning_content: "a", reasoning: "b" }, "a"],
  [{ reasoning_content: "", reasoning: "b" }, "b"],
  [{ reasoning: null, thinking: "c" }, "c"],
  [{ thinking: [{ text: "c" }] }, "c"],
  [{ reasoning_details: [{ type: "reasoning.text", text: "d" }] }, "d"],
  [{ reasoning: "", reasoning_details: [] }, ""],
  [{ content: "a" }, ""],
])("the thinking of %j is %j", (part, thought) => {
  expect(thoughtOf(part)).toBe(thought);
});
