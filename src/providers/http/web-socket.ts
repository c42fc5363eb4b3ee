import type { ClientRequest, IncomingMessage } from "node:http";
import type { ClientOptions, WebSocket } from "ws";
import { Queue } from "../../async-queue.ts";
import type { Connection } from "../connection.ts";
import { redactedError } from "../wire/redact.ts";
import { agentFor } from "./agents.ts";
import { flooded, maxEvent } from "./limits.ts";
import { fromNetwork } from "./network-errors.ts";
import { observe } from "./request-log.ts";
import { HttpResponse } from "./response.ts";
import { afterBytes, aTurn, maxTogether, maxWaiting, ReceivedBody } from "./response-body.ts";
import { withQuery } from "./base-url.ts";
import { isStale, limitConnecting, refusalFrom, type SignedRequest, signed } from "./send.ts";

/** What opens a WebSocket. */
export interface SocketRequest {
  readonly url: string;
  /** The first message: it is signed with the request, and sent as soon as the WebSocket stands. */
  readonly message: Buffer;
}

export interface SocketMessage {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/** How a WebSocket was closed: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1. */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

/** Milliseconds that the other side may take to confirm that a WebSocket is closed. */
const closeTimeout = 1_000;

/**
 * Opens a WebSocket to a service: by the same agents (proxies, certificate authorities), signature and bounds as `send`, no redirect is
 * followed. What fails on a connection that had stood idle is tried at once on another.
 *
 * @param onAlive called with each ping and pong
 * @returns the response of a service that opens none, its body unread
 * @throws AppError `no_connection`, without keys; `bad_value` for what is no proxy; the signal's `AbortError`
 */
export async function openSocket(
  connection: Connection,
  request: SocketRequest,
  onAlive: () => void,
  signal: AbortSignal,
): Promise<MessageSocket | HttpResponse> {
  const url = withQuery(request.url, connection.query);
  try {
    for (let isRetried = false; ;) {
      const final = await signed(connection, { method: "GET", url: url.href, headers: {}, body: request.message }, url);
      const opened = await attempt(connection, final, signal);
      if (opened === "stale") continue;
      if (opened instanceof MessageSocket) {
        opened.onAlive = onAlive;
        opened.send(final.body instanceof Uint8Array ? final.body : request.message);
        return opened;
      }
      if (isRetried || final.mayRetry?.(refusalFrom(opened)) !== true) return opened;
      isRetried = true;
      await opened.refusal();
    }
  } catch (error) {
    throw signal.aborted ? error : redactedError(fromNetwork(error, connection), connection);
  }
}

async function attempt(
  connection: Connection,
  final: SignedRequest,
  signal: AbortSignal,
): Promise<MessageSocket | HttpResponse | "stale"> {
  const { transport, name, maxAnswer } = connection;
  const { asked } = final;
  const [{ WebSocket: Client }, agent] = await Promise.all([import("ws"), agentFor(transport, asked)]);
  // The body is a message of its own.
  const { "content-length": _, ...headers } = final.headers;
  return await new Promise((resolve, reject) => {
    let outgoing: ClientRequest | null = null;
    let upgrade: IncomingMessage | null = null;
    const options: SocketOptions = {
      agent,
      headers,
      maxPayload: maxEvent(maxAnswer),
      closeTimeout,
      finishRequest: (started) => {
        outgoing = started;
        limitConnecting(started, asked);
        if (transport.onExchange !== null) observe(started, asked, transport.onExchange);
        started.end();
      },
    };
    const socket = new Client(final.url, options);
    const abort = () => {
      reject(new DOMException("The request was given up.", "AbortError"));
      socket.terminate();
    };
    socket.on("error", (error) => {
      if (outgoing !== null && isStale(outgoing, error, transport)) resolve("stale");
      else reject(error);
    });
    socket.once("close", () => signal.removeEventListener("abort", abort));
    socket.once("upgrade", (response) => (upgrade = response));
    socket.once("unexpected-response", (_request, response) =>
      resolve(new HttpResponse(response, new ReceivedBody(response), asked, connection)),
    );
    socket.once("open", () => resolve(new MessageSocket(socket, upgrade!.headers, { name, maxAnswer })));
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
  });
}

/** The package's types miss what it takes since 8.19. */
interface SocketOptions extends ClientOptions {
  readonly closeTimeout: number;
}

/** A WebSocket that stands. Its messages are taken from the connection from here on, as long as not too many wait to be read. */
export class MessageSocket {
  /** Of the response that opened it; names in small letters. */
  readonly headers: IncomingMessage["headers"];
  onAlive: () => void = () => {};
  readonly #socket: WebSocket;
  readonly #sender: Pick<Connection, "name" | "maxAnswer">;
  readonly #queue = new Queue<SocketMessage>();
  #waiting = 0;
  #received = 0;
  #failure: unknown = null;
  #end: SocketEnd | null = null;

  constructor(socket: WebSocket, headers: IncomingMessage["headers"], sender: Pick<Connection, "name" | "maxAnswer">) {
    this.headers = headers;
    this.#socket = socket;
    this.#sender = sender;
    socket.on("message", (data, isBinary) => this.#take(data as Buffer, isBinary));
    socket.on("ping", () => this.onAlive());
    socket.on("pong", () => this.onAlive());
    socket.on("error", (error) => (this.#failure ??= error));
    socket.once("close", (code, reason) => {
      this.#end = { code, reason: reason.toString("utf8") };
      this.#queue.end();
    });
  }

  /** How it was closed by the service; null where it was not closed in order. */
  get end(): SocketEnd | null {
    return this.#failure === null && this.#end?.code !== 1006 ? this.#end : null;
  }

  /** Sends a text, as UTF-8. */
  send(text: Uint8Array | string): void {
    this.#socket.send(text, { binary: false });
  }

  ping(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  /** Says good-bye; the connection goes soon after, whatever the other side does. */
  close(): void {
    this.#socket.close(1000);
  }

  /**
   * The messages in order, those together that arrived together; all are to be read before the next ones are asked for.
   *
   * @throws AppError `flooded` for a message beyond all measure; else what broke the connection
   */
  async *batches(): AsyncGenerator<readonly SocketMessage[]> {
    for await (const waiting of this.#queue.batches()) {
      for (const messages of together(waiting)) {
        yield messages;
        this.#waiting -= weightOf(messages);
        if (this.#waiting < maxWaiting && this.#socket.isPaused) this.#socket.resume();
        if (this.#waiting > 0) await aTurn();
      }
    }
    if (this.end === null) throw this.#brokenBy();
  }

  #take(data: Buffer, isBinary: boolean): void {
    this.#queue.push({ data, isBinary });
    this.#received = afterBytes(this.#received, data.length);
    this.#waiting += data.length + weightOfMessage;
    if (this.#waiting >= maxWaiting && !this.#socket.isPaused) this.#socket.pause();
  }

  #brokenBy(): unknown {
    const { name, maxAnswer } = this.#sender;
    const failure = this.#failure;
    if (failure === null) return new Error("The WebSocket was closed without a close frame (1006).");
    const isTooLong =
      failure instanceof Error &&
      "code" in failure &&
      /^WS_ERR_UNSUPPORTED_(?:MESSAGE|DATA)/u.test(String(failure.code));
    return isTooLong ? flooded(name, maxEvent(maxAnswer)) : failure;
  }
}

/** Bytes that an empty message counts as. */
const weightOfMessage = 64;

function weightOf(messages: readonly SocketMessage[]): number {
  return messages.reduce((sum, { data }) => sum + data.length + weightOfMessage, 0);
}

function* together(messages: readonly SocketMessage[]): Generator<readonly SocketMessage[]> {
  let from = 0;
  let bytes = 0;
  for (const [index, { data }] of messages.entries()) {
    if (index > from && bytes + data.length > maxTogether) {
      yield messages.slice(from, index);
      from = index;
      bytes = 0;
    }
    bytes += data.length;
  }
  yield messages.slice(from);
}
