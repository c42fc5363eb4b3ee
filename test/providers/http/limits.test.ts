import { expect, test } from "vitest";
import type { AppError } from "../../../src/errors.ts";
import { AnswerLimit, BodyWeight, limited } from "../../../src/providers/http/limits.ts";

/** Bytes that pass, or the code of the error that ends them. */
async function passed(pieces: Iterable<Buffer>): Promise<number | string> {
  async function* body() {
    yield* pieces;
  }
  let bytes = 0;
  try {
    for await (const piece of limited(body(), "example.com", 128 * mebibyte)) bytes += piece.length;
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

test("an answer in one piece passes up to the longest that may come", async () => {
  const pieces = [Buffer.from('\n{"a":"'), ...Array.from({ length: 127 }, () => Buffer.alloc(mebibyte, "\n"))];
  expect(await passed(pieces)).toBe(127 * mebibyte + 7);
  expect(await passed([...pieces, Buffer.alloc(mebibyte)])).toBe("flooded");
});

test.each([
  ["of a stream all bytes", 'data: {"a":"bc"}', 16],
  ["of JSON those outside of strings", '{"a":"bc"}', 5],
  ["behind blanks and a byte order mark too", '\ufeff\n ["bc"]', 8],
  ["quotes that are escaped end no string", '"a\\"b\\\\" ,"c"', 4],
])("%s weigh, however they are cut", (_, body, weight) => {
  const bytes = Buffer.from(body);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const weighing = new BodyWeight();
    expect(weighing.of(bytes.subarray(0, cut)) + weighing.of(bytes.subarray(cut))).toBe(weight);
  }
});

/** What an answer's limit of 1 MB says to a thousand times what `come` tells of; the code of its error, null where it takes it. */
function verdict(come: (limit: AnswerLimit) => void): string | null {
  const limit = new AnswerLimit("example.com", mebibyte);
  try {
    for (let time = 0; time < 1000; time++) come(limit);
  } catch (error) {
    return JSON.stringify([(error as AppError).code, (error as AppError).details]);
  }
  return null;
}

test.each([
  [
    "small chunks in much JSON pass",
    (limit: AnswerLimit) => {
      limit.bytes(2_000);
      limit.chunk();
      limit.text("x");
    },
    null,
  ],
  [
    "long text with escapes passes",
    (limit: AnswerLimit) => {
      limit.bytes(6_000);
      limit.text("x".repeat(1_000));
    },
    null,
  ],
  ["bytes without content do not", (limit: AnswerLimit) => limit.bytes(100), "64 KB"],
  [
    "nor a character in each page of them",
    (limit: AnswerLimit) => {
      limit.bytes(10_000);
      limit.chunk();
      limit.text("x");
    },
    "64 KB",
  ],
  ["nor text that never ends, which is counted in bytes", (limit: AnswerLimit) => limit.text("字".repeat(400)), "1 MB"],
])("%s", (_, come, limit) => {
  expect(verdict(come)).toBe(limit === null ? null : JSON.stringify(["flooded", { provider: "example.com", limit }]));
});
