import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import { chatModel } from "../../../src/providers/wire/chat-completions.ts";
import { gather } from "../../support/transcripts.ts";
import { delta, done, finish, text, usage } from "../../support/wire.ts";
import { connection } from "./connection.ts";

const request: ChatRequest = { model: "m", messages: [userMessage("q")], sampling: {}, thinking: null, stream: true };

/** The events of an answer that a server of this process gives. */
async function answered(reply: RequestListener, more: object = {}, signal = new AbortController().signal) {
  const server = createServer(reply);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return await gather(chatModel({ ...connection, baseUrl, ...more })(request, signal));
}

const stream = { "content-type": "text/event-stream" };

test("an answer is its events, and a trace that is the key is not shown", async () => {
  const events = await answered((_, response) => {
    response.writeHead(200, { ...stream, "x-ds-trace-id": `trace-${connection.key}` });
    response.end(text("a") + text("b") + finish() + usage + done);
  });
  expect(events[0]).toEqual({ type: "start", traceId: "trace-[key]" });
  expect(events.map((event) => (event.type === "text" ? event.text : "")).join("")).toBe("ab");
  expect(events.at(-1)).toMatchObject({ type: "finish", reason: "stop" });
  const bare = await answered((_, response) => response.writeHead(200, stream).end(text("a") + finish() + done));
  expect(bare[0]).toEqual({ type: "start", traceId: null });
});

test("[DONE] ends it at once, though the connection stays open", async () => {
  const began = performance.now();
  const events = await answered((_, response) => {
    response.writeHead(200, stream).write(text("a") + finish() + usage + done);
  });
  expect(events.at(-1)).toMatchObject({ type: "finish" });
  expect(performance.now() - began).toBeLessThan(2500);
});

test("calls of tools without end are a flood, as nobody reads them", async () => {
  const piece = delta({ tool_calls: [{ index: 0, function: { arguments: "x".repeat(1000) } }] });
  const events = await answered((_, response) => void response.writeHead(200, stream).end(piece.repeat(1100)), {
    maxAnswer: 1024 * 1024,
  });
  expect(events.at(-1)).toMatchObject({ type: "error", error: { code: "flooded" } });
});

test("what is silent too long is given up, and what is stopped ends as interrupted", async () => {
  const silent: RequestListener = (_, response) => void response.writeHead(200, stream).write(text("a"));
  const late = await answered(silent, { idleTimeout: 50 });
  expect(late.at(-1)).toMatchObject({ type: "error", error: { code: "timeout" } });
  const stopped = await answered(silent, {}, AbortSignal.timeout(100));
  expect(stopped.at(-1)).toMatchObject({ type: "error", error: { code: "interrupted" } });
  const before = await answered(silent, {}, AbortSignal.abort());
  expect(before).toMatchObject([{ type: "error", error: { code: "interrupted" } }]);
});

test("a connection that closes in the midst of it cuts it, and a refusal is told", async () => {
  const cut = await answered((_, response) => response.writeHead(200, stream).end(text("a")));
  expect(cut.at(-1)).toMatchObject({ type: "error" });
  const refused = await answered((_, response) => response.writeHead(401).end('{"error":{"message":"no"}}'));
  expect(refused).toMatchObject([{ type: "error", error: { code: "key_rejected" } }]);
});
