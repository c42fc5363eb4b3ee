import { expect, test } from "vitest";
import type { AppError } from "../../../src/errors.ts";
import { limited } from "../../../src/providers/http/limits.ts";

/** Bytes that pass, or the code of the error that ends them. */
async function passed(pieces: Iterable<Buffer>): Promise<number | string> {
  async function* body() {
    yield* pieces;
  }
  let bytes = 0;
  try {
    for await (const piece of limited(body(), "example.com")) bytes += piece.length;
  } catch (error) {
    return (error as AppError).code;
  }
  return bytes;
}

const mebibyte = 1024 * 1024;

test.each([
  ["\n\n", 2],
  ["\r\n\r\n", 3],
  ["\r\r", 1],
])("a long honest stream passes, with blank lines %j cut between pieces", async (blank, cut) => {
  const event = Buffer.concat([Buffer.alloc(mebibyte, "x"), Buffer.from(blank)]);
  const pieces = Array.from({ length: 12 }, () => [
    event.subarray(0, mebibyte + cut),
    event.subarray(mebibyte + cut),
  ]).flat();
  expect(await passed(pieces)).toBe(12 * event.length);
});

test("a long honest stream passes whose pieces end in the midst of an event", async () => {
  const half = Buffer.alloc(mebibyte / 2, "x");
  const piece = Buffer.concat([half, Buffer.from("\n\n"), half]);
  expect(await passed(Array.from({ length: 20 }, () => piece))).toBe(20 * piece.length);
});

test("an event that never ends does not", async () => {
  expect(await passed(Array.from({ length: 9 }, () => Buffer.alloc(mebibyte, "x")))).toBe("flooded");
});

test("what never ends does not", async () => {
  const event = Buffer.concat([Buffer.alloc(mebibyte, "x"), Buffer.from("\n\n")]);
  expect(await passed(Array.from({ length: 257 }, () => event))).toBe("flooded");
});
