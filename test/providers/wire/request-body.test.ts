import { describe, expect, test } from "vitest";
import type { Message } from "../../../src/chat/messages.ts";
import { assistantMessage, userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import type { Connection } from "../../../src/providers/connection.ts";
import { connection as deepseek } from "./connection.ts";
import { requestBody } from "../../../src/providers/wire/request-body.ts";

const connection: Connection = { ...deepseek, streamUsage: false, thinking: "none", prefix: "beta" };
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

test("the day is told once a day, by DeepSeek's role or in the question, and not where nobody wants it", () => {
  const asked = (text: string, day: number) => ({ ...userMessage(text), askedAt: new Date(2026, 10, day, 12) });
  const messages = [userMessage("heading"), asked("a", 8), asked("b", 8), assistantMessage("answer"), asked("c", 9)];
  const request = { model: "m", messages, sampling: {}, thinking: null, stream: false };
  const said = (reminders: boolean, tellsDate: boolean) =>
    requestBody({ ...request, tellsDate }, { ...connection, reminders }).messages.map(
      ({ role, content }) => `${role} ${JSON.stringify(content)}`,
    );
  expect(said(true, true)).toEqual([
    'user "heading"',
    'latest_reminder "2026-11-08,Sunday"',
    'user "a"',
    'user "b"',
    'assistant "answer"',
    'latest_reminder "2026-11-09,Monday"',
    'user "c"',
  ]);
  expect(said(false, true)).toEqual([
    'user "heading"',
    'user "[Today: 2026-11-08, Sunday]\\n\\na"',
    'user "b"',
    'assistant "answer"',
    'user "[Today: 2026-11-09, Monday]\\n\\nc"',
  ]);
  expect(said(true, false)).toHaveLength(5);
  const seen = { ...asked("look", 8), content: [...userMessage("look").content, picture] };
  const body = requestBody({ ...request, messages: [seen], tellsDate: true }, { ...connection, reminders: false });
  expect(body.messages[0]!.content).toMatchObject([{ text: "[Today: 2026-11-08, Sunday]" }, { text: "look" }, {}]);
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

describe("the fields of a body", () => {
  const over: Connection = {
    ...connection,
    streamUsage: true,
    body: { seed: 1, user: "u" },
    thinking: "enable_thinking",
  };
  const request: ChatRequest = { model: "m", messages: [userMessage("q")], sampling: {}, thinking: null, stream: true };
  const messages = [{ role: "user", content: "q" }];

  test("are those that somebody set", () => {
    const plain = { seed: 1, user: "u", model: "m", messages, stream: true };
    expect(requestBody(request, over)).toEqual({ ...plain, stream_options: { include_usage: true } });
    expect(requestBody(request, { ...over, streamUsage: false })).toEqual(plain);
    const wanting = { ...request, wantsTitle: true };
    expect(requestBody(wanting, { ...over, streamUsage: false, titles: true })).toEqual({
      ...plain,
      title: { enabled: true },
    });
    expect(requestBody(wanting, { ...over, streamUsage: false, titles: false })).toEqual(plain);
    expect(requestBody({ ...request, stream: false }, over)).toEqual({ ...plain, stream: false });
  });

  test("come from the provider, the settings and the request, the last one counts", () => {
    const sampling = {
      temperature: 0.5,
      seed: 2,
      response_format: "json_object",
      body: { user: "v", top_k: 3 },
    } as const;
    const body = requestBody({ ...request, stream: false, sampling, thinking: { enabled: true, effort: null } }, over);
    expect(body).toEqual({
      seed: 2,
      user: "v",
      top_k: 3,
      temperature: 0.5,
      response_format: { type: "json_object" },
      enable_thinking: true,
      model: "m",
      messages,
      stream: false,
    });
  });

  test("turn thinking off where the beginning of an answer is one", () => {
    const beginning = { ...assistantMessage("a"), prefix: true as const };
    const continued = {
      ...request,
      messages: [userMessage("q"), beginning],
      thinking: { enabled: true, effort: null },
    };
    expect(requestBody(continued, { ...over, prefix: "field" })).toMatchObject({
      enable_thinking: false,
      messages,
      prefix: "a",
    });
    expect(requestBody(continued, { ...over, prefix: "beta" })).toMatchObject({ enable_thinking: true });
    expect(requestBody(request, { ...over, prefix: "field" })).not.toHaveProperty("prefix");
  });
});

test("how closely a picture is to be looked at is said with it: its own word, else that of the settings", () => {
  const content = [{ ...picture, detail: "low" }, picture];
  const sampling = { image_detail: "high" } as const;
  const asked: ChatRequest = {
    model: "m",
    messages: [{ role: "user", content }],
    sampling,
    thinking: null,
    stream: false,
  };
  const body = requestBody(asked, connection);
  const parts = body.messages[0]!.content as { image_url?: { detail: string } }[];
  expect(parts.map((part) => part.image_url?.detail)).toEqual([undefined, "low", "high"]);
  expect(body).not.toHaveProperty("image_detail");
});

test("what only looks like a picture is not sent", () => {
  const content = [
    ...userMessage("q").content,
    { ...picture, url: "http://host/?data:image/png" },
    { ...picture, url: "DATA:x" },
  ];
  expect(JSON.parse(sent([{ role: "user", content }]))[0].content).toHaveLength(2);
  expect(sent([{ role: "user", content: userMessage("data:x").content }])).toBe('[{"role":"user","content":"data:x"}]');
});
