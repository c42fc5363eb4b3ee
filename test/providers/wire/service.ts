import { Agent, createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { duplexPair } from "node:stream";
import type { Connection } from "../../../src/providers/connection.ts";
import { createTransport } from "../../../src/providers/http/transport.ts";
import { connection } from "./connection.ts";

/** A connection to a service of this process: its requests go over a pair of streams, by no network. */
export function connectionTo(reply: RequestListener, more: Partial<Connection> = {}): Connection {
  const server = createServer(reply);
  const agent = new Agent();
  agent.createConnection = () => {
    const [ours, theirs] = duplexPair();
    server.emit("connection", theirs);
    return ours;
  };
  const transport = createTransport({});
  transport.agents.set("http: ", agent);
  return { ...connection, baseUrl: "http://service.example/v1", transport, ...more };
}

/** A request as it came to the service. */
export interface Arrived {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Answers each request with what `respond` does, and keeps it. */
export function keeping(arrived: Arrived[], respond: (response: ServerResponse) => void): RequestListener {
  return (request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.once("end", () => {
      const { method, url, headers } = request;
      arrived.push({ method, url, headers, body: Buffer.concat(pieces) });
      respond(response);
    });
  };
}
