import { describe, expect, test } from "vitest";
import type { ChatEvent } from "../../../src/chat/events.ts";
import { userMessage } from "../../../src/chat/message-text.ts";
import type { EnvelopeConfig } from "../../../src/config/wire-schema.ts";
import { findProvider } from "../../../src/providers/catalogue.ts";
import { closeAgents } from "../../../src/providers/http/agents.ts";
import { createTransport } from "../../../src/providers/http/transport.ts";
import { chatModel } from "../../../src/providers/wire/chat-completions.ts";
import { type Reply, serve } from "../../support/raw-server.ts";
import { gather } from "../../support/transcripts.ts";
import { event, refusal } from "../../support/wire.ts";
import { connection } from "./connection.ts";

const wire: EnvelopeConfig = {
  type: "envelope",
  request: { messages: "${messages}" },
  answer: {
    text: ["/data/delta", "/data/content"],
    finish_reason: "/data/finish",
    ok: { "/status": [0, 200, "success"] },
    error: { message: "/message", code: "/status", statuses: { "10429": 429 } },
  },
};

/** The events of one answer, for which the service is asked once. */
async function ask(reply: Reply): Promise<ChatEvent[]> {
  await using server = await serve([reply]);
  const transport = createTransport({});
  const provider = findProvider("gateway", { gateway: { base_url: server.url, wire } });
  const model = chatModel({ ...connection, ...provider, transport });
  const request = { model: "m", messages: [userMessage("q")], sampling: {}, thinking: null, stream: true };
  try {
    const events = await gather(model(request, new AbortController().signal));
    expect(server.requests).toHaveLength(1);
    return events;
  } finally {
    closeAgents(transport);
  }
}

const textOf = (events: readonly ChatEvent[]) => events.map((each) => (each.type === "text" ? each.text : "")).join("");
const json = (value: unknown): Reply => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

describe.concurrent("an envelope", () => {
  test.each<[string, readonly string[]]>([
    [
      "server-sent events",
      ["Hel", "lo"].map((delta) => event({ status: 0, data: { delta } })).concat(event({ data: { finish: "stop" } })),
    ],
    [
      "JSON on a line each",
      ["Hel", "lo"].map((delta) => `${JSON.stringify({ data: { delta } })}\n`).concat('{"data": {"finish": "stop"}}\n'),
    ],
    ["a document over several lines", [JSON.stringify({ status: "success", data: { content: "Hello" } }, null, 2)]],
    ["a document with the answer quoted in it", [JSON.stringify({ data: JSON.stringify({ content: "Hello" }) })]],
  ])("is answered by %s", async (_, body) => {
    const events = await ask({ body });
    expect(textOf(events)).toBe("Hello");
    expect(events.at(-1)).toEqual({ type: "finish", reason: "stop" });
  });

  test.each<[string, Reply, string]>([
    ["a status that is not well", json({ status: 10429, message: "slow down" }), "rate_limited"],
    ["words", json({ status: 7, message: "invalid api key" }), "key_rejected"],
    ["an error of another form", json({ error: { message: "the model does not exist" } }), "model_not_found"],
    ["a stream cut before its end", { body: [event({ data: { delta: "half" } })] }, "incomplete_answer"],
    ["an HTTP status", refusal(403, { message: "not yours" }), "forbidden"],
  ])("fails with %s", async (_, reply, code) => {
    const last = (await ask(reply)).at(-1);
    expect(last?.type === "error" ? last.error.code : last?.type).toBe(code);
  });
});
