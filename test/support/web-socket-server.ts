import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer, type Server, type ServerOptions as TlsOptions } from "node:https";
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws";

/** One WebSocket that was opened at the server. */
export interface Opened {
  readonly socket: WebSocket;
  /** Number of the WebSocket at this server, from 0. */
  readonly index: number;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The next message, parsed. */
  readonly next: () => Promise<Record<string, unknown>>;
  /** Sends each as a message: texts verbatim, other values as JSON. */
  readonly send: (...messages: readonly unknown[]) => void;
}

export interface SocketServer extends AsyncDisposable {
  /** `ws://…` or `wss://…`, without a slash at the end. */
  readonly url: string;
  readonly opened: readonly Opened[];
  /** All messages of all WebSockets, in the order in which they came. */
  readonly messages: readonly Record<string, unknown>[];
}

export interface SocketServerOptions {
  /** Speaks TLS. */
  readonly tls?: TlsOptions;
  /** Takes compressed messages and sends such. */
  readonly compressed?: boolean;
  /** The status and headers with which a WebSocket is refused; null where it is opened. */
  readonly refuse?: (request: IncomingMessage) => readonly [status: number, headers: Record<string, string>] | null;
}

/** A server of WebSockets on a loopback port, which does with each what the handler says. */
export async function serveSockets(
  handler: (opened: Opened) => Promise<void> | void,
  { tls, compressed = false, refuse = () => null }: SocketServerOptions = {},
): Promise<SocketServer> {
  const secure: Server | null = tls === undefined ? null : createServer(tls);
  const options: ServerOptions = {
    perMessageDeflate: compressed ? { threshold: 0 } : false,
    verifyClient: ({ req }, answer) => {
      const refused = refuse(req);
      if (refused === null) answer(true);
      else answer(false, refused[0], "", refused[1]);
    },
  };
  const server = new WebSocketServer(
    secure === null ? { ...options, host: "127.0.0.1", port: 0 } : { ...options, server: secure },
  );
  const opened: Opened[] = [];
  const messages: Record<string, unknown>[] = [];
  server.on("connection", (socket, { url = "", headers }) => {
    const held: Record<string, unknown>[] = [];
    let wake = () => {};
    socket.on("error", () => {});
    socket.on("message", (data) => {
      const message = JSON.parse((data as Buffer).toString("utf8")) as Record<string, unknown>;
      held.push(message);
      messages.push(message);
      wake();
    });
    const next = async () => {
      while (held.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return held.shift()!;
    };
    const send = (...given: readonly unknown[]) => {
      for (const message of given) socket.send(typeof message === "string" ? message : JSON.stringify(message));
    };
    const one = { socket, url, headers, next, send, index: opened.length };
    opened.push(one);
    void Promise.resolve(handler(one)).catch(() => socket.terminate());
  });
  await new Promise<void>((resolve) => {
    if (secure === null) server.once("listening", resolve);
    else secure.listen(0, "127.0.0.1", resolve);
  });
  const { port } = (secure ?? server).address() as AddressInfo;
  return {
    url: secure === null ? `ws://127.0.0.1:${port}` : `wss://localhost:${port}`,
    opened,
    messages,
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      secure?.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => (secure === null ? resolve() : secure.close(() => resolve())));
      });
    },
  };
}
