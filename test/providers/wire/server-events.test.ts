import fc from "fast-check";
import { expect, test } from "vitest";
import { wholeLines } from "../../../src/providers/http/limits.ts";
import { type ServerEvent, serverEvents } from "../../../src/providers/wire/server-events.ts";

async function read(pieces: readonly Buffer[]): Promise<ServerEvent[]> {
  async function* body() {
    yield* pieces;
  }
  const events: ServerEvent[] = [];
  for await (const together of serverEvents(wholeLines(body()))) events.push(...together);
  return events;
}

const message = (data: string) => ({ name: "message", data });

test.each([
  ["data: a\n\ndata: b\n\n", [message("a"), message("b")]],
  ["data: a\r\n\r\ndata:b\r\n\r\n", [message("a"), message("b")]],
  ["data: a\r\rdata: b\r\r", [message("a"), message("b")]],
  ["data: a\ndata: b\n\n", [message("a\nb")]],
  ["event: error\ndata: a\n\ndata: b\n\n", [{ name: "error", data: "a" }, message("b")]],
  ["event: ping\n\ndata: b\n\n", [message("b")]],
  ["data\n\n: comment\nid: 7\nretry: 1\nfoo: bar\ndata:  b\n\n", [message(""), message(" b")]],
  ["\uFEFFdata: a\n\n", [message("a")]],
  ["data: a", [message("a")]],
  ['data: a\n\n{"error":"b"}\n', [message("a"), message('{"error":"b"}')]],
  ['data: a\n\nerror: {"message":"b"}\n\n', [message("a"), { name: "error", data: '{"message":"b"}' }]],
  ["", []],
])("%j", async (text, events) => {
  expect(await read([Buffer.from(text)])).toEqual(events);
});

test("events are the same wherever the bytes are cut", async () => {
  const word = fc.constantFrom(
    "data: a",
    "data:",
    "event: x",
    ": c",
    "\u4e16\u754c",
    "data: \u{1f600}",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(word, { maxLength: 12 }),
      fc.array(fc.nat(60), { maxLength: 8 }),
      async (words, places) => {
        const bytes = Buffer.from(words.join(""));
        const ends = [...places, bytes.length].map((end) => Math.min(end, bytes.length)).sort((a, b) => a - b);
        const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        expect(await read(pieces)).toEqual(await read([bytes]));
      },
    ),
  );
});
