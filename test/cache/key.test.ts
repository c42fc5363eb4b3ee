import { expect, test } from "vitest";
import { requestKey } from "../../src/cache/key.ts";

const facts = {
  provider: "deepseek",
  baseUrl: "https://api.example.com",
  beside: { query: {}, headers: {}, wire: "openai" },
  body: {
    model: "m",
    messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] }],
    temperature: 0.5,
    response_format: { type: "json_object" },
    tools: [{ name: "a", parameters: { type: "object" } }],
  },
};
const key = requestKey(facts);
const keyWith = (body: object) => requestKey({ ...facts, body: { ...facts.body, ...body } });

test("the same request has the same key, in whatever order its fields stand, streamed or not", () => {
  expect(key).toMatch(/^[0-9a-f]{64}$/u);
  const reversed = Object.fromEntries(Object.entries(facts.body).reverse());
  expect(requestKey({ ...facts, body: reversed })).toBe(key);
  expect(keyWith({ stream: true, stream_options: { include_usage: true }, seed: undefined })).toBe(key);
});

test("whatever decides the answer makes another key", () => {
  const others = [
    requestKey({ ...facts, provider: "mine" }),
    requestKey({ ...facts, beside: { ...facts.beside, query: { "api-version": "2" } } }),
    requestKey({ ...facts, baseUrl: "https://api.example.com/v1" }),
    keyWith({ model: "n" }),
    keyWith({ messages: [{ role: "user", content: "q" }] }),
    keyWith({
      messages: [
        { role: "user", content: "q" },
        { role: "user", content: "" },
      ],
    }),
    keyWith({
      messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAB" } }] }],
    }),
    keyWith({ temperature: 0.6 }),
    keyWith({ temperature: "0.5" }),
    keyWith({ temperature: null }),
    keyWith({ response_format: { type: "text" } }),
    keyWith({ tools: [] }),
    keyWith({ thinking: { type: "enabled" } }),
    keyWith({ user_id: "u" }),
  ];
  expect(new Set([key, ...others]).size).toBe(others.length + 1);
});

test("texts and fields do not run into one another", () => {
  const bodies = [
    { a: "b", c: "d" },
    { a: 'b","c":"d' },
    { a: ["b", "c"] },
    { a: [["b"], "c"] },
    { a: { b: "c" } },
    { "": 1 },
  ];
  expect(new Set(bodies.map((body) => requestKey({ ...facts, body }))).size).toBe(bodies.length);
});
