import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SourceItem } from "../../../src/providers/wire/chunk-source.ts";
import { httpSource } from "../../../src/providers/wire/chunk-source.ts";
import { connection } from "./connection.ts";

async function* body(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}

async function read(pieces: readonly Buffer[], contentType = "text/event-stream"): Promise<(readonly SourceItem[])[]> {
  const batches: (readonly SourceItem[])[] = [];
  for await (const items of httpSource({ body: body(pieces), contentType }, connection, () => {}))
    batches.push([...items]);
  return batches;
}

/** An item in a word. */
function word(item: SourceItem): string {
  if (item.type === "chunk") return JSON.stringify(item.chunk);
  return item.type === "complaint" ? `${item.isCertain ? "!" : "?"}${item.complaint.reason}` : item.type;
}

async function words(text: string): Promise<string[]> {
  return (await read([Buffer.from(text)])).flat().map(word);
}

describe("a stream", () => {
  test.each([
    ['data: {"a":1}\n\ndata: [DONE]\n\n', ['{"a":1}', "done"]],
    ['data: {"a":1}\ndata: {"b":2}\ndata: [DONE]\ndata: [DONE]\n\n', ['{"a":1}', '{"b":2}', "done"]],
    ['data: {"a":\ndata: 1}\n\n', ['{"a":1}']],
    ['data: "[done]"\n\n', ["done"]],
    ['data: {"a":\n\n', ["broken"]],
    ["event: error\ndata: too much\n\n", ["!too much"]],
    ["event: error\ndata\n\n", ["!event: error"]],
    ['event: error\ndata: {"error":{"message":"no"}}\n\n', ["!no"]],
    ["data: try again later\n\n", ["?try again later"]],
    ["event: ping\ndata: {}\n\nevent: heartbeat\ndata: 7\n\n", ["{}"]],
    ['data: ["a"]\n\ndata: 7\n\n', ['["a"]', "7"]],
    [": waiting\n\n", []],
    ["data: done\n\ndata: [DONE\n\ndata: DONE]\n\n", ["done", "done", "done"]],
    ["data: all done\n\ndata: done for\n\n", ["?all done", "?done for"]],
    ["event: keepalive\ndata: 1\n\nevent: keep-alive\ndata: 2\n\nevent: heart-beat\ndata: 3\n\n", []],
    ["event: shopping\ndata: 1\n\nevent: pings\ndata: 2\n\n", ["1", "2"]],
    ['data:  {"a":1} \n\n', ['{"a":1}']],
    ['data: {"a":1}\ndata:  \ndata: {"b":2}\n\n', ['{"a":1}', '{"b":2}']],
    ['data: {"a":1}\ndata: {"b"\n\n', ["broken"]],
    ["data:  slow down \n\n", ["?slow down"]],
    ["error: too much\n\n", ["!too much"]],
    ["id: 1\nretry: 5\ndata: 7\n\n", ["7"]],
  ])("%j", async (text, expected) => {
    expect(await words(text)).toEqual(expected);
  });

  test("gives together what arrives together", async () => {
    const event = (index: number) => `data: {"a":${index}}\n\n`;
    const batches = await read([Buffer.from(event(1) + event(2)), Buffer.from(event(3))]);
    expect(batches.map((items) => items.map(word))).toEqual([['{"a":1}', '{"a":2}'], ['{"a":3}'], []]);
  });

  test("gives the same wherever it is cut", async () => {
    const text = Buffer.from('data: {"a":"汉\u2028"}\r\n\r\nevent: error\ndata: x\n\ndata: [DONE]\n\n');
    const whole = await words(text.toString());
    const cuts = fc.uniqueArray(fc.nat({ max: text.length }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const ends = [...places.toSorted((one, other) => one - other), text.length];
        const pieces = ends.map((end, index) => text.subarray(ends[index - 1] ?? 0, end));
        expect((await read(pieces)).flat().map(word)).toEqual(whole);
      }),
    );
  });
});

describe("what comes instead of a stream", () => {
  test.each(['{"choices":[]}', ' {"choices":[]}', '\uFEFF\n {"choices":[]}\n'])("%j is an answer", async (text) => {
    expect(await words(text)).toEqual(['{"choices":[]}']);
  });

  test.each([
    ["<html>", "text/html", "not_a_stream", { contentType: "text/html", start: "<html>" }],
    ['[{"choices":[]}]', "application/json", "unexpected_shape", { came: '[{"choices":[]}]', row: null }],
    [
      '{"object":"list"}',
      "application/json",
      "unexpected_shape",
      { expected: "/choices/0/message/content", row: null },
    ],
    ["", "application/json", "not_a_stream", { start: "(empty)" }],
    ["", "text/event-stream", "empty_stream", { provider: connection.name }],
    ["no data: here", "text/event-stream", "not_a_stream", { start: "no data: here" }],
    ['"choices"', "application/json", "unexpected_shape", { came: "choices" }],
    ['{"choices":{}}', "application/json", "unexpected_shape", {}],
    [`{"text":"key ${connection.key}"}`, "application/json", "unexpected_shape", { came: '{"text":"key [key]"}' }],
    ['{"choices":', "application/json", "not_a_stream", {}],
    [`key ${connection.key}`, "text/plain", "not_a_stream", { start: "key [key]" }],
  ])("%j as %s is %s", async (text, contentType, code, details) => {
    await expect(read([Buffer.from(text)], contentType)).rejects.toMatchObject({ code, details });
  });

  test.each([
    [
      '{"code":0,"msg":"ok","data":{"content":"Yes"}}',
      "text: /data/content, ok: {/code: 0}, error: {message: /msg, code: /code}",
    ],
    [
      '{"result":"Yes","usage":{"input_tokens":1,"output_tokens":2}}',
      "text: /result, usage: {prompt_tokens: /usage/input_tokens, completion_tokens: /usage/output_tokens}",
    ],
    [
      '{"data":{"choices":[{"message":{"content":"Yes"},"finish_reason":"stop"}]}}',
      "text: /data/choices/0/message/content, finish_reason: /data/choices/0/finish_reason",
    ],
    ['data: {"delta":"Y"}\n\ndata: {"delta":"es"}\n\n', "text: /delta"],
  ])("%s comes with the row that reads it", async (text, answer) => {
    const type = text.startsWith("{") ? "application/json" : "text/event-stream";
    const streams = type === "text/event-stream" ? 'stream: "${stream}", ' : "";
    const request = `{model: "\${model}", messages: "\${messages}", ${streams}temperature: "\${temperature}", max_tokens: "\${max_tokens}"}`;
    const row = `wire: {type: envelope, path: /chat/completions, request: ${request}, answer: {${answer}}}`;
    await expect(read([Buffer.from(text)], type)).rejects.toMatchObject({ code: "unexpected_shape", details: { row } });
  });
});
