import { describe, expect, test } from "vitest";
import type { RequestListener } from "node:http";
import type { ChatEvent } from "../../../src/chat/events.ts";
import { assistantMessage, userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import type { Connection } from "../../../src/providers/connection.ts";
import { chatModel } from "../../../src/providers/wire/chat-completions.ts";
import { gather } from "../../support/transcripts.ts";
import { delta, done, event, finish, text, usage } from "../../support/wire.ts";
import { connection } from "./connection.ts";
import { connectionTo } from "./service.ts";

const question: ChatRequest = { model: "m", messages: [userMessage("q")], sampling: {}, thinking: null, stream: true };
const stream = { "content-type": "text/event-stream" };

interface Asked extends Partial<Connection> {
  readonly signal?: AbortSignal;
  readonly request?: object;
}

/** The events of an answer of a service over a pair of streams. */
async function events(reply: RequestListener, { signal, request = {}, ...more }: Asked = {}): Promise<ChatEvent[]> {
  const model = chatModel(connectionTo(reply, more));
  return await gather(model({ ...question, ...request }, signal ?? new AbortController().signal));
}

/** Sends these and leaves the connection open. */
const open =
  (...pieces: string[]): RequestListener =>
  (_, response) => {
    response.writeHead(200, stream);
    for (const piece of pieces) response.write(piece);
  };
const whole =
  (body: string): RequestListener =>
  (_, response) =>
    response.writeHead(200, stream).end(body);
const broken =
  (body: string): RequestListener =>
  (_, response) => {
    response.writeHead(200, stream).write(body, () => setImmediate(() => response.destroy()));
  };

describe("an attempt", () => {
  test("is a start, what came, and its end", async () => {
    const thought = delta({ reasoning_content: "hm" });
    const all = await events(whole(thought + text("a") + text("b") + finish("length") + usage + done));
    expect(all.map(({ type }) => type)).toEqual(["start", "reasoning", "text", "usage", "finish"]);
    expect(all.at(-1)).toEqual({ type: "finish", reason: "length" });
  });

  test("tells calls and refusals, without keys in any of them", async () => {
    const name = `look_${connection.key}`;
    const call = delta({ tool_calls: [{ index: 0, id: "1", function: { name, arguments: "{}" } }] });
    expect((await events(whole(call + finish("tool_calls") + done))).at(-1)).toEqual({
      type: "finish",
      reason: "tool_calls",
      calls: [{ type: "tool_call", id: "1", name: "look_[key]", arguments: "{}" }],
    });
    const refusing = await events(whole(delta({ refusal: "no" }) + finish() + done));
    expect(refusing.at(-1)).toEqual({ type: "finish", reason: "stop", refused: true });
  });

  test("takes the key out of text that continues a beginning", async () => {
    const messages = [userMessage("q"), { ...assistantMessage("sk-0123456789"), prefix: true as const }];
    const all = await events(whole(text("abcdef z") + finish() + done), { request: { messages } });
    expect(all.filter(({ type }) => type === "text")).toEqual([{ type: "text", text: "[key] z" }]);
    const fresh = await events(whole(text("abcdef z") + finish() + done));
    expect(fresh.filter(({ type }) => type === "text")).toEqual([{ type: "text", text: "abcdef z" }]);
    const asked = await events(whole(text("abcdef z") + finish() + done), {
      request: { messages: [userMessage("sk-0123456789")] },
    });
    expect(asked.filter(({ type }) => type === "text")).toEqual([{ type: "text", text: "abcdef z" }]);
  });

  test("goes where the request was adapted to", async () => {
    let url: string | undefined;
    const reply: RequestListener = (request, response) => {
      url = request.url;
      response.end(text("a") + finish() + done);
    };
    await events(reply, { request: { adapted: { baseUrl: "http://service.example/v9", streamUsage: false } } });
    expect(url).toBe("/v9/chat/completions");
  });

  test("is queued while signs of life come before the answer, told once a second", async () => {
    const all = await events(whole(`: keep-alive\n\n: keep-alive\n\n${text("a")}${finish()}${done}`));
    expect(all.map(({ type }) => type)).toEqual(["start", "waiting", "text", "finish"]);
    expect(all[1]).toEqual({ type: "waiting", why: "queued" });
    const blank = await events(open("\n\n"), { idleTimeout: 60 });
    expect(blank.map(({ type }) => type)).toEqual(["start", "waiting", "error"]);
    const said = await events(whole(text("a") + finish() + done));
    expect(said.map(({ type }) => type)).not.toContain("waiting");
  });
});

describe("an attempt that does not end well", () => {
  test.each<[string, RequestListener, Asked, string, object]>([
    ["falls silent", open(text("a")), { idleTimeout: 60 }, "timeout", { host: "service.example", seconds: 0.06 }],
    ["never says a word", () => {}, { idleTimeout: 60 }, "timeout", { seconds: 0.06 }],
    ["closes early", whole(text("a")), {}, "incomplete_answer", { provider: connection.name }],
    ["has [DONE] and no reason", open(text("a") + done), { idleTimeout: 60 }, "incomplete_answer", {}],
    ["breaks", broken(text("a")), {}, "stream_failed", { provider: connection.name, reason: "ECONNRESET" }],
    [
      "says an error",
      whole(text("a") + event({ error: { message: `no ${connection.key}` } })),
      {},
      "stream_failed",
      { reason: "no [key]" },
    ],
    ["is refused", (_, response) => response.writeHead(402).end("{}"), {}, "no_balance", {}],
    ["is broken JSON", whole(`${text("a")}data: {"a\n\n`), {}, "stream_failed", { reason: "broken JSON" }],
    ["ends for an unknown reason", whole(text("a") + finish("whim") + done), {}, "finish_unknown", { reason: "whim" }],
    [
      "fails by its reason",
      whole(text("a") + finish("error") + done),
      {},
      "stream_failed",
      { reason: "finish_reason: error" },
    ],
    ["is a page", whole("<html>"), {}, "not_a_stream", {}],
    [
      "is badly compressed",
      (_, response) => response.writeHead(200, { ...stream, "content-encoding": "gzip" }).end("xx"),
      {},
      "stream_failed",
      { reason: "Z_DATA_ERROR" },
    ],
  ])("that %s", async (_, reply, more, code, details) => {
    const all = await events(reply, more);
    expect(all.at(-1)).toMatchObject({ type: "error", error: { code, details } });
    expect(all.filter(({ type }) => type === "error" || type === "finish")).toHaveLength(1);
  });

  test("gives what was held back, and the text that had come", async () => {
    const all = await events(whole(text("sk-01234")));
    expect(all.map((one) => (one.type === "text" ? one.text : one.type))).toEqual(["start", "sk-01", "234", "error"]);
  });

  test("is whole all the same once the service has said how it ended", async () => {
    for (const reply of [
      broken(text("a") + finish()),
      open(text("a") + finish() + usage),
      whole(text("a") + finish()),
    ]) {
      expect((await events(reply, { idleTimeout: 80 })).at(-1)).toEqual({ type: "finish", reason: "stop" });
    }
  });

  test("is interrupted by the person, before and during it", async () => {
    const interrupted = { type: "error", error: { code: "interrupted" } };
    let arrived = 0;
    const counting: RequestListener = () => void arrived++;
    expect(await events(counting, { signal: AbortSignal.abort() })).toMatchObject([interrupted]);
    expect(arrived).toBe(0);
    const during = await events(open(text("a")), { signal: AbortSignal.timeout(60) });
    expect(during.map(({ type }) => type)).toEqual(["start", "text", "error"]);
    expect(during.at(-1)).toMatchObject(interrupted);
  });
});
