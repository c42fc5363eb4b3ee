import * as http from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";
import { systemReason } from "../../errors.ts";
import { agentFor, connectLimit } from "./agents.ts";
import { observe } from "./request-log.ts";
import { limited } from "./limits.ts";
import { decoded, Received } from "./response-body.ts";
import { type Transport, userAgent } from "./transport.ts";

export interface Watcher {
  /** A piece of the body, as the bytes come; for the timer on silence. */
  onBytes(bytes: Uint8Array): void;
  /** Why the request failed before there was a response; `fetch` itself throws the same error. */
  onFailure(error: unknown): void;
  /** The body of a response that is no success, at most 64 KiB of it. */
  onRefusal(body: string): void;
}

/** Bytes of a refusal that are read, to quote it. */
const refusalLimit = 64 * 1024;
/** Milliseconds that the rest of a refusal's body may take: the status says enough. */
const refusalPatience = 3_000;

type Init = { method?: string; headers?: Iterable<[string, string]>; body?: unknown; signal?: AbortSignal | null };

/**
 * A `fetch` over node:http(s) of just what the `openai` package uses, that reports to `watcher`. Node's own costs 45 ms at first
 * use; this one also follows the proxy variables, and never follows a redirect, so no key travels on.
 */
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

interface Response {
  readonly incoming: http.IncomingMessage;
  readonly body: Received;
}

/** Sends a request. What fails on a connection that had stood idle goes out at once on another: the service had closed it. */
async function send(transport: Transport, url: URL, init: Init): Promise<Response> {
  const agent = await agentFor(transport, url);
  while (true) {
    try {
      return await attempt(transport, agent, url, init);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
    }
  }
}

/** The connection is gone and there was neither a response nor an error: Node closes it so at a status of 101. */
export class ClosedUnanswered extends Error {
  readonly code = "ECONNRESET";

  constructor() {
    super("The connection was closed without a response.");
  }
}

/** Between two requests the service closed the connection. */
class StaleConnection extends Error {}

async function attempt(
  transport: Transport,
  agent: http.Agent,
  url: URL,
  { method = "GET", headers: given = [], body: text, signal }: Init,
): Promise<Response> {
  const { request } = url.protocol === "https:" ? https : http;
  const content = typeof text === "string" ? Buffer.from(text) : undefined;
  const headers = ownHeaders(given);
  if (content !== undefined) headers["content-length"] = content.length;
  return await new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent });
    limitConnecting(outgoing, url);
    if (transport.onExchange !== null) observe(outgoing, url, transport.onExchange);
    // The signal is no option of the request: it would be bound to the socket, which outlives the request in the agent's pool.
    // Nor is the request destroyed with an error: when its response has come but is not read yet, nobody listens for it.
    const abort = () => {
      reject(new DOMException("The request was given up.", "AbortError"));
      outgoing.destroy();
    };
    signal?.addEventListener("abort", abort, { once: true });
    outgoing.once("close", () => {
      signal?.removeEventListener("abort", abort);
      reject(new ClosedUnanswered());
    });
    let body: Received | null = null;
    outgoing.once("response", (incoming) => {
      body = new Received(incoming);
      resolve({ incoming, body });
    });
    outgoing.on("error", (error) => {
      if (body !== null) body.reason = error;
      reject(isStale(outgoing, error, transport) ? new StaleConnection() : error);
    });
    outgoing.end(content);
    if (signal?.aborted) abort();
  });
}

/**
 * Gives a request up whose connection does not come about in time: `ETIMEDOUT` where nothing took it, `ERR_HANDSHAKE_TIMEOUT`
 * where something did and does not answer in TLS.
 */
export function limitConnecting(outgoing: http.ClientRequest, { protocol }: URL): void {
  let socket: (Socket & { secureConnecting?: boolean }) | null = null;
  // Node's TLS sockets have the second property, its types do not.
  const isOpen = () => socket !== null && !socket.connecting && socket.secureConnecting !== true;
  const timer = setTimeout(() => setImmediate(expire), connectLimit);
  // Node runs timers before it reads sockets: what came while the program was busy counts.
  function expire() {
    if (isOpen() || outgoing.destroyed) return;
    const code = socket?.connecting === false && protocol === "https:" ? "ERR_HANDSHAKE_TIMEOUT" : "ETIMEDOUT";
    outgoing.destroy(Object.assign(new Error(code), { code }));
  }
  const done = () => clearTimeout(timer);
  outgoing.once("socket", (given) => {
    socket = given;
    if (isOpen()) done();
    else given.once(protocol === "https:" ? "secureConnect" : "connect", done);
  });
  outgoing.once("response", done).once("close", done);
}

/**
 * The headers without what the `openai` package says of itself and of this machine (`X-Stainless-OS`, `-Arch`,
 * `-Runtime-Version` …): no service needs that.
 */
function ownHeaders(given: Iterable<[string, string]>): http.OutgoingHttpHeaders {
  const kept = [...given].flatMap(([name, value]): [string, string][] => {
    const lower = name.toLowerCase();
    const packages = lower.startsWith("x-stainless-") || (lower === "user-agent" && /^[\w$]+\/JS \d/u.test(value));
    return packages ? [] : [[lower, value]];
  });
  return { "user-agent": userAgent, ...Object.fromEntries(kept) };
}

function isStale({ reusedSocket, socket }: http.ClientRequest, error: Error, { taken }: Transport): boolean {
  const idled = reusedSocket || (socket !== null && taken.has(socket));
  return idled && ["ECONNRESET", "EPIPE"].includes(systemReason(error));
}

async function respond({ incoming, body: received }: Response, url: string, watcher: Watcher) {
  const status = incoming.statusCode ?? 0;
  const ok = status >= 200 && status < 300;
  const body = watched(limited(decoded(received, incoming.headers["content-encoding"]), new URL(url).host), watcher);
  const refusal = ok ? null : await readRefusal(body, incoming);
  if (refusal !== null) watcher.onRefusal(refusal);
  const text = async () => refusal ?? (await readText(body));
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

/** The body, and a word to whoever watches for each piece of it. */
async function* watched(body: AsyncIterable<Buffer>, watcher: Watcher): AsyncGenerator<Buffer> {
  for await (const bytes of body) {
    watcher.onBytes(bytes);
    yield bytes;
  }
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

/** As much of a refusal's body as comes; that it breaks off or never ends does not hide the refusal. */
async function readRefusal(body: AsyncIterable<Buffer>, incoming: http.IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => incoming.destroy(new Error("It takes too long.")), refusalPatience);
  try {
    for await (const piece of body) {
      pieces.push(piece);
      size += piece.length;
      if (size >= refusalLimit) break;
    }
  } catch {
    // What came is quoted.
  }
  clearTimeout(timer);
  return Buffer.concat(pieces).subarray(0, refusalLimit).toString("utf8");
}
