import { expect, test } from "vitest";
import { assistantMessage, userMessage } from "../../../src/chat/message-text.ts";
import type { Message, ToolCall } from "../../../src/chat/messages.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import type { Connection } from "../../../src/providers/connection.ts";
import { connection as deepseek } from "./connection.ts";
import { requestBody } from "../../../src/providers/wire/request-body.ts";

const call = (id: string): ToolCall => ({ type: "tool_call", id, name: "look", arguments: `{"at":"${id}"}` });
const picture = { type: "image", name: "p.png", url: "data:image/png;base64,AA==" } as const;
const messages: readonly Message[] = [
  userMessage("Q"),
  assistantMessage("I look.", "Hm.", [call("a"), call("b")]),
  { role: "tool", callId: "a", content: [{ type: "text", text: "A" }, picture] },
  { role: "tool", callId: "b", content: [{ type: "text", text: "B" }], isError: true },
  assistantMessage("Done.", "So."),
  userMessage("Again"),
];
const look = { name: "look", description: "Looks", parameters: { type: "object" } };
const shown = { role: "user", content: [{ type: "image_url", image_url: { url: picture.url } }] };

function body(connection: Partial<Connection>, more: Partial<ChatRequest> = {}) {
  const request = { model: "m", messages, sampling: {}, thinking: null, stream: true, tools: [look], ...more };
  const at: Connection = { ...deepseek, thinking: "none", prefix: "none", tools: "tools", ...connection };
  return requestBody(request, at) as unknown as Record<string, unknown>;
}

test("tools are offered, called and answered in the form that a provider takes", () => {
  expect(body({})).toMatchObject({
    tools: [{ type: "function", function: look }],
    messages: [
      { role: "user", content: "Q" },
      {
        role: "assistant",
        content: "I look.",
        tool_calls: ["a", "b"].map((id) => ({
          id,
          type: "function",
          function: { name: "look", arguments: `{"at":"${id}"}` },
        })),
      },
      { role: "tool", tool_call_id: "a", content: "A" },
      { role: "tool", tool_call_id: "b", content: "B" },
      shown,
      { role: "assistant", content: "Done." },
      { role: "user", content: "Again" },
    ],
  });
  expect(body({})).not.toHaveProperty("tool_choice");
  expect(JSON.stringify(body({}))).not.toContain("reasoning_content");
  expect(body({}, { toolChoice: { tool: "look" } })["tool_choice"]).toEqual({
    type: "function",
    function: { name: "look" },
  });
  expect(body({}, { toolChoice: "none" })["tool_choice"]).toBe("none");
});

test("the older form has one call a message, each with its result behind it", () => {
  const older = body({ tools: "functions" }, { toolChoice: { tool: "look" } });
  expect(older).toMatchObject({
    functions: [look],
    function_call: { name: "look" },
    messages: [
      { role: "user", content: "Q" },
      { role: "assistant", content: "I look.", function_call: { name: "look", arguments: '{"at":"a"}' } },
      { role: "function", name: "look", content: "A" },
      { role: "assistant", content: "", function_call: { name: "look", arguments: '{"at":"b"}' } },
      { role: "function", name: "look", content: "B" },
      shown,
      { role: "assistant", content: "Done." },
      { role: "user", content: "Again" },
    ],
  });
  expect(older).not.toHaveProperty("tools");
  const none = body({ tools: "none" });
  expect(none).not.toHaveProperty("tools");
  expect(none["messages"]).toEqual([
    { role: "user", content: "Q" },
    { role: "assistant", content: "I look.\n\nDone." },
    { role: "user", content: "Again" },
  ]);
});

test("thinking goes back to services that know it: with all messages where tools are offered, else from the first call on", () => {
  const thoughts = (more: Partial<ChatRequest>) =>
    (body({ thinking: "deepseek" }, more)["messages"] as Record<string, unknown>[]).map(
      (each) => each["reasoning_content"],
    );
  const earlier = [userMessage("0"), assistantMessage("1", "Early."), ...messages];
  const [early, first, last] = ["Early.", "Hm.", "So."];
  const none = undefined;
  expect(thoughts({ messages: earlier })).toEqual([none, early, none, first, none, none, none, last, none]);
  const ofAnother = [userMessage("0"), assistantMessage("1"), userMessage("2")];
  expect(thoughts({ messages: ofAnother })).toEqual([none, "", none]);
  expect(thoughts({ messages: ofAnother, tools: [] })).toEqual([none, none, none]);
  expect(thoughts({ messages: earlier, tools: [] }).slice(0, 4)).toEqual([undefined, undefined, undefined, "Hm."]);
});
