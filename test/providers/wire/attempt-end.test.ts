import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { userMessage } from "../../../src/chat/message-text.ts";
import { createTransport } from "../../../src/providers/http/transport.ts";
import { chatModel } from "../../../src/providers/wire/chat-completions.ts";
import { serve } from "../../support/raw-server.ts";
import { gather } from "../../support/transcripts.ts";
import { done, finish, text } from "../../support/wire.ts";
import { connection } from "./connection.ts";

const question = { model: "m", messages: [userMessage("q")], sampling: {}, thinking: null, stream: true } as const;
const headers = { "content-type": "text/event-stream" };

test("an attempt leaves no listener at the signal, and hangs up when it is stopped", async () => {
  await using server = await serve([
    { headers, body: [text("a"), finish("stop"), done] },
    { headers, body: [text("a")], end: "stall" },
  ]);
  const model = chatModel({ ...connection, baseUrl: `${server.url}/v1`, transport: createTransport({}) });
  const stop = new AbortController();
  expect((await gather(model(question, stop.signal))).at(-1)).toMatchObject({ type: "finish", reason: "stop" });
  expect(getEventListeners(stop.signal, "abort")).toEqual([]);
  const types: string[] = [];
  for await (const event of model(question, stop.signal)) {
    types.push(event.type);
    if (event.type === "text") stop.abort();
  }
  expect(types.at(-1)).toBe("error");
  await server.abandoned;
  expect(getEventListeners(stop.signal, "abort")).toEqual([]);
});
