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

test("between two pieces that wait the event loop turns, so that keys and signals are heard", async () => {
  const incoming = new PassThrough({ highWaterMark: 1024 * 1024 });
  const body = new ReceivedBody(incoming as unknown as IncomingMessage);
  for (let piece = 0; piece < 6; piece++) incoming.write(Buffer.alloc(64 * 1024));
  incoming.end();
  let turn = 0;
  let counting = setImmediate(function count() {
    turn++;
    counting = setImmediate(count);
  });
  const turns: number[] = [];
  for await (const _piece of body) turns.push(turn);
  clearImmediate(counting);
  expect(turns).toHaveLength(6);
  expect(new Set(turns).size).toBe(6);
});
