import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createSecureServer, type TlsOptions } from "node:tls";

/** One request on a connection, as it came. */
export interface Asked {
  readonly socket: Socket;
  /** Head and body, latin1. */
  readonly request: string;
  /** Number of the request on this server, from 0. */
  readonly index: number;
}

export interface TcpServer extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:…`, or https for a secure one. */
  readonly url: string;
  /** How many connections there were. */
  readonly connections: number;
  readonly requests: readonly string[];
  /** Closes the connections that stand. */
  cut(): void;
}

export interface TcpOptions {
  /** Speaks TLS. */
  readonly tls?: TlsOptions;
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Told of a connection before anything came on it. */
  readonly onConnect?: (socket: Socket) => void;
}

/** A server that answers requests with whatever bytes the handler writes, and takes nothing upon itself. */
export async function listen(handler: (asked: Asked) => unknown, options: TcpOptions = {}): Promise<TcpServer> {
  const { tls, host = "127.0.0.1", port: wanted = 0, onConnect } = options;
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let connections = 0;
  const take = (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => {}).once("close", () => sockets.delete(socket));
    onConnect?.(socket);
    let held = "";
    socket.on("data", (bytes: Buffer) => {
      held += bytes.toString("latin1");
      const length = lengthOf(held);
      if (length === null || held.length < length) return;
      const request = held.slice(0, length);
      held = held.slice(length);
      handler({ socket, request, index: requests.push(request) - 1 });
    });
  };
  const server: Server = tls === undefined ? createServer(take) : createSecureServer(tls, take);
  if (tls !== undefined) server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => {
    server.listen(wanted, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
    get connections() {
      return connections;
    },
    requests,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** Characters (latin1) of the request that stands at the start; null while its head has not come. */
export function lengthOf(text: string): number | null {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return null;
  const length = /^content-length: *(\d+)/imu.exec(text.slice(0, head))?.[1] ?? "0";
  return head + 4 + Number(length);
}

/** The head of a response. */
export function head(status: number | string, ...headers: readonly string[]): string {
  const line = typeof status === "string" ? status : `HTTP/1.1 ${status} ${status === 200 ? "OK" : "No"}`;
  return [line, ...headers, "", ""].join("\r\n");
}

/** The head of a stream in chunks. */
export const streaming = head(200, "content-type: text/event-stream", "transfer-encoding: chunked");

/** One piece of a chunked body. */
export function chunk(bytes: string | Buffer): Buffer {
  const body = Buffer.from(bytes);
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n")]);
}

/** The end of a chunked body. */
export const lastChunk = "0\r\n\r\n";

/** A loopback port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = await listen(() => {});
  await server[Symbol.asyncDispose]();
  return server.port;
}
