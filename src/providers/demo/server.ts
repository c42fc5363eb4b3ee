import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord } from "../wire/json.ts";
import type { Page } from "./page.ts";
import { pageFor } from "./tour.ts";

/**
 * The guided tour for a person without a key: an OpenAI-compatible server on a loopback port, asked by the very client that
 * asks real services. No model is behind it; it says so itself.
 */
export interface DemoServer {
  readonly baseUrl: string;
  close(): void;
}

/** Milliseconds between pieces: about the pace of a fast model. */
const pace = 12;
const maxBody = 8 * 1024 * 1024;

export async function startDemo(): Promise<DemoServer> {
  const server: Server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === "GET" && request.url?.startsWith("/v1/models")) {
    return json(response, 200, {
      object: "list",
      data: [{ id: "demo-tour", object: "model", owned_by: "deepseek-chat" }],
    });
  }
  if (request.method !== "POST" || request.url !== "/v1/chat/completions") {
    return json(response, 404, { error: { message: `no such endpoint: ${request.url}` } });
  }
  const body = await readBody(request);
  if (body === null) return json(response, 400, { error: { message: "the body is not a request" } });
  const messages = Array.isArray(body["messages"]) ? body["messages"].filter(isRecord) : [];
  const first = !messages.some((message) => message["role"] === "assistant");
  const thinking = !isRecord(body["thinking"]) || body["thinking"]["type"] !== "disabled";
  const page = pageFor(textOf(messages.at(-1)), first);
  const { prefix } = body;
  const answer =
    typeof prefix === "string" ? rest(page, prefix) : { ...page, reasoning: thinking ? page.reasoning : "" };
  if (body["stream"] === true) await stream(response, answer, messages);
  else json(response, 200, { id: "demo", object: "chat.completion", ...whole(answer), usage: usage(answer, messages) });
}

/** What is left of a page after its beginning. */
function rest({ answer }: Page, begun: string): Page {
  return { reasoning: "", answer: answer.startsWith(begun) ? answer.slice(begun.length) : "" };
}

/** The text of a message, which comes in parts where a picture goes with it. */
function textOf(message: Record<string, unknown> | undefined): string {
  const content = message?.["content"];
  if (typeof content === "string") return content;
  const parts = Array.isArray(content) ? (content as readonly { readonly text?: unknown }[]) : [];
  return parts.map(({ text }) => (typeof text === "string" ? text : "")).join("");
}

function whole({ reasoning, answer }: Page) {
  const message = { role: "assistant", content: answer, ...(reasoning !== "" && { reasoning_content: reasoning }) };
  return { model: "demo-tour", choices: [{ index: 0, message, finish_reason: "stop" }] };
}

async function stream(
  response: ServerResponse,
  page: Page,
  messages: readonly Record<string, unknown>[],
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  const send = (fields: object) =>
    response.write(
      `data: ${JSON.stringify({ id: "demo", object: "chat.completion.chunk", model: "demo-tour", ...fields })}\n\n`,
    );
  const delta = (part: object) => send({ choices: [{ index: 0, delta: part, finish_reason: null }] });
  for (const [field, text] of [
    ["reasoning_content", page.reasoning],
    ["content", page.answer],
  ] as const) {
    for (const piece of pieces(text)) {
      if (response.destroyed) return;
      delta({ [field]: piece });
      await sleep(pace);
    }
  }
  send({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  send({ choices: [], usage: usage(page, messages) });
  response.end("data: [DONE]\n\n");
}

/** About the size of tokens: a word with the space before it, or a Chinese character or two. */
function pieces(text: string): string[] {
  return text.match(/\s*(?:[\u2e80-\uffef]{1,2}|[^\s\u2e80-\uffef]{1,12})|\s+$/gu) ?? [];
}

/** The demo counts its own pieces; nothing is billed. */
function usage({ reasoning, answer }: Page, messages: readonly Record<string, unknown>[]) {
  const prompt = pieces(messages.map(textOf).join("\n")).length;
  const thought = pieces(reasoning).length;
  const completion = thought + pieces(answer).length;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    completion_tokens_details: { reasoning_tokens: thought },
  };
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown> | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBody) return null;
    parts.push(part);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(parts).toString("utf8"));
    return isRecord(body) ? body : null;
  } catch {
    return null;
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
