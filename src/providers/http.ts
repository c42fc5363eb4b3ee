import * as http from "node:http";
import * as https from "node:https";
import * as zlib from "node:zlib";
import { AppError } from "../errors.ts";
import { type Exchange, observe } from "./exchange.ts";

/**
 * A `fetch` for the `openai` package over node:http(s). Node's own costs 45 ms at first use; this one also follows the
 * proxy variables, tells of every piece of the body as it comes, and never follows a redirect, so no key travels on.
 */
export interface Transport {
  /** Proxy variables are read from here by Node's agents (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`). */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly agents: Map<string, http.Agent>;
  /** Told of each request once it is over; null where nobody wants to know. */
  readonly onExchange: ((exchange: Exchange) => void) | null;
}

export interface Watcher {
  /** A piece of the body, as the bytes come; for the timer on silence. */
  onBytes(bytes: Uint8Array): void;
  /** Why the request failed before there was a response; `fetch` itself throws the same error. */
  onFailure(error: unknown): void;
  /** The body of a response that is no success, at most 64 KiB of it. */
  onRefusal(body: string): void;
}

export function createTransport(
  variables: Transport["variables"],
  onExchange: Transport["onExchange"] = null,
): Transport {
  return { variables, agents: new Map(), onExchange };
}

/** Closes idle connections, so that the program can end. */
export function closeTransport(transport: Transport): void {
  for (const agent of transport.agents.values()) agent.destroy();
  transport.agents.clear();
}

/** More than any honest line of a stream; a server that sends more is cut off. */
const lineLimit = 16 * 1024 * 1024;
/** More than any honest answer: 384K tokens are about 2 MB of text, in small chunks some 100 MB of JSON. */
const bodyLimit = 512 * 1024 * 1024;
const refusalLimit = 64 * 1024;

type Init = { method?: string; headers?: Iterable<[string, string]>; body?: unknown; signal?: AbortSignal | null };

/** A `fetch` of just what the `openai` package uses, that reports to `watcher`. */
export function watchedFetch(transport: Transport, watcher: Watcher): typeof fetch {
  const run = async (input: unknown, init: Init = {}) => {
    try {
      return respond(await send(transport, new URL(String(input)), init), String(input), watcher);
    } catch (error) {
      watcher.onFailure(error);
      throw error;
    }
  };
  return run as unknown as typeof fetch;
}

/** The agent for a URL: it keeps connections, and goes through the proxy that the variables name. */
export function agentFor(transport: Transport, { protocol }: URL): http.Agent {
  const known = transport.agents.get(protocol);
  if (known !== undefined) return known;
  const { Agent } = protocol === "https:" ? https : http;
  const agent = new Agent({ keepAlive: true, proxyEnv: transport.variables });
  transport.agents.set(protocol, agent);
  return agent;
}

async function send(transport: Transport, url: URL, init: Init): Promise<http.IncomingMessage> {
  const { request } = url.protocol === "https:" ? https : http;
  const agent = agentFor(transport, url);
  const body = typeof init.body === "string" ? Buffer.from(init.body) : undefined;
  const headers: http.OutgoingHttpHeaders = Object.fromEntries(init.headers ?? []);
  if (body !== undefined) headers["content-length"] = body.length;
  return await new Promise((resolve, reject) => {
    const outgoing = request(url, { method: init.method ?? "GET", headers, agent });
    if (transport.onExchange !== null) observe(outgoing, url, transport.onExchange);
    // The signal is no option of the request: it would be bound to the socket, which outlives the request in the agent's pool.
    // Nor is the request destroyed with an error: when its response has come but is not read yet, nobody listens for it.
    const { signal } = init;
    const abort = () => {
      reject(new DOMException("The request was given up.", "AbortError"));
      outgoing.destroy();
    };
    signal?.addEventListener("abort", abort, { once: true });
    outgoing.once("close", () => signal?.removeEventListener("abort", abort));
    outgoing.once("response", resolve).on("error", reject).end(body);
    if (signal?.aborted) abort();
  });
}

async function respond(incoming: http.IncomingMessage, url: string, watcher: Watcher) {
  // A body nobody reads to the end fails when it is cut off; whoever reads it is told by the iterator.
  incoming.on("error", () => {});
  const status = incoming.statusCode ?? 0;
  const ok = status >= 200 && status < 300;
  const body = limited(await decoded(incoming), url, watcher);
  const refusal = ok ? null : await readText(body, refusalLimit);
  if (refusal !== null) watcher.onRefusal(refusal);
  const text = async () => refusal ?? (await readText(body, bodyLimit));
  return {
    ok,
    status,
    statusText: incoming.statusMessage ?? "",
    url,
    headers: new Headers(incoming.headers as Record<string, string>),
    body,
    text,
    json: async () => JSON.parse(await text()) as unknown,
  };
}

/** Servers and proxies compress now and then though nobody asked them to. */
async function decoded(incoming: http.IncomingMessage): Promise<AsyncIterable<Buffer>> {
  const encoding = incoming.headers["content-encoding"]?.toLowerCase();
  if (encoding === undefined || encoding === "identity") return incoming;
  const decoders: Record<string, () => NodeJS.ReadWriteStream> = {
    gzip: zlib.createGunzip,
    "x-gzip": zlib.createGunzip,
    deflate: zlib.createInflate,
    br: zlib.createBrotliDecompress,
    zstd: zlib.createZstdDecompress,
  };
  const decoder = decoders[encoding]?.();
  if (decoder === undefined) return incoming;
  incoming.on("error", (error) => decoder.emit("error", error));
  return incoming.pipe(decoder) as unknown as AsyncIterable<Buffer>;
}

/** Watches the body, and ends it when a line or the whole is beyond all measure. */
async function* limited(body: AsyncIterable<Buffer>, url: string, watcher: Watcher): AsyncGenerator<Buffer> {
  let line = 0;
  let total = 0;
  for await (const bytes of body) {
    watcher.onBytes(bytes);
    total += bytes.length;
    const newline = bytes.lastIndexOf(10);
    line = newline < 0 ? line + bytes.length : bytes.length - newline - 1;
    if (line > lineLimit) throw flooded(url, "16 MiB");
    if (total > bodyLimit) throw flooded(url, "512 MiB");
    yield bytes;
  }
}

function flooded(url: string, limit: string): AppError {
  return new AppError("flooded", { provider: new URL(url).host, limit });
}

async function readText(body: AsyncIterable<Buffer>, limit: number): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size >= limit) break;
  }
  return Buffer.concat(pieces).subarray(0, limit).toString("utf8");
}
