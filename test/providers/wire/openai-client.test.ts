import { describe, expect, test } from "vitest";
import { assistantMessage, userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import type { Connection } from "../../../src/providers/connection.ts";
import { userAgent } from "../../../src/providers/http/transport.ts";
import { callOpenAI, requestCompletion } from "../../../src/providers/wire/openai-client.ts";
import { connection } from "./connection.ts";
import { type Arrived, connectionTo, keeping } from "./service.ts";

const question: ChatRequest = { model: "m", messages: [userMessage("q")], sampling: {}, thinking: null, stream: true };
const going = () => new AbortController().signal;

/** What arrived of a request, and its response. */
async function asked(request: ChatRequest, more: Partial<Connection> = {}) {
  const arrived: Arrived[] = [];
  const reply = keeping(arrived, (response) => response.writeHead(200, { "x-of-service": "1" }).end("body"));
  const response = await requestCompletion(connectionTo(reply, more), request, { extra: 1 }, going());
  return { arrived, response };
}

describe("a question", () => {
  test("goes out once, as JSON, with the headers that it needs and no others", async () => {
    const { arrived, response } = await asked(question);
    expect(arrived).toHaveLength(1);
    const [{ method, url, headers, body }] = arrived as [Arrived];
    expect([method, url]).toEqual(["POST", "/v1/chat/completions"]);
    expect(headers).toEqual({
      accept: "application/json",
      authorization: `Bearer ${connection.key}`,
      connection: "close",
      "content-length": String(body.length),
      "content-type": "application/json",
      host: "service.example",
      "user-agent": userAgent,
    });
    expect(JSON.parse(body.toString())).toMatchObject({ model: "m", stream: true, extra: 1 });
    expect([response.status, response.header("x-of-service")]).toEqual([200, "1"]);
    expect(await response.text()).toBe("body");
  });

  test("has the headers of the config file, but the body's own type", async () => {
    const headers = {
      "X-Tenant": "t",
      "User-Agent": "mine",
      "Content-Type": "text/plain",
      Authorization: "Basic eHk=",
    };
    const { arrived } = await asked(question, { headers, sign: () => ({}) });
    expect(arrived[0]!.headers).toMatchObject({
      "x-tenant": "t",
      "user-agent": "mine",
      "content-type": "application/json",
      authorization: "Basic eHk=",
    });
  });

  test.each([
    ["http://service.example/v1", "beta", "/beta/chat/completions"],
    ["http://service.example/v1/", "beta", "/beta/chat/completions"],
    ["http://service.example/", "beta", "/beta/chat/completions"],
    ["http://service.example", "beta", "/beta/chat/completions"],
    ["http://service.example/api", "beta", "/api/beta/chat/completions"],
    ["http://service.example/v1", "field", "/v1/chat/completions"],
  ] as const)("with a beginning goes from %s, prefix %s, to %s", async (baseUrl, prefix, url) => {
    const beginning = { ...assistantMessage("once"), prefix: true as const };
    const { arrived } = await asked({ ...question, messages: [userMessage("q"), beginning] }, { baseUrl, prefix });
    expect(arrived[0]!.url).toBe(url);
  });

  test("without one stays where it is", async () => {
    const { arrived } = await asked(question, { prefix: "beta" });
    expect(arrived[0]!.url).toBe("/v1/chat/completions");
  });

  test("that is refused fails in our words, and is not asked again", async () => {
    for (const [status, code] of [
      [401, "key_rejected"],
      [404, "model_not_found"],
      [429, "rate_limited"],
      [503, "service_failed"],
    ] as const) {
      const arrived: Arrived[] = [];
      const reply = keeping(arrived, (response) =>
        response.writeHead(status).end('{"error":{"message":"The model m does not exist"}}'),
      );
      const failure = requestCompletion(connectionTo(reply), question, {}, going());
      await expect(failure).rejects.toMatchObject({ code, details: { provider: connection.name } });
      expect(arrived).toHaveLength(1);
    }
  });

  test("fails as the network did, and as it was stopped", async () => {
    const broken = connectionTo((request) => request.socket.destroy());
    await expect(requestCompletion(broken, question, {}, going())).rejects.toMatchObject({ code: "no_connection" });
    const silent = connectionTo(() => {});
    const stopped = requestCompletion(silent, question, {}, AbortSignal.timeout(50));
    await expect(stopped).rejects.toMatchObject({ name: expect.stringContaining("Abort") as string });
  });
});

describe("another call of the package", () => {
  const target = { baseUrl: "http://service.example/v1", model: "" };
  const answering = (arrived: Arrived[], body = "{}") =>
    connectionTo(
      keeping(arrived, (response) => response.writeHead(200, { "content-type": "application/json" }).end(body)),
    );

  test("is a GET without a body, and its answer is read as JSON", async () => {
    const arrived: Arrived[] = [];
    const list = { object: "list", data: [{ id: "a" }] };
    const page = await callOpenAI(answering(arrived, JSON.stringify(list)), target, (client, options) =>
      client.models.list(options),
    );
    expect(page.data).toEqual([{ id: "a" }]);
    expect(arrived[0]).toMatchObject({ method: "GET", url: "/v1/models", body: Buffer.alloc(0) });
    expect(arrived[0]!.headers).not.toHaveProperty("content-length");
    expect(arrived[0]!.headers).not.toHaveProperty("content-type");
    expect(Object.keys(arrived[0]!.headers).filter((name) => name.startsWith("x-"))).toEqual([]);
  });

  test("may send a form, with the type that it was encoded with", async () => {
    const arrived: Arrived[] = [];
    const file = new File([Buffer.from([0, 255, 10, 13])], "a.bin");
    await callOpenAI(answering(arrived), target, (client, options) =>
      client.files.create({ file, purpose: "batch" }, options),
    );
    const [{ method, headers, body }] = arrived as [Arrived];
    expect(method).toBe("POST");
    const boundary = /^multipart\/form-data; ?boundary=(.+)$/u.exec(headers["content-type"] ?? "")?.[1];
    expect(body.toString("latin1")).toContain(`--${boundary}`);
    expect(body.toString("latin1")).toContain("\0\u00ff\n\r");
    expect(headers["content-length"]).toBe(String(body.length));
  });

  test("fails as it fails, where it is not the request", async () => {
    const failure = callOpenAI(answering([]), target, () => Promise.reject(new RangeError("of the call")));
    await expect(failure).rejects.toThrow(new RangeError("of the call"));
  });

  test("shares the client of its base URL, and neither connection nor failure with others", async () => {
    const refusing = connectionTo((_, response) => response.writeHead(401).end("{}"), { name: "one" });
    const arrived: Arrived[] = [];
    const clients: unknown[] = [];
    const list = async (asking: Connection) =>
      await callOpenAI(asking, target, (client, options) => {
        clients.push(client);
        return client.models.list(options);
      });
    const ended = await Promise.allSettled([list(refusing), list(answering(arrived)), list(refusing)]);
    const refused = { status: "rejected", reason: { code: "key_rejected", details: { provider: "one" } } };
    expect(ended).toMatchObject([refused, { status: "fulfilled" }, refused]);
    expect(arrived).toHaveLength(1);
    expect(new Set(clients).size).toBe(1);
  });

  test("that is refused names the model it was for", async () => {
    const refusing = connectionTo((_, response) =>
      response.writeHead(404).end('{"error":{"message":"The model does not exist"}}'),
    );
    const failure = callOpenAI(refusing, { ...target, model: "it" }, (client, options) => client.models.list(options));
    await expect(failure).rejects.toMatchObject({ code: "model_not_found", details: { model: "it" } });
  });
});
