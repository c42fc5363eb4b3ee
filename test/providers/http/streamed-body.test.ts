import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import type { Connection, StreamedBody } from "../../../src/providers/connection.ts";
import { closeAgents } from "../../../src/providers/http/agents.ts";
import { send } from "../../../src/providers/http/send.ts";
import { createTransport } from "../../../src/providers/http/transport.ts";
import { connection as bare } from "../wire/connection.ts";

const piece = Buffer.alloc(64 * 1024, "x");

/** A body that tells when it is let go of. */
function bodyOf(pieces: number, fail: Error | null = null): { body: StreamedBody; closed: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  async function* read() {
    try {
      for (let index = 0; index < pieces; index++) yield piece;
      if (fail !== null) throw fail;
    } finally {
      resolve();
    }
  }
  return { body: { size: pieces * piece.length + (fail === null ? 0 : 1), read }, closed: promise };
}

async function withService(listener: RequestListener, use: (connection: Connection, url: string) => Promise<void>) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const transport = createTransport({});
  try {
    await use({ ...bare, baseUrl: url, transport }, url);
  } finally {
    closeAgents(transport);
    server.closeAllConnections();
    server.close();
  }
}

const forever = new AbortController().signal;
const post = { method: "POST", headers: {} };

test("a streamed body goes out whole, with its length, and tells how far it is", async () => {
  const got = { length: "", bytes: 0 };
  const listener: RequestListener = (request, response) => {
    got.length = request.headers["content-length"] ?? "";
    request.on("data", (bytes: Buffer) => (got.bytes += bytes.length)).on("end", () => response.end("{}"));
  };
  await withService(listener, async (connection, url) => {
    const { body } = bodyOf(100);
    const sent: number[] = [];
    const response = await send(connection, { ...post, url, body, onSent: (bytes) => sent.push(bytes) }, forever);
    expect(await response.text()).toBe("{}");
    expect(got).toEqual({ length: String(body.size), bytes: body.size });
    expect(sent).toEqual(Array.from({ length: 100 }, (_, index) => (index + 1) * piece.length));
  });
});

test("a refusal that comes before all was sent is read, and the rest is not sent", async () => {
  const refuse: RequestListener = (_, response) => response.writeHead(413).end("too large");
  await withService(refuse, async (connection, url) => {
    const { body, closed } = bodyOf(100_000);
    const response = await send(connection, { ...post, url, body }, forever);
    expect([response.status, await response.refusal()]).toEqual([413, "too large"]);
    await closed;
  });
});

test("a body that cannot be read any further ends its request with why", async () => {
  const failure = new AppError("storage_failed", { path: "part.jsonl", reason: "EIO" });
  await withService(
    (request) => request.resume(),
    async (connection, url) => {
      const { body } = bodyOf(3, failure);
      await expect(send(connection, { ...post, url, body }, forever)).rejects.toEqual(failure);
    },
  );
});

test("giving a request up lets go of its body", async () => {
  const stop = new AbortController();
  const listener: RequestListener = (request) => void request.once("data", () => stop.abort());
  await withService(listener, async (connection, url) => {
    const { body, closed } = bodyOf(100_000);
    await expect(send(connection, { ...post, url, body }, stop.signal)).rejects.toThrow("given up");
    await closed;
  });
});
