import { expect, test } from "vitest";
import type { Message } from "../../../src/chat/messages.ts";
import { assistantMessage, userMessage } from "../../../src/chat/message-text.ts";
import type { Connection } from "../../../src/providers/connection.ts";
import { requestBody } from "../../../src/providers/wire/request-body.ts";

const connection = { body: {}, streamUsage: false, thinking: "none", prefix: "beta" } as unknown as Connection;
/** The body's messages as they go over the wire. */
function sent(messages: readonly Message[], over: Connection = connection): string {
  const request = { model: "m", messages, sampling: {}, thinking: null, stream: false };
  return JSON.stringify(requestBody(request, over).messages);
}

const picture = { type: "image", name: "a.png", url: "data:image/png;base64,AA==" } as const;
const file = { type: "file", name: "a.md", text: "```\nx\n```\n" } as const;

test("a question is its words alone", () => {
  expect(sent([{ role: "system", content: "S" }, userMessage("q")])).toBe(
    '[{"role":"system","content":"S"},{"role":"user","content":"q"}]',
  );
});

test("files stand behind the words, fenced and named; pictures beside them", () => {
  const text = JSON.stringify("q\n\na.md:\n````md\n```\nx\n```\n````");
  const words = userMessage("q").content;
  expect(sent([{ role: "user", content: [...words, file] }])).toBe(`[{"role":"user","content":${text}}]`);
  expect(sent([{ role: "user", content: [picture, file, ...words] }])).toBe(
    `[{"role":"user","content":[{"type":"text","text":${text}},{"type":"image_url","image_url":{"url":"${picture.url}"}}]}]`,
  );
});

test("an image of which there is only an address is not sent", () => {
  const content = [...userMessage("q").content, { ...picture, url: "http://127.0.0.1/a.png" }];
  expect(sent([{ role: "user", content }])).toBe('[{"role":"user","content":"q"}]');
});

test("thinking goes back only with the beginning of an answer", () => {
  const answer = assistantMessage("a", "thought");
  expect(sent([userMessage("q"), answer, userMessage("r")])).toBe(
    '[{"role":"user","content":"q"},{"role":"assistant","content":"a"},{"role":"user","content":"r"}]',
  );
  expect(sent([userMessage("q"), { ...answer, prefix: true }])).toBe(
    '[{"role":"user","content":"q"},{"role":"assistant","content":"a","prefix":true,"reasoning_content":"thought"}]',
  );
});

test("where the beginning of an answer is a field, it is no message", () => {
  const messages: Message[] = [userMessage("q"), { ...assistantMessage("a", "thought"), prefix: true }];
  const over: Connection = { ...connection, prefix: "field" };
  const body = requestBody({ model: "m", messages, sampling: {}, thinking: null, stream: false }, over);
  expect(body).toMatchObject({ messages: [{ role: "user", content: "q" }], prefix: "a" });
});

test("calls of tools and their results are messages of their own", () => {
  const call = { type: "tool_call", id: "1", name: "weather", arguments: '{"city":"北京"}' } as const;
  const result: Message = { role: "tool", callId: "1", content: [{ type: "text", text: "sunny" }] };
  expect(JSON.parse(sent([userMessage("q"), { role: "assistant", content: [call] }, result]))).toEqual([
    { role: "user", content: "q" },
    {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "1", type: "function", function: { name: "weather", arguments: '{"city":"北京"}' } }],
    },
    { role: "tool", tool_call_id: "1", content: "sunny" },
  ]);
});
