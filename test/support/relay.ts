import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { lengthOf } from "./tcp.ts";

/** One request and all that came back for it, byte for byte. */
export interface Relayed {
  readonly request: Buffer;
  readonly response: readonly Buffer[];
}

export interface Relay extends AsyncDisposable {
  readonly url: string;
  /** In the order of the requests. */
  readonly exchanges: readonly Relayed[];
  /** Bytes, headers included. */
  readonly sent: number;
  readonly received: number;
  readonly connections: number;
}

/**
 * Stands between the program and a server and keeps what goes through.
 *
 * @param port of the server, on this machine
 * @param resets whether a connection that the server closes (by its number, from 0) is reset instead of closed
 */
export async function relayTo(port: number, resets: (connection: number) => boolean): Promise<Relay> {
  const exchanges: Relayed[] = [];
  const sockets = new Set<Socket>();
  const counted = { sent: 0, received: 0, connections: 0 };
  const server = createServer((client) => {
    const reset = resets(counted.connections++);
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // What was written is then sent: a reset takes back what still waits.
      socket.setNoDelay(true);
      socket.on("error", () => {}).once("close", () => sockets.delete(socket));
    }
    let held = Buffer.alloc(0);
    let response: Buffer[] = [];
    client.on("data", (bytes: Buffer) => {
      counted.sent += bytes.length;
      held = Buffer.concat([held, bytes]);
      const length = lengthOf(held.toString("latin1"));
      if (length !== null && held.length >= length) {
        response = [];
        exchanges.push({ request: held.subarray(0, length), response });
        held = held.subarray(length);
      }
      upstream.write(bytes);
    });
    upstream.on("data", (bytes: Buffer) => {
      counted.received += bytes.length;
      response.push(bytes);
      client.write(bytes);
    });
    client.once("close", () => upstream.destroy());
    upstream.once("close", () => (reset ? client.write("", () => client.resetAndDestroy()) : client.end()));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    get sent() {
      return counted.sent;
    },
    get received() {
      return counted.received;
    },
    get connections() {
      return counted.connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/**
 * The text of the answer in a response's bytes, however they end: what the content deltas of whole events hold; and whether
 * the answer is finished.
 */
export function contentOf({ response }: Relayed): { content: string; finished: boolean } {
  const bytes = Buffer.concat(response);
  const end = bytes.indexOf("\r\n\r\n");
  const head = bytes.subarray(0, Math.max(0, end)).toString("latin1").toLowerCase();
  if (!head.startsWith("http/1.1 200") || !head.includes("text/event-stream")) return { content: "", finished: false };
  const body = head.includes("transfer-encoding: chunked")
    ? dechunked(bytes.subarray(end + 4))
    : bytes.subarray(end + 4);
  const events = body.toString("utf8").split("\n\n").slice(0, -1);
  const choices = events.flatMap((event) => choiceIn(event.replace(/^data: /u, "")));
  return {
    content: choices.map(({ delta }) => delta.content ?? "").join(""),
    finished: choices.some(({ finish_reason: reason }) => reason !== null && reason !== "insufficient_system_resource"),
  };
}

interface Choice {
  readonly delta: { readonly content?: string };
  readonly finish_reason: string | null;
}

function choiceIn(data: string): Choice[] {
  return data === "[DONE]" ? [] : (JSON.parse(data) as { choices: Choice[] }).choices.slice(0, 1);
}

/** What came of a chunked body. */
function dechunked(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const line = bytes.indexOf("\r\n", at);
    const size = line < 0 ? 0 : Number.parseInt(bytes.subarray(at, line).toString("latin1"), 16);
    if (size === 0) break;
    pieces.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return Buffer.concat(pieces);
}
