import * as http from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { systemReason } from "../../errors.ts";
import type { AuthRefusal, Connection, FinalRequest, OutgoingBody, Signature } from "../connection.ts";
import { redactedError } from "../wire/redact.ts";
import { withQuery } from "./base-url.ts";
import { agentFor, connectTimeout } from "./agents.ts";
import { fromNetwork } from "./network-errors.ts";
import { observe } from "./request-log.ts";
import { HttpResponse } from "./response.ts";
import { ReceivedBody } from "./response-body.ts";
import { type Transport, userAgent } from "./transport.ts";

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  /** Those of this request alone, names in small letters; the config file's come before them, but for `content-type`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: OutgoingBody | null;
  /** Called with the socket of each attempt, to measure what it does. */
  readonly onSocket?: (socket: Socket) => void;
  /** Called while a streamed body goes out, with the bytes of it that the connection has taken. */
  readonly onSent?: (bytes: number) => void;
}

/**
 * Sends a request over node:http(s), the one way to a service. The proxy variables are followed, a redirect never is, so that
 * no key travels on. What fails on a connection that had stood idle goes out at once on another: the service had closed it.
 *
 * @returns the response as soon as its headers are there, whatever its status
 * @throws AppError `no_connection`, without keys; `bad_value` for what is no proxy; the signal's `AbortError`
 */
export async function send(connection: Connection, request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
  const url = withQuery(request.url, connection.query);
  try {
    const agent = await agentFor(connection.transport, url);
    for (let isRetried = false; ;) {
      try {
        const final = await signed(connection, request, url);
        const response = await attempt(connection, agent, final, request, signal);
        if (isRetried || final.mayRetry?.(refusalFrom(response)) !== true) return response;
        isRetried = true;
        await response.refusal();
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error;
      }
    }
  } catch (error) {
    throw signal.aborted ? error : redactedError(fromNetwork(error, connection), connection);
  }
}

/** What a refusal tells of who asked. */
export function refusalFrom(response: HttpResponse): AuthRefusal {
  const date = Date.parse(response.header("date") ?? "");
  return { status: response.status, date: Number.isNaN(date) ? null : date };
}

/** A request as it goes out, and what its signature makes of a refusal. */
export interface SignedRequest extends FinalRequest, Pick<Signature, "mayRetry"> {
  /** The URL without what a signature added. */
  readonly asked: URL;
}

/** The request with all its headers: the config file's replace ours, but for those of the body. */
export async function signed(connection: Connection, request: HttpRequest, url: URL): Promise<SignedRequest> {
  const { method, body, headers: own } = request;
  const configured = Object.entries(connection.headers).map(([name, value]) => [name.toLowerCase(), value]);
  const headers: Record<string, string> = {
    "user-agent": userAgent,
    accept: "application/json",
    ...own,
    ...(Object.fromEntries(configured) as Record<string, string>),
    ...("content-type" in own && { "content-type": own["content-type"] }),
    ...(body !== null && { "content-length": String(body instanceof Uint8Array ? body.length : body.size) }),
  };
  const { headers: added, mayRetry, ...changed } = await connection.sign(connection, { method, url, headers, body });
  const length = changed.body === undefined ? {} : { "content-length": String(changed.body.length) };
  return {
    method,
    url: changed.url ?? url,
    asked: url,
    headers: { ...headers, ...length, ...added },
    body: changed.body ?? body,
    ...(mayRetry !== undefined && { mayRetry }),
  };
}

/** The connection is gone and there was neither a response nor an error: Node closes it so at a status of 101. */
class ClosedUnanswered extends Error {
  readonly code = "ECONNRESET";

  constructor() {
    super("The connection was closed without a response.");
  }
}

/** Between two requests the service closed the connection. */
class StaleConnection extends Error {}

async function attempt(
  connection: Connection,
  agent: http.Agent,
  { method, url, asked, headers, body }: SignedRequest,
  { onSocket, onSent = () => {} }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { transport } = connection;
  const { request } = url.protocol === "https:" ? https : http;
  return await new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent });
    limitConnecting(outgoing, url);
    if (transport.onExchange !== null) observe(outgoing, url, transport.onExchange);
    if (onSocket !== undefined) outgoing.once("socket", onSocket);
    // The signal is no option of the request: it would be bound to the socket, which outlives the request in the agent's pool.
    // Nor is the request destroyed with an error: when its response has come but is not read yet, nobody listens for it.
    const abort = () => {
      reject(new DOMException("The request was given up.", "AbortError"));
      outgoing.destroy();
    };
    signal.addEventListener("abort", abort, { once: true });
    let received: ReceivedBody | null = null;
    outgoing.once("close", () => {
      signal.removeEventListener("abort", abort);
      if (received === null) reject(new ClosedUnanswered());
    });
    let sent = 0;
    outgoing.once("response", (incoming) => {
      received = new ReceivedBody(incoming);
      // A service may answer before it has all: what is left is not sent, and the connection not used again.
      if (!outgoing.writableEnded) incoming.once("close", () => outgoing.destroy());
      resolve(new HttpResponse(incoming, received, asked, connection));
    });
    outgoing.on("error", (error) => {
      if (received !== null) received.reason = error;
      reject(sent < maxResent && isStale(outgoing, error, transport) ? new StaleConnection() : error);
    });
    sendBody(outgoing, body, (bytes) => onSent((sent = bytes)));
    if (signal.aborted) abort();
  });
}

/** Bytes that go out once more where a connection turns out to have been closed: what is longer was not lost in between. */
const maxResent = 8 * 1024 * 1024;

/** Bytes of a body that is short: a copy of it costs less than a second piece. */
const maxText = 16 * 1024;

/** A body that cannot be read any further ends its request with the error of that. */
function sendBody(outgoing: http.ClientRequest, body: OutgoingBody | null, onSent: (bytes: number) => void): void {
  if (body === null) return void outgoing.end();
  if (body instanceof Uint8Array) {
    // A text goes out in one piece with the headers. Of Latin-1 each sign is a byte.
    if (body.length > maxText) outgoing.end(body);
    else outgoing.end(Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1"), "latin1");
    return;
  }
  const source = Readable.from(counted(body.read(), onSent), { objectMode: false });
  source.on("error", (error) => outgoing.destroy(error)).pipe(outgoing);
  outgoing.once("close", () => source.destroy());
}

/** A piece is asked for when the connection has taken those before it. */
async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  onSent: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const piece of pieces) {
    yield piece;
    onSent((sent += piece.length));
  }
}

/**
 * Gives a request up whose connection does not come about in time: `ETIMEDOUT` where nothing took it, `ERR_HANDSHAKE_TIMEOUT`
 * where something did and does not answer in TLS.
 */
export function limitConnecting(outgoing: http.ClientRequest, { protocol }: URL): void {
  let socket: (Socket & { secureConnecting?: boolean }) | null = null;
  // Node's TLS sockets have the second property, its types do not.
  const isOpen = () => socket !== null && !socket.connecting && socket.secureConnecting !== true;
  const timer = setTimeout(() => setImmediate(expire), connectTimeout);
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

/** Whether a request failed because the service had closed its connection meanwhile. */
export function isStale({ reusedSocket, socket }: http.ClientRequest, error: Error, { taken }: Transport): boolean {
  const idled = reusedSocket || (socket !== null && taken.has(socket));
  return idled && ["ECONNRESET", "EPIPE"].includes(systemReason(error));
}
