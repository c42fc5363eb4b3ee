import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Connection } from "../../../src/providers/connection.ts";
import { closeAgents } from "../../../src/providers/http/agents.ts";
import { send } from "../../../src/providers/http/send.ts";
import { createTransport } from "../../../src/providers/http/transport.ts";
import { connection as bare } from "../wire/connection.ts";

const seen: { headers: IncomingHttpHeaders; body: string }[] = [];
const perSocket = new WeakMap<Socket, number>();
/** Answers each connection once, and breaks it at the next request, as a service does that had closed it meanwhile. */
const server = createServer((request, response) => {
  const count = (perSocket.get(request.socket) ?? 0) + 1;
  perSocket.set(request.socket, count);
  const pieces: Buffer[] = [];
  request.on("data", (piece: Buffer) => pieces.push(piece));
  request.on("end", () => {
    seen.push({ headers: request.headers, body: Buffer.concat(pieces).toString() });
    if (count > 1) request.socket.destroy();
    else if (request.url === "/moved") response.writeHead(307, { location: "/elsewhere" }).end();
    else response.end(`"${seen.length}"`);
  });
});
let connection: Connection;

beforeEach(async () => {
  seen.length = 0;
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  connection = { ...bare, baseUrl, transport: createTransport({}) };
});

afterEach(async () => {
  closeAgents(connection.transport);
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

async function ask(changes: Partial<Connection>, path = "/", headers: Readonly<Record<string, string>> = {}) {
  const request = { method: "POST", url: `${connection.baseUrl}${path}`, headers, body: Buffer.from("汉") };
  return await send({ ...connection, ...changes }, request, new AbortController().signal);
}

describe("a signature", () => {
  test("is made for each attempt, over its final bytes and headers", async () => {
    const signed: string[] = [];
    const sign: Connection["sign"] = async ({ key }, { method, url, headers, body }) => {
      signed.push(
        `${method} ${url.pathname} ${headers["content-length"]} ${headers["x-team"]} ${Buffer.from(body as Uint8Array).toString()}`,
      );
      return { headers: { "x-signature": `${key} ${signed.length}` } };
    };
    for (const answer of ['"1"', '"3"']) {
      const response = await ask({ sign, headers: { "X-Team": "blue" } });
      expect(await response.text()).toBe(answer);
    }
    expect(signed).toEqual(Array(3).fill("POST / 3 blue 汉"));
    expect(seen.map(({ headers, body }) => `${String(headers["x-signature"])} ${body}`)).toEqual([
      "sk-0123456789abcdef 1 汉",
      "sk-0123456789abcdef 2 汉",
      "sk-0123456789abcdef 3 汉",
    ]);
  });

  test.each([
    ["the key", {}, "Bearer sk-0123456789abcdef"],
    ["the config file's own", { headers: { AUTHORIZATION: "Basic x" } }, "Basic x"],
    ["nothing without a key", { key: null }, undefined],
  ])("is %s", async (_, changes, authorization) => {
    await ask(changes);
    expect(seen[0]?.headers.authorization).toBe(authorization);
  });
});

test("the config file's headers replace those of a request, except the type of its body", async () => {
  const own = { accept: "a/b", "content-type": "c/d", "x-own": "1" };
  await ask({ headers: { Accept: "e/f", "Content-Type": "g/h", "User-Agent": "me" } }, "/", own);
  expect(seen[0]?.headers).toMatchObject({ accept: "e/f", "content-type": "c/d", "x-own": "1", "user-agent": "me" });
});

test("a redirect is not followed", async () => {
  const response = await ask({}, "/moved");
  expect([response.status, response.isSuccess, response.header("location")]).toEqual([307, false, "/elsewhere"]);
  expect(seen).toHaveLength(1);
});

test("what nobody listens for is the program's error, what is stopped is the signal's", async () => {
  const request = { method: "GET", url: "http://127.0.0.1:1/", headers: {}, body: null };
  const { signal } = new AbortController();
  await expect(send(connection, request, signal)).rejects.toMatchObject({ code: "no_connection" });
  await expect(send(connection, request, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
});
