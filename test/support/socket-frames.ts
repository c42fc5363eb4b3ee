import { createHash } from "node:crypto";
import { type Asked, head, listen, type TcpServer } from "./tcp.ts";

/** What a service sends unmasked: one frame of a message, as RFC 6455 has it. */
export function frame(payload: string | Buffer, { opcode = 1, fin = true }: { opcode?: number; fin?: boolean } = {}) {
  const body = Buffer.from(payload);
  const first = (fin ? 0x80 : 0) | opcode;
  const { length } = body;
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), body]);
  const start = Buffer.alloc(length < 65_536 ? 4 : 10);
  start[0] = first;
  start[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) start.writeUInt16BE(length, 2);
  else start.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([start, body]);
}

/** A close frame. */
export function closeFrame(code: number, reason = ""): Buffer {
  const number = Buffer.alloc(2);
  number.writeUInt16BE(code);
  return frame(Buffer.concat([number, Buffer.from(reason)]), { opcode: 8 });
}

/** The head of the response that opens a WebSocket. */
export function upgraded({ request }: Asked, ...headers: readonly string[]): string {
  const [, key = ""] = /^sec-websocket-key: *(\S+)/imu.exec(request) ?? [];
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  const given = ["upgrade: websocket", "connection: Upgrade", `sec-websocket-accept: ${accept}`, ...headers];
  return head("HTTP/1.1 101 Switching Protocols", ...given);
}

/** A server that opens each WebSocket and writes whatever bytes the handler writes, for what a package never sends. */
export async function serveFrames(write: (asked: Asked) => unknown): Promise<TcpServer> {
  return await listen((asked) => {
    // What follows are frames of the client, which a test of faults does not read.
    asked.socket.removeAllListeners("data").resume();
    asked.socket.write(upgraded(asked));
    write(asked);
  });
}
