import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeExchange, encodeTranscript, ExchangeEncoder } from "../../../src/transcripts/format/encode.ts";
import type { Exchange } from "../../../src/transcripts/format/types.ts";
import { repaired } from "../../../src/transcripts/format/repair.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import { readTranscript } from "../../../src/transcripts/store/read.ts";
import { decodeFile } from "../../../src/transcripts/format/decode.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import {
  ending,
  expected,
  hostileText,
  noon,
  someCourse,
  somePlaces,
  split,
  temporaryFolder,
  turn,
  type Course,
} from "../../support/transcripts.ts";

const header = { id: "k3f9xq2m", startedAt: noon, zone: null, title: null, origin: null };

/** What is wrong with how a file is read, and gone on with, that holds the first `length` bytes of another; else null. */
function faultOfCut(bytes: Buffer, length: number, whole: readonly Exchange[]): string | null {
  const text = decodeFile(bytes.subarray(0, length));
  const { exchanges, tear } = parseTranscript(text);
  const torn = exchanges.at(-1)?.torn === true ? exchanges.at(-1)! : null;
  const intact = torn === null ? exchanges : exchanges.slice(0, -1);
  if (!isDeepStrictEqual(intact, whole.slice(0, intact.length))) return "an exchange before the cut has changed";
  if (torn !== null && (tear === null || !begins(torn, whole[intact.length]!))) return "the last is not a beginning";

  const next = encodeExchange({ ...whole[0]!, id: "next" }, undefined);
  const after = parseTranscript(repaired(text, noon) + next).exchanges;
  if (!isDeepStrictEqual(after.at(-1), { ...whole[0]!, id: "next" })) return "what was appended does not come back";
  const changed = after.slice(0, -1).findIndex((exchange, at) => !sameTexts(exchange, exchanges[at]));
  return changed < 0 && after.length === exchanges.length + 1 ? null : "mending has changed what was readable";
}

function begins(torn: Exchange, whole: Exchange): boolean {
  return (
    torn.status === "interrupted" &&
    whole.question.startsWith(torn.question) &&
    whole.reasoning.startsWith(torn.reasoning) &&
    whole.answer.startsWith(torn.answer)
  );
}

function sameTexts(one: Exchange, other: Exchange | undefined): boolean {
  return (
    one.question === other?.question &&
    one.reasoning === other.reasoning &&
    one.answer === other.answer &&
    one.status === other.status &&
    !one.torn
  );
}

function faultsOfCuts(whole: readonly Exchange[]): string[] {
  const bytes = Buffer.from(encodeTranscript(header, whole));
  return Array.from({ length: bytes.length + 1 }, (_, length) => {
    const fault = faultOfCut(bytes, length, whole);
    return fault === null ? [] : [`cut at ${length}: ${fault}`];
  }).flat();
}

test("a file cut at any byte is read up to the cut, and can be gone on with", () => {
  const hostile: fc.Arbitrary<Course[]> = fc.array(someCourse, { minLength: 1, maxLength: 2 });
  fc.assert(
    fc.property(hostile, (courses) => {
      expect(faultsOfCuts(courses.map(expected))).toEqual([]);
    }),
    { numRuns: 5 },
  );
});

test("the cut also takes back-slashed lines, characters of four bytes and escapes apart", () => {
  const rule = "-".repeat(40);
  const question = `\u91cf\u5b50\ud83d\ude00\n${rule}\\\n[2026-11-20 23:41:07] Answer:`;
  const answer = `a\n${rule}\n\n${rule}\n\x1b\u27ea\n\n[2026-11-20 23:41:07] Question:\\\\\n\n-\n\n`;
  const course = { id: "abc", turn: turn(question), pieceAt: noon, ending: ending({ status: "failed" }) };
  const whole = expected({ ...course, pieces: [{ name: "Answer", text: answer }] });
  expect(faultsOfCuts([whole])).toEqual([]);
});

test("a program that is killed between two writes loses no more than newlines and one line that may be structure", () => {
  fc.assert(
    fc.property(hostileText, somePlaces, (text, places) => {
      const encoder = new ExchangeEncoder("x", turn("q"));
      let file = encoder.begin(null);
      let given = "";
      for (const part of split(text, places)) {
        given += part;
        file += encoder.piece("Answer", part, noon);
        const { answer } = parseTranscript(file).exchanges[0]!;
        expect(given.startsWith(answer)).toBe(true);
        expect(given.slice(answer.length)).toMatch(
          /^\\?\n*(?:\n\n(?:-+|\[[\d: -]*(?:\](?: [A-Z]?[a-z]*:?)?)?))?[\ud800-\udbff]?$/,
        );
      }
    }),
    { numRuns: 1000 },
  );
});

test("appending to a torn file closes what is torn, once, and leaves the rest alone", async () => {
  const path = join(temporaryFolder(), "torn.md");
  const first = TranscriptWriter.append(path);
  first.begin(turn("one", { system: "brief" }));
  first.text("half of an ans\u91cf", noon);
  first.end(ending());
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, bytes.indexOf("half of an ans") + 16));

  const second = TranscriptWriter.append(path);
  second.begin(turn("two", { system: "brief" }));
  second.text("whole", noon);
  second.end(ending());
  const { exchanges, id } = await readTranscript(path);
  expect(id).toBe(first.id);
  expect(second.id).toBe(first.id);
  expect(exchanges).toMatchObject([
    { question: "one", answer: "half of an ans", status: "interrupted", torn: false, system: "brief" },
    { question: "two", answer: "whole", status: "complete", torn: false, system: "brief" },
  ]);
  const text = readFileSync(path, "utf8");
  expect(text.match(/ Interrupted:$/gm)).toHaveLength(1);
  expect(text.match(/^-{40}$/gm)).toHaveLength(2);
});

test.each([
  ["Windows newlines", (text: string) => text.replaceAll("\n", "\r\n")],
  ["a byte order mark", (text: string) => `\ufeff${text}`],
  ["bytes that are no UTF-8", (text: string) => text],
])("a torn file with %s is closed at the right byte", async (what, change) => {
  const path = join(temporaryFolder(), "torn.md");
  const writer = TranscriptWriter.append(path);
  writer.begin(turn("one"));
  writer.text("[first]\n\n[last]", noon);
  writer.end(ending());
  const text = change(readFileSync(path, "utf8").split("[last]")[0]!);
  const bytes = Buffer.from(`${text}\u27eaU+00`);
  if (what.includes("UTF-8")) bytes[bytes.indexOf("[first]") + 1] = 0xff;
  writeFileSync(path, bytes);
  const next = TranscriptWriter.append(path);
  next.begin(turn("two"));
  next.end(ending());
  const { exchanges } = await readTranscript(path);
  const answer = what.includes("UTF-8") ? "[\ufffdirst]" : "[first]";
  expect(exchanges).toMatchObject([
    { question: "one", answer, status: "interrupted" },
    { question: "two", answer: "" },
  ]);
});
