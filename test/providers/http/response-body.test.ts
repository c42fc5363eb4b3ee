import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { ReceivedBody } from "../../../src/providers/http/response-body.ts";

async function read(chunks: readonly Buffer[]): Promise<Buffer[]> {
  const incoming = new PassThrough({ highWaterMark: 1024 * 1024 });
  const body = new ReceivedBody(incoming as unknown as IncomingMessage);
  for (const chunk of chunks) incoming.write(chunk);
  incoming.end();
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return pieces;
}

test.each([
  { count: 200, size: 1000 },
  { count: 3, size: 64 * 1024 },
  { count: 2, size: 100_000 },
  { count: 1, size: 10 },
])("$count chunks of $size bytes that came together are given in pieces of a read", async ({ count, size }) => {
  const chunks = Array.from({ length: count }, (_, index) => Buffer.alloc(size, index));
  const pieces = await read(chunks);
  expect(Buffer.concat(pieces).equals(Buffer.concat(chunks))).toBe(true);
  expect(pieces.every(({ length }) => length <= Math.max(64 * 1024, size))).toBe(true);
  expect(pieces.length).toBe(size < 64 * 1024 ? Math.ceil((count * size) / (64 * 1024)) : count);
});
