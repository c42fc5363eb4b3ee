import { describe, expect, test } from "vitest";
import { userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import type { Connection } from "../../../src/providers/connection.ts";
import { askRaw, type RawAnswer } from "../../../src/providers/wire/raw-request.ts";
import { counted, delta, done, event, finish, text, usage } from "../../support/wire.ts";
import { connection } from "./connection.ts";
import { type Arrived, connectionTo, keeping } from "./service.ts";

const question: ChatRequest = { model: "m", messages: [userMessage("q")], sampling: {}, thinking: null, stream: true };

async function raw(status: number, body: string, more: Partial<Connection> = {}): Promise<RawAnswer> {
  const type = body.startsWith("{") ? "application/json" : "text/event-stream";
  const to = connectionTo((_, response) => response.writeHead(status, { "content-type": type }).end(body), more);
  return await askRaw(to, question, {}, new AbortController().signal);
}

describe("a raw answer", () => {
  test("is what the stream held, verbatim", async () => {
    const thought = delta({ reasoning_content: "h" }) + delta({ reasoning: "m" });
    const answer = await raw(200, thought + text("a") + text("b") + finish("length") + usage + done);
    expect(answer).toEqual({
      refused: null,
      text: "ab",
      called: "",
      reasoning: "hm",
      reasoningField: "reasoning_content",
      finishReason: "length",
      done: true,
      usage: counted,
      usages: 1,
      slow: false,
      firstMs: expect.any(Number) as number,
      totalMs: expect.any(Number) as number,
    });
    expect(answer.totalMs).toBeGreaterThanOrEqual(answer.firstMs);
    expect(Number.isInteger(answer.firstMs) && Number.isInteger(answer.totalMs)).toBe(true);
  });

  test("has nothing that did not come", async () => {
    expect(await raw(200, event({ choices: [] }) + event({ choices: "?" }) + event("7"))).toMatchObject({
      text: "",
      called: "",
      reasoning: "",
      reasoningField: null,
      finishReason: null,
      done: false,
      usage: null,
      usages: 0,
    });
  });

  test("has the last usage and the last reason, the count of the usages, and no empty thinking", async () => {
    const odd = delta({ content: 7, reasoning_content: "", reasoning: "r" }, { usage: { total_tokens: 1 } });
    expect(await raw(200, odd + finish("stop") + usage + text("z") + event({ usage: null }))).toMatchObject({
      text: "z",
      reasoning: "r",
      reasoningField: "reasoning",
      finishReason: "stop",
      usage: counted,
      usages: 2,
    });
  });

  test("may come whole, as a message", async () => {
    const message = { content: "all", reasoning_content: "why" };
    const body = JSON.stringify({ choices: [{ message, finish_reason: "stop" }], usage: { total_tokens: 2 } });
    expect(await raw(200, body)).toMatchObject({ text: "all", reasoning: "why", finishReason: "stop", done: false });
  });

  test("holds no key", async () => {
    const answer = await raw(200, text(`a ${connection.key} b`) + event({ choices: [], usage: { k: connection.key } }));
    expect(answer).toMatchObject({ text: "a [key] b", usage: { k: "[key]" } });
  });
});

describe("a request that is refused as such", () => {
  test("is an answer too, without the key", async () => {
    const body = JSON.stringify({ error: { message: `no field for ${connection.key}` } });
    const { refused, ...rest } = await raw(400, body);
    expect(refused).toMatchObject({ code: "request_refused", details: { status: 400, reason: "no field for [key]" } });
    expect(rest).toEqual({
      text: "",
      called: "",
      reasoning: "",
      reasoningField: null,
      finishReason: null,
      done: false,
      usage: null,
      usages: 0,
      slow: false,
      firstMs: 0,
      totalMs: 0,
    });
  });

  test("may be refused in a stream, by an event or by a chunk", async () => {
    const error = { error: { message: "bad field", code: 400 } };
    expect((await raw(200, event(error))).refused).toMatchObject({ code: "request_refused" });
    const named = `event: error\ndata: ${JSON.stringify(error)}\n\n`;
    expect((await raw(200, text("a") + named)).refused).toMatchObject({ details: { reason: "bad field" } });
    const words = await raw(200, `${text("a")}data: try again later\n\n`);
    expect(words).toMatchObject({ refused: null, text: "a" });
  });

  test.each([
    [401, "key_rejected"],
    [402, "no_balance"],
    [429, "rate_limited"],
    [500, "service_failed"],
  ])("is no answer at status %i: %s is thrown", async (status, code) => {
    await expect(raw(status, '{"error":{"message":"no"}}')).rejects.toMatchObject({ code });
  });

  test("is not one that came as a web page", async () => {
    await expect(raw(200, "<html>")).rejects.toMatchObject({ code: "not_a_stream" });
  });
});

describe("a request that takes too long", () => {
  const hanging = (body: string, more: Partial<Connection> = {}) =>
    connectionTo((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      response.write(body);
    }, more);

  test("gives what had come", async () => {
    const to = hanging(text("a") + usage, { idleTimeout: 120 });
    const answer = await askRaw(to, question, {}, new AbortController().signal);
    expect(answer).toMatchObject({ refused: null, text: "a", usages: 1, done: false, slow: true });
    const thought = hanging(delta({ reasoning: "hm" }), { idleTimeout: 120 });
    const other = await askRaw(thought, question, {}, new AbortController().signal);
    expect(other).toMatchObject({ text: "", reasoning: "hm", slow: true });
  });

  test("fails where nothing had come, and where the person stopped it", async () => {
    const silent = askRaw(hanging(": wait\n\n", { idleTimeout: 80 }), question, {}, new AbortController().signal);
    await expect(silent).rejects.toMatchObject({ code: "timeout" });
    const stopped = askRaw(hanging(text("a")), question, {}, AbortSignal.timeout(80));
    await expect(stopped).rejects.toMatchObject({ code: "interrupted" });
  });
});

test("further fields go into the body, over the request's own", async () => {
  const arrived: Arrived[] = [];
  const to = connectionTo(keeping(arrived, (response) => response.end(`${text("a")}${finish()}${done}`)));
  await askRaw(to, question, { logprobs: true, model: "other" }, new AbortController().signal);
  expect(JSON.parse(arrived[0]!.body.toString())).toMatchObject({ logprobs: true, model: "other", stream: true });
});
