import type { ClientRequest } from "node:http";
import { systemReason } from "../../errors.ts";

/** One request on the wire, after its end; for the log. */
export interface HttpExchange {
  readonly method: string;
  readonly host: string;
  /** Without its query. */
  readonly path: string;
  /** Null when no response came. */
  readonly status: number | null;
  /** Whether an open connection was used again. */
  readonly reused: boolean;
  /** Bytes on the connection, headers included. */
  readonly sent: number;
  readonly received: number;
  /** Milliseconds to the response's headers; null when none came. */
  readonly headersMs: number | null;
  /** Milliseconds to the end. */
  readonly ms: number;
  /** The system's name of what went wrong; null when nothing did. */
  readonly failure: string | null;
}

/** Tells of a request once it is over, however it ends. */
export function observe(outgoing: ClientRequest, url: URL, onExchange: (exchange: HttpExchange) => void): void {
  const startedAt = performance.now();
  const since = () => Math.round(performance.now() - startedAt);
  let before = { read: 0, written: 0 };
  let status: number | null = null;
  let headersMs: number | null = null;
  let failure: string | null = null;
  // A connection that is used again has counted earlier requests too.
  outgoing.once("socket", ({ bytesRead: read, bytesWritten: written }) => (before = { read, written }));
  outgoing.once("error", (error) => (failure = systemReason(error)));
  outgoing.once("response", (incoming) => {
    status = incoming.statusCode ?? 0;
    headersMs = since();
    incoming.once("error", (error) => (failure = systemReason(error)));
  });
  const report = () => {
    const { bytesRead = 0, bytesWritten = 0 } = outgoing.socket ?? {};
    onExchange({
      method: outgoing.method,
      host: url.host,
      path: url.pathname,
      status,
      reused: outgoing.reusedSocket,
      sent: bytesWritten - before.written,
      received: bytesRead - before.read,
      headersMs,
      ms: since(),
      failure,
    });
  };
  outgoing.once("close", report);
  // A WebSocket goes on where the request ends.
  outgoing.once("upgrade", ({ statusCode }, socket) => {
    status = statusCode ?? 0;
    headersMs = since();
    outgoing.off("close", report);
    socket.once("close", report);
  });
}
