import { connect, type Socket } from "node:net";
import type { TlsOptions } from "node:tls";
import { listen, type TcpServer } from "./tcp.ts";

export interface Proxy extends TcpServer {
  /** What it was asked to reach, `host:port` or a URL. */
  readonly targets: readonly string[];
  /** `user:password` as they came; empty where none did. */
  readonly users: readonly string[];
}

interface ProxyOptions {
  /** Where everything leads, whatever is asked for: names of tests do not resolve. */
  readonly port: number;
  /** Speaks TLS itself. */
  readonly tls?: TlsOptions;
}

/** An HTTP proxy that lets everybody through: tunnels by CONNECT, plain requests as they are. */
export async function httpProxy({ port, tls }: ProxyOptions): Promise<Proxy> {
  const targets: string[] = [];
  const users: string[] = [];
  const server = await listen(
    ({ socket, request }) => {
      const [method = "", target = ""] = request.split(" ", 2);
      const [, credentials = ""] = /^proxy-authorization: basic (.*)$/imu.exec(request) ?? [];
      targets.push(target);
      users.push(Buffer.from(credentials.trim(), "base64").toString("utf8"));
      socket.removeAllListeners("data");
      const upstream = tunnel(socket, port);
      if (method === "CONNECT") socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      else upstream.write(request, "latin1");
    },
    tls === undefined ? {} : { tls },
  );
  return Object.assign(server, { targets, users });
}

/** A SOCKS proxy of version 5 (RFC 1928) that asks for a user and a password (RFC 1929) where it is offered them. */
export async function socksProxy({ port }: ProxyOptions): Promise<Proxy> {
  const targets: string[] = [];
  const users: string[] = [];
  const onConnect = (socket: Socket) => {
    let step = 0;
    socket.on("data", (bytes: Buffer) => {
      step++;
      if (step === 1) {
        const withUser = bytes.subarray(2).includes(2);
        if (!withUser) users.push("");
        step += withUser ? 0 : 1;
        socket.write(Buffer.from([5, withUser ? 2 : 0]));
      } else if (step === 2) {
        const end = 2 + (bytes[1] ?? 0);
        users.push(`${bytes.subarray(2, end).toString()}:${bytes.subarray(end + 1).toString()}`);
        socket.write(Buffer.from([1, 0]));
      } else {
        socket.removeAllListeners("data");
        targets.push(targetOf(bytes));
        tunnel(socket, port);
        socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
      }
    });
  };
  const server = await listen(() => {}, { onConnect });
  return Object.assign(server, { targets, users });
}

/** A name or an IPv4 address, and the port. */
function targetOf(request: Buffer): string {
  const port = request.readUInt16BE(request.length - 2);
  const host = request[3] === 3 ? request.subarray(5, -2).toString() : [...request.subarray(4, -2)].join(".");
  return `${host}:${port}`;
}

function tunnel(client: Socket, port: number): Socket {
  const upstream = connect(port, "127.0.0.1");
  client.pipe(upstream).pipe(client);
  upstream.on("error", () => client.destroy());
  client.once("close", () => upstream.destroy());
  return upstream;
}
