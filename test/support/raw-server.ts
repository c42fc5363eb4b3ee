import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body; null where there is none, or no JSON. */
  readonly body: Record<string, unknown> | null;
  /** As it came. */
  readonly text: string;
  /** Milliseconds, on the clock of `performance.now()`. */
  readonly at: number;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent in order, each as a chunk of its own; a promise is waited for. */
  readonly body?: string | Uint8Array | Iterable<string | Uint8Array | Promise<unknown>>;
  /** How it ends: in order; by breaking the connection; or never, the socket stays open. */
  readonly end?: "whole" | "cut" | "stall";
}

/** What the server answers: by turns, the last one ever after; or whatever the function says. */
export type Script = readonly Reply[] | ((request: Received, index: number) => Reply | Promise<Reply>);

export interface RawServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  readonly requests: readonly Received[];
  /** The body of a request; of the last one unless told otherwise. */
  body(index?: number): Record<string, unknown>;
  /** Resolves when so many requests have come. */
  received(count: number): Promise<void>;
  /** Resolves when the client has gone away before the end of a reply. */
  readonly abandoned: Promise<void>;
}

/** An HTTP server on a loopback port whose replies are scripts, for what a well-behaved service never sends. */
export async function serve(script: Script): Promise<RawServer> {
  const requests: Received[] = [];
  const waiting = new Set<() => void>();
  const abandoned = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    response.once("close", () => {
      if (!response.writableFinished) abandoned.resolve();
    });
    void answer(request, response).catch(() => response.destroy());
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await receive(request);
    const index = requests.push(received) - 1;
    waiting.forEach((look) => look());
    const reply = typeof script === "function" ? await script(received, index) : (script[index] ?? script.at(-1)!);
    await send(response, reply);
  }
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    abandoned: abandoned.promise,
    body: (index = -1) => requests.at(index)?.body ?? {},
    received: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (requests.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

async function receive(request: IncomingMessage): Promise<Received> {
  const at = performance.now();
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  const text = Buffer.concat(pieces).toString("utf8");
  const { method = "", url: path = "", headers } = request;
  return {
    method,
    path,
    headers,
    at,
    text,
    body: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : null,
  };
}

async function send(response: ServerResponse, { status = 200, headers = {}, body = [], end = "whole" }: Reply) {
  response.writeHead(status, { "content-type": "text/event-stream", ...headers });
  response.flushHeaders();
  for (const piece of typeof body === "string" || body instanceof Uint8Array ? [body] : body) {
    if (piece instanceof Promise) await piece;
    else await written(response, piece);
    if (response.destroyed) return;
  }
  if (end === "whole") response.end();
  else if (end === "cut") response.socket?.destroy();
}

function written(response: ServerResponse, piece: string | Uint8Array): Promise<unknown> {
  return new Promise((resolve) => {
    response.write(piece, resolve);
  });
}
